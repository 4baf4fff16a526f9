//! The program over a Personio that answers: plans are those of the recordings, values go back, the doctor sees what is
//! wrong and nothing else, and the secret is nowhere.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;
use tenure::personio_sim::{CLIENT_ID, CLIENT_SECRET, Custom, Options, Sim};

use super::{Place, Ran};
use crate::personio_live::front::{Answer, Authority, Certificate, Front};
use crate::personio_live::{kestrel, options, schema};

/// The example, with people from a simulator.
fn example(sim: &Sim, more: &str) -> Place {
    let place = Place::example();
    let live = format!("personio = {{ url = {:?}{more} }} ", sim.url());
    place.change(
        "rules/tenure.toml",
        "personio_v1 = \"people/*.json\"",
        &live,
    );
    place
}

fn run(place: &Place, arguments: &[&str]) -> Ran {
    let mut command = place.command(arguments);
    command.env("PERSONIO_CLIENT_ID", CLIENT_ID);
    command.env("PERSONIO_CLIENT_SECRET", CLIENT_SECRET);
    Ran::of(&mut command)
}

/// The plan without what names the source of people, and without how a day that is none was written.
fn plan(ran: &Ran) -> Value {
    let text = ran.out.replace("2026-02-30T00:00:00+01:00", "2026-02-30");
    let mut file: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{ran}"));
    let mut plan = file["plan"].take();
    for key in ["id", "people_source", "people", "sources", "state"] {
        plan["header"].as_object_mut().unwrap().remove(key);
    }
    plan
}

#[test]
fn the_plan_is_that_of_the_recording_whoever_is_asked() {
    let recorded = plan(&Place::example().run(&["plan", "--format", "json"]));
    assert!(recorded["actions"].as_array().unwrap().len() > 200);
    let sim = Sim::start(kestrel(), options()).unwrap();
    for api in ["v1", "v2", "auto"] {
        let place = example(&sim, &format!(", api = {api:?}"));
        let live = plan(&run(&place, &["plan", "--format", "json"]));
        for (key, value) in recorded.as_object().unwrap() {
            assert_eq!(&live[key], value, "{api}: {key}");
        }
    }
}

#[test]
fn a_snapshot_of_it_plans_the_same_when_nobody_answers_any_more() {
    let sim = Sim::start(kestrel(), options()).unwrap();
    for api in ["v1", "v2"] {
        let place = example(&sim, &format!(", api = {api:?}"));
        let taken = run(&place, &["snapshot", "-o", "snap", "--with-sensitive"]);
        assert!(taken.said("does the same for everybody"), "{taken}");
        // With the state that the trail of sensitive values has made.
        let taken = run(&place, &["snapshot", "-o", "snap", "--with-sensitive"]);
        assert_eq!(taken.code, 0, "{taken}");
        let live = plan(&run(&place, &["plan", "--format", "json"]));
        let config = ["plan", "--format", "json", "--config", "snap/snapshot.toml"];
        assert_eq!(plan(&place.run(&config)), live, "{api}");
    }
}

