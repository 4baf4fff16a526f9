//! Lints that need people and a directory: what the policy says, held against what there is.

use super::texts::compared;
use super::{Checked, Finding, Findings, Lint, Linter, codes, params};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::directory::{self, Dn};
use crate::hr;
use crate::policy::compile::Input;
use crate::policy::eval::{Evaluator, Record, Value};
use crate::policy::ir::{Kind, Node};
use crate::policy::program::{Policy, UnitClause};
use crate::policy::prove::Prover;
use crate::policy::ruleset::StageAccount;
use crate::policy::wish::Standing;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many of a hundred people have to meet a condition to be almost everybody.
const ALMOST: usize = 95;

/// How many people there have to be before a share of them says anything.
const FEW: usize = 20;

/// What an attribute is called, and the texts that HR has in it.
type Sent = (Arc<str>, BTreeSet<Arc<str>>);

/// What the policy is held against.
#[derive(Debug, Clone, Copy)]
pub struct Data<'d> {
    /// The people.
    pub people: &'d hr::Snapshot,
    /// The directory.
    pub directory: &'d directory::Snapshot,
    /// The instant.
    pub now: Timestamp,
}

/// These lints, as one: they report under codes of their own.
static HELD_AGAINST: Lint = Lint {
    codes: &[
        &codes::VALUE_NEVER_SENT,
        &codes::ALMOST_EVERYONE,
        &codes::NOT_IN_DIRECTORY,
    ],
    run: |_| {},
};

/// Asks the lints that need data.
pub fn lint_with(policy: &Policy, input: &Input<'_>, data: &Data<'_>) -> Vec<Finding> {
    let known = Checked {
        policy,
        sources: input.sources,
        params: params(input.files),
    };
    let mut linter = Linter {
        policy,
        files: input.files,
        sources: input.sources,
        today: None,
        said: &[],
        prover: Prover::new(&known),
        findings: Findings::default(),
        lint: Some(&HELD_AGAINST),
    };
    never_sent(&mut linter, data.people);
    almost_everyone(&mut linter, data);
    not_in_directory(&mut linter, data.directory);
    linter.findings.found
}

/// Comparisons of an attribute with a text that nobody has. Nothing is said of attributes that must not be shown.
fn never_sent(linter: &mut Linter<'_>, people: &hr::Snapshot) {
    let schema = &linter.policy.schema;
    let mut sent: BTreeMap<Arc<str>, Sent> = BTreeMap::new();
    for (position, attribute) in schema.attributes().iter().enumerate() {
        if attribute.sensitive || attribute.ty != hr::Type::Text {
            continue;
        }
        let good = people.people().iter().map(hr::Person::values);
        let records = good.chain(people.quarantined().iter().map(|record| &*record.good));
        let values = records.filter_map(|values| match values.get(position)? {
            Some(hr::Value::Text(text)) => Some(text.clone()),
            _ => None,
        });
        let field = Node::field(u32::try_from(position).unwrap_or(u32::MAX));
        sent.insert(
            linter.key(&field),
            (attribute.name.clone(), values.collect()),
        );
    }
    for (value, texts) in compared(linter) {
        let Some((name, values)) = sent.get(&value) else {
            continue;
        };
        for (text, span) in texts.iter().filter(|(text, _)| !values.contains(text)) {
            let near = did_you_mean(text, values.iter().map(|value| &**value));
            let help = match near {
                Some(near) => format!("did you mean {near:?}?"),
                None => "correct it, or keep it if people with it are still to come".to_owned(),
            };
            let message = format!("HR has nobody whose `{name}` is {text:?}");
            linter.say(
                Diagnostic::new(&codes::VALUE_NEVER_SENT, *span, message)
                    .label("nobody has it")
                    .help(help),
            );
        }
    }
}

/// Rows of `groups` that almost everybody meets who has an account.
fn almost_everyone(linter: &mut Linter<'_>, data: &Data<'_>) {
    let policy = linter.policy;
    let evaluator = Evaluator::new(policy, data.people, data.now);
    let mut scopes = Vec::new();
    for person in data.people.people() {
        let wish = evaluator.wish(person);
        let works =
            matches!(wish.standing, Standing::In { .. }) && wish.account == StageAccount::Enabled;
        if let (true, Ok((scope, _))) = (works, evaluator.scope(Record::Known(person))) {
            scopes.push(scope);
        }
    }
    if scopes.len() < FEW {
        return;
    }
    for row in &policy.program.groups {
        let Some(condition) = &row.condition else {
            continue;
        };
        // A name with holes needs its condition, which says that there is something to fill in.
        let plain = row
            .groups
            .iter()
            .all(|group| matches!(group.kind, Kind::Const(_)));
        if !plain {
            continue;
        }
        if policy.rules.reads_sensitive(&policy.schema, row.rule) {
            // How many meet it would tell something of them.
            continue;
        }
        let holding = scopes
            .iter()
            .filter(|scope| scope.holds(condition) == Ok(true))
            .count();
        if holding * 100 > scopes.len() * ALMOST {
            let message = format!(
                "{holding} of the {} people who work here meet this",
                scopes.len()
            );
            linter.say(
                Diagnostic::new(&codes::ALMOST_EVERYONE, condition.span, message)
                    .label("almost everybody")
                    .help("write `always` if everybody is meant"),
            );
        }
    }
}

/// Groups and units that the directory does not have.
fn not_in_directory(linter: &mut Linter<'_>, directory: &directory::Snapshot) {
    let policy = linter.policy;
    let program = &policy.program;
    let wanted: BTreeSet<String> = policy
        .rules
        .named_groups
        .iter()
        .map(|name| name.to_lowercase())
        .collect();
    let exceptions = program.exceptions.values().flatten().map(|one| &one.body);
    let bodies: Vec<_> = program.stages.iter().chain(exceptions).collect();
    let rows = program.groups.iter().chain(&program.lists);
    let named = rows.flat_map(|row| row.groups.iter().zip(&row.names));
    let granted = bodies.iter().flat_map(|body| &body.grants);
    let named = named.chain(granted.map(|(node, names, _)| (node, names)));
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for (node, names) in named {
        for name in names
            .iter()
            .filter(|name| wanted.contains(&name.to_lowercase()))
        {
            let there = match Dn::parse(name) {
                Ok(dn) if name.contains('=') => directory.by_dn(&dn).is_some(),
                _ => directory.by_account_name(name).is_some(),
            };
            if !there && told.insert(name.to_lowercase()) {
                let message = format!("the directory has no group `{name}`");
                let help = "create it, correct its name, or let the block `create` it";
                found.push((node.span, message, help));
            }
        }
    }
    let units = program.unit.iter().flat_map(|unit| {
        let rows = unit.rows.iter().map(|(_, node, _)| node);
        rows.chain(unit.otherwise.as_ref().map(|(node, _)| node))
    });
    let stages = bodies.iter().filter_map(|body| match &body.unit {
        Some((UnitClause::Value(node), _)) => Some(node),
        _ => None,
    });
    for node in units.chain(stages) {
        if let Kind::Const(Value::Unit(dn)) = &node.kind
            && directory.by_dn(dn).is_none()
            && told.insert(dn.to_string().to_lowercase())
        {
            let message = format!("the directory has no unit `{dn}`");
            found.push((node.span, message, "create it, or correct its name"));
        }
    }
    found.sort_by_key(|(span, _, _)| *span);
    for (span, message, help) in found {
        linter.say(
            Diagnostic::new(&codes::NOT_IN_DIRECTORY, span, message)
                .label("not there")
                .help(help),
        );
    }
}
