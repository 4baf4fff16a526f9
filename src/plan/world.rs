//! What the whole plan is made from, with the questions that every part of it asks.
//!
//! A [`World`] is the planner's [`Input`] and what follows from it at once: which objects may never be
//! written and why, which groups are privileged (S15), and how a rule is shown as a [`Reason`]. Decides
//! nothing about any person.

use super::{Action, Input, Reason, approval};
use crate::directory::links::Links;
use crate::directory::security::{self, Denied};
use crate::directory::{AttributeName, Dn, Guid, Object, ObjectId};
use crate::hr::{Person, PersonId, Quarantined, RelatedPath, Standing, Step};
use crate::policy::{AccountTest, IgnoreRule, ProtectRule, RuleId, RuleKind, StageId, Wish};
use crate::state::{AccountMemory, PersonMemory};
use rustc_hash::{FxHashMap, FxHashSet};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// How many kinds of characters a complex password has.
const KINDS: u32 = 3;

/// How a sensitive value is shown (S11).
pub(crate) const MASK: &str = "•••";

/// How deep nested groups are followed; AD itself allows any depth, people do not.
pub(crate) const MAX_NESTING: usize = 64;

/// The input and what follows from it.
pub(crate) struct World<'a> {
    /// What the planner was given.
    pub(crate) input: &'a Input<'a>,
    /// Who is in which group.
    pub(crate) members: Arc<Links>,
    privileged: FxHashMap<ObjectId, Arc<str>>,
    /// Privileged groups that the author names, and every grant of which waits for approval (S15).
    grantable: FxHashSet<ObjectId>,
    protected_units: Vec<(Dn, RuleId)>,
    /// What the rows of `lifecycle` read, all together.
    pub(crate) lifecycle_reads: Vec<u32>,
    /// What rows and rules about groups read, all together.
    pub(crate) group_reads: Vec<u32>,
    /// What may stand behind the `@` of a logon name; none where the directory was read without it (S14).
    upn_suffixes: Option<Vec<String>>,
    mask: Arc<str>,
    nothing: Arc<str>,
}

impl<'a> World<'a> {
    pub(crate) fn new(input: &'a Input<'a>) -> Self {
        let members = input.directory.links("member");
        let reads_of = |kinds: &[RuleKind]| -> Vec<u32> {
            let rules = input.rules.rules.iter();
            let rules = rules.filter(|rule| kinds.contains(&rule.kind));
            let mut reads: Vec<u32> = rules.flat_map(|rule| rule.reads.iter().copied()).collect();
            reads.sort_unstable();
            reads.dedup();
            reads
        };
        let groups = [
            RuleKind::Groups,
            RuleKind::Lists,
            RuleKind::Forbid,
            RuleKind::Exclusive,
        ];
        let protected_units = input.rules.protected.iter().filter_map(|rule| match rule {
            ProtectRule::Unit(dn, id) => Some((absolute(dn, input), *id)),
            ProtectRule::Group(..) | ProtectRule::Account(..) | ProtectRule::AccountWhen(..) => {
                None
            }
        });
        let declared = input.rules.privileged.iter();
        let declared: Vec<ObjectId> = declared
            .filter_map(|rule| group_of(input, &rule.group))
            .collect();
        let waits = |group: &ObjectId| approval::every_grant_waits(input, *group);
        Self {
            protected_units: protected_units.collect(),
            privileged: privileged_groups(input, &members, &declared),
            grantable: declared.iter().copied().filter(waits).collect(),
            members,
            lifecycle_reads: reads_of(&[RuleKind::Lifecycle]),
            group_reads: reads_of(&groups),
            upn_suffixes: upn_suffixes(input),
            input,
            mask: MASK.into(),
            nothing: "missing".into(),
        }
    }

    /// Whether the schema of the forest has no such attribute, so that nobody can write it.
    pub(crate) fn lacks(&self, attribute: &str) -> bool {
        let lacking = &self.input.directory.domain().lacks;
        lacking.iter().any(|name| name.is(attribute))
    }

