//! What is on the disk when: every instant at which a kill can come leaves the state before or after a
//! change, and what can not be stored is not done.

use std::fs;
use std::path::{Path, PathBuf};

use tenure::directory::ldif::{EmbeddedDirectory, Problem, read};
use tenure::directory::port::{Change, Directory as _, Error, Operation, Target};
use tenure::directory::{Guid, Object, Snapshot};

use super::world::{EMPTY_DOMAIN, add, at, clock};

struct Files {
    folder: tempfile::TempDir,
    path: PathBuf,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("directory.ldif");
        fs::write(&path, EMPTY_DOMAIN).unwrap();
        Self { folder, path }
    }

    fn open(&self) -> EmbeddedDirectory {
        EmbeddedDirectory::open(&self.path, clock()).unwrap()
    }

    fn changes(&self) -> PathBuf {
        self.folder.path().join("directory.ldif.changes")
    }
}

/// Operations of every kind, each depending on those before.
fn script() -> Vec<Operation> {
    let user: &[(&str, &[&str])] = &[
        ("objectClass", &["user"]),
        ("sAMAccountName", &["zoe"]),
        ("sn", &["Müller"]),
    ];
    let change = |dn: &str, name: &str, old: Option<&str>, new: Option<&str>| Operation::Modify {
        target: Target::Dn(at(dn)),
        changes: vec![Change::replace(
            name,
            old.map(Into::into),
            new.map(Into::into),
        )],
    };
    let zoe = at("CN=Zoë,OU=Staff");
    let zoe = zoe.as_str();
    vec![
        add("OU=Staff", &[("objectClass", &["organizationalUnit"])]),
        add("OU=Leavers", &[("objectClass", &["organizationalUnit"])]),
        add("CN=Zoë,OU=Staff", user),
        add(
            "CN=G,OU=Staff",
            &[("objectClass", &["group"]), ("sAMAccountName", &["G"])],
        ),
        change("CN=G,OU=Staff", "member", None, Some(zoe)),
        change("CN=Zoë,OU=Staff", "title", None, Some("Engineer")),
        change(
            "CN=Zoë,OU=Staff",
            "title",
            Some("Engineer"),
            Some("CTO\nand more"),
        ),
    ]
}

fn finish(directory: &EmbeddedDirectory, from: &str) -> Vec<Operation> {
    let target = Target::Dn(at(from));
    let guid = directory.read(&target).unwrap().map(|object| object.guid());
    let guid = guid.unwrap_or(Guid::derived(&["none"]));
    vec![
        Operation::SetPassword {
            guid,
            password: "Correct-Horse-7-Battery".into(),
            must_change: true,
        },
        Operation::Modify {
            target: Target::Guid(guid),
            changes: vec![Change::replace(
                "userAccountControl",
                Some("546".into()),
                Some("512".into()),
            )],
        },
        Operation::Move {
            guid,
            from: at(from),
            to: at("CN=Zoë,OU=Leavers"),
        },
        Operation::Delete {
            guid,
            dn: at("CN=Zoë,OU=Leavers"),
        },
    ]
}

fn all(snapshot: &Snapshot) -> Vec<Object> {
    snapshot.iter().map(|(_, object)| object.clone()).collect()
}

/// Performs the whole script, handing out the state after each operation.
fn perform(directory: &EmbeddedDirectory) -> Vec<Vec<Object>> {
    let mut states = vec![all(&directory.snapshot().unwrap())];
    for operation in script() {
        directory.perform(&operation).unwrap();
        states.push(all(&directory.snapshot().unwrap()));
    }
    for operation in finish(directory, "CN=Zoë,OU=Staff") {
        directory.perform(&operation).unwrap();
        states.push(all(&directory.snapshot().unwrap()));
    }
    states
}

