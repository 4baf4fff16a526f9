//! The pages of codes of the world: configuration, people, directory, state, plans.
//!
//! Their examples happen in the folder of the tour, before its first command: files are written and changed as
//! shown, then what stands in `sh` is typed. The last command of an example must end with its code; what stands
//! under 'How to mend it' goes on in the same folder and must not. `exit=CODE` says how a command ends,
//! otherwise 1 at the end of an example and 0 elsewhere; `start=empty` is an empty folder.

use std::fmt::Write as _;
use std::path::Path;

use tempfile::TempDir;
use tenure::diagnostic::Code;

use super::codes::body;
use super::markdown::{Block, blocks};
use super::shell::{change, typed, write};

/// Codes whose example cannot be typed into a document, and why. Each is shown by a test elsewhere, or is a
/// guard against what should never be.
const TOLD: [(&str, &str); 84] = [
    (
        "approval-over",
        "the id is another in each state: `cli::answers`",
    ),
    (
        "approval-rejected",
        "the id is another in each state: `cli::answers`",
    ),
    (
        "archive-broken",
        "an object that is changed by hand: `cli::archive`",
    ),
    (
        "archive-certificate",
        "a store is needed: `cli::archive::bucket`",
    ),
    ("archive-clock", "a store is needed: `cli::archive::bucket`"),
    (
        "archive-credentials",
        "a store is needed: `cli::archive::bucket`",
    ),
    (
        "archive-refused",
        "a store is needed: `cli::archive::bucket`",
    ),
    (
        "archive-unreachable",
        "a key that nobody else may read: `cli::archive::bucket`",
    ),
    (
        "archive-unwritable",
        "a disk is full: `cli::archive::folder`",
    ),
    (
        "attribute-missing",
        "a domain controller is needed: `cli::controller`",
    ),
    (
        "audit-broken",
        "a trail that is changed by hand: `cli::audit`",
    ),
    (
        "bad-writeback",
        "a file that is damaged by hand: `cli::told`",
    ),
    (
        "broken-off",
        "a run is interrupted: `cli::killed`, `apply::crash`",
    ),
    (
        "clock-skew",
        "a domain controller is needed: `directory::connections`",
    ),
    (
        "controller-answers",
        "a domain controller is needed: `cli::crash::controllers`",
    ),
    (
        "controller-lost",
        "a domain controller is needed: `cli::crash::controllers`",
    ),
    ("csv-nobody", "two tables of people: `hr::employments`"),
    ("csv-not-text", "bytes that are no text: `hr::csv`"),
    (
        "deleted-unseen",
        "a domain controller is needed: `cli::controller`",
    ),
    (
        "directory-failed",
        "a disk is full: `directory::durability`",
    ),
    ("directory-held", "two runs at once: `apply::lease`"),
    (
        "invariant-broken",
        "groups nested by hand: `cli::statements`",
    ),
    (
        "group-missing",
        "a domain controller is needed: `cli::controller`",
    ),
    (
        "inside-a-repository",
        "a repository above is needed: `cli::init`",
    ),
    (
        "ldap-certificate",
        "a domain controller is needed: `directory::connections`",
    ),
    (
        "ldap-credentials",
        "a domain controller is needed: `directory::connections`",
    ),
    (
        "ldap-no-controller",
        "another server is needed: `directory::connections`",
    ),
    (
        "ldap-other-controller",
        "a second domain controller is needed: `directory::connections`",
    ),
    (
        "ldap-refused",
        "a domain controller is needed: `directory::connections`",
    ),
    (
        "ldap-unreachable",
        "nobody listens there: `directory::connections`",
    ),
    ("locked", "two runs at once: `cli::exits`"),
    (
        "lost-plan",
        "a state from the middle of a run: `apply::crash`",
    ),
    ("no-catalogue", "a second domain is needed"),
    ("no-employments", "two tables of people: `workspace`"),
    ("no-folder", "the current folder is removed"),
    ("no-identity", "the policy changes while the command runs"),
    ("no-port", "two simulators at once: `cli::live`"),
    (
        "no-recording",
        "files vanish while the command runs: `personio`",
    ),
    ("not-a-terminal", "a screen that is none: `cli::canary`"),
    (
        "not-in-revision",
        "a repository is needed: `cli::review::revisions`",
    ),
    (
        "not-rejected",
        "the id is another in each state: `cli::answers`",
    ),
    (
        "not-written",
        "a policy that cannot be extended: `cli::matching`",
    ),
    (
        "notice-certificate",
        "a mail server is needed: `cli::notices::mail`",
    ),
    (
        "notice-credentials",
        "a mail server is needed: `cli::notices::mail`",
    ),
    (
        "notice-sender",
        "a mail server is needed: `cli::notices::mail`",
    ),
    (
        "notice-turned-away",
        "a mail server is needed: `cli::notices::turned_away`",
    ),
    (
        "nothing-to-approve",
        "two plans of two days: `cli::statements`",
    ),
    (
        "other-domain",
        "the working copy is replaced: `cli::bad_plan`",
    ),
    (
        "password-too-short",
        "a domain controller is needed: `cli::controller`",
    ),
    ("person-in-two-sources", "two sources: `hr::sources`"),
    (
        "personio-bad-answer",
        "a server that answers so: `personio_live`",
    ),
    ("personio-busy", "a server that answers so: `personio_live`"),
    (
        "personio-certificate",
        "a server that answers so: `personio_live::connection`",
    ),
    (
        "personio-clock",
        "a server that answers so: `personio_live`",
    ),
    (
        "personio-credentials",
        "a server that answers so: `personio_live`",
    ),
    (
        "personio-failing",
        "a server that answers so: `personio_live`",
    ),
    (
        "personio-incomplete",
        "a server that answers so: `personio_live`",
    ),
    (
        "personio-not-released",
        "a server that answers so: `personio_live`",
    ),
    (
        "personio-other-version",
        "a server that answers so: `personio_live`",
    ),
    (
        "personio-proxy",
        "a proxy that answers so: `personio_live::connection`",
    ),
    (
        "personio-refuses",
        "a server that answers so: `personio_live`",
    ),
    (
        "personio-right",
        "a server that answers so: `personio_live`",
    ),
    (
        "personio-setup",
        "an environment with a secret: `cli::live`",
    ),
    (
        "personio-shrunk",
        "a server that answers so: `personio_live`",
    ),
    (
        "personio-too-much",
        "a server that answers so: `personio_live`",
    ),
    (
        "personio-unproved",
        "a server that answers so: `personio_live`",
    ),
    (
        "personio-unreachable",
        "a server that answers so: `personio_live`",
    ),
    (
        "plan-disordered",
        "a file with a right digest and a wrong order: `apply::precondition`",
    ),
    (
        "plan-other-domain",
        "a plan from elsewhere: `cli::bad_plan`",
    ),
    ("recording-not-text", "bytes that are no text: `personio`"),
    (
        "recycle-bin-off",
        "a domain controller is needed: `cli::controller`",
    ),
    (
        "right-missing",
        "a domain controller is needed: `cli::controller`",
    ),
    (
        "rights-not-inherited",
        "a domain controller is needed: `cli::controller`",
    ),
    (
        "rights-too-many",
        "a domain controller is needed: `cli::controller`",
    ),
    ("run-forgotten", "months pass between two runs: `cli::undo`"),
    (
        "run-other-domain",
        "a journal of another domain: `cli::undo`",
    ),
    (
        "state-older",
        "a state from a backup: `apply::precondition`",
    ),
    (
        "state-other-domain",
        "a state from elsewhere: `apply::precondition`",
    ),
    (
        "suffix-unknown",
        "a domain controller is needed: `cli::controller`",
    ),
    (
        "test-failed",
        "a test that fails is no error of the world: `cli::test`",
    ),
    ("too-many-files", "ten thousand files"),
    ("too-many-people", "two million people"),
    ("unfinished-run", "a run is killed: `cli::killed`"),
    (
        "unknown-revision",
        "a repository is needed: `cli::review::revisions`",
    ),
];