#[test]
fn values_go_back_to_personio_and_are_no_news_then() {
    for (api, line, field) in [
        ("v2", "writeback { email = account.mail }\n", "email"),
        (
            "v1",
            "writeback { known_as = account.mail }\n",
            "dynamic_3304500",
        ),
    ] {
        let sim = Sim::start(kestrel(), options()).unwrap();
        // A custom attribute of its own, which nobody has yet.
        let known_as = Custom {
            label: "Known to the directory as".to_owned(),
            ty: "standard".to_owned(),
            universal_id: None,
        };
        sim.change(|company| {
            company
                .custom
                .insert("dynamic_3304500".to_owned(), known_as)
        });
        let place = example(&sim, &format!(", api = {api:?}"));
        place.change(
            "rules/person.tenure",
            "  extension ",
            "  known_as : text? from \"dynamic_3304500\"\n  extension ",
        );
        place.write("rules/writeback.tenure", line);
        let ran = run(&place, &["plan", "--format", "json"]);
        let file: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran}"));
        let actions = file["plan"]["actions"].as_array().unwrap();
        let writes = |action: &&Value| !action["change"]["write_back"].is_null();
        let wanted = actions.iter().filter(writes).count();
        assert!(wanted > 0, "{api}: nothing is written back");
        sim.recount();
        let ran = run(&place, &["apply", "--yes"]);
        assert_eq!(ran.code, 0, "{ran}");
        let patches: BTreeSet<String> = sim
            .requests()
            .into_iter()
            .filter(|request| request.starts_with("PATCH"))
            .collect();
        assert_eq!(patches.len(), wanted, "{api}");
        let has = |person: &&tenure::personio_sim::Person| {
            let value = if field == "email" {
                person.email.clone()
            } else {
                person
                    .custom
                    .get(field)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned()
            };
            patches
                .iter()
                .any(|request| request.ends_with(&person.id.to_string()))
                && value.contains('@')
        };
        let written = sim.change(|company| company.people.iter().filter(has).count());
        assert_eq!(written, wanted, "{api}");
        assert!(!place.path("rules/.tenure/writeback.csv").exists());
        let ran = run(&place, &["plan"]);
        assert_eq!(ran.code, 0, "{ran}");
    }
}

/// A value that somebody typed into Personio after the plan was made stays, and the run says so.
#[test]
fn a_value_of_hr_is_never_overwritten() {
    let sim = Sim::start(kestrel(), options()).unwrap();
    let place = example(&sim, ", api = \"v2\"");
    place.write(
        "rules/writeback.tenure",
        "writeback { email = account.mail }\n",
    );
    let ran = run(&place, &["plan", "--output", "kept.plan"]);
    assert_eq!(ran.code, 2, "{ran}");
    let before = sim.change(|company| company.people.clone());
    let empty: Vec<u64> = before
        .iter()
        .filter(|person| person.email.is_empty())
        .map(|person| person.id)
        .collect();
    sim.change(|company| {
        for id in &empty {
            company.person_mut(*id).unwrap().email = format!("typed{id}@kestrel.example");
        }
    });
    let ran = run(&place, &["apply", "--yes", "kept.plan"]);
    assert_ne!(ran.code, 0, "{ran}");
    sim.change(|company| {
        for id in &empty {
            assert_eq!(
                company.person(*id).unwrap().email,
                format!("typed{id}@kestrel.example")
            );
        }
    });
}

#[test]
fn a_secret_is_taken_from_where_it_lies_and_is_nowhere_else() {
    let sim = Sim::start(kestrel(), options()).unwrap();
    let place = example(&sim, ", client_secret = { file = \"secret\" }");
    place.write("rules/secret", format!("{CLIENT_SECRET}\n"));
    let secret = place.path("rules/secret");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o644)).unwrap();
    let open = run(&place, &["plan"]);
    assert!(
        open.said("error[no-secret]: there is no `client_secret` for Personio: others may read"),
        "{open}"
    );
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    let good = run(&place, &["plan"]);
    assert_eq!(good.code, 2, "{good}");
    place.write("rules/secret", "papi-wrong-secret\n");
    let wrong = run(&place, &["plan"]);
    assert!(wrong.said("error[personio-credentials]"), "{wrong}");
    let text = format!("{open}{good}{wrong}");
    assert!(!text.contains(CLIENT_SECRET) && !text.contains("papi-wrong-secret"));
    // Among the credentials that systemd passes.
    let folder = place.path("credentials");
    std::fs::create_dir(&folder).unwrap();
    std::fs::rename(&secret, folder.join("personio")).unwrap();
    std::fs::write(folder.join("personio"), CLIENT_SECRET).unwrap();
    place.change(
        "rules/tenure.toml",
        "{ file = \"secret\" }",
        "{ credential = \"personio\" }",
    );
    let mut command = place.command(&["plan"]);
    command
        .env("PERSONIO_CLIENT_ID", CLIENT_ID)
        .env("CREDENTIALS_DIRECTORY", &folder);
    assert_eq!(Ran::of(&mut command).code, 2);
}

