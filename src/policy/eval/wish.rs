//! From a person to a [`Wish`].

use super::lines;
use super::outranked::Overrides;
use super::{Record, Scope, Unknown, Value, time};
use crate::hr;
use crate::policy::AccountTest;
use crate::policy::ir::{Kind, Node, Piece};
use crate::policy::program::{AccountQuestion, ExceptionBody, Policy, StageBody, Try, UnitClause};
use crate::policy::ruleset::{Extent, RuleId, StageAccount, StageId};
use crate::policy::wish::{
    AdoptQuery, AttributeWish, BlockWish, Candidate, InvariantWish, PasswordWish, Restriction,
    Standing, UniqueWish, UnitWish, Wish,
};
use crate::syntax::ast::CompareOp;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The zone in which a day ends last: what is past there is past everywhere.
const LAST_ZONE: &str = "Etc/GMT+12";

/// How many people one thread takes at a time.
const CHUNK: usize = 512;

/// What the policy wants for everybody, quarantined records included, sorted by person.
pub fn wishes(policy: &Policy, people: &hr::Snapshot, now: Timestamp) -> Vec<Wish> {
    wishes_under(policy, people, now, &Overrides::default())
}

/// The same under what outranks it.
pub fn wishes_under(
    policy: &Policy,
    people: &hr::Snapshot,
    now: Timestamp,
    overrides: &Overrides,
) -> Vec<Wish> {
    let mut wishes: Vec<Wish> = people
        .people()
        .par_chunks(CHUNK)
        .flat_map_iter(|chunk| {
            let evaluator = Evaluator::new(policy, people, now).under(overrides);
            chunk.iter().map(move |person| evaluator.wish(person))
        })
        .collect();
    let evaluator = Evaluator::new(policy, people, now).under(overrides);
    let quarantined = people.quarantined().iter();
    wishes.extend(quarantined.filter_map(|record| evaluator.wish_of_quarantined(record)));
    wishes.sort_by(|a, b| a.person.cmp(&b.person));
    wishes
}

/// What the policy wants, by their last complete records, for people whom HR no longer has, once they have
/// been gone for long enough; nothing where it has no row of `vanished`.
pub fn absent_wishes(
    policy: &Policy,
    people: &hr::Snapshot,
    gone: &[hr::Person],
    now: Timestamp,
    overrides: &Overrides,
) -> Vec<Wish> {
    let Some(absent) = policy.program.vanished else {
        return Vec::new();
    };
    let evaluator = Evaluator {
        gone: true,
        ..Evaluator::new(policy, people, now).under(overrides)
    };
    let wish = |person| Wish {
        absent: Some(absent),
        ..evaluator.wish(person)
    };
    gone.iter().map(wish).collect()
}

