//! A question that is too large: nothing is claimed, and `-v` says so.

use std::process::Command;

use tempfile::TempDir;

const CONFIGURATION: &str = r#"
[people]
csv = "people.csv"
[directory]
ldif = "directory.ldif"
write = ["OU=Company,DC=example,DC=com"]
"#;

/// Each of so many pigeons has a hole, one fewer than there are, and no two have the same: impossible, and hard to prove.
fn pigeons(count: usize) -> String {
    let sits = |pigeon: usize, hole: usize| format!("\"p{pigeon}h{hole}\" in duties");
    let holes = count - 1;
    let mut all = Vec::new();
    for pigeon in 0..count {
        let one: Vec<String> = (0..holes).map(|hole| sits(pigeon, hole)).collect();
        all.push(format!("({})", one.join(" or ")));
    }
    for hole in 0..holes {
        for pigeon in 0..count {
            for other in 0..pigeon {
                all.push(format!(
                    "not ({} and {})",
                    sits(pigeon, hole),
                    sits(other, hole)
                ));
            }
        }
    }
    all.join(" and ")
}

/// What `check` says of an expectation that all these pigeons are duties.
fn checked(count: usize, flags: &[&str]) -> String {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let prelude = std::fs::read_to_string("tests/lints/prelude.tenure").unwrap();
    write("prelude.tenure", &prelude);
    write(
        "sites.csv",
        "office,code,folder,zone\nBerlin,BER,OU=Berlin,Europe/Berlin\n",
    );
    write(
        "case.tenure",
        &format!("expect \"pigeons\"\n  when {}\n", pigeons(count)),
    );
    write("tenure.toml", CONFIGURATION);
    let ran = Command::new(env!("CARGO_BIN_EXE_tenure"))
        .arg("check")
        .args(flags)
        .current_dir(folder.path())
        .env_remove("TENURE_CONFIG")
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(0));
    String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr)
}

#[test]
fn what_takes_too_long_is_left_out_and_said_if_asked_for() {
    let said = "case.tenure:2: too large a condition for anything to be proved of it";
    let small = checked(4, &["-v"]);
    assert!(
        small.contains("never-matches") && !small.contains("too large"),
        "{small}"
    );
    let large = checked(9, &["-v"]);
    assert!(
        !large.contains("never-matches") && large.contains(said),
        "{large}"
    );
    let quiet = checked(9, &[]);
    assert!(
        !quiet.contains("never-matches") && !quiet.contains("too large"),
        "{quiet}"
    );
}
