//! From a person to a [`Wish`].

use super::{Record, Scope, Unknown, Value, time};
use crate::directory::filetime;
use crate::directory::schema::Syntax;
use crate::hr;
use crate::policy::ir::{Kind, Node, Piece};
use crate::policy::program::{
    AccountQuestion, ExceptionBody, GroupRow, Line, Policy, RestrictionBody, StageBody, Try,
    UnitClause,
};
use crate::policy::ruleset::{Extent, RuleId, StageAccount, StageId};
use crate::policy::wish::{
    AdoptQuery, AssignedPart, AttributeWish, BlockWish, Candidate, Desired, GroupWish, Restriction,
    Standing, UniqueWish, UnitWish, Wish,
};
use crate::policy::{AccountTest, Block};
use crate::syntax::ast::{CompareOp, ElseAction};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The zone in which a day ends last: what is past there is past everywhere.
const LAST_ZONE: &str = "Etc/GMT+12";

/// How many people one thread takes at a time.
const CHUNK: usize = 512;

/// What the policy wants for everybody, quarantined records included, sorted by person.
pub fn wishes(policy: &Policy, people: &hr::Snapshot, now: Timestamp) -> Vec<Wish> {
    let mut wishes: Vec<Wish> = people
        .people()
        .par_chunks(CHUNK)
        .flat_map_iter(|chunk| {
            let evaluator = Evaluator::new(policy, people, now);
            chunk.iter().map(move |person| evaluator.wish(person))
        })
        .collect();
    let evaluator = Evaluator::new(policy, people, now);
    let quarantined = people.quarantined().iter();
    wishes.extend(quarantined.filter_map(|record| evaluator.wish_of_quarantined(record)));
    wishes.sort_by(|a, b| a.person.cmp(&b.person));
    wishes
}