/// What stands in square brackets: the codes of findings.
fn codes(ran: &Ran) -> Vec<String> {
    let brackets = regex::Regex::new(r"(?:warning|error)\[([a-z-]+)\]").unwrap();
    brackets
        .captures_iter(&ran.out)
        .map(|found| found[1].to_owned())
        .collect()
}

/// The credential that has what the example's policy needs, and nothing more.
fn exact() -> Options {
    let mut options = options();
    let needed: BTreeSet<String> = schema().sources().iter().map(ToString::to_string).collect();
    options.credentials[0].attributes = Some(needed);
    options
}

#[test]
fn the_doctor_sees_what_is_wrong_and_nothing_else() {
    type Breaking = (&'static str, &'static str, fn(&mut Options), i32);
    let all: &[Breaking] = &[
        (
            "v2",
            "personio-credentials",
            |o| o.credentials[0].secret = "renewed".into(),
            1,
        ),
        (
            "v2",
            "personio-right",
            |o| {
                o.credentials[0].scopes.remove("personio:persons:read");
            },
            1,
        ),
        (
            "v2",
            "personio-right",
            |o| {
                o.credentials[0].scopes.remove("personio:org-units:read");
            },
            1,
        ),
        (
            "v2",
            "personio-right",
            |o| {
                o.credentials[0].scopes.remove("personio:workplaces:read");
            },
            1,
        ),
        (
            "v1",
            "personio-right",
            |o| {
                o.credentials[0].scopes.remove("employees:read");
            },
            1,
        ),
        (
            "v1",
            "personio-not-released",
            |o| {
                released(o).remove("termination_date");
            },
            1,
        ),
        (
            "v2",
            "personio-not-released",
            |o| {
                released(o).remove("status");
            },
            1,
        ),
        (
            "v2",
            "personio-not-released",
            |o| {
                released(o).remove("dynamic_3304420");
            },
            1,
        ),
        (
            "v2",
            "personio-too-much",
            |o| {
                released(o).insert("termination_reason".into());
            },
            0,
        ),
        (
            "v1",
            "personio-too-much",
            |o| {
                released(o).insert("gender".into());
            },
            0,
        ),
        (
            "v2",
            "personio-clock",
            |o| o.now = Some("2026-03-02T09:05:00+01:00".parse().unwrap()),
            1,
        ),
        (
            "v1",
            "personio-failing",
            |o| o.faults = vec!["503@v1/employees:1*99".parse().unwrap()],
            1,
        ),
    ];
    for (api, code, breaks, exit) in all {
        if *code == "personio-failing" && !crate::is_long() {
            continue; // as long as patience is
        }
        let sim = Sim::start(kestrel(), exact()).unwrap();
        let place = example(&sim, &format!(", api = {api:?}"));
        let before = run(&place, &["doctor"]);
        assert_eq!((before.code, codes(&before)), (0, vec![]), "{before}");
        sim.set(breaks);
        let found = run(&place, &["doctor"]);
        assert_eq!(
            (found.code, codes(&found)),
            (*exit, vec![(*code).to_owned()]),
            "{found}"
        );
        assert!(found.out.contains("help: "), "{found}");
        // What the help says to do.
        sim.set(|options| {
            *options = Options {
                now: Some(crate::personio_live::now()),
                ..exact()
            }
        });
        let after = run(&place, &["doctor"]);
        assert_eq!((after.code, codes(&after)), (0, vec![]), "{after}");
    }
    // What the second generation may not, the first does, as a reading finds out, too.
    let sim = Sim::start(kestrel(), exact()).unwrap();
    sim.set(|o| {
        o.credentials[0].scopes.remove("personio:persons:read");
    });
    let found = run(&example(&sim, ", api = \"auto\""), &["doctor"]);
    assert_eq!((found.code, codes(&found)), (0, vec![]), "{found}");
    assert!(found.out.contains("version 1 of the API"), "{found}");
    let planned = run(&example(&sim, ", api = \"auto\""), &["plan"]);
    assert!(planned.out.contains("Personio v1 at"), "{planned}");
    // The address cannot go back where only the first will do.
    let place = example(&sim, ", api = \"auto\"");
    place.write(
        "rules/writeback.tenure",
        "writeback { email = account.mail }\n",
    );
    let found = run(&place, &["doctor"]);
    let expected = vec!["personio-other-version".to_owned()];
    assert_eq!((found.code, codes(&found)), (0, expected), "{found}");
    // Nobody there at all.
    let sim = Sim::start(kestrel(), exact()).unwrap();
    let place = example(&sim, ", client_id = { env = \"NOBODY\" }");
    assert!(run(&place, &["doctor"]).said("error[no-secret]"));
}

