//! Names that must be unique: which candidate a person gets (S14).
//!
//! Candidates are tried in their order; one is free if every attribute that uses it yields a value that is
//! free in its name space, over all that was read, whatever class it is of. A held name stays while it is
//! still a candidate. People come by key, so that the smaller key wins a tie.
//!
//! Begin with [`Names::assign`].

use super::time::later;
use super::world::World;
use crate::directory::fold::{fold, fold_name, length};
use crate::directory::schema::{self, Attribute, Unique};
use crate::directory::{Dn, ObjectId, Rdn};
use crate::hr::PersonId;
use crate::policy::ruleset::{Duration, Reuse, TimeUnit};
use crate::policy::{AssignedPart, AttributeWish, Candidate, Desired, Mode, UniqueRule, Wish};
use crate::state::NameSpace;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Numbers that `{n}` counts through.
const NUMBERS: std::ops::RangeInclusive<u32> = 2..=99;

/// How long the login of a deleted account stays taken unless the policy says otherwise (S14).
const LOGIN_REUSE: Duration = Duration {
    count: 10,
    unit: TimeUnit::Year,
};

/// What became of the `unique`s of one person, in the order of the ruleset.
pub(crate) type Assigned = Vec<Option<Arc<str>>>;

/// Names that are taken, and those given in this run.
pub(crate) struct Names<'w, 'a> {
    world: &'w World<'a>,
    logins: FxHashMap<String, Vec<ObjectId>>,
    common: FxHashMap<String, ObjectId>,
    given: FxHashMap<(NameSpace, String), PersonId>,
    /// Names of groups that are made in this run.
    groups: FxHashSet<(NameSpace, String)>,
}

/// A person who needs names.
pub(crate) struct Seeker<'s> {
    pub(crate) wish: &'s Wish,
    pub(crate) account: Option<ObjectId>,
    /// Where the account is or will be.
    pub(crate) unit: Option<&'s Dn>,
}

/// A line of the wish that uses an assigned name.
struct Line<'s> {
    wish: &'s AttributeWish,
    parts: &'s [AssignedPart],
    schema: Option<&'static Attribute>,
    /// Whether this run would write it.
    written: bool,
}

impl<'w, 'a> Names<'w, 'a> {
    pub(crate) fn new(world: &'w World<'a>) -> Self {
        let mut logins: FxHashMap<String, Vec<ObjectId>> = FxHashMap::default();
        let mut common = FxHashMap::default();
        for (id, object) in world.input.directory.iter() {
            if let Some(name) = object.account_name() {
                let key = fold_name(name).into_owned();
                logins.entry(key).or_default().push(id);
            }
            if world.in_bases(object.dn())
                && let Some(rdn) = object.dn().rdn()
            {
                common.insert(common_key(object.dn().parent_key(), &rdn.value()), id);
            }
        }
        Self {
            world,
            logins,
            common,
            given: FxHashMap::default(),
            groups: FxHashSet::default(),
        }
    }

    /// The names of one person; where none of the candidates is free, the reason.
    ///
    /// Whatever it returns counts as given for everybody who comes later.
    pub(crate) fn assign(&mut self, seeker: &Seeker<'_>) -> (Assigned, Vec<(u32, Arc<str>)>) {
        let mut names: Assigned = vec![None; seeker.wish.uniques.len()];
        let mut failed = Vec::new();
        for (index, unique) in seeker.wish.uniques.iter().enumerate() {
            let number = u32::try_from(index).unwrap_or(u32::MAX);
            let lines = self.lines(seeker, number);
            if lines.is_empty() {
                continue;
            }
            let rule = self.world.input.rules.uniques.get(index);
            let held = self.held(seeker, number, &lines, &unique.candidates, &names);
            let found = held.or_else(|| {
                self.first_free(seeker, number, &lines, &unique.candidates, &names, rule)
            });
            match found {
                Some(name) => {
                    if let Some(slot) = names.get_mut(index) {
                        *slot = Some(name);
                    }
                    self.give(seeker, &lines, &names);
                }
                None => failed.push((number, no_name(rule, &unique.candidates))),
            }
        }
        (names, failed)
    }