/// Evaluates one policy over one snapshot of people at one instant.
#[derive(Debug)]
pub struct Evaluator<'a> {
    policy: &'a Policy,
    people: &'a hr::Snapshot,
    now: Timestamp,
    zones: RefCell<FxHashMap<Arc<str>, TimeZone>>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator; `people` must keep to the policy's schema.
    pub fn new(policy: &'a Policy, people: &'a hr::Snapshot, now: Timestamp) -> Self {
        Self {
            policy,
            people,
            now,
            zones: RefCell::default(),
        }
    }

    /// What is evaluated.
    pub(crate) fn policy(&self) -> &'a Policy {
        self.policy
    }

    /// What the policy wants for a person.
    pub fn wish(&self, person: &'a hr::Person) -> Wish {
        self.wish_of(person.id().clone(), Record::Known(person))
    }

    /// What little it wants for a record that cannot be read: at most, that the account is disabled (S4).
    ///
    /// None where the record does not even say whose it is.
    pub fn wish_of_quarantined(&self, record: &'a hr::Quarantined) -> Option<Wish> {
        let id = record.id.clone()?;
        Some(self.wish_of(id, Record::Quarantined(record)))
    }

    /// The scope in which a person's expressions have their values, and the zone's name.
    pub(crate) fn scope(
        &self,
        record: Record<'a>,
    ) -> Result<(Scope<'a>, Arc<str>), (Unknown, RuleId)> {
        let utc: Arc<str> = "UTC".into();
        let Some((node, rule)) = &self.policy.program.timezone else {
            return Ok((self.scope_in(record, TimeZone::UTC), utc));
        };
        let clockless = self.scope_in(record, TimeZone::UTC);
        let name = match clockless.value(node) {
            Ok(value) => value
                .and_then(|value| value.as_text().cloned())
                .unwrap_or_else(|| utc.clone()),
            Err(why) => return Err((why, *rule)),
        };
        Ok((self.scope_in(record, self.zone(&name)), name))
    }

    fn scope_in(&self, record: Record<'a>, zone: TimeZone) -> Scope<'a> {
        Scope::new(&self.policy.program, self.people, record, zone, self.now)
    }

    fn zone(&self, name: &Arc<str>) -> TimeZone {
        if let Some(zone) = self.zones.borrow().get(name) {
            return zone.clone();
        }
        let zone = hr::time_zone(name).unwrap_or(TimeZone::UTC);
        self.zones.borrow_mut().insert(name.clone(), zone.clone());
        zone
    }

    fn wish_of(&self, id: hr::PersonId, record: Record<'a>) -> Wish {
        let (scope, zone, zone_unknown) = match self.scope(record) {
            Ok((scope, zone)) => (scope, zone, None),
            Err(unknown) => {
                let last: Arc<str> = LAST_ZONE.into();
                (self.scope_in(record, self.zone(&last)), last, Some(unknown))
            }
        };
        let exceptions = self.exceptions(&id, &scope);
        let standing = self.standing(&scope, zone_unknown, &exceptions);
        let mut wish = self.empty_wish(id, zone, standing);
        let program = &self.policy.program;
        wish.anchor = program
            .anchor
            .as_ref()
            .and_then(|node| scope.value(node).ok().flatten())
            .map(Value::into_text);
        wish.started = program
            .started
            .and_then(|position| scope.value(&Node::field(position)).ok().flatten())
            .and_then(|value| match value {
                Value::Date(date) => Some(date),
                _ => None,
            });
        wish.adopt = self.adopt(&scope);
        if let Standing::In { stage, .. } = wish.standing {
            let body = program.stages.get(stage.0 as usize);
            let bodies: Vec<&StageBody> = exceptions
                .iter()
                .map(|exception| &exception.body)
                .chain(body)
                .collect();
            self.fill(&mut wish, &scope, stage, &bodies);
        }
        wish.next_change = scope.next_change();
        wish
    }

    fn empty_wish(&self, person: hr::PersonId, zone: Arc<str>, standing: Standing) -> Wish {
        let (account, account_rule) = match &standing {
            Standing::In { stage, rule } => {
                let stage = self.policy.rules.stage(*stage);
                stage.map_or((StageAccount::Hold, *rule), |stage| {
                    (stage.account, stage.rule)
                })
            }
            Standing::Held { rule, ends, .. } => {
                let rule = ends.map(|(_, rule)| rule).or(*rule);
                (StageAccount::Hold, rule.unwrap_or(RuleId(0)))
            }
        };
        let none = || BlockWish {
            granted: Vec::new(),
            restriction: Restriction {
                extent: Extent::Untouched,
                except: Vec::new(),
                rule: None,
            },
            forbidden: Vec::new(),
            held: Vec::new(),
        };
        Wish {
            person,
            standing,
            account,
            account_rule,
            zone,
            started: None,
            anchor: None,
            adopt: Vec::new(),
            uniques: Vec::new(),
            unit: UnitWish::Untouched(account_rule),
            attributes: Vec::new(),
            groups: none(),
            lists: none(),
            next_change: None,
        }
    }

    /// The exceptions that hold today, in the order written.
    fn exceptions(&self, id: &hr::PersonId, scope: &Scope<'a>) -> Vec<&'a ExceptionBody> {
        let all = self.policy.program.exceptions.get(id);
        all.into_iter()
            .flatten()
            .filter(|exception| {
                scope.will_change(time::flip_of_today(
                    CompareOp::LessOrEqual,
                    exception.until,
                    self.now,
                    &scope.zone,
                ));
                scope.today <= exception.until
            })
            .collect()
    }

    fn standing(
        &self,
        scope: &Scope<'a>,
        zone_unknown: Option<(Unknown, RuleId)>,
        exceptions: &[&ExceptionBody],
    ) -> Standing {
        let quarantined = matches!(scope.record, Record::Quarantined(_));
        if let Some((stage, rule)) = exceptions.iter().find_map(|exception| exception.stage)
            && !quarantined
        {
            return Standing::In { stage, rule };
        }
        let mut possible: Vec<(StageId, RuleId)> = Vec::new();
        let mut unknown = zone_unknown.map(|(why, rule)| (why.why, rule));
        let certain_zone = unknown.is_none();
        let mut decided = false;
        for row in &self.policy.program.lifecycle {
            let holds = row
                .condition
                .as_ref()
                .map_or(Ok(true), |node| scope.holds(node));
            match holds {
                Ok(false) => {}
                Ok(true) => {
                    possible.push((row.stage, row.rule));
                    decided = true;
                    break;
                }
                Err(why) => {
                    possible.push((row.stage, row.rule));
                    unknown = unknown.or(Some((why.why, row.rule)));
                }
            }
        }
        if let (Some((stage, rule)), true, true, false) = (
            possible.first().copied().filter(|_| possible.len() == 1),
            decided,
            certain_zone,
            quarantined,
        ) {
            return Standing::In { stage, rule };
        }
        let ends = decided.then(|| self.certain_end(&possible)).flatten();
        let (reason, rule) = match (unknown, scope.record) {
            (Some((why, rule)), _) => (why, Some(rule)),
            (None, Record::Quarantined(record)) => (quarantine_reason(record), None),
            (None, Record::Known(_)) => ("no row of `lifecycle` holds".into(), None),
        };
        Standing::Held { reason, rule, ends }
    }

    /// The mildest of the stages that are possible, where each of them has a disabled account.
    fn certain_end(&self, possible: &[(StageId, RuleId)]) -> Option<(StageId, RuleId)> {
        let account = |stage: StageId| self.policy.rules.stage(stage).map(|stage| stage.account);
        let ends = |account: Option<StageAccount>| {
            matches!(
                account,
                Some(StageAccount::Disabled | StageAccount::DeletedAfter(_))
            )
        };
        if possible.is_empty() || !possible.iter().all(|(stage, _)| ends(account(*stage))) {
            return None;
        }
        let disabled =
            |(stage, _): &&(StageId, RuleId)| account(*stage) == Some(StageAccount::Disabled);
        possible.iter().find(disabled).or(possible.first()).copied()
    }

    fn adopt(&self, scope: &Scope<'a>) -> Vec<AdoptQuery> {
        let mut queries = Vec::new();
        'rules: for adopt in &self.policy.program.adopt {
            if !adopt
                .person
                .iter()
                .all(|node| scope.holds(node) == Ok(true))
            {
                continue;
            }
            let mut tests = Vec::new();
            for question in &adopt.account {
                tests.push(match question {
                    AccountQuestion::Equal(attribute, node) => match scope.value(node) {
                        Ok(Some(value)) => AccountTest::Equal(attribute.clone(), value.into_text()),
                        Ok(None) | Err(_) => continue 'rules,
                    },
                    AccountQuestion::Matches(attribute, pattern) => {
                        AccountTest::Matches(attribute.clone(), pattern.clone())
                    }
                    AccountQuestion::Present(attribute) => AccountTest::Present(attribute.clone()),
                    AccountQuestion::Missing(attribute) => AccountTest::Missing(attribute.clone()),
                });
            }
            queries.push(AdoptQuery {
                rule: adopt.rule,
                tests,
            });
        }
        queries
    }

    fn fill(&self, wish: &mut Wish, scope: &Scope<'a>, stage: StageId, bodies: &[&StageBody]) {
        let program = &self.policy.program;
        let account = bodies.iter().find_map(|body| body.account);
        if let Some((account, rule)) = account {
            (wish.account, wish.account_rule) = (account, rule);
        }
        if matches!(wish.account, StageAccount::Untouched | StageAccount::Hold) {
            return;
        }
        wish.uniques = program
            .uniques
            .iter()
            .map(|tries| unique(scope, tries))
            .collect();
        wish.unit = self.unit(scope, bodies, wish.account_rule);
        wish.attributes = self.attributes(scope, stage, bodies);
        (wish.groups, wish.lists) = self.blocks(scope, bodies);
    }

    fn unit(&self, scope: &Scope<'a>, bodies: &[&StageBody], account_rule: RuleId) -> UnitWish {
        if let Some((clause, rule)) = bodies.iter().find_map(|body| body.unit.as_ref()) {
            return match clause {
                UnitClause::Untouched => UnitWish::Untouched(*rule),
                UnitClause::Value(node) => place(scope, node, *rule),
            };
        }
        let Some(unit) = &self.policy.program.unit else {
            return UnitWish::Untouched(account_rule);
        };
        for (condition, node, rule) in &unit.rows {
            match scope.holds(condition) {
                Ok(true) => return place(scope, node, *rule),
                Ok(false) => {}
                Err(unknown) => return UnitWish::Held(unknown.why, *rule),
            }
        }
        match &unit.otherwise {
            Some((node, rule)) => place(scope, node, *rule),
            None => UnitWish::Held("no row of `unit` holds".into(), unit.rule),
        }
    }

    fn attributes(
        &self,
        scope: &Scope<'a>,
        stage: StageId,
        bodies: &[&StageBody],
    ) -> Vec<AttributeWish> {
        let mut wishes: BTreeMap<&str, AttributeWish> = BTreeMap::new();
        let rules = self.policy.rules.stage(stage);
        let untouched = rules.is_some_and(|stage| stage.profile_untouched)
            || bodies.iter().any(|body| body.profile_untouched);
        if !untouched {
            for line in &self.policy.program.profile {
                wishes.insert(line.attribute.name, attribute(scope, line, false));
            }
        }
        for body in bodies.iter().rev() {
            for line in &body.lines {
                wishes.insert(line.attribute.name, attribute(scope, line, true));
            }
        }
        wishes.into_values().collect()
    }

    /// Whether a name is one of the distribution lists; names are compared without case.
    fn is_list(&self, group: &str) -> bool {
        let lists = &self.policy.rules.block(Block::Lists).names;
        let name = group.to_lowercase();
        lists
            .binary_search_by(|list| list.to_lowercase().cmp(&name))
            .is_ok()
    }

    fn blocks(&self, scope: &Scope<'a>, bodies: &[&StageBody]) -> (BlockWish, BlockWish) {
        let program = &self.policy.program;
        let mut groups = block(
            scope,
            &program.groups,
            restriction(bodies, |body| body.groups.as_ref()),
        );
        let mut lists = block(
            scope,
            &program.lists,
            restriction(bodies, |body| body.lists.as_ref()),
        );
        for (index, body) in bodies.iter().enumerate() {
            for (node, names, rule) in &body.grants {
                let wish = |group: Arc<str>| GroupWish { group, rule: *rule };
                let (granted, held) = match scope.value(node) {
                    Ok(value) => (value.map(|value| wish(value.into_text())), None),
                    Err(unknown) => (None, Some(unknown.why)),
                };
                if let Some(granted) = granted {
                    let of_lists = self.is_list(&granted.group);
                    let block = if of_lists { &mut lists } else { &mut groups };
                    // What restricts a block restricts what exceptions grant; its own grants come after.
                    let mut restricting = bodies.iter().position(|body| {
                        let clause = if of_lists { &body.lists } else { &body.groups };
                        clause.is_some()
                    });
                    restricting = restricting.or(bodies.len().checked_sub(1));
                    let own = restricting == Some(index);
                    if own || lets_through(&block.restriction, &granted) {
                        block.granted.push(granted);
                    }
                }
                for name in held.iter().flat_map(|_| names) {
                    let block = if self.is_list(name) {
                        &mut lists
                    } else {
                        &mut groups
                    };
                    let why = held.clone().unwrap_or_default();
                    block.held.push((wish(name.clone()), why));
                }
            }
        }
        for row in &program.forbids {
            let holds = row
                .condition
                .as_ref()
                .map_or(Ok(true), |node| scope.holds(node));
            if holds == Ok(false) {
                continue;
            }
            for (node, names) in row.groups.iter().zip(&row.names) {
                let rule = row.rule;
                let wish = |group: Arc<str>| GroupWish { group, rule };
                let named = scope.value(node);
                for block in [&mut groups, &mut lists] {
                    match (&holds, &named) {
                        (_, Ok(None)) => {}
                        (Ok(_), Ok(Some(value))) => {
                            block.forbidden.push(wish(value.clone().into_text()));
                        }
                        (Err(unknown), Ok(Some(value))) => {
                            let held = wish(value.clone().into_text());
                            block.held.push((held, unknown.why.clone()));
                        }
                        (_, Err(unknown)) => block.held.extend(
                            names
                                .iter()
                                .map(|name| (wish(name.clone()), unknown.why.clone())),
                        ),
                    }
                }
            }
        }
        for block in [&mut groups, &mut lists] {
            tidy(block);
        }
        (groups, lists)
    }
}

