//! Each fault happens where it was asked for, and not elsewhere; what the directory knows afterwards is looked up past
//! the front.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::super::Domain;
use super::super::client::{Answer, Client, SERVER_DOWN};
use super::super::front::{Fault, Front, Kind, On, Seen};
use super::{replace, soon, user};

/// Three accounts with this beginning, added on one connection.
fn three(unit: &str, name: &str) -> String {
    (1..=3).map(|n| user(&format!("{name}{n}"), unit)).collect()
}

/// Which of them there are.
fn there(domain: &Domain, unit: &str) -> Vec<char> {
    let dns = domain
        .client()
        .search(unit, "(objectClass=user)", &["cn"])
        .dns();
    let mut last: Vec<char> = dns
        .iter()
        .map(|dn| dn.split(',').next().unwrap().chars().last().unwrap())
        .collect();
    last.sort_unstable();
    last
}

/// Asks in a thread of its own.
fn asking(client: Client, ldif: String) -> std::thread::JoinHandle<Answer> {
    std::thread::spawn(move || client.modify(&ldif))
}

#[test]
fn an_answer_is_swallowed_and_the_deed_is_done() {
    let domain = Domain::shared();
    let unit = domain.unit("Swallow");
    let front = Front::before(domain).swallow(Kind::Add, 2).start();
    assert_eq!(
        front.client().add(&three(&unit, "swallow")).code,
        SERVER_DOWN
    );
    assert_eq!(there(domain, &unit), ['1', '2']);
    let adds: Vec<_> = front
        .log()
        .into_iter()
        .filter(|seen| seen.is(Kind::Add.into()))
        .collect();
    assert_eq!(
        adds.iter()
            .map(|add| (add.done(), add.told))
            .collect::<Vec<_>>(),
        [(true, true), (true, false)]
    );
    front.client().add(&user("swallow3", &unit)).done();
    assert_eq!(there(domain, &unit), ['1', '2', '3']);
}

#[test]
fn a_connection_is_cut_before_the_deed() {
    let domain = Domain::shared();
    let unit = domain.unit("Cut");
    let front = Front::before(domain)
        .fault(Fault::Cut, On::Write, 2)
        .start();
    assert_eq!(front.client().add(&three(&unit, "cut")).code, SERVER_DOWN);
    assert_eq!(there(domain, &unit), ['1']);
    let last = front
        .log()
        .into_iter()
        .rfind(|seen| seen.is(On::Write))
        .unwrap();
    assert!(!last.sent && last.code.is_none() && !last.told);
}

/// An element of a message by hand; none of these has more than 127 bytes.
fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u8::try_from(content.len()).unwrap();
    assert!(length < 0x80);
    [&[tag, length], content.as_slice()].concat()
}

/// Six contacts are asked for on one connection, and none waits for the answer to the one before. Gives which of them
/// were sent on and told, and how many there are.
fn batch(name: &str, fault: Fault, nth: usize) -> (Vec<(bool, bool)>, usize) {
    let domain = Domain::shared();
    let unit = domain.unit(name);
    let front = Front::before(domain)
        .plain_binds()
        .fault(fault, Kind::Add, nth)
        .start();
    let administrator = domain.administrator();
    let text = |text: &str| element(0x04, &[text.as_bytes()]);
    let message = |id: u8, op: &[u8]| element(0x30, &[&[0x02, 1, id], op]);
    let password = element(0x80, &[administrator.password.as_bytes()]);
    let bind = element(0x60, &[&[0x02, 1, 3], &text(&administrator.upn), &password]);
    let mut server = TcpStream::connect(front.ldap_url().replace("ldap://", "")).unwrap();
    server.write_all(&message(1, &bind)).unwrap();
    assert!(server.read(&mut [0; 100]).unwrap() > 0);
    let add = |n: u8| {
        let class = element(0x31, &[&text("contact")]);
        let class = element(0x30, &[&text("objectClass"), &class]);
        let dn = text(&format!("CN=c{n},{unit}"));
        message(n, &element(0x68, &[&dn, &element(0x30, &[&class])]))
    };
    let adds: Vec<u8> = (2..=7).flat_map(add).collect();
    server.write_all(&adds).unwrap();
    // Until it is cut, or all is said.
    server
        .set_read_timeout(Some(Duration::from_secs(1)))
        .unwrap();
    server.read_to_end(&mut Vec::new()).ok();
    // The domain controller has one process, so that what it began is done when it answers somebody else.
    let found = domain
        .client()
        .search(&unit, "(objectClass=contact)", &["cn"]);
    let log = front.log();
    let adds = log.iter().filter(|seen| seen.kind == Kind::Add);
    (
        adds.map(|add| (add.sent, add.told)).collect(),
        found.dns().len(),
    )
}