    fn lines<'s>(&self, seeker: &'s Seeker<'s>, unique: u32) -> Vec<Line<'s>> {
        let uses = |parts: &[AssignedPart]| parts.contains(&AssignedPart::Unique(unique));
        let mut lines = Vec::new();
        for wish in &seeker.wish.attributes {
            if let Desired::Assigned(parts) = &wish.value
                && uses(parts)
            {
                lines.push(Line {
                    wish,
                    parts,
                    schema: schema::attribute(&wish.attribute),
                    written: self.is_written(seeker.account, wish),
                });
            }
        }
        lines
    }

    fn is_written(&self, account: Option<ObjectId>, wish: &AttributeWish) -> bool {
        let Some(account) = account else {
            return true;
        };
        match wish.mode {
            Mode::Always | Mode::Adding => true,
            Mode::Once => wish.overlay,
            Mode::IfEmpty => !self.world.object(account).has(&wish.attribute),
        }
    }

    /// The name that the account has already: by a line that is left as found, or as one of the candidates.
    fn held(
        &self,
        seeker: &Seeker<'_>,
        unique: u32,
        lines: &[Line<'_>],
        candidates: &[Candidate],
        names: &Assigned,
    ) -> Option<Arc<str>> {
        let object = self.world.object(seeker.account?);
        let current = |line: &Line<'_>| -> Option<String> {
            let value = if line.wish.attribute.eq_ignore_ascii_case("cn") {
                object.dn().rdn()?.value()
            } else {
                object.first(&line.wish.attribute)?.to_owned()
            };
            extract(&value, line.parts, unique, names)
        };
        // A line that is the bare name says it best; an address may have been given by other rules.
        let left = || lines.iter().filter(|line| !line.written);
        let bare = left()
            .filter(|line| line.parts.len() == 1)
            .find_map(current);
        let kept = bare.or_else(|| left().find_map(current));
        if let Some(name) = kept {
            return Some(name.into());
        }
        let name = lines.iter().find_map(current)?;
        let of = candidates.iter().find(|candidate| {
            stems(&name, candidate) || is_shortened(&name, candidate, lines, names, unique)
        });
        let is_candidate = of.is_some();
        let name = of.map_or_else(|| name.clone(), |candidate| spelled(&name, candidate));
        let fits = lines.iter().filter(|line| line.written).all(|line| {
            let Some(value) = render_with(line.parts, names, unique, &name) else {
                return true;
            };
            self.is_free(seeker, &line.wish.attribute, &value)
        });
        (is_candidate && fits).then(|| name.into())
    }

    fn first_free(
        &self,
        seeker: &Seeker<'_>,
        unique: u32,
        lines: &[Line<'_>],
        candidates: &[Candidate],
        names: &Assigned,
        rule: Option<&UniqueRule>,
    ) -> Option<Arc<str>> {
        let acceptable = |name: &str| {
            !is_reserved(rule, name)
                && lines.iter().filter(|line| line.written).all(|line| {
                    let Some(value) = render_with(line.parts, names, unique, name) else {
                        return true;
                    };
                    line.schema
                        .is_none_or(|schema| schema.check(&value).is_ok())
                        && !is_reserved(rule, &value)
                        && self.is_free_for(seeker, &line.wish.attribute, &value, rule)
                })
        };
        for candidate in candidates {
            match candidate {
                Candidate::Fixed(name) => {
                    if acceptable(name) {
                        return Some(name.clone());
                    }
                }
                Candidate::Numbered {
                    before,
                    hinge,
                    after,
                } => {
                    for n in NUMBERS {
                        let suffix = format!("{hinge}{n}{after}");
                        let Some(name) = shortened(before, &suffix, lines, names, unique) else {
                            break;
                        };
                        if acceptable(&name) {
                            return Some(name.into());
                        }
                    }
                }
            }
        }
        None
    }

    fn give(&mut self, seeker: &Seeker<'_>, lines: &[Line<'_>], names: &Assigned) {
        for line in lines.iter().filter(|line| line.written) {
            if let Some(value) = render(line.parts, names) {
                self.take(seeker, &line.wish.attribute, &value);
            }
        }
    }