/// Whether a restriction leaves a grant of a rule or an exception as it is.
fn lets_through(restriction: &Restriction, granted: &GroupWish) -> bool {
    let root = crate::directory::Dn::root();
    restriction.extent == Extent::AsRules
        && !restriction
            .except
            .iter()
            .any(|pattern| pattern.matches(&granted.group, &root))
}

fn quarantine_reason(record: &hr::Quarantined) -> Arc<str> {
    record.reasons.first().map_or_else(
        || "HR's record cannot be read".into(),
        |reason| reason.to_string().into(),
    )
}

fn unique(scope: &Scope<'_>, tries: &[Try]) -> UniqueWish {
    let text = |node: &Node| match scope.value(node) {
        Ok(Some(value)) => Some(value.to_string()),
        Ok(None) | Err(_) => None,
    };
    let candidates = tries.iter().filter_map(|one| {
        let before = text(&one.before);
        Some(match &one.after {
            None => Candidate::Fixed(before?.into()),
            Some(after) => {
                let before = before?;
                let hinge = hinge(&one.before);
                Candidate::Numbered {
                    before: before.strip_suffix(hinge).unwrap_or(&before).into(),
                    hinge: hinge.into(),
                    after: text(after).unwrap_or_default().into(),
                }
            }
        })
    });
    UniqueWish {
        candidates: candidates.collect(),
    }
}

