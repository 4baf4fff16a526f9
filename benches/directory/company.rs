//! A company of 2,000 people, end to end: `tenure apply` of a plan, and the script that an administrator would write.
//!
//! The plan is the same file for both, and so is the domain: two that are unpacked from one template, with the same
//! GUIDs. First everybody comes, with a new password each; then a reorganisation changes attributes, managers and
//! memberships of all of them. `tenure` runs as it is run: it reads policy and people again, looks at every object,
//! and keeps its journal.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::domain::{Domain, Options};
use crate::reading::pack;
use crate::turns::{Took, by_turns, show, timed};

const PEOPLE: usize = 2_000;
const DEPARTMENTS: usize = 25;
const OFFICES: usize = 12;

const POLICY: &str = include_str!("company.tenure");

pub(crate) fn compare() {
    install();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let at = |name: &str| folder.path().join(name);
    let empty = at("empty.tar.gz");
    {
        let domain = Domain::start();
        domain.unit("Company");
        pack(&domain, &empty);
    }
    let names = ["tenure apply", "the script"];

    // With new passwords. The first turn of ours is where the reorganisation begins.
    let full = at("full.tar.gz");
    let state = at("state.db");
    let run = |template: &Path, people: &str, ours: bool| {
        let domain = unpacked(template);
        let place = Place::new(&domain, people);
        if state.exists() {
            std::fs::copy(&state, place.at("state.db")).unwrap();
        }
        let actions = place.plan(&domain);
        let took = timed(&domain, || {
            if ours {
                place.apply(&domain);
            } else {
                place.script(&domain);
            }
        });
        // Both have brought the domain to where nothing is to be done: the script's memory is not ours to ask.
        if ours {
            assert_eq!(place.plan(&domain), 0);
        }
        (domain, place, took, actions)
    };
    let mut count = 0;
    let first = people(0);
    let mut kept = None;
    let took = by_turns(
        2,
        |_| {
            let (domain, place, took, actions) = run(&empty, &first, true);
            count = actions;
            if !full.exists() {
                pack(&domain, &full);
                kept = Some(std::fs::read(place.at("state.db")).unwrap());
            }
            took
        },
        |_| run(&empty, &first, false).2,
    );
    show(
        &format!("{PEOPLE} people come, {count} actions with new passwords"),
        count,
        names,
        took,
        1.0,
    );

    std::fs::write(&state, kept.unwrap()).unwrap();
    let second = people(1);
    let took = by_turns(
        3,
        |_| {
            let (_, _, took, actions) = run(&full, &second, true);
            count = actions;
            took
        },
        |_| run(&full, &second, false).2,
    );
    show(
        &format!("{PEOPLE} people are reorganised, {count} actions without passwords"),
        count,
        names,
        took,
        2.0,
    );
}

/// The script's library, of Debian's packages.
fn install() {
    let there = || {
        let python = Command::new("/usr/bin/python3")
            .args(["-c", "import ldap3"])
            .output();
        python.is_ok_and(|output| output.status.success())
    };
    if there() {
        return;
    }
    let get = Command::new("apt-get")
        .args(["install", "-y", "--no-install-recommends", "python3-ldap3"])
        .env("DEBIAN_FRONTEND", "noninteractive")
        .output();
    assert!(
        there(),
        "python3-ldap3 is missing, and could not be installed: {get:?}"
    );
}

fn unpacked(template: &Path) -> Domain {
    Domain::start_with(Options {
        template: Some(template.to_owned()),
        ..Options::default()
    })
}

/// The people as HR has them, before and after the reorganisation.
fn people(year: usize) -> String {
    let mut csv =
        "id,first_name,last_name,status,department,office,title,phone,supervisor\n".to_owned();
    for id in 1..=PEOPLE {
        let supervisor = if id == 1 {
            String::new()
        } else {
            ((id + 6 * year) / 8).max(1).min(id - 1).to_string()
        };
        writeln!(
            csv,
            "{id},First{id},Last{id},active,Department {},Office {},Engineer {year},{},{supervisor}",
            (id + year) % DEPARTMENTS,
            (id + id % 3 * year) % OFFICES,
            1000 + id + year,
        )
        .unwrap();
    }
    csv
}

/// A folder with the company's policy and people.
struct Place(TempDir);

impl Place {
    fn new(domain: &Domain, people: &str) -> Self {
        let place = Self(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap());
        std::fs::create_dir(place.at("policy")).unwrap();
        let base = domain.base_dn();
        let config = format!(
            "[policy]\npath = \"policy\"\n\n[people]\ncsv = \"people.csv\"\n\n[directory]\n\
             ldap = {{ url = {:?}, bind = {:?}, ca = {:?} }}\n\
             read = [{base:?}]\nwrite = [\"OU=Company,{base}\"]\n\n[state]\npath = \"state.db\"\n",
            domain.ldaps_url(),
            domain.administrator().upn,
            domain.ca_file().display().to_string(),
        );
        std::fs::write(place.at("tenure.toml"), config).unwrap();
        // Every third leaves an office: more than any group may lose unannounced.
        let today = jiff::Timestamp::now()
            .to_zoned_datetime(jiff::tz::TimeZone::get("Europe/Berlin").unwrap())
            .date();
        let rest = POLICY.trim_end().strip_suffix('}').unwrap();
        let count = 2 * PEOPLE;
        let policy = format!(
            "{rest}  override revoke {count} on {today} because \"the reorganisation\"\n}}\n"
        );
        std::fs::write(place.at("policy/company.tenure"), policy).unwrap();
        std::fs::write(place.at("people.csv"), people).unwrap();
        place
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn tenure(&self, domain: &Domain, arguments: &[&str], codes: &[i32]) {
        let output = Command::new(env!("CARGO_BIN_EXE_tenure"))
            .args(arguments)
            .current_dir(self.0.path())
            .env("TENURE_AD_PASSWORD", &domain.administrator().password)
            .env_remove("TENURE_CONFIG")
            .output()
            .unwrap();
        let code = output.status.code().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let told = String::from_utf8_lossy(&output.stdout);
        let end: String = told.lines().rev().take(20).collect::<Vec<_>>().join("\n");
        assert!(
            codes.contains(&code),
            "tenure {arguments:?}: {code}\n{said}{end}"
        );
    }

    /// Plans; how many actions that are.
    fn plan(&self, domain: &Domain) -> usize {
        self.tenure(domain, &["plan", "-q", "-o", "plan.json"], &[0, 2]);
        let file = std::fs::read(self.at("plan.json")).unwrap();
        let file: serde_json::Value = serde_json::from_slice(&file).unwrap();
        file["plan"]["actions"].as_array().unwrap().len()
    }

    fn apply(&self, domain: &Domain) {
        self.tenure(domain, &["apply", "plan.json", "--yes"], &[0]);
    }

    fn script(&self, domain: &Domain) {
        let output = Command::new("/usr/bin/python3")
            .arg("benches/directory/script.py")
            .arg(self.at("plan.json"))
            .arg(domain.ldaps_url())
            .arg(&domain.administrator().upn)
            .arg(domain.ca_file())
            .arg(self.at("passwords.tsv"))
            .env("TENURE_AD_PASSWORD", &domain.administrator().password)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
    }
}