#[test]
fn what_was_done_is_found_again() {
    let files = Files::new();
    let directory = files.open();
    let states = perform(&directory);
    let last = states.last().unwrap();
    drop(directory);
    assert_eq!(fs::read_to_string(&files.path).unwrap(), EMPTY_DOMAIN);
    assert_eq!(&all(&read(&files.path).unwrap()), last, "from both files");
    let directory = files.open();
    assert_eq!(&all(&directory.snapshot().unwrap()), last);
    directory.save().unwrap();
    assert!(!files.changes().exists());
    assert_eq!(
        &all(&read(&files.path).unwrap()),
        last,
        "from the whole file"
    );
    let usn = directory.snapshot().unwrap().domain().highest_usn;
    assert_eq!(read(&files.path).unwrap().domain().highest_usn, usn);
}

#[test]
fn the_change_file_can_be_read_by_eye() {
    let files = Files::new();
    let directory = files.open();
    perform(&directory);
    insta::assert_snapshot!("changes", fs::read_to_string(files.changes()).unwrap());
}

#[test]
fn a_kill_at_any_byte_leaves_the_state_before_or_after_a_change() {
    let files = Files::new();
    let directory = files.open();
    let states = perform(&directory);
    drop(directory);
    let whole = fs::read(files.changes()).unwrap();
    let mut seen = 0;
    for length in 0..=whole.len() {
        fs::write(files.changes(), &whole[..length]).unwrap();
        let found = all(&read(&files.path).unwrap());
        let state = states.iter().position(|state| *state == found);
        let state = state.unwrap_or_else(|| panic!("no state at byte {length}"));
        assert!(
            state >= seen,
            "byte {length} goes back from {seen} to {state}"
        );
        seen = state;
    }
    assert_eq!(seen + 1, states.len());
}

#[test]
fn a_torn_tail_is_cut_off_before_anything_is_added() {
    let files = Files::new();
    perform(&files.open());
    let whole = fs::read(files.changes()).unwrap();
    for cut in [1, 10, 60, 90] {
        let mut torn = whole[..whole.len() - cut].to_vec();
        torn.extend([0; 7]);
        fs::write(files.changes(), torn).unwrap();
        let directory = files.open();
        let zoe = directory
            .read(&Target::Dn(at("CN=Zoë,OU=Leavers")))
            .unwrap();
        let guid = zoe.unwrap().guid();
        let dn = at("CN=Zoë,OU=Leavers");
        directory.perform(&Operation::Delete { guid, dn }).unwrap();
        let state = all(&directory.snapshot().unwrap());
        drop(directory);
        assert_eq!(all(&read(&files.path).unwrap()), state);
    }
}

#[test]
fn a_kill_while_saving_leaves_one_of_two_whole_pairs() {
    let files = Files::new();
    let directory = files.open();
    let states = perform(&directory);
    let last = states.last().unwrap();
    let changes = fs::read(files.changes()).unwrap();
    // Killed while the new file was written beside the old one.
    fs::write(
        files.folder.path().join("directory.ldif.new"),
        "dn: DC=exam",
    )
    .unwrap();
    assert_eq!(&all(&read(&files.path).unwrap()), last);
    directory.save().unwrap();
    drop(directory);
    // Killed after the new file took its place, before the change file went.
    fs::write(files.changes(), &changes).unwrap();
    assert_eq!(
        &all(&read(&files.path).unwrap()),
        last,
        "no change is done twice"
    );
    let directory = files.open();
    directory
        .perform(&add("OU=New", &[("objectClass", &["organizationalUnit"])]))
        .unwrap();
    let state = all(&directory.snapshot().unwrap());
    drop(directory);
    assert_eq!(all(&read(&files.path).unwrap()), state);
    let directory = files.open();
    directory.save().unwrap();
    assert_eq!(all(&read(&files.path).unwrap()), state);
}