/// The literal text behind the last hole of a template.
fn hinge(before: &Node) -> &str {
    let Kind::Template(pieces) = &before.kind else {
        return "";
    };
    match pieces.as_slice() {
        [_, .., Piece::Literal(text)] => text,
        _ => "",
    }
}

fn place(scope: &Scope<'_>, node: &Node, rule: RuleId) -> UnitWish {
    match scope.value(node) {
        Ok(Some(Value::Unit(dn))) => UnitWish::In(dn, rule),
        Ok(_) => UnitWish::Held("a value in the name of the unit is missing".into(), rule),
        Err(unknown) => UnitWish::Held(unknown.why, rule),
    }
}

fn attribute(scope: &Scope<'_>, line: &Line, overlay: bool) -> AttributeWish {
    AttributeWish {
        attribute: line.attribute.name.into(),
        mode: line.mode,
        value: desired(scope, line),
        rule: line.rule,
        overlay,
    }
}

fn desired(scope: &Scope<'_>, line: &Line) -> Desired {
    let Some(node) = &line.value else {
        return Desired::Clear;
    };
    let otherwise = match line.otherwise {
        Some(ElseAction::Clear) => Desired::Clear,
        Some(ElseAction::Keep) | None => Desired::Keep,
    };
    if node.marks.assigned {
        return match assigned(scope, node) {
            Ok(Some(parts)) => Desired::Assigned(parts),
            Ok(None) => otherwise,
            Err(unknown) => Desired::Held(unknown.why),
        };
    }
    match scope.value(node) {
        Err(unknown) => Desired::Held(unknown.why),
        Ok(None) => otherwise,
        Ok(Some(Value::Person(id))) => Desired::Person(id, Box::new(otherwise)),
        Ok(Some(Value::List(items))) => {
            let values: Vec<Arc<str>> = items
                .iter()
                .filter_map(|item| ldap(item, line.attribute.syntax))
                .collect();
            if values.is_empty() {
                otherwise
            } else {
                Desired::Values(values)
            }
        }
        Ok(Some(value)) => match ldap(&value, line.attribute.syntax) {
            Some(text) => Desired::Values(vec![text]),
            None => otherwise,
        },
    }
}

