//! What a plan does or says of a person, taken apart so far that two plans can be compared: without ids, without the
//! order in which things are done, without why and when they became due.

use crate::hr::PersonId;
use crate::plan::{Action, Change, FindingKind, Plan, Reason};
use std::sync::Arc;

/// What kind of thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An account is made.
    Create,
    /// An account is taken as somebody's.
    Adopt,
    /// An account is no longer taken as somebody's.
    Release,
    /// An account is enabled.
    Enable,
    /// An account is disabled.
    Disable,
    /// An account is deleted.
    Delete,
    /// A membership is given.
    Grant,
    /// A membership is taken.
    Revoke,
    /// An attribute gets values, or loses them.
    Set,
    /// An account goes, or is made, into a unit or under a name.
    Place,
    /// A password is set.
    Password,
    /// A value goes back to HR.
    Writeback,
    /// Another system is asked, and something waits for its answer.
    Step,
    /// A unit or a group is made, or a unit deleted.
    Structure,
    /// Somebody is told.
    Notice,
    /// An invariant would be broken.
    Broken,
    /// Nothing is given: the record cannot be read.
    Quarantined,
    /// Something could not be decided.
    Held,
    /// Anything else that a plan finds.
    Finding(FindingKind),
}

/// One thing that a plan does or says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Deed {
    /// Which kind.
    pub kind: Kind,
    /// Of what: a group, an attribute, a unit, a notice, an invariant; no value of a person. Empty where the kind says all.
    pub of: Arc<str>,
    /// What tells two of them apart and is shown to nobody: values of people stand in it.
    hidden: Arc<str>,
}

/// A deed, whose it is, and by which rules.
#[derive(Debug, Clone)]
pub(super) struct Done<'a> {
    pub(super) person: Option<&'a PersonId>,
    pub(super) who: Arc<str>,
    pub(super) deed: Deed,
    pub(super) reasons: Vec<&'a Reason>,
}

impl Deed {
    fn new(kind: Kind, of: &str, hidden: String) -> Self {
        Self {
            kind,
            of: of.into(),
            hidden: hidden.into(),
        }
    }
}

/// Everything that a plan does and says, in its order.
pub(super) fn deeds(plan: &Plan) -> Vec<Done<'_>> {
    let mut all = Vec::new();
    for action in &plan.actions {
        each(action, &mut |deed, reason| {
            let reasons = action.reasons.iter();
            all.push(Done {
                person: action.person.as_ref(),
                who: action.who.clone(),
                deed,
                reasons: reason.into_iter().chain(reasons).collect(),
            });
        });
    }
    for notice in &plan.notices {
        let hidden = format!("{:?} {:?} {}", notice.to, notice.subject, notice.body);
        let of = format!("{} ({})", notice.name, notice.event);
        all.push(Done {
            person: Some(&notice.person),
            who: notice.who.clone(),
            deed: Deed::new(Kind::Notice, &of, hidden),
            reasons: vec![&notice.reason],
        });
    }
    for broken in &plan.broken {
        all.push(Done {
            person: Some(&broken.person),
            who: broken.who.clone(),
            deed: Deed::new(Kind::Broken, &broken.title, broken.text.to_string()),
            reasons: vec![&broken.reason],
        });
    }
    for finding in &plan.findings {
        let is = |kind| finding.kind == kind;
        let (kind, of) = if is(FindingKind::Quarantined) {
            (Kind::Quarantined, "")
        } else if is(FindingKind::Held) {
            (Kind::Held, "")
        } else if is(FindingKind::Expectation) {
            // What is expected is the policy's own text.
            (Kind::Finding(finding.kind), &*finding.text)
        } else {
            (Kind::Finding(finding.kind), "")
        };
        all.push(Done {
            person: finding.person.as_ref(),
            who: finding.who.clone(),
            deed: Deed::new(kind, of, finding.text.to_string()),
            reasons: finding.reason.iter().collect(),
        });
    }
    all
}

/// The deeds of one action, each with the reason that is its own.
fn each<'a>(action: &'a Action, put: &mut dyn FnMut(Deed, Option<&'a Reason>)) {
    let mut plain = |kind, of: &str, hidden: String| put(Deed::new(kind, of, hidden), None);
    match &action.change {
        Change::CreateUnit { dn }
        | Change::DeleteUnit {
            unit: crate::plan::Target::Made { dn, .. } | crate::plan::Target::Existing { dn, .. },
        } => {
            let made = matches!(action.change, Change::CreateUnit { .. });
            plain(Kind::Structure, dn.as_str(), format!("unit {made}"));
        }
        Change::CreateGroup { dn, .. } => {
            plain(Kind::Structure, dn.as_str(), "group".to_owned());
        }
        Change::CreateAccount { dn, attributes, .. } => {
            plain(Kind::Create, "", String::new());
            let unit = dn.parent().map(|unit| unit.to_string());
            plain(Kind::Place, &unit.unwrap_or_default(), dn.to_string());
            for (name, values) in attributes {
                plain(Kind::Set, name, format!("{values:?}"));
            }
        }
        Change::Adopt { account, after, .. } => {
            plain(Kind::Adopt, "", format!("{} {after}", account.dn()));
        }
        Change::Release { account, .. } => plain(Kind::Release, "", account.dn().to_string()),
        Change::SetPassword {
            must_change,
            length,
            computed,
            ..
        } => plain(
            Kind::Password,
            "",
            format!("{must_change} {length} {computed}"),
        ),
        Change::Modify { attributes, .. } => {
            for change in attributes {
                let deed = Deed::new(Kind::Set, &change.attribute, format!("{:?}", change.after));
                put(deed, Some(&change.reason));
            }
        }
        Change::Move { to, .. } => {
            let unit = to.parent().map(|unit| unit.to_string());
            plain(Kind::Place, &unit.unwrap_or_default(), to.to_string());
        }
        Change::Enable { .. } => plain(Kind::Enable, "", String::new()),
        Change::Disable { .. } => plain(Kind::Disable, "", String::new()),
        Change::AddMember { group, account } | Change::RemoveMember { group, account, .. } => {
            let gives = matches!(action.change, Change::AddMember { .. });
            let kind = if gives { Kind::Grant } else { Kind::Revoke };
            let name = group.dn().rdn().map(|rdn| rdn.value()).unwrap_or_default();
            // Whose account it is the person says, unless it is a further one; where it lies is told by its place.
            let account = account
                .dn()
                .rdn()
                .map(|rdn| rdn.value())
                .unwrap_or_default();
            let account = if gives { String::new() } else { account };
            plain(kind, &name, format!("{} {account}", group.dn()));
        }
        Change::WriteBack { field, after, .. } => {
            plain(Kind::Writeback, field, after.to_string());
        }
        Change::Await { step, .. } => {
            plain(
                Kind::Step,
                &step.name,
                format!("{} {:?}", step.event, step.fields),
            );
        }
        Change::Delete { .. } => plain(Kind::Delete, "", String::new()),
    }
}
