//! Canaries (S11): every sensitive value of every person is one that stands nowhere else, and no output, no file
//! and no error has one of them in it, unless the policy discloses it, and then that one alone.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;

use super::Place;
use super::company::{self, LDIF, POLICY};

const FIELDS: &str = r#"title      : text?
  last_day   : date?           from "termination_date"
  born       : date?           from "date_of_birth"
  salary     : number?         from "fix_salary"
  private    : text?           from "private_email"
  illness    : text?           from "dynamic_5" sensitive
  shift      : time?           from "dynamic_6" sensitive
  duties     : list of text?   from "dynamic_7" sensitive
  godparent  : person?         from "dynamic_8" sensitive
  grade      : one of ("a", "b", "QZgrade")? from "dynamic_9" sensitive
"#;

const COLUMNS: &str = "id,first_name,last_name,status,department,title,termination_date,date_of_birth,fix_salary,\
    private_email,dynamic_5,dynamic_6,dynamic_7,dynamic_8,dynamic_9\n";

/// What tells each sensitive value, by its field.
const CANARIES: [(&str, &str); 9] = [
    ("last_day", "2031-07"),
    ("born", "1961-11"),
    ("salary", "77341"),
    ("private", "QZmail"),
    ("illness", "QZill"),
    ("shift", "03:47"),
    ("duties", "QZduty"),
    ("godparent", "90909"),
    ("grade", "QZgrade"),
];

/// Rules that test every one of them.
const RULES: &str = r#"let end = choose {
  when last_day is present => last_day
  otherwise                => never
}

let ill = illness is present and illness matches "QZ*"

expect "who works at night is paid for it" when shift is missing or salary > 90000

expect "a birthday that can be" when born is present and today > born + 6000 days

notify "care" {
  on      when ill
  on      change of illness, born
  to      "care@small.example"
  subject "{first_name} needs a call"
  body    "See {department}."
}

notify "end" {
  on      enter leaver
  on      problem
  to      "it@small.example"
  subject "{first_name} leaves"
  body    "-"
}
"#;

fn people(changed: bool) -> String {
    let mut csv = COLUMNS.to_owned();
    for (id, name, status) in [
        (1, "Anna,Berg", "active"),
        (2, "Ben,Ode", "active"),
        (3, "Carl,Ny", "active"),
        (4, "Dora,Ek", "onboarding"),
        (5, "Eva,Alt", "inactive"),
        (6, "Finn,Ro", if changed { "inactive" } else { "active" }),
    ] {
        let end = if changed { id + 1 } else { id };
        writeln!(
            csv,
            "{id},{name},{status},Lab,Chemist,2031-07-1{end},1961-11-2{end},77341{end}.19,QZmail{end}@home.example,\
             QZill {end},03:47,\"QZduty{end},QZduty\",9090901{end},QZgrade"
        )
        .unwrap();
    }
    // What breaks its type, and is no less sensitive for that.
    csv.push_str(
        "7,Gus,Hof,active,Lab,Chemist,2031-07-99,1961-11-2x,77341x.19,QZmail7@home.example,QZill 7,03:471,QZduty,9090907,QZgrades\n",
    );
    csv
}

fn watched(more: &str) -> Place {
    let place = company::small();
    let policy = POLICY
        .replace("title      : text?\n", FIELDS)
        .replace(
            "lifecycle {\n",
            "lifecycle {\n  when now >= end at 18:00 => leaver\n",
        )
        .replace(
            "  confirmed 2026-02-01\n",
            "  confirmed 2026-02-01\n  adopt when account.mail == private\n",
        )
        .replace(
            "  manage granted\n",
            "  when born < 1970-01-01          => \"SG-Sales\"\n  \
             when godparent.department == \"Lab\" => \"SG-Lab\"\n  \
             when grade == \"QZgrade\"         => \"SG-Sales\"\n  \
             when \"QZduty\" in duties         => \"SG-Sales\"\n\n  manage granted\n",
        )
        .replace(
            "guard {\n",
            "guard {\n  quarantine at most 50\n  values at most 50\n",
        );
    place.write("policy/policy.tenure", policy);
    place.write("policy/rules.tenure", format!("{RULES}{more}"));
    place.write("people.csv", people(false));
    // An account that `adopt` proposes to Carl by what nobody should see.
    let ghost = "\ndn: CN=Ghost,OU=Staff,OU=Small,DC=small,DC=example\n\
        objectClass: top\nobjectClass: person\nobjectClass: organizationalPerson\nobjectClass: user\n\
        objectCategory: CN=Person,CN=Schema,CN=Configuration,DC=small,DC=example\n\
        cn: Ghost\nsAMAccountName: ghost\nmail: QZmail3@home.example\nuserAccountControl: 512\n\
        primaryGroupID: 513\nobjectGUID:: MQECAwQFBgcICQoLDA0ODw==\n\
        objectSid:: AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAAcQQAAA==\n";
    place.write("directory.ldif", format!("{LDIF}{ghost}"));
    place
}

