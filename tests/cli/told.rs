//! What a run tells people and HR: notices, their memory and the outbox; values written back.

use serde_json::Value;
use tenure::state::Store;
use tenure::state::outbox::Kept;

use super::Place;
use super::company::{self, COPY, POLICY};

const NOTICES: &str = r#"notify "welcome" {
  on      create
  to      supervisor.email, "helpdesk@small.example"
  subject "New colleague: {first_name} {last_name}, {title}"
  body    file "mails/welcome.md"
}

notify "first day" {
  on      password
  to      account.mail else "helpdesk@small.example"
  subject "First logon of {login}"
  body    "The login is {account.sAMAccountName}, the password {first_name} knows"
}

notify "left" {
  on      enter leaver from employee
  to      supervisor.email
  subject "{first_name} {last_name} leaves {department}"
  body    "{account.distinguishedName}"
}

notify "moved" {
  on      change of department, title
  on      exit prehire
  to      "it@small.example"
  subject "{first_name}: {department}"
  body    "{title}"
}

notify "untitled" {
  on      when title is missing and status == "active"
  to      "hr@small.example"
  subject "{first_name} has no title"
  body    "-"
}
"#;

const PEOPLE: &str = "\
id,first_name,last_name,status,department,title,email,supervisor
1,Anna,Berg,active,Lab,Chemist,anna@home.example,
2,Ben,Ode,active,Lab,Chemist,,1
3,Carl,Ny,active,,Porter,n/a,1
4,Dora,Ek,onboarding,Lab,,,1
5,Eva,Alt,inactive,Lab,Chemist,,1
6,Finn,Ro,active,Lab,,,3
";

/// A month later: 1 changes departments, 2 leaves, 4 has the first day, 6 has a title, 7 is new, 3 has none.
const LATER: &str = "\
id,first_name,last_name,status,department,title,email,supervisor
1,Anna,Berg,active,Sales,Chemist,anna@home.example,
2,Ben,Ode,inactive,Lab,Chemist,,1
3,Carl,Ny,active,,,n/a,1
4,Dora,Ek,active,Lab,,,1
5,Eva,Alt,inactive,Lab,Chemist,,1
6,\"Finn
Bcc: all@small.example\",Ro,active,Lab,Apprentice,,3
7,Zoë,Ünal,active,Sales,Buyer,,3
";

fn telling(more: &str) -> Place {
    let place = company::small();
    let policy = POLICY
        .replace(
            "title      : text?\n",
            "title      : text?\n  email      : text?\n  supervisor : person?\n",
        )
        .replace(
            "  department     = department",
            "  mail           = \"{login}@small.example\" once\n  department     = department",
        );
    place.write("policy/policy.tenure", policy);
    place.write("policy/told.tenure", more);
    place.write(
        "policy/mails/welcome.md",
        "# {first_name}\n\nLogin: `{account.sAMAccountName}`, \\{not a hole\\}, C:\\new, title {title}.\n",
    );
    place.write("people.csv", PEOPLE);
    place
}

/// Each notice of a plan on a line.
fn notices(place: &Place) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let plan = place.plan();
    let Some(notices) = plan.0["notices"].as_array() else {
        return Vec::new();
    };
    let line = |notice: &Value| {
        let to: Vec<String> = notice["to"].as_array().unwrap().iter().map(text).collect();
        format!(
            "{} on {} of {} to {}: {}",
            text(&notice["name"]),
            text(&notice["event"]),
            text(&notice["person"]),
            to.join(" "),
            text(&notice["subject"])
        )
    };
    notices.iter().map(line).collect()
}

pub(super) fn outbox(place: &Place) -> Vec<Kept> {
    let store = Store::open_existing(&place.path(".tenure/state.db")).unwrap();
    store.unwrap().outbox().unwrap()
}