    /// That object.
    pub(crate) fn object(&self, id: ObjectId) -> &'a Object {
        &self.input.directory[id]
    }

    /// The group of that name or DN.
    pub(crate) fn group(&self, name: &str) -> Option<ObjectId> {
        group_of(self.input, name)
    }

    /// What the policy wants for that person.
    pub(crate) fn wish(&self, person: &PersonId) -> Option<&'a Wish> {
        let wishes = self.input.wishes;
        let found = wishes.binary_search_by(|wish| wish.person.cmp(person));
        wishes.get(found.ok()?)
    }

    /// The record of that person, if it is good.
    pub(crate) fn person(&self, id: &PersonId) -> Option<&'a Person> {
        self.input.people.get(id)
    }

    /// The record of that person, if it is quarantined.
    pub(crate) fn quarantined(&self, id: &PersonId) -> Option<&'a Quarantined> {
        match self.input.people.standing(id) {
            Standing::Quarantined(record) => Some(record),
            Standing::Known(_) | Standing::Unknown => None,
        }
    }

    /// What the state remembers of that person.
    pub(crate) fn person_memory(&self, id: &PersonId) -> Option<&'a PersonMemory> {
        self.input.prior.people.get(id)
    }

    /// What the state remembers of that account.
    pub(crate) fn account_memory(&self, id: ObjectId) -> Option<&'a AccountMemory> {
        self.input.prior.accounts.get(&self.object(id).guid())
    }

    /// The name of a stage.
    pub(crate) fn stage_name(&self, id: StageId) -> Arc<str> {
        self.input
            .rules
            .stage(id)
            .map_or_else(|| "?".into(), |stage| stage.name.clone())
    }

    /// Whether the policy says that this record goes on with another one's account (S7).
    pub(crate) fn continues(&self, person: &PersonId) -> bool {
        let mut lines = self.input.rules.continues.iter();
        lines.any(|line| line.person == *person)
    }

    /// The rule as it is shown, with the values that it read of that person.
    pub(crate) fn reason(&self, rule: RuleId, person: Option<&PersonId>) -> Reason {
        let Some(rule) = self.input.rules.rule(rule) else {
            return Self::said("a rule that the policy no longer has");
        };
        let record = person.and_then(|person| self.person(person));
        let values = record.map_or_else(Vec::new, |record| self.values_read(&rule.reads, record));
        Reason {
            text: rule.text.clone(),
            file: rule.file.clone(),
            line: rule.line,
            values,
        }
    }

    /// A reason that no rule of the author says.
    pub(crate) fn said(text: &str) -> Reason {
        Reason {
            text: text.into(),
            file: "".into(),
            line: 0,
            values: Vec::new(),
        }
    }

    fn values_read(&self, reads: &[u32], record: &Person) -> Vec<(Arc<str>, Arc<str>)> {
        let attributes = self.input.schema.attributes();
        let shown = |position: &u32| {
            let position = *position as usize;
            let Some(attribute) = attributes.get(position) else {
                return self.related_read(position, record);
            };
            let value = match record.get(position) {
                None => self.nothing.clone(),
                Some(_) if attribute.sensitive && !self.input.options.reveal => self.mask.clone(),
                Some(value) => value.to_string().into(),
            };
            Some((attribute.name.clone(), value))
        };
        reads.iter().filter_map(shown).collect()
    }

    /// Whether the attribute that says when a person began must not be shown.
    pub(crate) fn first_day_is_sensitive(&self) -> bool {
        let attributes = self.input.schema.attributes().iter();
        attributes
            .filter(|attribute| matches!(&*attribute.source, "hire_date" | "employment_start_date"))
            .any(|attribute| attribute.sensitive)
    }

    /// What a rule read of other people; of many, how many.
    fn related_read(&self, number: usize, record: &Person) -> Option<(Arc<str>, Arc<str>)> {
        let path = self.related(number)?;
        if !self.input.options.reveal && path.is_sensitive(self.input.schema) {
            return Some((path.name.clone(), self.mask.clone()));
        }
        let text = self.input.people.read_related(record.id(), path);
        let lines: Vec<&str> = text.lines().collect();
        let value = match (lines.as_slice(), path.steps.last()) {
            ([], _) => self.nothing.clone(),
            ([line], Some(Step::Attribute(_) | Step::Employments(_))) => {
                match line.split_once(' ') {
                    Some((_, "-")) => self.nothing.clone(),
                    Some((_, "?")) | None => "unknown".into(),
                    Some((_, value)) => value.into(),
                }
            }
            (lines, _) => format!("of {} people", lines.len()).into(),
        };
        Some((path.name.clone(), value))
    }

    /// What the number of a read means that is no position of the schema.
    fn related(&self, number: usize) -> Option<&'a RelatedPath> {
        let behind = number.checked_sub(self.input.schema.attributes().len())?;
        self.input.rules.related.get(behind)
    }

    /// Whether a rule reads an attribute that must not be shown.
    pub(crate) fn reads_sensitive(&self, rule: RuleId) -> bool {
        !self.input.options.reveal && self.input.rules.reads_sensitive(self.input.schema, rule)
    }

    /// Why an object may never be written; none if it may.
    pub(crate) fn barrier(&self, id: ObjectId) -> Option<Arc<str>> {
        let object = self.object(id);
        if !self.in_bases(object.dn()) {
            return Some("it lies outside the write bases".into());
        }
        if let Some(text) = self.protected_place(object.dn()) {
            return Some(text);
        }
        let name = object.account_name().unwrap_or_default();
        let named = |rule: &RuleId| -> Arc<str> { self.protected_by(*rule) };
        if object.is_group() {
            if object.is_admin_count() && !self.grantable.contains(&id) {
                return Some("its adminCount is 1".into());
            }
            return self
                .input
                .rules
                .protected
                .iter()
                .find_map(|rule| match rule {
                    ProtectRule::Group(pattern, id) if pattern.matches(name, object.dn()) => {
                        Some(named(id))
                    }
                    ProtectRule::Group(..)
                    | ProtectRule::Unit(..)
                    | ProtectRule::Account(..)
                    | ProtectRule::AccountWhen(..) => None,
                });
        }
        if object.is_built_in() {
            return Some("it is built in".into());
        }
        if object.is_admin_count() {
            return Some("its adminCount is 1".into());
        }
        if !object.is_user()
            || object.is_computer()
            || object.is_managed_service_account()
            || object.is_trust_account()
        {
            return Some("it is no account of a person".into());
        }
        self.input
            .rules
            .protected
            .iter()
            .find_map(|rule| match rule {
                ProtectRule::Account(pattern, id) if pattern.matches(name, object.dn()) => {
                    Some(named(id))
                }
                ProtectRule::AccountWhen(tests, id) if tests_hold(object, tests) => Some(named(id)),
                ProtectRule::Group(..)
                | ProtectRule::Unit(..)
                | ProtectRule::Account(..)
                | ProtectRule::AccountWhen(..) => None,
            })
    }

    /// The groups with `adminCount` 1 that these actions change.
    pub(crate) fn admin_groups(&self, actions: &[Action]) -> Vec<Guid> {
        let groups = actions.iter().filter_map(|action| {
            let (group, _) = action.change.membership()?;
            self.input.directory.by_dn(group.dn())
        });
        let objects = groups.map(|group| self.object(group));
        let known = objects.filter(|object| object.is_admin_count());
        let known: BTreeSet<Guid> = known.map(Object::guid).collect();
        known.into_iter().collect()
    }

    /// Why an access list keeps an object where it is (S17); none if none does. With whether both lists were seen.
    pub(crate) fn kept_by_access_list(&self, id: ObjectId) -> (Option<&'static str>, bool) {
        let of = |id: ObjectId| -> Option<Denied> {
            let descriptor = self.object(id).all("nTSecurityDescriptor").first()?;
            security::denied(descriptor.bytes())
        };
        let own = of(id);
        let parent = self.object(id).dn().parent();
        let parent = parent.and_then(|unit| self.input.directory.by_dn(&unit));
        let above = parent.and_then(of);
        let why = if own.is_some_and(|denied| denied.deletion) {
            Some("its access list denies the deletion")
        } else if above.is_some_and(|denied| denied.deletion_of_children) {
            Some("the access list of its unit denies the deletion of what is in it")
        } else {
            None
        };
        (why, own.is_some() && above.is_some())
    }

    /// Why nothing may be made or moved below that name; none if it may.
    pub(crate) fn place_barrier(&self, unit: &Dn) -> Option<Arc<str>> {
        if !self.in_bases(unit) {
            return Some("it lies outside the write bases".into());
        }
        self.protected_place(unit)
    }

    /// Whether what stands behind the `@` of a logon name is one of the forest's; true where that was not read.
    pub(crate) fn is_upn_suffix(&self, suffix: &str) -> bool {
        self.upn_suffixes
            .as_ref()
            .is_none_or(|known| known.iter().any(|one| one.eq_ignore_ascii_case(suffix)))
    }

    /// How long a password is at least, by the domain's policy (S20); 0 where that was not read.
    pub(crate) fn least_password(&self) -> u32 {
        let directory = self.input.directory;
        let domain = directory.by_dn(&directory.domain().base);
        let least = domain.and_then(|domain| self.object(domain).integer("minPwdLength"));
        least
            .and_then(|least| u32::try_from(least).ok())
            .unwrap_or(0)
    }

    /// Why the domain would not take a password of that length with so many kinds of characters, as far as that is told.
    pub(crate) fn refuses_password(&self, length: u32, kinds: u32) -> Option<String> {
        let least = self.least_password();
        if length < least {
            return Some(format!(
                "the password of the policy's rule has {length} characters, the domain wants {least}"
            ));
        }
        let directory = self.input.directory;
        let domain = directory.by_dn(&directory.domain().base);
        let properties = domain.and_then(|domain| self.object(domain).integer("pwdProperties"));
        let complex = properties.is_some_and(|bits| bits & 1 != 0);
        (complex && kinds < KINDS).then(|| {
            format!(
                "the password of the policy's rule has {kinds} kinds of characters, the domain wants {KINDS} of upper \
                 case, lower case, digits and others"
            )
        })
    }

    /// Whether that name is a write base or lies below one.
    pub(crate) fn in_bases(&self, dn: &Dn) -> bool {
        self.input.bases.iter().any(|base| dn.is_under(base))
    }

    fn protected_place(&self, dn: &Dn) -> Option<Arc<str>> {
        let found = self
            .protected_units
            .iter()
            .find(|(unit, _)| dn.is_under(unit));
        found.map(|(_, rule)| self.protected_by(*rule))
    }

    fn protected_by(&self, rule: RuleId) -> Arc<str> {
        match self.input.rules.rule(rule) {
            Some(rule) => format!(
                "it is protected by `{}` ({}:{})",
                rule.text, rule.file, rule.line
            )
            .into(),
            None => "it is protected".into(),
        }
    }

    /// The way from a group to a privileged one, if it is or leads to one.
    pub(crate) fn privilege(&self, group: ObjectId) -> Option<&Arc<str>> {
        self.privileged.get(&group)
    }

    /// Whether the author lets a privileged group be given, by its name and with approval each time.
    pub(crate) fn is_grantable(&self, group: ObjectId) -> bool {
        self.grantable.contains(&group)
    }

    /// Whether nobody looks at this account.
    pub(crate) fn ignored(&self, object: &Object) -> bool {
        let name = object.account_name().unwrap_or_default();
        self.input.rules.ignores.iter().any(|rule| match rule {
            IgnoreRule::Accounts(pattern, _) => pattern.matches(name, object.dn()),
            IgnoreRule::When(tests, _) => tests_hold(object, tests),
            IgnoreRule::Person(..) => false,
        })
    }

    /// The direct groups of an account but its primary one, which is neither given nor taken (S6).
    pub(crate) fn groups_of(&self, account: ObjectId) -> impl Iterator<Item = ObjectId> + '_ {
        let primary = self.input.directory.primary_group(account);
        let groups = self.members.sources(account).iter().copied();
        groups.filter(move |group| Some(*group) != primary && self.object(*group).is_group())
    }

    /// The shortest way from a group to one that it is in, directly or over others: both ends and all between.
    /// None where there is none; a group alone where both are the same.
    pub(crate) fn way(&self, from: ObjectId, to: ObjectId) -> Option<Vec<ObjectId>> {
        if from == to {
            return Some(vec![from]);
        }
        // Most groups hold accounts alone: then nothing leads there.
        let nested = self.members.targets(to).iter();
        if !nested.copied().any(|id| self.object(id).is_group()) {
            return None;
        }
        let mut below: FxHashMap<ObjectId, ObjectId> = FxHashMap::default();
        let mut queue: VecDeque<(ObjectId, usize)> = VecDeque::from([(from, 0)]);
        while let Some((group, depth)) = queue.pop_front() {
            for parent in self.members.sources(group) {
                if depth >= MAX_NESTING || *parent == from || below.contains_key(parent) {
                    continue;
                }
                below.insert(*parent, group);
                if *parent == to {
                    let mut way = vec![to];
                    let mut at = to;
                    while let Some(step) = below.get(&at) {
                        way.push(*step);
                        at = *step;
                    }
                    way.reverse();
                    return Some(way);
                }
                queue.push_back((*parent, depth + 1));
            }
        }
        None
    }

    /// A way as people read it: `"A" leads to "C" over "B"`; none where both ends are the same.
    pub(crate) fn way_in_words(&self, way: &[ObjectId]) -> Option<String> {
        let (first, [between @ .., last]) = way.split_first()? else {
            return None;
        };
        let name = |id: &ObjectId| format!("`{}`", self.name_of(*id));
        let mut text = format!("{} leads to {}", name(first), name(last));
        if !between.is_empty() {
            let between: Vec<String> = between.iter().map(name).collect();
            text.push_str(" over ");
            text.push_str(&between.join(" and "));
        }
        Some(text)
    }

    /// How a group, account or unit is called in a sentence.
    pub(crate) fn name_of(&self, id: ObjectId) -> Arc<str> {
        let object = self.object(id);
        match object.account_name() {
            Some(name) => name.into(),
            None => object
                .dn()
                .rdn()
                .map_or_else(|| object.dn().text().clone(), |rdn| rdn.value().into()),
        }
    }

    /// Whether the policy is another than at the last applied run.
    pub(crate) fn policy_changed(&self) -> bool {
        self.input
            .prior
            .policy
            .as_ref()
            .is_none_or(|digest| *digest != self.input.rules.digest)
    }

    /// Whether one of these HR attributes, or of what is read of other people, differs from the last applied run.
    pub(crate) fn hr_changed(&self, person: &PersonId, reads: &[u32]) -> bool {
        let Some(memory) = self.person_memory(person) else {
            return true;
        };
        let Some(record) = self.person(person) else {
            return false;
        };
        let attributes = self.input.schema.attributes();
        reads.iter().any(|position| {
            let Some(attribute) = attributes.get(*position as usize) else {
                let now = self.related(*position as usize).map(|path| {
                    let text = self.input.people.read_related(person, path);
                    (path, self.digest(person, &path.name, &text))
                });
                return now
                    .is_some_and(|(path, now)| memory.values.get(&path.name) != now.as_ref());
            };
            let now = record
                .get(*position as usize)
                .and_then(|value| self.digest(person, &attribute.name, &value.to_string()));
            now.as_ref() != memory.values.get(&attribute.name)
        })
    }

    /// The salted digest of one HR value: the salt is a secret of the state, the person and the attribute (S12).
    ///
    /// The state's salt stands in no plan, so that whoever reads a plan cannot try all dates of a year; without a
    /// state there is none, and no digest (S11).
    pub(crate) fn digest(
        &self,
        person: &PersonId,
        attribute: &str,
        value: &str,
    ) -> Option<Arc<str>> {
        value_digest(self.input.prior, person, attribute, value)
    }
}