fn released(options: &mut Options) -> &mut BTreeSet<String> {
    options.credentials[0].attributes.as_mut().unwrap()
}

/// Without the list of attributes the people prove what is released.
#[test]
fn without_the_list_of_attributes_the_last_day_must_be_seen_of_somebody() {
    let assumed = regex::Regex::new(r"assume_released = \[[^]]*\]").unwrap();
    for api in ["v1", "v2"] {
        let mut options = exact();
        options.credentials[0].scopes.remove("employees:attributes");
        let sim = Sim::start(kestrel(), options).unwrap();
        let place = example(&sim, &format!(", api = {api:?}"));
        let seen = run(&place, &["doctor"]);
        assert_eq!((seen.code, codes(&seen)), (0, vec![]), "{seen}");
        sim.change(|company| {
            for person in &mut company.people {
                for employment in &mut person.employments {
                    employment.termination = None;
                }
            }
        });
        let ran = run(&place, &["plan"]);
        assert!(ran.said("error[personio-unproved]"), "{api}: {ran}");
        // What the help says to write. A termination that is null does not tell what would be sent in it.
        let text = ran.err.replace('\n', " ");
        let assumed = assumed.find(&text).unwrap_or_else(|| panic!("{ran}"));
        assert_eq!(
            assumed.as_str().contains("last_working_day"),
            api == "v2",
            "{ran}"
        );
        place.change(
            "rules/tenure.toml",
            &format!("api = {api:?}"),
            &format!("api = {api:?}, {}", assumed.as_str()),
        );
        let ran = run(&place, &["plan"]);
        assert!(!ran.said("error[personio-unproved]"), "{api}: {ran}");
    }
}

/// A command at a terminal, as `script` makes one, with its output in a file; what is seen then.
fn seen_at_a_terminal(place: &Place, arguments: &str) -> (i32, String) {
    let command = format!("{} {arguments} > out", env!("CARGO_BIN_EXE_tenure"));
    let output = std::process::Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .current_dir(place.path(""))
        .env("COLUMNS", "100")
        .env("TZ", "UTC")
        .env("NO_COLOR", "1")
        .env("TERM", "xterm")
        .env("PERSONIO_CLIENT_ID", CLIENT_ID)
        .env("PERSONIO_CLIENT_SECRET", CLIENT_SECRET)
        .output()
        .unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
    )
}