fn told(code: &Code) -> bool {
    TOLD.iter().any(|(name, _)| *name == code.name)
}

/// The codes of errors of the world: all that are not found in a policy.
fn codes() -> Vec<&'static Code> {
    let of_policies = |code: &&Code| {
        let tables = [
            tenure::policy::codes::ALL,
            tenure::policy::lint::codes::ALL,
            tenure::syntax::codes::ALL,
        ];
        tables
            .into_iter()
            .flatten()
            .any(|known| known.name == code.name)
    };
    let all = tenure::cli::every_code().into_iter();
    all.filter(|code| !of_policies(code)).collect()
}

/// The folder of the tour before its first command.
pub(super) fn company(folder: &Path) {
    let tour = std::fs::read_to_string("docs/tour.md").unwrap();
    let files = blocks(&tour)
        .into_iter()
        .take_while(|block| block.language != "sh");
    files.for_each(|block| write(folder, &block));
}

/// Does what the blocks say; what is wrong with the outcome of each `sh`, if `judge` says so.
fn act(folder: &Path, blocks: &[Block], judge: &dyn Fn(&Block, &str, i32) -> bool) -> Vec<String> {
    let mut wrong = Vec::new();
    for block in blocks {
        match block.language.as_str() {
            "sh" => {
                let (output, code) = typed(folder, block);
                if !judge(block, &output, code) {
                    wrong.push(format!("{}ends with {code}:\n{output}", block.text));
                }
            }
            "diff" => change(folder, block),
            _ => write(folder, block),
        }
    }
    wrong
}

fn exit(block: &Block, otherwise: i32) -> i32 {
    block
        .order("exit")
        .map_or(otherwise, |code| code.parse().unwrap())
}

#[test]
fn each_example_that_can_be_typed_ends_with_its_code_and_what_mends_it_does_not() {
    let mut wrong = String::new();
    for code in codes() {
        let example = blocks(&body(code, "Example"));
        let last = example.iter().rev().find(|block| block.language == "sh");
        let Some(last) = last.map(|block| block.line) else {
            assert!(told(code), "{} has no example that is run", code.name);
            continue;
        };
        assert!(!told(code), "{} has an example that is run", code.name);
        let folder = TempDir::new().unwrap();
        if example
            .iter()
            .all(|block| block.order("start") != Some("empty"))
        {
            company(folder.path());
        }
        let named = format!("error[{}]", code.name);
        let mut found = act(folder.path(), &example, &|block, output, ended| {
            if block.line == last {
                let wanted = exit(block, 1);
                ended == wanted && (wanted != 1 || output.contains(&named))
            } else {
                ended == exit(block, 0)
            }
        });
        let mend = blocks(&body(code, "How to mend it"));
        found.extend(act(folder.path(), &mend, &|block, output, ended| {
            ended == exit(block, 0) && !output.contains("error[")
        }));
        for what in found {
            writeln!(wrong, "{}: {what}", code.name).unwrap();
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn who_is_told_of_exists() {
    let names: Vec<&str> = codes().iter().map(|code| code.name).collect();
    for (name, _) in TOLD {
        assert!(names.contains(&name), "{name}");
    }
}