#[test]
fn each_event_tells_those_concerned_once() {
    let place = telling(NOTICES);
    assert_eq!(
        notices(&place),
        [
            "welcome on create of 1 to helpdesk@small.example: New colleague: Anna Berg, Chemist",
            "first day on password of 1 to aberg@small.example: First logon of aberg",
            "welcome on create of 3 to anna@home.example helpdesk@small.example: New colleague: Carl Ny, Porter",
            "first day on password of 3 to cny@small.example: First logon of cny",
            "welcome on create of 4 to anna@home.example helpdesk@small.example: New colleague: Dora Ek, –",
            // `n/a` is no address, so only the help desk gets to know of Finn.
            "welcome on create of 6 to helpdesk@small.example: New colleague: Finn Ro, –",
            "first day on password of 6 to fro@small.example: First logon of fro",
        ]
    );
    let ran = place.expect(0, &["apply", "--yes"]);
    assert!(
        ran.err.contains(
            "7 notices wait: `tenure.toml` does not say how; to have them sent, write `[mail]`"
        ),
        "{ran}"
    );
    assert_eq!(outbox(&place).len(), 7);
    assert_eq!(notices(&place), Vec::<String>::new());
    place.expect(0, &["plan"]);

    place.change("tenure.toml", "2026-02-02T09", "2026-03-10T09");
    place.write("people.csv", LATER);
    assert_eq!(
        notices(&place),
        [
            "moved on change of department, title of 1 to it@small.example: Anna: Sales",
            "left on enter leaver from employee of 2 to anna@home.example: Ben Ode leaves Lab",
            "moved on change of department, title of 3 to it@small.example: Carl: –",
            "untitled on when title is missing and status == \"active\" of 3 to hr@small.example: Carl has no title",
            "first day on password of 4 to dek@small.example: First logon of dek",
            "moved on exit prehire of 4 to it@small.example: Dora: Lab",
            "untitled on when title is missing and status == \"active\" of 4 to hr@small.example: Dora has no title",
            // The directory does not take such a name; what is told of it is still one line.
            "moved on change of department, title of 6 to it@small.example: \
             Finn Bcc: all@small.example: Lab",
            "welcome on create of 7 to helpdesk@small.example: New colleague: Zoë Ünal, Buyer",
            "first day on password of 7 to zuenal@small.example: First logon of zuenal",
        ]
    );
    place.expect(0, &["apply", "--yes"]);
    assert_eq!(notices(&place), Vec::<String>::new());
    assert_eq!(outbox(&place).len(), 17);
    place.expect(0, &["plan"]);
}

#[test]
fn a_notice_says_what_the_run_made_true() {
    let place = telling(NOTICES);
    place.expect(0, &["apply", "--yes"]);
    let kept = outbox(&place);
    let (first, second) = (&kept[0], &kept[1]);
    assert_eq!(
        (
            &*first.notice,
            &*first.event,
            &*first.status,
            first.attempts
        ),
        ("welcome", "create", "due", 0)
    );
    let said =
        |kept: &Kept| -> Value { serde_json::from_str(kept.content.known().unwrap()).unwrap() };
    assert_eq!(
        said(first)["body"],
        "# Anna\n\nLogin: `aberg`, {not a hole}, C:\\new, title Chemist.\n"
    );
    assert_eq!(
        said(second)["body"],
        "The login is aberg, the password Anna knows"
    );
    let ids: std::collections::BTreeSet<&str> = kept.iter().map(|kept| &*kept.id).collect();
    assert_eq!(ids.len(), kept.len());
    let shown = place.expect(0, &["show", "last"]).out;
    assert!(shown.contains("@ 4   welcome on create   due"), "{shown}");
    let shown = place.expect(0, &["show", "last", "--format", "json"]).out;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["notices"].as_array().unwrap().len(), 7);
    assert_eq!(shown["notices"][0]["id"], *first.id);
}

#[test]
fn the_first_sight_of_an_account_and_of_a_line_is_a_baseline() {
    // Ben's account exists and is seen for the first time: nothing is told of him.
    let on_ben = "notify \"a\" {\n  on enter employee\n  on when department == \"Lab\"\n  to \"a@b\"\n  \
                  subject \"{first_name}\"\n  body \"-\"\n}\n";
    let place = telling(on_ben);
    let told = notices(&place);
    assert!(told.iter().all(|line| !line.contains("Ben")), "{told:?}");
    assert!(told.iter().any(|line| line.contains("Anna")), "{told:?}");
    place.expect(0, &["apply", "--yes"]);
    // A line that is new tells nothing of what is so already; what begins afterwards it tells.
    let more = "notify \"b\" {\n  on when title == \"Chemist\"\n  to \"a@b\"\n  subject \"{first_name}\"\n  body \"-\"\n}\n";
    place.write("policy/more.tenure", more);
    assert_eq!(notices(&place), Vec::<String>::new());
    place.expect(0, &["apply", "--yes"]);
    place.write("people.csv", PEOPLE.replace("Porter", "Chemist"));
    assert_eq!(
        notices(&place),
        ["b on when title == \"Chemist\" of 3 to a@b: Carl"]
    );
    place.expect(0, &["apply", "--yes"]);
    // It has to cease before it can begin again.
    assert_eq!(notices(&place), Vec::<String>::new());
    place.write("people.csv", PEOPLE);
    assert_eq!(notices(&place), Vec::<String>::new());
    place.expect(0, &["apply", "--yes"]);
    place.write("people.csv", PEOPLE.replace("Porter", "Chemist"));
    assert_eq!(notices(&place).len(), 1);
    place.expect(0, &["apply", "--yes"]);
    // A record that cannot be read says nothing: read again, it has not begun anew.
    let broken = PEOPLE
        .replace("Porter", "Chemist")
        .replace("3,Carl,Ny,active", "3,Carl,Ny,sleeping");
    place.write("people.csv", broken);
    place.run(&["apply", "--yes"]);
    place.write("people.csv", PEOPLE.replace("Porter", "Chemist"));
    assert_eq!(notices(&place), Vec::<String>::new());
}

