//! A plan as lines, short enough to be read and long enough to miss nothing.

use tenure::apply::{Outcome, Status};
use tenure::directory::Dn;
use tenure::plan::{Action, AttributeChange, Change, Notice, Plan, Target};
use tenure::state::outbox::Kept;
use tenure::text::mail::Address;

/// Everything that a plan says; `base` is left out of names.
pub(super) fn plan(plan: &Plan, base: &str) -> Vec<String> {
    let mut lines: Vec<String> = plan.actions.iter().map(action).collect();
    for notice in &plan.notices {
        let to: Vec<&str> = notice.to.iter().map(Address::as_str).collect();
        lines.push(format!(
            "notice \"{}\" ({}) about {} to {}: {}{}",
            notice.name,
            notice.event,
            notice.person,
            to.join(", "),
            notice.subject.as_str(),
            notice
                .digest
                .as_ref()
                .map_or_else(String::new, |digest| format!(
                    ", collected until {}",
                    digest.at
                ))
        ));
    }
    let long = |notice: &&Notice| notice.regardless || notice.body.lines().count() > 1;
    for notice in plan.notices.iter().filter(long) {
        let body = notice.body.lines();
        lines.extend(body.map(|line| format!("  | {}", without_ids(line))));
    }
    for finding in &plan.findings {
        let kind = format!("{:?}", finding.kind).to_lowercase();
        let text = without_ids(&finding.text);
        lines.push(format!("! {kind}: {}: {text}", finding.who));
    }
    for open in &plan.open_accounts {
        lines.push(format!(
            "! open: {}: {:?}, {} days",
            open.who, open.why, open.days
        ));
    }
    for guard in plan.guards.iter().filter(|guard| guard.tripped) {
        lines.push(format!(
            "! stopped by {}: {} and {} in 24 hours, of {}",
            guard.kind.word(),
            guard.count,
            guard.recent,
            guard.limit
        ));
    }
    for broken in &plan.broken {
        lines.push(format!(
            "! stopped by invariant \"{}\": {}",
            broken.title, broken.text
        ));
    }
    if lines.is_empty() {
        lines.push("nothing".to_owned());
    }
    let lines = lines.iter();
    lines
        .map(|line| {
            line.replace(&format!(",{base}"), "")
                .replace(base, "(base)")
        })
        .collect()
}

/// What did not succeed.
pub(super) fn outcome(outcome: &Outcome, base: &str) -> Vec<String> {
    let ended = outcome.ended.iter();
    let ended = ended.filter(|ended| ended.status != Status::Done);
    ended
        .map(|ended| {
            let status = format!("{:?}", ended.status).to_lowercase();
            let text = ended.text.as_deref().unwrap_or("");
            let line = format!("= {status}: action {}: {text}", ended.id.0 + 1);
            line.replace(&format!(",{base}"), "")
        })
        .collect()
}

/// A notice that became due with the end of a run.
pub(super) fn kept(kept: &Kept, base: &str) -> String {
    let content: serde_json::Value = serde_json::from_str(kept.content.known().unwrap()).unwrap();
    let line = format!(
        "= told \"{}\": {}",
        kept.notice,
        content["body"].as_str().unwrap()
    );
    line.replace(&format!(",{base}"), "")
}

fn action(action: &Action) -> String {
    let name = |target: &Target| target.dn().rdn().unwrap().value();
    let what = match &action.change {
        Change::CreateUnit { dn } => format!("unit {}", short(dn)),
        Change::CreateGroup { dn, .. } => format!("group {}", short(dn)),
        Change::CreateAccount { dn, attributes, .. } => {
            let mut values: Vec<String> = attributes
                .iter()
                .filter(|(name, _)| &**name != "objectClass" && &**name != "cn")
                .map(|(name, values)| format!("{name}={}", values.join("|")))
                .collect();
            values.sort();
            format!("create {}: {}", short(dn), values.join(", "))
        }
        Change::Adopt { account, after, .. } => format!("adopt {} for {after}", name(account)),
        Change::Release { account, .. } => format!("release {}", name(account)),
        Change::DeleteUnit { unit } => format!("delete unit {}", short(unit.dn())),
        Change::SetPassword {
            account,
            must_change,
            ..
        } => {
            let first = if *must_change { ", to be changed" } else { "" };
            format!("password {}{first}", name(account))
        }
        Change::Modify {
            account,
            attributes,
        } => {
            let changes: Vec<String> = attributes.iter().map(change).collect();
            format!("change {}: {}", name(account), changes.join(", "))
        }
        Change::Move { account, to, .. } => format!("move {} to {}", name(account), short(to)),
        Change::Enable { account, .. } => format!("enable {}", name(account)),
        Change::Disable { account, .. } => format!("disable {}", name(account)),
        Change::AddMember { group, account } => {
            format!("grant {} to {}", name(group), name(account))
        }
        Change::RemoveMember { group, account, .. } => {
            format!("revoke {} from {}", name(group), name(account))
        }
        Change::WriteBack { field, after, .. } => format!("write {after} back as {field}"),
        Change::Await { account, step } => {
            let fields: Vec<String> = step
                .fields
                .iter()
                .map(|(name, value)| format!("{name}={}", value.as_deref().unwrap_or("nothing")))
                .collect();
            let since = step.begun.map(|begun| format!(", since {begun}"));
            format!(
                "await {} for {} on {}: {}{}",
                step.name,
                name(account),
                step.event,
                fields.join(", "),
                since.unwrap_or_default()
            )
        }
        Change::Delete { account } => format!("delete {}", name(account)),
    };
    let waits = match action.refused() {
        Some(no) => format!(", rejected by {}", no.by),
        None if action.waits() => ", waits".to_owned(),
        None => String::new(),
    };
    let not_ours = if action.not_ours { ", not ours" } else { "" };
    let cause = format!("{:?}", action.cause).to_lowercase();
    format!("{what}{not_ours}{waits} ({cause})")
}

fn change(change: &AttributeChange) -> String {
    let after = if change.after.is_empty() {
        "nothing".to_owned()
    } else {
        change.after.join("|")
    };
    // A domain controller has no order of values.
    let mut before = change.before.clone();
    before.sort();
    format!("{} {} -> {after}", change.attribute, before.join("|")).replace("  ", " ")
}

/// A text in which the id of a question, which is another in each state, is `ID`.
fn without_ids(text: &str) -> String {
    let is_id = |word: &&str| word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let id = text.split(' ').find(is_id);
    id.map_or_else(|| text.to_owned(), |id| text.replace(id, "ID"))
}

/// A name without its domain.
fn short(dn: &Dn) -> String {
    dn.to_string()
}

/// A digest, line by line.
pub(super) fn digest(kept: &Kept, base: &str) -> Vec<String> {
    let content: serde_json::Value = serde_json::from_str(kept.content.known().unwrap()).unwrap();
    let text = |name: &str| content[name].as_str().unwrap().to_owned();
    let to = content["to"][0].as_str().unwrap();
    let mut lines = vec![format!(
        "~ digest \"{}\" to {to}: {}",
        kept.notice,
        text("subject")
    )];
    let body = text("body").replace(&format!(",{base}"), "");
    lines.extend(body.lines().map(|line| format!("~   {line}")));
    lines
}