/// Runs everything that shows anything, and yields all that was said.
fn everything(place: &Place) -> BTreeMap<String, String> {
    let mut said = BTreeMap::new();
    let mut run = |moment: &str, arguments: &[&str]| {
        let ran = place.run(arguments);
        let name = format!("{moment}: tenure {}", arguments.join(" "));
        // What cannot be done shows nothing either: each of these has something to say.
        assert!(ran.out.len() + ran.err.len() > 20, "{name}\n{ran}");
        assert!(!ran.err.contains("panicked"), "{ran}");
        said.insert(name, format!("{}\n{}", ran.out, ran.err));
    };
    let mut show = |moment: &str| {
        for arguments in [
            &["check", "--format", "json"][..],
            &["check", "--format", "sarif"],
            &["check", "--format", "github"],
            &["check", "--format", "gitlab"],
            &["check", "--format", "junit"],
            &["plan"],
            &["plan", "-v"],
            &["plan", "--format", "json"],
            &["plan", "--format", "markdown"],
            &["plan", "--format", "markdown", "--names"],
            &["plan", "--at", "2027-01-01"],
            &["plan", "--only", "born < 1970-01-01"],
            &["plan", "-o", "plan.json"],
            &["match"],
            &["match", "--format", "json"],
            &["match", "--format", "csv"],
            &["explain", "7"],
        ] {
            run(moment, arguments);
        }
        for person in ["1", "3", "4", "5"] {
            run(moment, &["explain", person]);
            run(moment, &["explain", person, "--format", "json"]);
            run(moment, &["explain", person, "SG-Sales"]);
            run(moment, &["explain", person, "SG-Lab"]);
            run(moment, &["explain", person, "title"]);
        }
    };
    show("before");
    let apply = |place: &Place, said: &mut BTreeMap<String, String>, moment: &str| {
        for arguments in [
            &["apply", "--yes"][..],
            &["history"],
            &["history", "--format", "json"],
            &["show", "last"],
            &["show", "last", "--format", "json"],
        ] {
            let ran = place.run(arguments);
            let name = format!("{moment}: tenure {}", arguments.join(" "));
            assert_eq!(ran.code, 0, "{name}\n{ran}");
            said.insert(name, format!("{}\n{}", ran.out, ran.err));
        }
    };
    let mut more = BTreeMap::new();
    apply(place, &mut more, "first");
    place.change("tenure.toml", "2026-02-02T09", "2026-03-10T09");
    place.write("people.csv", people(true));
    show("later");
    apply(place, &mut more, "second");
    // A table that is none is refused in words that hold none of its cells.
    for broken in ["QZill 3,03:47", "1961-11-24"] {
        place.write(
            "people.csv",
            people(true).replace(broken, "QZill \"x,03:47\",\"1961-11"),
        );
        let ran = place.run(&["plan"]);
        more.insert(
            format!("broken {broken}"),
            format!("{}\n{}", ran.out, ran.err),
        );
    }
    place.write("people.csv", people(true));
    said.extend(more);
    said
}

/// Where a canary sings: outputs and files with the fields that are told there.
fn singing(place: &Place, said: &BTreeMap<String, String>) -> Vec<String> {
    let mut heard = Vec::new();
    let mut listen = |where_: &str, bytes: &[u8]| {
        for (field, canary) in CANARIES {
            let needle = canary.as_bytes();
            if bytes.windows(needle.len()).any(|window| window == needle) {
                heard.push(format!("{field} in {where_}"));
            }
        }
    };
    for (name, text) in said {
        listen(name, text.as_bytes());
    }
    for (path, bytes) in place.content() {
        let name = path.strip_prefix(place.folder.path()).unwrap();
        let name = name.to_string_lossy().into_owned();
        // What the author and HR wrote; and the directory, which has a private address of its own.
        let given = name.starts_with("policy") || name == "people.csv" || name == "directory.ldif";
        if given {
            continue;
        }
        let bytes = if name == company::COPY {
            String::from_utf8(bytes)
                .unwrap()
                .replace("mail: QZmail3@home.example", "")
                .into_bytes()
        } else {
            bytes
        };
        listen(&name, &bytes);
    }
    heard
}