/// A long reading shows how far it is, where somebody sees it, and leaves nothing of that behind.
#[test]
fn a_long_reading_shows_a_bar_on_a_terminal_and_nowhere_else() {
    for (api, faults, shown) in [
        (
            "v2",
            "slow@v2/employments:5*40",
            "/94 people read from Personio",
        ),
        ("v2", "slow@v2/persons:1*2", "94 people read from Personio"),
        (
            "v1",
            "slow@v1/employees:1*1",
            "94/94 people read from Personio",
        ),
    ] {
        let slow = Options {
            slow: std::time::Duration::from_millis(900),
            ..options()
        };
        let sim = Sim::start(kestrel(), slow).unwrap();
        let place = example(&sim, &format!(", api = {api:?}"));
        let plain = run(&place, &["plan", "--format", "json"]);
        let (code, seen) = seen_at_a_terminal(&place, "plan --format json");
        assert_eq!((code, seen.contains("read from")), (2, false), "{seen:?}");
        let set = || {
            sim.set(|options| options.faults = vec![faults.parse().unwrap()]);
            sim.recount();
        };
        set();
        let (code, seen) = seen_at_a_terminal(&place, "plan --format json");
        assert_eq!(code, 2, "{seen:?}");
        assert!(seen.contains(shown), "{api}, {faults}: {seen:?}");
        // The last thing that happens to the line of the bar is that it is cleared.
        let last = seen.rfind("read from Personio").unwrap();
        let (_, after) = seen[last..].split_once("Personio").unwrap();
        assert!(after.contains("\r\u{1b}[2K"), "{after:?}");
        assert!(!after.contains('█'), "{after:?}");
        let differ = |text: &str| {
            plan(&Ran {
                code,
                out: text.to_owned(),
                err: String::new(),
            })
        };
        let out = place.read("out");
        assert!(!out.contains("read from"), "{out}");
        assert_eq!(differ(&out), differ(&plain.out));
        set();
        let ran = run(&place, &["plan", "--format", "json"]);
        assert_eq!(ran.code, 2);
        assert!(!ran.err.contains("read from"), "{ran}");
    }
}

/// As an administrator has it: TLS with an authority of one's own, and a proxy whose password lies in a file.
#[test]
fn a_plan_is_made_over_tls_and_through_a_proxy() {
    let sim = Sim::start(kestrel(), options()).unwrap();
    let authority = Authority::new();
    let front = Front::tls(&authority, Certificate::Good, &sim.url());
    let proxy = Front::proxy(Answer::Asks("Basic bmFtZTpwQHNz"));
    let place = Place::example();
    let live = format!(
        "personio = {{ url = \"https://localhost:{}\", ca = \"ca.pem\", proxy = {{ file = \"proxy\" }} }} ",
        front.port()
    );
    place.change(
        "rules/tenure.toml",
        "personio_v1 = \"people/*.json\"",
        &live,
    );
    place.write("rules/ca.pem", authority.pem());
    for (password, code) in [("p%40ss", None), ("papi-1", Some("personio-proxy"))] {
        let address = format!("http://name:{password}@127.0.0.1:{}\n", proxy.port());
        place.write("rules/proxy", address);
        let file = place.path("rules/proxy");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        let ran = run(&place, &["plan"]);
        match code {
            None => assert_eq!(ran.code, 2, "{ran}"),
            Some(code) => assert!(ran.said(&format!("error[{code}]")), "{ran}"),
        }
        assert!(!ran.said(password), "{ran}");
    }
    place.change("rules/tenure.toml", ", proxy = { file = \"proxy\" }", "");
    place.write("rules/ca.pem", Authority::new().pem());
    let ran = run(&place, &["plan"]);
    assert!(ran.said("error[personio-certificate]"), "{ran}");
}