#[test]
fn a_notice_to_nobody_is_a_finding() {
    let place = telling(NOTICES);
    place.change(
        "policy/told.tenure",
        "supervisor.email, \"helpdesk@small.example\"",
        "supervisor.email",
    );
    let plan = place.plan();
    assert_eq!(plan.findings("untold"), ["1", "6"]);
    let shown = place.expect(2, &["plan"]).out;
    assert!(
        shown.contains("`welcome` goes to nobody: `supervisor.email` is missing"),
        "{shown}"
    );
    assert!(
        shown.contains("`welcome` goes to nobody: `supervisor.email` is no mail address"),
        "{shown}"
    );
}

#[test]
fn problems_are_told_when_they_begin() {
    let notice = "notify \"p\" {\n  on problem\n  to \"it@b\"\n  subject \"{first_name} {last_name}: {department}\"\n  body \"-\"\n}\n";
    let place = telling(notice);
    place.expect(0, &["apply", "--yes"]);
    place.write(
        "people.csv",
        PEOPLE.replace("1,Anna,Berg,active", "1,Anna,Berg,sleeping"),
    );
    assert_eq!(
        notices(&place),
        ["p on problem of 1 to it@b: Anna Berg: Lab"]
    );
    place.expect(0, &["apply", "--yes"]);
    assert_eq!(notices(&place), Vec::<String>::new());
}

#[test]
fn notices_have_a_guard() {
    let place = telling(NOTICES);
    place.change(
        "policy/policy.tenure",
        "guard {\n",
        "guard {\n  notify  at most 6\n",
    );
    let shown = place.expect(3, &["plan"]).out;
    assert!(shown.contains("7 of 6"), "{shown}");
    place.expect(3, &["apply", "--yes"]);
    assert_eq!(outbox(&place).len(), 0);
    place.expect(
        0,
        &[
            "apply",
            "--yes",
            "--override",
            "notify",
            "--because",
            "first filling",
        ],
    );
    assert_eq!(outbox(&place).len(), 7);
}

#[test]
fn notices_are_shown_with_the_plan() {
    let place = telling(NOTICES);
    let shown = place.expect(2, &["plan"]).out;
    let from = shown.find("Notices  7").unwrap();
    let section: Vec<&str> = shown[from..]
        .lines()
        .take_while(|line| !line.is_empty())
        .collect();
    insta::assert_snapshot!(section.join("\n"));
    let markdown = place.expect(2, &["plan", "--format", "markdown"]).out;
    assert!(markdown.contains("### Notices (7)"), "{markdown}");
    assert!(!markdown.contains("anna@home.example"), "{markdown}");
}

const WRITEBACK: &str = "writeback { email = account.mail }\n";
pub(super) const FILE: &str = ".tenure/writeback.csv";

/// A run in which one person starts: an account is enabled, told of and written back.
pub(super) fn a_first_day() -> Place {
    let place = telling(&format!("{NOTICES}{WRITEBACK}"));
    place.expect(0, &["apply", "--yes"]);
    place.write(
        "people.csv",
        PEOPLE.replace("4,Dora,Ek,onboarding", "4,Dora,Ek,active"),
    );
    place
}