/// What the domain controller does with what it has not read when the connection ends is its own affair.
#[test]
fn a_batch_is_cut_in_its_middle() {
    let (adds, there) = batch("Batch cut", Fault::Cut, 4);
    let sent: Vec<bool> = adds.iter().map(|(sent, _)| *sent).collect();
    assert_eq!(sent, [true, true, true, false]);
    assert!(there <= 3, "{there}");
    let (adds, there) = batch("Batch swallowed", Fault::Swallow, 3);
    let told: Vec<bool> = adds.iter().map(|(_, told)| *told).collect();
    assert_eq!(told[..3], [true, true, false]);
    assert!(!told[3..].contains(&true));
    assert!(there >= 3, "{there}");
    let (adds, there) = batch("Batch whole", Fault::Disconnect, 7);
    assert!(adds.len() == 6 && adds.iter().all(|add| *add == (true, true)));
    assert_eq!(there, 6);
}

#[test]
fn faults_count_what_they_wait_for_and_from_when_they_were_set() {
    let domain = Domain::shared();
    let unit = domain.unit("Counting");
    let front = Front::before(domain).start();
    let client = front.client();
    client.add(&user("count1", &unit)).done();
    front.fault(Fault::Cut, Kind::Modify, 2);
    let title = |value: &str| replace(&format!("CN=count1,{unit}"), "title", value);
    client.add(&user("count2", &unit)).done();
    client.modify(&title("one")).done();
    client.search(&unit, "(cn=*)", &["cn"]).done();
    assert_eq!(client.modify(&title("two")).code, SERVER_DOWN);
    client.modify(&title("three")).done();
    front.fault(Fault::Cut, On::Any, 1);
    front.mend();
    client.read(&unit, &["ou"]).only();
}

#[test]
fn an_answer_ends_in_its_middle() {
    let domain = Domain::shared();
    let unit = domain.unit("Half");
    let front = Front::before(domain)
        .fault(Fault::CutAnswer, Kind::Search, 1)
        .start();
    let answer = front.client().search(&unit, "(ou=*)", &["ou"]);
    assert_ne!(answer.code, 0);
    assert_eq!(answer.entries.len(), 1, "what came before is there");
    front.client().search(&unit, "(ou=*)", &["ou"]).only();
}

#[test]
fn a_server_is_busy_or_away_for_a_while() {
    let domain = Domain::shared();
    let unit = domain.unit("Busy");
    let front = Front::before(domain).start();
    let add = || front.client().add(&user("busy", &unit));
    front.faults(Fault::Answer(51), On::Write, 1, 2);
    add().refused(51, "busy");
    add().refused(51, "busy");
    assert!(there(domain, &unit).is_empty());
    front.fault(Fault::Answer(52), On::Write, 1);
    add().refused(52, "not available");
    add().done();
    let codes: Vec<_> = front
        .log()
        .iter()
        .filter(|seen| seen.is(On::Write))
        .map(|seen| (seen.code, seen.sent))
        .collect();
    assert_eq!(
        codes,
        [
            (Some(51), false),
            (Some(51), false),
            (Some(52), false),
            (Some(0), true)
        ]
    );
}

#[test]
fn an_operation_is_delayed_and_nothing_else() {
    let domain = Domain::shared();
    let unit = domain.unit("Delay");
    let front = Front::before(domain).start();
    let time = Duration::from_secs(3);
    front.fault(Fault::Delay(time), On::Write, 1);
    let begun = Instant::now();
    let slow = asking(
        front.client(),
        user("delay", &unit)
            .replace("\n\n", "\n")
            .replace("objectClass", "changetype: add\nobjectClass"),
    );
    soon("it is asked", || front.count(On::Write) > 0);
    front.client().read(&unit, &["ou"]).only();
    assert!(
        begun.elapsed() < time,
        "somebody else's connection is not delayed"
    );
    assert!(there(domain, &unit).is_empty());
    slow.join().unwrap().done();
    assert!(begun.elapsed() >= time);
}

