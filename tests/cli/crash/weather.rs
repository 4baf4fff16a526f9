//! The domain controller goes, the way to it breaks, the disk is full: not a kill, but as bad.

use std::time::Duration;

use super::super::Ran;
use super::firm::STATE;
use super::{APPLY, Firm};
use crate::domain::front::{Fault, Front, On};

#[test]
fn a_domain_controller_that_dies_and_comes_back_is_waited_for() {
    let firm = Firm::busy();
    let (expected, _) = Firm::undisturbed();
    let desk = firm.own_desk();
    desk.configure("[apply]\nrate = 60");
    let run = desk.begin(&APPLY);
    desk.until_behind(40);
    firm.domain.kill();
    std::thread::sleep(Duration::from_millis(500));
    firm.domain.restart();
    let (code, said) = run.end();
    assert_eq!(code, 0, "{said}");
    assert_eq!(&firm.end(&desk), expected);
}

/// What happens to a run behind a front to which this is done.
fn through(prepare: impl Fn(&Front), configuration: &str) {
    let firm = Firm::busy();
    let (expected, _) = Firm::undisturbed();
    let front = Front::before(&firm.domain).start();
    prepare(&front);
    let desk = firm.desk(&[&front.ldaps_url()]);
    desk.configure(configuration);
    desk.expect(0, &APPLY);
    front.mend();
    front.close_idle(None);
    assert_eq!(&firm.end(&desk), expected);
}

#[test]
fn cut_connections_lose_nothing_and_do_nothing_twice() {
    let faults = |front: &Front| {
        let all = [
            (Fault::Swallow, 6),
            (Fault::Cut, 20),
            (Fault::CutAnswer, 34),
            (Fault::CutAll, 48),
            (Fault::Swallow, 62),
            (Fault::Disconnect, 76),
            (Fault::Garbage, 90),
        ];
        for (fault, nth) in all {
            front.fault(fault, On::Write, nth);
        }
    };
    through(faults, "");
}

#[test]
fn a_storm_of_busy_and_unavailable_passes() {
    let storm = |front: &Front| {
        front.faults(Fault::Answer(51), On::Write, 5, 30);
        front.faults(Fault::Answer(52), On::Write, 60, 30);
        front.faults(Fault::Answer(51), On::Any, 300, 10);
    };
    through(storm, "");
}

#[test]
fn connections_that_are_closed_for_idleness_are_opened_again() {
    let idle = |front: &Front| front.close_idle(Some(Duration::from_millis(120)));
    through(idle, "[apply]\nrate = 25");
}

#[test]
fn a_full_disk_stops_the_run_and_a_disk_with_room_finishes_it() {
    let firm = Firm::busy();
    let (expected, _) = Firm::undisturbed();
    let desk = firm.own_desk();
    let size = std::fs::metadata(desk.place.path(STATE)).unwrap().len();
    let mut full = 0;
    // Each time there is a little more room, in blocks of 512 bytes.
    for more in [16_384, 65_536, 131_072, 262_144, 524_288] {
        let blocks = (size + more) / 512;
        let script = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec '{}' {}",
            env!("CARGO_BIN_EXE_tenure"),
            APPLY.join(" ")
        );
        let mut command = desk.command(&[]);
        let mut limited = std::process::Command::new("sh");
        limited.args(["-c", &script]);
        limited.current_dir(command.get_current_dir().unwrap());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => limited.env(name, value),
                None => limited.env_remove(name),
            };
        }
        command = limited;
        let ran = Ran::of(&mut command);
        if ran.code == 0 {
            break;
        }
        assert_eq!(ran.code, 1, "{ran}");
        full += 1;
    }
    assert!(full > 0);
    desk.expect(0, &APPLY);
    assert_eq!(&firm.end(&desk), expected);
}
