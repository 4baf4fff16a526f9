//! Two machines with the same configuration, at the same moment (S5).

use std::process::Command;

use super::super::Ran;
use super::firm::UNIT;
use super::{APPLY, Desk, Firm, count};

/// A clock that runs, for one that stands still lets no lease end.
fn unpin(desk: &Desk) {
    let config = desk.place.read("tenure.toml");
    let lines = config.lines().filter(|line| !line.starts_with("clock"));
    let config = lines.collect::<Vec<_>>().join("\n");
    desk.place.write("tenure.toml", config + "\n");
}

#[test]
#[expect(clippy::print_stderr, reason = "the count is what a long run is for")]
fn one_wins_and_the_other_says_who() {
    let firm = Firm::busy();
    let whole = firm.own_desk();
    unpin(&whole);
    whole.expect(0, &APPLY);
    let expected = firm.end(&whole).directory;
    firm.domain.rewind();
    let races = count(5, 50);
    let (mut held, mut late) = (0, 0);
    for race in 0..races {
        let desks = [(); 2].map(|()| firm.own_desk());
        desks.iter().for_each(unpin);
        if race % 3 == 2 {
            // This one has lost its state.
            std::fs::remove_dir_all(desks[1].place.path(".tenure")).unwrap();
        }
        let runs = [desks[0].begin(&APPLY), desks[1].begin(&APPLY)];
        let [first, second] = runs.map(super::Running::end);
        let (winner, loser) = match (first.0, second.0) {
            (0, 1) => (&desks[0], &second.1),
            (1, 0) => (&desks[1], &first.1),
            codes => panic!("{codes:?}\n{}\n{}", first.1, second.1),
        };
        if loser.contains("error[directory-held]") {
            assert!(
                loser.contains("held by run ") && loser.contains(" on "),
                "{loser}"
            );
            held += 1;
        } else {
            assert!(
                loser.contains("error[state-older]") || loser.contains("error[state-unknown]"),
                "{loser}"
            );
            late += 1;
        }
        assert_eq!(firm.end(winner).directory, expected);
        firm.domain.rewind();
    }
    eprintln!(
        "{races} races: {held} heard who holds the directory, {late} that their state is not the one"
    );
}

/// Runs a command on a machine of another name.
fn elsewhere(desk: &Desk, arguments: &[&str]) -> Ran {
    let own = desk.command(arguments);
    let mut command = Command::new("unshare");
    command
        .args([
            "--map-root-user",
            "--uts",
            "sh",
            "-c",
            "hostname elsewhere; exec \"$0\" \"$@\"",
        ])
        .arg(own.get_program())
        .args(own.get_args())
        .current_dir(own.get_current_dir().unwrap());
    for (name, value) in own.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Ran::of(&mut command)
}

#[test]
fn a_run_that_died_is_finished_elsewhere_once_its_time_is_over() {
    let firm = Firm::busy();
    let desk = firm.own_desk();
    unpin(&desk);
    assert!(desk.kill_at(&APPLY, "Performed(ActionId(40))"));
    let copy = Desk {
        place: desk.place.twin(),
        password: desk.password.clone(),
    };
    for arguments in [&["resume"][..], &APPLY] {
        let ran = elsewhere(&copy, arguments);
        assert!(ran.code == 1 && ran.said("error[directory-held]"), "{ran}");
    }
    let mark = format!("CN=tenure,{UNIT}");
    let client = firm.domain.client();
    let said = client.read(&mark, &["serviceBindingInformation"]).only();
    let mut record =
        format!("dn: {mark}\nchangetype: modify\nreplace: serviceBindingInformation\n");
    for text in said.all("serviceBindingInformation") {
        let mut parts: Vec<&str> = text.split(' ').collect();
        if text.starts_with("lease=") {
            parts[2] = "2026-03-01T00:00:00Z";
        }
        record.push_str(&format!("serviceBindingInformation: {}\n", parts.join(" ")));
    }
    client.modify(&record).done();
    let ran = elsewhere(&copy, &["resume"]);
    assert_eq!(ran.code, 0, "{ran}");
    firm.end(&copy);
    // The first machine comes back, and what it knows is too old.
    let ran = desk.expect(1, &["resume"]);
    assert!(ran.said("error[state-older]"), "{ran}");
}