#[test]
fn configurations_that_cannot_be_are_answered_in_words() {
    let sim = Sim::start(kestrel(), options()).unwrap();
    for (more, code, words) in [
        (", api = \"v3\"", "bad-config", "unknown variant"),
        (
            ", client_secret = \"papi-1\"",
            "bad-config",
            "a secret does not stand in `tenure.toml`",
        ),
        (", limits = 3", "bad-config", "there is no `limits`"),
        (", ca = \"nothing.pem\"", "unreadable-file", "nothing.pem"),
        (
            ", proxy = \"::\"",
            "personio-setup",
            "`proxy` is no address",
        ),
        (
            ", proxy = \"http://name:papi-1@proxy.example.com\"",
            "bad-config",
            "do not stand in `tenure.toml`",
        ),
        (
            ", proxy = { env = \"NO_SUCH_PROXY\" }",
            "no-secret",
            "there is no `proxy` for Personio: the variable `NO_SUCH_PROXY` is not set",
        ),
        (", proxy = 3", "bad-config", "a proxy is an address"),
        (", app_id = \"Ü\\n\"", "personio-setup", "`app_id`"),
    ] {
        let ran = run(&example(&sim, more), &["plan"]);
        assert!(
            ran.said(&format!("error[{code}]")) && ran.said(words),
            "{more}: {ran}"
        );
        assert!(ran.said("help: "), "{more}: {ran}");
        assert!(!ran.said("papi-1"), "{ran}");
    }
    for (url, code, words) in [
        ("http://api.personio.de", "bad-config", "`clock` is pinned"),
        ("https://api.personio.de", "bad-config", "`clock` is pinned"),
    ] {
        let place = Place::example();
        let live = format!("personio = {{ url = {url:?} }} ");
        place.change(
            "rules/tenure.toml",
            "personio_v1 = \"people/*.json\"",
            &live,
        );
        let ran = run(&place, &["plan"]);
        assert!(
            ran.said(&format!("error[{code}]")) && ran.said(words),
            "{url}: {ran}"
        );
    }
    let place = Place::example();
    place.change(
        "rules/tenure.toml",
        "personio_v1 = \"people/*.json\"",
        "personio = { url = \"http://api.personio.de\" }",
    );
    let text = place.read("rules/tenure.toml");
    let pinned = text.lines().find(|line| line.starts_with("clock")).unwrap();
    place.write("rules/tenure.toml", text.replace(pinned, ""));
    let ran = run(&place, &["plan"]);
    assert!(
        ran.said("error[personio-setup]") && ran.said("would send the secret in the clear"),
        "{ran}"
    );
}

/// Two sources whose keys nothing tells apart: nobody of the one is looked for in the other, and no value goes astray.
#[test]
fn people_of_another_source_are_not_looked_for_in_personio() {
    let sim = Sim::start(kestrel(), options()).unwrap();
    for (prefix, written) in [("", false), (" prefix \"x\"", true)] {
        let place = example(&sim, ", api = \"v2\"");
        place.change("rules/person.tenure", ": int     key", ": text    key");
        let live = format!("personio = {{ url = {:?}, api = \"v2\" }} ", sim.url());
        let text = place.read("rules/tenure.toml");
        let line = text
            .lines()
            .find(|line| line.starts_with("personio = "))
            .unwrap();
        let text = text.replace(line, "");
        let sources =
            format!("\n[people.staff]\n{live}\n\n[people.others]\ncsv = \"others.csv\"\n");
        place.write("rules/tenure.toml", format!("{text}{sources}"));
        // The keys of people are texts here, and the example's tests write numbers.
        std::fs::remove_file(place.path("rules/tests.tenure")).unwrap();
        let columns: Vec<String> = schema().sources().iter().map(ToString::to_string).collect();
        let row = |id: u32| {
            let cells = columns.iter().map(|column| match column.as_str() {
                "id" => id.to_string(),
                "first_name" => format!("Otto{id}"),
                "last_name" => "Other".to_owned(),
                "status" => "active".to_owned(),
                "employment_type" => "external".to_owned(),
                "hire_date" => "2020-01-01".to_owned(),
                _ => String::new(),
            });
            cells.collect::<Vec<_>>().join(",")
        };
        let rows: Vec<String> = (900_001..900_200).map(row).collect();
        place.write(
            "rules/others.csv",
            format!("{}\n{}\n", columns.join(","), rows.join("\n")),
        );
        place.write(
            "rules/sources.tenure",
            format!("source \"staff\"\nsource \"others.csv\"{prefix}\n")
                .replace("others.csv", "others"),
        );
        place.write(
            "rules/writeback.tenure",
            "writeback { email = account.mail }\n",
        );
        sim.change(|company| *company = kestrel());
        let ran = run(&place, &["apply", "--yes"]);
        assert_eq!(ran.code == 0, written, "{prefix}: {ran}");
        assert_eq!(
            ran.said("cannot be told apart"),
            !written,
            "{prefix}: {ran}"
        );
        // The state knows everybody now; whoever is read is not missed.
        sim.recount();
        let ran = run(&place, &["plan"]);
        assert!(!ran.said("error["), "{prefix}: {ran}");
        assert!(
            !sim.requests()
                .iter()
                .any(|line| line.contains("/persons/9000")),
            "{prefix}"
        );
    }
}