/// Evaluates one policy over one snapshot of people at one instant.
#[derive(Debug)]
pub struct Evaluator<'a> {
    pub(super) policy: &'a Policy,
    people: &'a hr::Snapshot,
    now: Timestamp,
    /// Those who are evaluated are no longer in HR: the row of `vanished` holds for them.
    pub(super) gone: bool,
    pub(super) overrides: Option<&'a Overrides>,
    zones: RefCell<FxHashMap<Arc<str>, TimeZone>>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator; `people` must keep to the policy's schema.
    pub fn new(policy: &'a Policy, people: &'a hr::Snapshot, now: Timestamp) -> Self {
        Self {
            policy,
            people,
            now,
            gone: false,
            overrides: None,
            zones: RefCell::default(),
        }
    }

    /// The same under what outranks it.
    #[must_use]
    pub fn under(self, overrides: &'a Overrides) -> Self {
        Self {
            overrides: Some(overrides),
            ..self
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

    /// Whether the question asked with the policy ([`crate::policy::Input::question`]) holds for a person;
    /// what cannot be told does not.
    pub fn answers(&self, person: &'a hr::Person) -> bool {
        self.asked(person) == Some(true)
    }

    /// The same, and `None` where it cannot be told: something that it reads is not known.
    pub fn asked(&self, person: &'a hr::Person) -> Option<bool> {
        let question = self.policy.program.question.as_ref()?;
        let (scope, _) = self.scope(Record::Known(person)).ok()?;
        scope.holds(question).ok()
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

    pub(super) fn scope_in(&self, record: Record<'a>, zone: TimeZone) -> Scope<'a> {
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
        let standing = self.standing(&scope, zone_unknown.clone(), &exceptions);
        let wish = self.wish_in((id, zone), &scope, standing, &exceptions);
        let mut wish = self.outranked(wish, &scope, zone_unknown);
        self.judged(&mut wish, &scope);
        if let Record::Known(_) = record {
            wish.unmet = self.unmet(&scope);
            wish.watches = self.watched(&scope);
        }
        wish.password = super::initial::wish(self.policy, &scope);
        wish.next_change = scope.next_change();
        wish.next_shown = scope.next_shown();
        wish.next_hidden = scope.next_hidden();
        wish
    }

    /// What follows from where somebody stands.
    pub(super) fn wish_in(
        &self,
        (id, zone): (hr::PersonId, Arc<str>),
        scope: &Scope<'a>,
        standing: Standing,
        exceptions: &[&'a ExceptionBody],
    ) -> Wish {
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
        wish.adopt = self.adopt(scope);
        if let Standing::In { stage, .. } = wish.standing {
            let body = program.stages.get(stage.0 as usize);
            let bodies: Vec<&StageBody> = exceptions
                .iter()
                .map(|exception| &exception.body)
                .chain(body)
                .collect();
            if let Some(stage) = self.policy.rules.stage(stage) {
                self.reached(stage.rule);
            }
            self.fill(&mut wish, scope, stage, &bodies);
        }
        wish
    }

    /// Which invariants are about this person, and which `approve` items.
    fn judged(&self, wish: &mut Wish, scope: &Scope<'a>) {
        let program = &self.policy.program;
        // Of a record that cannot be read an invariant says nothing: nothing is given there anyway.
        let known = matches!(scope.record, Record::Known(_));
        let invariants = program.invariants.iter().filter(|_| known);
        for (index, node) in (0_u32..).zip(invariants) {
            let unknown = match scope.holds(node) {
                Ok(false) => continue,
                Ok(true) => None,
                Err(unknown) => Some(unknown.why),
            };
            wish.invariants.push(InvariantWish { index, unknown });
        }
        let waits = |(node, _): &&(Node, RuleId)| scope.holds(node) != Ok(false);
        wish.approvals = program
            .approvals
            .iter()
            .filter(waits)
            .map(|(_, rule)| *rule)
            .collect();
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
            password: PasswordWish::Random,
            attributes: Vec::new(),
            groups: none(),
            lists: none(),
            approvals: Vec::new(),
            invariants: Vec::new(),
            absent: None,
            ended: None,
            unmet: Vec::new(),
            watches: Vec::new(),
            next_change: None,
            next_shown: None,
            next_hidden: None,
        }
    }

    /// The exceptions that hold today, in the order written.
    fn exceptions(&self, id: &hr::PersonId, scope: &Scope<'a>) -> Vec<&'a ExceptionBody> {
        let all = self.policy.program.exceptions.get(id);
        let lapsed = |exception: &ExceptionBody| {
            self.overrides
                .is_some_and(|overrides| overrides.lapsed.contains(&exception.digest))
        };
        all.into_iter()
            .flatten()
            .filter(|exception| !lapsed(exception))
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

    pub(super) fn standing(
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
            if row.vanished && !self.gone {
                continue;
            }
            let holds = row
                .condition
                .as_ref()
                .map_or(Ok(true), |node| scope.holds(node));
            match holds {
                Ok(false) => {}
                Ok(true) => {
                    if row.condition.is_none() {
                        self.reached(row.rule);
                    }
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
        let ends = |stage: StageId| account(stage).is_some_and(StageAccount::ends);
        if possible.is_empty() || !possible.iter().all(|(stage, _)| ends(*stage)) {
            return None;
        }
        let disabled =
            |(stage, _): &&(StageId, RuleId)| account(*stage) == Some(StageAccount::Disabled);
        possible.iter().find(disabled).or(possible.first()).copied()
    }

    /// The expectations that certainly do not hold; what cannot be told is reported where it cannot be told.
    fn unmet(&self, scope: &Scope<'a>) -> Vec<u32> {
        let expects = (0_u32..).zip(&self.policy.program.expects);
        let unmet = expects.filter(|(_, node)| scope.holds(node) == Ok(false));
        unmet.map(|(index, _)| index).collect()
    }

    fn watched(&self, scope: &Scope<'a>) -> Vec<Option<bool>> {
        let watches = self.policy.program.watches.iter();
        watches.map(|node| scope.holds(node).ok()).collect()
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

    /// Counts a rule that has no condition, where somebody asks for it.
    pub(super) fn reached(&self, rule: RuleId) {
        if let (Some(counts), Some(rule)) =
            (&self.policy.program.counts, self.policy.rules.rule(rule))
        {
            counts.count(rule.span, true);
        }
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
            Some((node, rule)) => {
                self.reached(*rule);
                place(scope, node, *rule)
            }
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
                wishes.insert(line.attribute.name, lines::attribute(scope, line, false));
            }
        }
        for body in bodies.iter().rev() {
            for line in &body.lines {
                wishes.insert(line.attribute.name, lines::attribute(scope, line, true));
            }
        }
        wishes.into_values().collect()
    }
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
