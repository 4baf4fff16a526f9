//! What the codes are called in Windows' messages. The text after the first eight digits means nothing, and changes.

use super::super::message::Refusal;

/// A code and what Samba says with it, and what Windows says instead.
const WORDS: &[(u32, &str, &str)] = &[
    (
        68,
        "samAccountName",
        "00000524: UpdErr: DSID-031A11FA, problem 6005 (ENTRY_EXISTS), data 0",
    ),
    (
        68,
        "Attribute member already exists",
        "00000562: UpdErr: DSID-031A11DA, problem 6005 (ENTRY_EXISTS), data 0",
    ),
    (
        68,
        "already set via primaryGroupID",
        "00000562: UpdErr: DSID-031A11DA, problem 6005 (ENTRY_EXISTS), data 0",
    ),
    (
        68,
        "already exists",
        "00002071: UpdErr: DSID-0305038D, problem 6005 (ENTRY_EXISTS), data 0",
    ),
    (
        53,
        "Attribute member doesn't exist",
        "00000561: SvcErr: DSID-031A11E5, problem 5003 (WILL_NOT_PERFORM), data 0",
    ),
    (
        32,
        "00000525",
        "00000525: NameErr: DSID-031A11DB, problem 2001 (NO_OBJECT), data 0, best match of:\n\t''\n",
    ),
    (
        32,
        "",
        "0000208D: NameErr: DSID-03100245, problem 2001 (NO_OBJECT), data 0, best match of:\n\t''\n",
    ),
    (
        50,
        "LDB_MODIFY",
        "00000005: SecErr: DSID-031A11F6, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0",
    ),
    (
        50,
        "unable to get access",
        "00000005: SecErr: DSID-03152870, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0",
    ),
    (
        50,
        "",
        "00002098: SecErr: DSID-03150F94, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0",
    ),
    (
        66,
        "",
        "00002015: UpdErr: DSID-031A1231, problem 6003 (CANT_ON_NON_LEAF), data 0",
    ),
    (
        80,
        "00002095",
        "00002089: UpdErr: DSID-031B0D2D, problem 5012 (DIR_ERROR), data 2",
    ),
];

pub(super) fn translate(code: u32, text: &str) -> Option<Refusal> {
    let mut fitting = WORDS
        .iter()
        .filter(|(found, part, _)| *found == code && text.contains(part));
    fitting
        .next()
        .map(|(code, _, words)| Refusal::new(*code, format!("{words}\n")))
}
