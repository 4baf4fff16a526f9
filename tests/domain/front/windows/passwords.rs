//! Passwords: never in the clear, and no account is enabled that has none.

use super::super::message::{Ask, How, Refusal};
use super::Context;
use super::names::values;

/// `userAccountControl`: disabled, and needs no password (MS-ADTS 2.2.16).
const DISABLED: u32 = 0x2;
const NEEDS_NO_PASSWORD: u32 = 0x20;

/// `supplementalCredentials` in `replPropertyMetaData`: there as soon as a password was ever set.
const KEYS_OF_A_PASSWORD: u32 = 0x9007d;

const NO_PASSWORD: &str =
    "0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0";
const NOT_IN_THE_CLEAR: &str =
    "0000001F: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0";

pub(super) async fn refuse(ask: &Ask, context: &Context<'_>) -> Option<Refusal> {
    let sets_password = password(ask).is_some();
    if sets_password && !context.encrypted {
        return Some(Refusal::new(53, NOT_IN_THE_CLEAR));
    }
    if sets_password || !enables(ask) {
        return None;
    }
    let has_password = match ask {
        Ask::Modify { dn, .. } => {
            let metadata = context.behind.read(dn, &["replPropertyMetaData"]).await?;
            metadata
                .all("replPropertyMetaData")
                .first()
                .is_some_and(|bytes| has_keys(bytes))
        }
        _ => false,
    };
    (!has_password).then(|| Refusal::new(53, NO_PASSWORD))
}

pub(super) fn translate(code: u32, text: &str, ask: &Ask) -> Option<Refusal> {
    // Samba has 19 for both. Windows tells who resets a password from who changes the own one.
    let is_change = password(ask)? == How::Delete;
    match code {
        19 if text.starts_with("0000052D") && !is_change => Some(Refusal::new(53, NO_PASSWORD)),
        19 if text.starts_with("0000052D") => Some(Refusal::new(
            19,
            "0000052D: AtrErr: DSID-03191083, #1:\n\t0: 0000052D: DSID-03191083, problem 1005 \
             (CONSTRAINT_ATT_TYPE), data 0, Att 9005a (unicodePwd)\n",
        )),
        53 if text.starts_with("00002035") => Some(Refusal::new(53, NOT_IN_THE_CLEAR)),
        _ => None,
    }
}

/// How a password is set; a deletion is half of a change of one's own.
fn password(ask: &Ask) -> Option<How> {
    let is_password = |name: &str| name.eq_ignore_ascii_case("unicodePwd");
    match ask {
        Ask::Add { attributes, .. } => attributes
            .iter()
            .any(|(name, _)| is_password(name))
            .then_some(How::Add),
        Ask::Modify { changes, .. } => {
            let mut hows = changes.iter().filter(|(_, (name, _))| is_password(name));
            hows.next().map(|(how, _)| *how)
        }
        _ => None,
    }
}

/// Whether an account is enabled after this that is to have a password.
fn enables(ask: &Ask) -> bool {
    let controls = match ask {
        Ask::Add { attributes, .. } => values(attributes, "userAccountControl"),
        Ask::Modify { changes, .. } => {
            let set = changes.iter().filter(|(how, _)| *how != How::Delete);
            let set: Vec<_> = set.map(|(_, attribute)| attribute.clone()).collect();
            values(&set, "userAccountControl")
        }
        _ => Vec::new(),
    };
    let mut bits = controls
        .iter()
        .filter_map(|value| value.parse::<u32>().ok());
    bits.any(|bits| bits & (DISABLED | NEEDS_NO_PASSWORD) == 0)
}

/// Looks into the list of changed attributes: a version and a count, then 48 bytes each (MS-DRSR 4.1.10.2.22).
fn has_keys(metadata: &[u8]) -> bool {
    let entries = metadata.get(16..).unwrap_or_default().chunks(48);
    let mut attributes = entries.filter_map(|entry| entry.first_chunk::<4>());
    attributes.any(|id| u32::from_le_bytes(*id) == KEYS_OF_A_PASSWORD)
}