#[test]
fn a_server_says_that_it_goes_away_and_does() {
    let domain = Domain::shared();
    let front = Front::before(domain)
        .fault(Fault::Disconnect, Kind::Search, 1)
        .start();
    let answer = front.client().read(domain.base_dn(), &["dc"]);
    assert!(answer.code != 0 && answer.entries.is_empty(), "{answer:?}");
    front.client().read(domain.base_dn(), &["dc"]).only();
}

#[test]
fn what_comes_back_is_no_ldap() {
    let domain = Domain::shared();
    let front = Front::before(domain)
        .fault(Fault::Garbage, Kind::Search, 1)
        .start();
    let answer = front.client().read(domain.base_dn(), &["dc"]);
    assert!(answer.code != 0 && answer.entries.is_empty(), "{answer:?}");
    front.client().read(domain.base_dn(), &["dc"]).only();
}

#[test]
fn no_answer_comes_though_the_connection_is_open() {
    let domain = Domain::shared();
    let unit = domain.unit("Silent");
    for (fault, name, is_done) in [
        (Fault::Silence, "silence", true),
        (Fault::Stall, "stall", false),
    ] {
        let front = Front::before(domain).fault(fault, Kind::Add, 1).start();
        let ldif = user(name, &unit).replace("objectClass", "changetype: add\nobjectClass");
        let waiting = asking(front.client(), ldif);
        let came = |seen: &Seen| seen.kind == Kind::Add && (!is_done || seen.done());
        soon("it is asked", || front.log().iter().any(came));
        std::thread::sleep(Duration::from_millis(200));
        assert!(!waiting.is_finished(), "{fault:?}");
        let found = domain
            .client()
            .search(&unit, &format!("(cn={name})"), &["cn"])
            .done();
        assert_eq!(found.entries.len(), usize::from(is_done), "{fault:?}");
        front.client().read(&unit, &["ou"]).only();
        front.cut();
        assert_eq!(waiting.join().unwrap().code, SERVER_DOWN);
    }
}

#[test]
fn all_connections_are_cut_at_once() {
    let domain = Domain::shared();
    let unit = domain.unit("All");
    let front = Front::before(domain).start();
    front.fault(Fault::Silence, Kind::Modify, 1);
    let other = asking(front.client(), replace(&unit, "description", "x"));
    soon("it is asked", || front.count(Kind::Modify) > 0);
    front.fault(Fault::CutAll, Kind::Add, 1);
    assert_eq!(front.client().add(&user("all", &unit)).code, SERVER_DOWN);
    assert_eq!(other.join().unwrap().code, SERVER_DOWN);
    assert!(there(domain, &unit).is_empty());
}

#[test]
fn connections_are_refused_and_taken_again() {
    let domain = Domain::shared();
    let front = Front::before(domain).start();
    let asked = || front.client().read(domain.base_dn(), &["dc"]);
    asked().only();
    front.refuse_connections();
    asked().refused(SERVER_DOWN, "Can't contact");
    front.serve_connections();
    asked().only();
}

#[test]
fn connections_are_taken_and_left_alone() {
    let domain = Domain::shared();
    let unit = domain.unit("Stalled");
    let front = Front::before(domain).start();
    front.stall_connections();
    let waiting = asking(front.client(), replace(&unit, "description", "x"));
    soon("it is taken", || front.connections() > 0);
    std::thread::sleep(Duration::from_millis(300));
    assert!(!waiting.is_finished() && front.log().is_empty());
    assert_eq!(front.connections(), 1);
    front.serve_connections();
    front.client().read(&unit, &["ou"]).only();
    front.cut();
    assert_ne!(waiting.join().unwrap().code, 0);
}

#[test]
fn idle_connections_are_closed_with_a_word() {
    let domain = Domain::shared();
    let front = Front::before(domain).start();
    let address = front.ldap_url().replace("ldap://", "");
    let mut idle = TcpStream::connect(&address).unwrap();
    idle.set_read_timeout(Some(Duration::from_millis(400)))
        .unwrap();
    let mut said = Vec::new();
    assert!(idle.read_to_end(&mut said).is_err(), "it is left open");
    // Those that are open hear of it, too.
    idle.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    front.close_idle(Some(Duration::from_millis(100)));
    idle.read_to_end(&mut said).unwrap();
    let notice = b"1.3.6.1.4.1.1466.20036";
    assert!(said.windows(notice.len()).any(|part| part == notice));
    front.close_idle(None);
    front.client().read(domain.base_dn(), &["dc"]).only();
}