/// Rules are told in their author's words: a canary that the policy names itself is none.
fn without_rules(said: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let words = [
        "matches \\\"QZ*\\\"",
        "\"QZduty\" in duties",
        "\\\"QZduty\\\" in duties",
        "\"\"QZduty\"\" in duties",
        "grade == \"QZgrade\"",
        "grade == \\\"QZgrade\\\"",
        "is none of `a`, `b`, `QZgrade`",
    ];
    let strip = |mut text: String| {
        for word in words {
            text = text.replace(word, "");
        }
        text
    };
    said.into_iter()
        .map(|(name, text)| (name, strip(text)))
        .collect()
}

#[test]
fn no_sensitive_value_is_anywhere() {
    let place = watched("");
    let said = without_rules(everything(&place));
    assert!(said.len() > 60, "{}", said.len());
    // What tests them is told, and so is that there is something not told.
    let explained = &said["before: tenure explain 1"];
    assert!(explained.contains("•••"), "{explained}");
    let heard = singing(&place, &said);
    // The plan file and the state tell rules in the author's words, too.
    let heard: Vec<&String> = heard
        .iter()
        .filter(|heard| {
            !(heard.starts_with("grade in plan.json") || heard.starts_with("duties in plan.json"))
        })
        .collect();
    assert_eq!(heard, Vec::<&String>::new());
}

#[test]
fn what_is_disclosed_is_told_and_nothing_else() {
    let place = watched("profile { info = disclose(illness) else clear }\n");
    let said = without_rules(everything(&place));
    let heard = singing(&place, &said);
    let others: Vec<&String> = heard
        .iter()
        .filter(|heard| !heard.starts_with("illness in "))
        .filter(|heard| {
            !(heard.starts_with("grade in plan.json") || heard.starts_with("duties in plan.json"))
        })
        .collect();
    assert_eq!(others, Vec::<&String>::new());
    let is_heard = |what: &str| heard.iter().any(|heard| heard == what);
    // The directory gets it, and so a plan that is kept has it; what is shown where an account is made with it is as
    // hidden as where it changes.
    assert!(is_heard("illness in plan.json"), "{heard:#?}");
    assert!(
        !is_heard("illness in first: tenure apply --yes"),
        "{heard:#?}"
    );
    assert!(place.read(company::COPY).contains("info: QZill"));
}

/// A command at a terminal, as `script` makes one.
pub(super) fn at_a_terminal(place: &Place, arguments: &str) -> (bool, String) {
    let command = format!("{} {arguments}", env!("CARGO_BIN_EXE_tenure"));
    let output = Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .current_dir(place.folder.path())
        .env("COLUMNS", "200")
        .env("TZ", "UTC")
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    (
        output.status.success(),
        String::from_utf8(output.stdout).unwrap(),
    )
}

#[test]
fn reveal_shows_them_on_a_terminal_alone_and_the_trail_knows() {
    let place = watched("");
    for arguments in [
        &["explain", "1", "--reveal"][..],
        &["plan", "--reveal"],
        &["plan", "--reveal", "--format", "json"],
    ] {
        let ran = place.expect(1, arguments);
        assert!(ran.said("error[not-a-terminal]"), "{ran}");
    }
    assert!(
        !place.path(".tenure").exists(),
        "what is refused leaves no trace"
    );
    assert_eq!(place.run(&["plan", "--reveal", "-o", "x.json"]).code, 64);
    let (fine, shown) = at_a_terminal(&place, "explain 1 --reveal");
    assert!(fine && shown.contains("2031-07-11"), "{shown}");
    let (fine, shown) = at_a_terminal(&place, "explain 1 SG-Sales --reveal");
    assert!(fine && shown.contains("1961-11-21"), "{shown}");
    let (fine, shown) = at_a_terminal(&place, "explain 1");
    assert!(fine && !shown.contains("2031-07-11"), "{shown}");
    let (_, shown) = at_a_terminal(&place, "plan -v --reveal");
    assert!(shown.contains("born: 1961-11-26"), "{shown}");
    let (fine, shown) = at_a_terminal(&place, "explain 1 --reveal --format json");
    assert!(!fine && shown.contains("not-a-terminal"), "{shown}");
    let store = tenure::state::Store::open_existing(&place.path(".tenure/state.db"))
        .unwrap()
        .unwrap();
    let trail = store.audit_trail().unwrap();
    let seen: Vec<(String, String)> = trail
        .iter()
        .map(|entry| {
            let facts: serde_json::Value = serde_json::from_str(&entry.facts).unwrap();
            let whom = entry.private.as_ref().unwrap().known().unwrap().to_owned();
            (
                format!("{} {}", entry.event, facts["command"].as_str().unwrap()),
                whom,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("revealed explain".to_owned(), "1".to_owned()),
            ("revealed explain".to_owned(), "1".to_owned()),
            ("revealed plan".to_owned(), "everybody".to_owned()),
        ]
    );
    store.verify_audit().unwrap();
}