    /// Marks a value as given in this run, where it must be unique.
    pub(crate) fn take(&mut self, seeker: &Seeker<'_>, attribute: &str, value: &str) {
        if let Some(key) = space_key(attribute, value, seeker.unit) {
            self.given
                .entry(key)
                .or_insert_with(|| seeker.wish.person.clone());
        }
    }

    /// Takes a name for a group that is to be made in that unit; false where it is not free.
    ///
    /// What the state keeps for a person is not free: the next account of theirs may bear it (S14).
    pub(crate) fn take_for_group(&mut self, name: &str, unit: &Dn) -> bool {
        let login = (NameSpace::Login, fold_name(name).into_owned());
        let common = (NameSpace::CommonName, common_key(unit.key(), name));
        let reserved = |(space, key): &(NameSpace, String)| {
            let prior = self.world.input.prior;
            prior
                .reservations
                .contains_key(&(*space, key.as_str().into()))
        };
        let taken = self.logins.contains_key(&login.1) || self.common.contains_key(&common.1);
        let given = [&login, &common]
            .into_iter()
            .any(|key| self.given.contains_key(key) || self.groups.contains(key) || reserved(key));
        if taken || given {
            return false;
        }
        self.groups.extend([login, common]);
        true
    }

    /// Whether nobody else has that value, where it must be unique; true for every other attribute.
    pub(crate) fn is_free(&self, seeker: &Seeker<'_>, attribute: &str, value: &str) -> bool {
        self.is_free_for(seeker, attribute, value, None)
    }

    fn is_free_for(
        &self,
        seeker: &Seeker<'_>,
        attribute: &str,
        value: &str,
        rule: Option<&UniqueRule>,
    ) -> bool {
        let Some((space, key)) = space_key(attribute, value, seeker.unit) else {
            return true;
        };
        let other = |id: &ObjectId| Some(*id) != seeker.account;
        let taken = match space {
            NameSpace::Login => self
                .logins
                .get(&key)
                .is_some_and(|holders| holders.iter().any(other)),
            NameSpace::Address => self
                .world
                .input
                .directory
                .address_holders(value)
                .iter()
                .any(other),
            NameSpace::CommonName => self.common.get(&key).is_some_and(other),
        };
        if taken || self.is_kept_back(seeker, space, &key, rule) {
            return false;
        }
        let key = (space, key);
        if self.groups.contains(&key) {
            return false;
        }
        self.given
            .get(&key)
            .is_none_or(|person| *person == seeker.wish.person)
    }

    /// Whether the state keeps the name for somebody else.
    fn is_kept_back(
        &self,
        seeker: &Seeker<'_>,
        space: NameSpace,
        key: &str,
        rule: Option<&UniqueRule>,
    ) -> bool {
        let prior = self.world.input.prior;
        let Some(reservation) = prior.reservations.get(&(space, key.into())) else {
            return false;
        };
        if reservation.person == seeker.wish.person {
            return false;
        }
        let Some(released) = reservation.released else {
            return true;
        };
        let reuse = match (rule.and_then(|rule| rule.reuse_after), space) {
            (Some(reuse), _) => reuse,
            (None, NameSpace::Login | NameSpace::CommonName) => Reuse::After(LOGIN_REUSE),
            (None, NameSpace::Address) => Reuse::Never,
        };
        match reuse {
            Reuse::Never => true,
            Reuse::After(time) => later(released, time, &seeker.wish.zone) > self.world.input.now,
        }
    }
}

/// The text of an attribute, once all names that it uses are known.
pub(crate) fn render(parts: &[AssignedPart], names: &Assigned) -> Option<String> {
    let mut text = String::new();
    for part in parts {
        match part {
            AssignedPart::Literal(literal) => text.push_str(literal),
            AssignedPart::Unique(index) => {
                text.push_str(names.get(*index as usize)?.as_deref()?);
            }
        }
    }
    Some(text)
}