/// A value as LDAP writes it.
fn ldap(value: &Value, syntax: Syntax) -> Option<Arc<str>> {
    let text = match (value, syntax) {
        (Value::Bool(true), _) => "TRUE".to_owned(),
        (Value::Bool(false), _) => "FALSE".to_owned(),
        (Value::Never, Syntax::FileTime) => i64::MAX.to_string(),
        (Value::Never, _) => return None,
        (Value::Instant(instant), Syntax::FileTime) => filetime::to_filetime(*instant)?.to_string(),
        (Value::Instant(instant), Syntax::GeneralizedTime) => {
            filetime::to_generalized_time(*instant)
        }
        _ => value.to_string(),
    };
    (!text.is_empty()).then(|| text.into())
}

/// The pieces of a value that depends on assigned names; missing where a piece is.
fn assigned(scope: &Scope<'_>, node: &Node) -> Result<Option<Vec<AssignedPart>>, Unknown> {
    match &node.kind {
        Kind::Unique(index) => Ok(Some(vec![AssignedPart::Unique(*index)])),
        Kind::Let(index) if node.marks.assigned => match scope.program.lets.get(*index as usize) {
            Some(definition) => assigned(scope, &definition.node),
            None => Ok(None),
        },
        Kind::Template(pieces) => {
            let mut parts = Vec::new();
            for piece in pieces {
                match piece {
                    Piece::Literal(text) => parts.push(AssignedPart::Literal(text.clone())),
                    Piece::Hole(hole) => match assigned(scope, hole)? {
                        Some(more) => parts.extend(more),
                        None => return Ok(None),
                    },
                }
            }
            Ok(Some(parts))
        }
        Kind::Else(first, second) => match assigned(scope, first)? {
            Some(parts) => Ok(Some(parts)),
            None => assigned(scope, second),
        },
        Kind::Choose { rows, otherwise } => {
            for (condition, result) in rows {
                if scope.holds(condition)? {
                    return assigned(scope, result);
                }
            }
            otherwise
                .as_ref()
                .map_or(Ok(None), |node| assigned(scope, node))
        }
        _ => {
            let value = scope.value(node)?;
            Ok(value.map(|value| vec![AssignedPart::Literal(value.into_text())]))
        }
    }
}

