//! `tenure personio-sim` as a newcomer uses it: started, read, copied from, and asked by `tenure plan`.

use super::{Place, Ran};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Stdio};

/// A simulator that runs, and what it said.
struct Running {
    child: Child,
    said: String,
}

impl Running {
    fn start(place: &Place, arguments: &[&str]) -> Self {
        let all = [&["personio-sim", "--port", "0"], arguments].concat();
        let mut command = place.command(&all);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = String::new();
        // The lines for `tenure.toml` come last: the address, and the clock where it stands.
        while !said.contains("personio = ") {
            let Some(line) = lines.next() else {
                let mut err = String::new();
                child
                    .stderr
                    .take()
                    .unwrap()
                    .read_to_string(&mut err)
                    .unwrap();
                panic!("{said}{err}");
            };
            said.push_str(&line.unwrap());
            said.push('\n');
        }
        Self { child, said }
    }

    /// What `[people]` is to say.
    fn people(&self) -> String {
        let line = self
            .said
            .lines()
            .find(|line| line.starts_with("personio = "));
        line.unwrap().to_owned()
    }

    /// The credentials, from the line that is to be copied.
    fn credentials(&self) -> Vec<(String, String)> {
        let line = self.said.lines().find(|line| line.contains("export "));
        let (_, pairs) = line.unwrap().split_once("export ").unwrap();
        let pairs = pairs.split(' ').map(|pair| pair.split_once('=').unwrap());
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    fn plan(&self, place: &Place) -> Ran {
        let mut command = place.command(&["plan", "--format", "json"]);
        Ran::of(command.envs(self.credentials()))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn actions(ran: &Ran) -> serde_json::Value {
    let file: serde_json::Value =
        serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran}"));
    file["plan"]["actions"].clone()
}

#[test]
fn the_example_is_planned_from_the_simulator_as_from_the_recordings() {
    let place = Place::example();
    let recorded = actions(&place.run(&["plan", "--format", "json"]));
    let sim = Running::start(&place, &["--no-limits"]);
    assert!(sim.said.contains("94 people"), "{}", sim.said);
    let line = r#"personio_v1 = "people/*.json"         # the pages of GET /v1/company/employees, recorded"#;
    place.change("rules/tenure.toml", line, &sim.people());
    let ran = sim.plan(&place);
    assert_eq!(actions(&ran), recorded, "{}", ran.err);
    assert!(recorded.as_array().unwrap().len() > 50);
}

#[test]
fn what_happens_in_hr_is_in_the_next_plan() {
    let place = Place::example();
    let sim = Running::start(&place, &["--no-limits", "--habit", "retention"]);
    let deleted = sim.said.lines().find(|line| line.contains("is deleted"));
    assert!(deleted.is_some(), "{}", sim.said);
    assert!(sim.said.contains("93 people"), "{}", sim.said);
}

#[test]
fn a_csv_with_four_columns_is_enough() {
    let place = Place::empty();
    place.write(
        "people.csv",
        "id,first_name,last_name,hire_date\n1,Ada,King,2020-01-01\n",
    );
    let sim = Running::start(
        &place,
        &["people.csv", "--now", "2026-03-02T09:00:00+01:00"],
    );
    assert!(sim.said.contains(" over 1 person, "), "{}", sim.said);
}

#[test]
fn faults_habits_and_oddities_can_be_listed() {
    let place = Place::empty();
    let ran = place.expect(0, &["personio-sim", "--fault", "help"]);
    assert!(
        ran.out.contains("self-cursor") && ran.out.contains("KIND@N"),
        "{ran}"
    );
    let ran = place.expect(0, &["personio-sim", "--habit", "help"]);
    assert!(ran.out.contains("company-switch"), "{ran}");
    let ran = place.expect(0, &["personio-sim", "--quirk", "help"]);
    assert!(ran.out.contains("relative-links"), "{ran}");
}

#[test]
fn what_is_wrong_is_said_before_anything_runs() {
    let place = Place::empty();
    place.write("people.csv", "id,hire_date\n1,soon\n");
    place.write("good.csv", "id\n1\n");
    for (arguments, says) in [
        (vec!["people.csv"], "`hire_date` is no date: soon"),
        (vec!["missing.csv"], "missing.csv"),
        (vec![], "there is no sample data"),
        (
            vec!["good.csv", "--fault", "no-such@1"],
            "there is no fault `no-such`",
        ),
        (
            vec!["good.csv", "--habit", "no-such"],
            "there is no habit `no-such`",
        ),
        (
            vec!["good.csv", "--habit", "retention"],
            "nobody is there for retention",
        ),
        (
            vec!["good.csv", "--quirk", "no-such"],
            "there is no oddity `no-such`",
        ),
        (
            vec!["good.csv", "--without", "no-such"],
            "there is no right `no-such`",
        ),
        (vec!["good.csv", "--now", "later"], "`later` is no instant"),
        (
            vec!["good.csv", "--webhook", "https://hr.example/"],
            "is no address of this machine",
        ),
    ] {
        let ran = place.expect(
            1,
            &[&["personio-sim", "--port", "0"], arguments.as_slice()].concat(),
        );
        assert!(ran.said(says), "{says}\n{ran}");
    }
}

#[test]
fn a_port_that_another_program_has_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let place = Place::empty();
    place.write("people.csv", "id\n1\n");
    let ran = place.expect(1, &["personio-sim", "people.csv", "--port", &port]);
    assert!(ran.said("error[no-port]") && ran.said("--port"), "{ran}");
}

#[test]
fn a_change_is_told_to_the_address_of_the_flag() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let hook = format!("http://{}/hook", listener.local_addr().unwrap());
    let place = Place::empty();
    place.write("people.csv", "id\n1\n");
    let sim = Running::start(&place, &["people.csv", "--webhook", &hook]);
    let (_, host) = sim.said.split_once("http://").unwrap();
    let host = host.split(['.', '"']).take(4).collect::<Vec<_>>().join(".");
    let mut stream = std::net::TcpStream::connect(&host).unwrap();
    let request =
        format!("DELETE /_sim/people/1 HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let (mut told, _) = listener.accept().unwrap();
    let mut text = String::new();
    let mut buffer = [0; 1024];
    while !text.contains("occurred_at") {
        let read = told.read(&mut buffer).unwrap();
        assert!(read > 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    assert!(
        text.starts_with("POST /hook") && text.contains("person.deleted"),
        "{text}"
    );
}