/// The names that a value reserves for its person: logins and addresses (S14).
pub(crate) fn reserved_by(attribute: &str, value: &str) -> Option<(NameSpace, Arc<str>)> {
    let (space, key) = space_key(attribute, value, None)?;
    Some((space, key.into()))
}

fn render_with(
    parts: &[AssignedPart],
    names: &Assigned,
    unique: u32,
    name: &str,
) -> Option<String> {
    let mut text = String::new();
    for part in parts {
        match part {
            AssignedPart::Literal(literal) => text.push_str(literal),
            AssignedPart::Unique(index) if *index == unique => text.push_str(name),
            AssignedPart::Unique(index) => text.push_str(names.get(*index as usize)?.as_deref()?),
        }
    }
    Some(text)
}

/// What stands in a value in the place of the name; none where the value has another form.
fn extract(value: &str, parts: &[AssignedPart], unique: u32, names: &Assigned) -> Option<String> {
    let place = parts
        .iter()
        .position(|part| *part == AssignedPart::Unique(unique))?;
    let (before, rest) = parts.split_at_checked(place)?;
    let before = render(before, names)?;
    let after = render(rest.get(1..)?, names)?;
    let head = value.get(..before.len())?;
    let middle = value.get(before.len()..value.len().checked_sub(after.len())?)?;
    let tail = value.get(value.len() - after.len()..)?;
    (fold(head) == fold(&before) && fold(tail) == fold(&after) && !middle.is_empty())
        .then(|| middle.to_owned())
}

/// The same name in the candidate's capitals; a shortened one stays as it is.
fn spelled(name: &str, candidate: &Candidate) -> String {
    let same = |other: &str| fold(name) == fold(other);
    match candidate {
        Candidate::Fixed(fixed) if same(fixed) => fixed.to_string(),
        Candidate::Numbered {
            before,
            hinge,
            after,
        } => NUMBERS
            .map(|n| format!("{before}{hinge}{n}{after}"))
            .find(|numbered| same(numbered))
            .unwrap_or_else(|| name.to_owned()),
        Candidate::Fixed(_) => name.to_owned(),
    }
}

/// Whether a name can have come from that candidate.
fn stems(name: &str, candidate: &Candidate) -> bool {
    match candidate {
        Candidate::Fixed(fixed) => fold(name) == fold(fixed),
        Candidate::Numbered {
            before,
            hinge,
            after,
        } => {
            let (name, before, hinge) = (fold(name), fold(before), fold(hinge));
            let Some(rest) = name.strip_suffix(&*fold(after)) else {
                return false;
            };
            let stem = rest.trim_end_matches(|c: char| c.is_ascii_digit());
            // The base itself may end in digits: each border between it and the number is tried.
            (stem.len()..rest.len()).any(|border| {
                let (Some(head), Some(digits)) = (rest.get(..border), rest.get(border..)) else {
                    return false;
                };
                digits
                    .parse::<u32>()
                    .is_ok_and(|n| NUMBERS.contains(&n) && n.to_string() == digits)
                    && head.strip_suffix(&*hinge).is_some_and(|head| {
                        head == &*before
                            || (!head.is_empty()
                                && before.starts_with(head)
                                && is_cut(head, &before))
                    })
            })
        }
    }
}

/// Whether a shorter base can be what a length limit left of a longer one: at most the number's digits went.
fn is_cut(head: &str, before: &str) -> bool {
    length(before).saturating_sub(length(head)) <= MAX_CUT
}

/// How many characters of a base a number may cost and the name still count as the same candidate.
const MAX_CUT: usize = 8;