fn restriction<'b>(
    bodies: &[&'b StageBody],
    of: impl Fn(&'b StageBody) -> Option<&'b (RestrictionBody, RuleId)>,
) -> Restriction {
    match bodies.iter().find_map(|body| of(body)) {
        Some((body, rule)) => Restriction {
            extent: body.extent,
            except: body.except.clone(),
            rule: Some(*rule),
        },
        None => Restriction {
            extent: Extent::AsRules,
            except: Vec::new(),
            rule: None,
        },
    }
}

/// What the rows give after the stage's restriction.
fn block(scope: &Scope<'_>, rows: &[GroupRow], restriction: Restriction) -> BlockWish {
    let mut wish = BlockWish {
        granted: Vec::new(),
        restriction,
        forbidden: Vec::new(),
        held: Vec::new(),
    };
    if wish.restriction.extent != Extent::AsRules {
        return wish;
    }
    for row in rows {
        let holds = row
            .condition
            .as_ref()
            .map_or(Ok(true), |node| scope.holds(node));
        if holds == Ok(false) {
            continue;
        }
        for (node, names) in row.groups.iter().zip(&row.names) {
            let group = holds.clone().and_then(|_| scope.value(node));
            match group {
                Ok(Some(value)) => wish.granted.push(GroupWish {
                    group: value.into_text(),
                    rule: row.rule,
                }),
                Ok(None) => {}
                Err(unknown) => wish.held.extend(names.iter().map(|name| {
                    let held = GroupWish {
                        group: name.clone(),
                        rule: row.rule,
                    };
                    (held, unknown.why.clone())
                })),
            }
        }
    }
    let restriction = &wish.restriction;
    wish.granted
        .retain(|granted| lets_through(restriction, granted));
    wish
}

/// Sorts, keeps one entry for each group, and gives nothing that is held.
fn tidy(block: &mut BlockWish) {
    for list in [&mut block.granted, &mut block.forbidden] {
        list.sort_by(|a, b| folded(&a.group, &b.group).then(a.rule.cmp(&b.rule)));
        list.dedup_by(|a, b| folded(&a.group, &b.group).is_eq());
    }
    let held = &mut block.held;
    held.sort_by(|(a, _), (b, _)| folded(&a.group, &b.group).then(a.rule.cmp(&b.rule)));
    held.dedup_by(|(a, _), (b, _)| folded(&a.group, &b.group).is_eq());
    let BlockWish { granted, held, .. } = block;
    granted.retain(|wish| {
        !held
            .iter()
            .any(|(held, _)| folded(&held.group, &wish.group).is_eq())
    });
}

/// The order of two names without regard to case.
fn folded(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() {
        let a = a.bytes().map(|byte| byte.to_ascii_lowercase());
        return a.cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    a.to_lowercase().cmp(&b.to_lowercase())
}