/// The digest of a value under that state; `None` where there is none.
pub(crate) fn value_digest(
    prior: &crate::state::Prior,
    person: &PersonId,
    attribute: &str,
    value: &str,
) -> Option<Arc<str>> {
    if prior.salt.is_none() {
        return None;
    }
    let mut hash = Sha256::new();
    hash.update(prior.salt.as_bytes());
    hash.update(prior.id.as_bytes());
    for part in [person.to_string().as_str(), attribute, value] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let bytes: [u8; 32] = hash.finalize().into();
    let mut text = String::with_capacity(DIGEST_BYTES * 2);
    for byte in bytes.iter().take(DIGEST_BYTES) {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    Some(text.into())
}

/// The forest's own name and those that its administrators added, where the container that lists them was read.
fn upn_suffixes(input: &Input<'_>) -> Option<Vec<String>> {
    let base = &input.directory.domain().base;
    let partitions = Dn::join(&Dn::parse("CN=Partitions,CN=Configuration").ok()?, base);
    let partitions = input.directory.by_dn(&partitions)?;
    let added = input.directory[partitions].values("uPNSuffixes");
    let mut suffixes: Vec<String> = added.map(str::to_owned).collect();
    let labels: Vec<String> = base.components().map(|rdn| rdn.value()).collect();
    suffixes.push(labels.join("."));
    Some(suffixes)
}

/// How much of a digest is kept: enough to see a change, too little to be worth a dictionary.
const DIGEST_BYTES: usize = 8;

/// Whether an object answers all questions with yes.
pub(crate) fn tests_hold(object: &Object, tests: &[AccountTest]) -> bool {
    tests.iter().all(|test| match test {
        AccountTest::Equal(attribute, value) => {
            let name = AttributeName::new(attribute);
            object
                .values(attribute)
                .any(|found| name.equal(found, value))
        }
        AccountTest::Matches(attribute, pattern) => object
            .values(attribute)
            .any(|found| pattern.matches(found, object.dn())),
        AccountTest::Present(attribute) => object.has(attribute),
        AccountTest::Missing(attribute) => !object.has(attribute),
    })
}

/// A name of the policy as the directory knows it: relative ones stand below the first write base.
pub(crate) fn absolute(dn: &Dn, input: &Input<'_>) -> Dn {
    if dn.is_under(&input.directory.domain().base) {
        return dn.clone();
    }
    dn.absolute(input.bases)
}

/// The group of that name, or of that DN where it has a `=`.
fn group_of(input: &Input<'_>, name: &str) -> Option<ObjectId> {
    let found = match Dn::parse(name) {
        Ok(dn) if name.contains('=') => input.directory.by_dn(&absolute(&dn, input)),
        Ok(_) | Err(_) => input.directory.by_account_name(name),
    };
    found.filter(|id| input.directory[*id].is_group())
}

/// Every group that is privileged by its SID, its adminCount or the author's word, or nested into one, with the
/// way there.
fn privileged_groups(
    input: &Input<'_>,
    members: &Links,
    declared: &[ObjectId],
) -> FxHashMap<ObjectId, Arc<str>> {
    let mut found: FxHashMap<ObjectId, Arc<str>> = FxHashMap::default();
    let mut queue: VecDeque<ObjectId> = VecDeque::new();
    let label = |id: ObjectId| -> String {
        let object = &input.directory[id];
        object.account_name().map_or_else(
            || object.dn().as_str().to_owned(),
            |name| format!("`{name}`"),
        )
    };
    for (id, object) in input.directory.iter() {
        let privileged = object.has_privileged_sid() || object.is_admin_count();
        if object.is_group() && (privileged || declared.contains(&id)) {
            found.insert(id, label(id).into());
            queue.push_back(id);
        }
    }
    let mut seen: FxHashSet<ObjectId> = found.keys().copied().collect();
    while let Some(group) = queue.pop_front() {
        let way = found.get(&group).cloned().unwrap_or_default();
        for member in members.targets(group) {
            if input.directory[*member].is_group() && seen.insert(*member) {
                found.insert(*member, format!("{} in {way}", label(*member)).into());
                queue.push_back(*member);
            }
        }
    }
    found
}