/// Whether a name is what the length limits leave of a candidate, however much that took.
fn is_shortened(
    name: &str,
    candidate: &Candidate,
    lines: &[Line<'_>],
    names: &Assigned,
    unique: u32,
) -> bool {
    let Candidate::Numbered {
        before,
        hinge,
        after,
    } = candidate
    else {
        return false;
    };
    let mut numbers = NUMBERS;
    numbers.any(|n| {
        let suffix = format!("{hinge}{n}{after}");
        let made = shortened(before, &suffix, lines, names, unique);
        made.is_some_and(|made| fold(&made) == fold(name))
    })
}

/// `before` with the number and what belongs to it, the name cut so that every line that uses it fits.
fn shortened(
    before: &str,
    suffix: &str,
    lines: &[Line<'_>],
    names: &Assigned,
    unique: u32,
) -> Option<String> {
    let mut base = before.to_owned();
    loop {
        let name = format!("{base}{suffix}");
        let excess = lines.iter().filter(|line| line.written).filter_map(|line| {
            let max = line.schema?.max_on_account()? as usize;
            let value = render_with(line.parts, names, unique, &name)?;
            length(&value).checked_sub(max)
        });
        match excess.max() {
            None | Some(0) => return Some(name),
            Some(mut over) => {
                while over > 0 {
                    let last = base.pop()?;
                    over = over.saturating_sub(last.len_utf16());
                }
                base.truncate(base.trim_end().len());
                if base.is_empty() {
                    return None;
                }
            }
        }
    }
}

fn is_reserved(rule: Option<&UniqueRule>, name: &str) -> bool {
    rule.is_some_and(|rule| {
        let name = fold(name);
        let names = &rule.reserved.0;
        names
            .binary_search_by(|known| (**known).cmp(&*name))
            .is_ok()
    })
}

fn no_name(rule: Option<&UniqueRule>, candidates: &[Candidate]) -> Arc<str> {
    let name = rule.map_or("?", |rule| &*rule.name);
    if candidates.is_empty() {
        return format!("`{name}` has no candidate: what they are made of is missing").into();
    }
    format!("none of the candidates of `{name}` is free and fits").into()
}

/// The name space of an attribute and the key of a value in it; none where it need not be unique.
fn space_key(attribute: &str, value: &str, unit: Option<&Dn>) -> Option<(NameSpace, String)> {
    let schema = schema::attribute(attribute)?;
    match schema.unique? {
        Unique::Forest if schema.name == "sAMAccountName" => {
            Some((NameSpace::Login, fold_name(value).into_owned()))
        }
        Unique::Forest => None,
        Unique::Addresses => Some((NameSpace::Address, schema.unique_key(value).into_owned())),
        Unique::Unit => Some((NameSpace::CommonName, common_key(unit?.key(), value))),
    }
}

fn common_key(unit: &str, value: &str) -> String {
    format!("{unit}\0\0{}", fold_name(value))
}

/// The name of an account in a unit.
pub(crate) fn account_dn(unit: &Dn, common_name: &str) -> Option<Dn> {
    Some(unit.child(&Rdn::new("CN", common_name).ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Candidate, stems};

    fn numbered(before: &str, hinge: &str, after: &str) -> Candidate {
        Candidate::Numbered {
            before: before.into(),
            hinge: hinge.into(),
            after: after.into(),
        }
    }

    #[test]
    fn a_name_stems_from_its_candidate_even_when_the_base_gave_way() {
        assert!(stems("zmueller2", &numbered("zmueller", "", "")));
        assert!(stems("ZMueller99", &numbered("zmueller", "", "")));
        assert!(stems("Ada King (2)", &numbered("Ada King", " (", ")")));
        assert!(
            stems("user712", &numbered("user7", "", "")),
            "base ends in a digit"
        );
        assert!(
            stems("zmuelle2", &numbered("zmueller", "", "")),
            "cut by one"
        );
        assert!(!stems("zmueller1", &numbered("zmueller", "", "")));
        assert!(!stems("zmueller100", &numbered("zmueller", "", "")));
        assert!(!stems("2", &numbered("zmueller", "", "")));
        assert!(stems("Ada Ki (2)", &numbered("Ada King", " (", ")")));
        assert!(!stems("Ada King 2)", &numbered("Ada King", " (", ")")));
        assert!(!stems("other2", &numbered("zmueller", "", "")));
    }
}