#[test]
fn a_damaged_change_is_refused() {
    let files = Files::new();
    perform(&files.open());
    let text = fs::read_to_string(files.changes()).unwrap();
    fs::write(files.changes(), text.replace("Engineer", "Director")).unwrap();
    let error = read(&files.path).unwrap_err();
    assert!(
        matches!(error.problem, Problem::DamagedChange { change: 6 }),
        "{error}"
    );
    let missing: String = text
        .split_inclusive("\n\n")
        .filter(|part| !part.contains("# change 3\n"))
        .collect();
    fs::write(files.changes(), missing).unwrap();
    let error = read(&files.path).unwrap_err();
    assert!(
        matches!(error.problem, Problem::DamagedChange { .. }),
        "{error}"
    );
}

#[test]
fn changes_that_do_not_fit_an_edited_file_are_refused() {
    let files = Files::new();
    perform(&files.open());
    let taken = format!(
        "{EMPTY_DOMAIN}\ndn: OU=Staff,DC=example,DC=com\nobjectClass: organizationalUnit\n"
    );
    fs::write(&files.path, taken).unwrap();
    let error = read(&files.path).unwrap_err();
    assert!(
        matches!(error.problem, Problem::ForeignChange { change: 1, .. }),
        "{error}"
    );
}

#[test]
fn two_do_not_write_at_once() {
    let files = Files::new();
    let first = files.open();
    let error = EmbeddedDirectory::open(&files.path, clock()).unwrap_err();
    assert!(matches!(error.problem, Problem::Locked), "{error}");
    assert_eq!(read(&files.path).unwrap().len(), 3, "reading is free");
    drop(first);
    files.open();
}

#[test]
fn relative_ids_are_never_given_twice() {
    let files = Files::new();
    let directory = files.open();
    let user: &[(&str, &[&str])] = &[("objectClass", &["user"])];
    let first = directory.perform(&add("CN=a,CN=Users", user)).unwrap();
    let sid = directory.read(&Target::Guid(first)).unwrap().unwrap().sid();
    let dn = at("CN=a,CN=Users");
    directory
        .perform(&Operation::Delete { guid: first, dn })
        .unwrap();
    directory.save().unwrap();
    drop(directory);
    let directory = files.open();
    let second = directory.perform(&add("CN=a,CN=Users", user)).unwrap();
    assert_ne!(first, second);
    assert!(
        directory
            .read(&Target::Guid(second))
            .unwrap()
            .unwrap()
            .sid()
            > sid
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_refuses_the_change_and_keeps_the_state() {
    let files = Files::new();
    let directory = files.open();
    std::os::unix::fs::symlink("/dev/full", files.changes()).unwrap();
    let before = all(&directory.snapshot().unwrap());
    let unit = add("OU=New", &[("objectClass", &["organizationalUnit"])]);
    let error = directory.perform(&unit).unwrap_err();
    let Error::Storage { source, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(source.kind(), std::io::ErrorKind::StorageFull, "{error}");
    assert!(!error.is_retryable());
    assert_eq!(all(&directory.snapshot().unwrap()), before);
    drop(directory);
    fs::remove_file(files.changes()).unwrap();
    let directory = files.open();
    directory.perform(&unit).unwrap();
}

#[test]
fn a_folder_that_can_not_be_written_is_told() {
    let missing = Path::new("no-such-folder/directory.ldif");
    let error = EmbeddedDirectory::open(missing, clock()).unwrap_err();
    assert!(matches!(error.problem, Problem::Unreadable(_)), "{error}");
}

#[cfg(unix)]
#[test]
fn who_may_not_read_the_file_may_not_read_what_is_written() {
    use std::os::unix::fs::PermissionsExt as _;
    let files = Files::new();
    fs::set_permissions(&files.path, fs::Permissions::from_mode(0o600)).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let link = files.folder.path().join("link.ldif");
    std::os::unix::fs::symlink(&files.path, &link).unwrap();
    let directory = EmbeddedDirectory::open(&link, clock()).unwrap();
    perform(&directory);
    assert_eq!(mode(&files.changes()), 0o600);
    directory.save().unwrap();
    assert_eq!(mode(&files.path), 0o600);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}