/// The values that a plan writes back: whose, what stands there, what will.
fn written_back(place: &Place) -> Vec<String> {
    let plan = place.plan();
    let write = |action: &Value| {
        let write = action["change"].get("write_back")?;
        let text = |name: &str| write[name].as_str().unwrap_or("-").to_owned();
        Some(format!(
            "{} {}: {} -> {}",
            text("person"),
            text("source"),
            text("before"),
            text("after")
        ))
    };
    plan.actions().iter().filter_map(write).collect()
}

#[test]
fn hr_gets_to_know_what_it_does_not_say_itself() {
    let place = telling(WRITEBACK);
    // Carl's HR says something and Anna's too; Dora's account is not enabled; Ben's has no mail, Eva's is disabled.
    assert_eq!(written_back(&place), ["6 email: - -> fro@small.example"]);
    let shown = place.expect(2, &["plan"]).out;
    assert!(shown.contains("email in HR"), "{shown}");
    assert!(shown.contains("changes the login to HR"), "{shown}");
    let tracked = place.read("people.csv");
    place.expect(0, &["apply", "--yes"]);
    assert_eq!(
        place.read("people.csv"),
        tracked,
        "a recording is never written"
    );
    assert_eq!(
        place.read(FILE),
        "person,field,before,after\n\"6\",\"email\",\"\",\"fro@small.example\"\n"
    );
    // Planned again there is nothing to do, and nothing to remember either: our own echo is no news.
    place.expect(0, &["plan"]);
    let before = place.content();
    let ran = place.expect(0, &["apply", "--yes"]);
    assert!(ran.err.contains("nothing to do"), "{ran}");
    assert_eq!(
        place.written_since(&before),
        Vec::<std::path::PathBuf>::new()
    );
}

#[test]
fn what_is_ours_follows_the_account_and_what_somebody_typed_stays() {
    let place = telling(WRITEBACK);
    place.expect(0, &["apply", "--yes"]);
    place.change(
        COPY,
        "mail: fro@small.example",
        "mail: finn.ro@small.example",
    );
    assert_eq!(
        written_back(&place),
        ["6 email: fro@small.example -> finn.ro@small.example"]
    );
    place.expect(0, &["apply", "--yes"]);
    assert_eq!(written_back(&place), Vec::<String>::new());
    place.expect(0, &["plan"]);
    // HR says something else by now: a newer recording holds, and it is not ours to change.
    place.write(
        "people.csv",
        PEOPLE.replace(
            "6,Finn,Ro,active,Lab,,,3",
            "6,Finn,Ro,active,Lab,,finn@home.example,3",
        ),
    );
    assert_eq!(written_back(&place), Vec::<String>::new());
    place.expect(0, &["apply", "--yes"]);
    place.change(COPY, "mail: finn.ro@small.example", "mail: f@small.example");
    assert_eq!(written_back(&place), Vec::<String>::new());
}

#[test]
fn a_value_is_written_once_the_account_is_enabled() {
    let place = telling(WRITEBACK);
    place.expect(0, &["apply", "--yes"]);
    place.write(
        "people.csv",
        PEOPLE.replace("4,Dora,Ek,onboarding", "4,Dora,Ek,active"),
    );
    assert_eq!(written_back(&place), ["4 email: - -> dek@small.example"]);
    place.expect(0, &["apply", "--yes"]);
    place.expect(0, &["plan"]);
}

#[test]
fn a_line_that_a_crash_cut_off_is_none() {
    let place = telling(WRITEBACK);
    place.expect(0, &["apply", "--yes"]);
    let whole = place.read(FILE);
    place.write(FILE, format!("{whole}\"4\",\"ema"));
    place.write(
        "people.csv",
        PEOPLE.replace("4,Dora,Ek,onboarding", "4,Dora,Ek,active"),
    );
    place.expect(0, &["apply", "--yes"]);
    assert_eq!(
        place.read(FILE),
        format!("{whole}\"4\",\"email\",\"\",\"dek@small.example\"\n")
    );
    place.write(FILE, "person,field,before,after\n1,email\n");
    let ran = place.expect(1, &["plan"]);
    assert!(ran.said("error[bad-writeback]"), "{ran}");
}

#[test]
fn write_back_has_a_guard() {
    let place = telling(WRITEBACK);
    place.change(
        "policy/policy.tenure",
        "guard {\n",
        "guard {\n  writeback at most 0\n",
    );
    let shown = place.expect(3, &["plan"]).out;
    assert!(shown.contains("writeback"), "{shown}");
    place.expect(3, &["apply", "--yes"]);
    assert!(!place.path(FILE).exists());
}
