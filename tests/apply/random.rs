//! Random plans over a generated domain: every kind of change, in any order, with much that touches the same things.
//!
//! The plan is one that works as far as its maker can tell; a share of it is stale on purpose. Who changes what on
//! whom is drawn from few accounts and groups, so that the order matters everywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tenure::plan::{ActionId, Change, GuardKind, Plan, Target};
use tenure::state::NameSpace;

use super::plans::{create, existing};
use super::world::dn;
use super::{Plans, World, attribute};

/// How a plan is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) seed: u64,
    pub(crate) accounts: usize,
    pub(crate) groups: usize,
    pub(crate) actions: usize,
    /// In a hundred: actions that are overtaken, or so already.
    pub(crate) stale: u32,
}

fn account(number: usize) -> String {
    format!("CN=User {number},OU=Staff")
}

fn group(number: usize) -> String {
    format!("CN=Group {number},OU=Staff")
}

/// The domain in which the plan begins.
pub(crate) fn ldif(shape: &Shape) -> String {
    let mut rng = StdRng::seed_from_u64(shape.seed);
    let mut text = "version: 1\n\ndn: DC=example,DC=com\nobjectClass: domainDNS\nobjectGUID:: AAAAAAAAAAAAAAAAAAAAAQ==\nobjectSid: S-1-5-21-1-2-3\n".to_owned();
    for unit in ["Staff", "Leavers"] {
        write!(
            text,
            "\ndn: OU={unit},DC=example,DC=com\nobjectClass: organizationalUnit\n"
        )
        .unwrap();
    }
    for number in 0..shape.accounts {
        write!(
            text,
            "\ndn: {},DC=example,DC=com\nobjectClass: user\nsAMAccountName: user{number}\nuserAccountControl: 512\ndepartment: D\n",
            account(number)
        )
        .unwrap();
    }
    for number in 0..shape.groups {
        write!(
            text,
            "\ndn: {},DC=example,DC=com\nobjectClass: group\nsAMAccountName: group{number}\ngroupType: -2147483646\n",
            group(number)
        )
        .unwrap();
        for member in (0..shape.accounts).filter(|_| rng.random_range(0..3) == 0) {
            writeln!(text, "member: {},DC=example,DC=com", account(member)).unwrap();
        }
    }
    text
}

/// What the maker of the plan believes of an account.
#[derive(Debug, Clone)]
struct Believed {
    target: Target,
    login: String,
    department: Option<String>,
    manager: Option<String>,
    enabled: bool,
    moved: bool,
    gone: bool,
    /// What makes it, where the plan does.
    made: Option<ActionId>,
}

struct Maker<'w> {
    world: &'w World,
    plans: Plans,
    rng: StdRng,
    shape: Shape,
    accounts: Vec<Believed>,
    members: BTreeSet<(usize, usize)>,
    /// Names and logins that somebody left.
    free_names: Vec<String>,
    free_logins: Vec<String>,
    units: Vec<(String, ActionId)>,
    next: usize,
}

/// Draws a plan for that world.
pub(crate) fn plan(world: &World, shape: Shape) -> Plan {
    let accounts = (0..shape.accounts).map(|number| Believed {
        target: existing(world, &account(number)),
        login: format!("user{number}"),
        department: Some("D".into()),
        manager: None,
        enabled: true,
        moved: false,
        gone: false,
        made: None,
    });
    let mut members = BTreeSet::new();
    for number in 0..shape.groups {
        let object = world.object(&group(number));
        for value in object.values("member") {
            let found = (0..shape.accounts).find(|one| dn(&account(*one)).as_str() == value);
            members.insert((number, found.unwrap()));
        }
    }
    let mut maker = Maker {
        world,
        plans: Plans::new(world),
        rng: StdRng::seed_from_u64(shape.seed ^ 0x5eed),
        shape,
        accounts: accounts.collect(),
        members,
        free_names: Vec::new(),
        free_logins: Vec::new(),
        units: Vec::new(),
        next: 0,
    };
    while maker.plans.plan.actions.len() < shape.actions {
        maker.draw();
    }
    let people: BTreeSet<i64> = (0..i64::try_from(maker.accounts.len()).unwrap()).collect();
    for person in people {
        maker.plans.stage(person, "employee");
    }
    maker.plans.plan
}

impl Maker<'_> {
    fn draw(&mut self) {
        match self.rng.random_range(0..100) {
            0..20 => self.department(),
            20..30 => self.manager(),
            30..38 => self.switch(),
            38..46 => self.go(),
            46..72 => self.membership(),
            72..80 => self.joiner(),
            80..84 => self.unit(),
            84..90 => self.login(),
            90..94 => self.adopt(),
            94..97 => self.delete(),
            _ => self.password(),
        }
    }

    fn stale(&mut self) -> bool {
        self.rng.random_range(0..100) < self.shape.stale
    }

    fn fresh(&mut self, what: &str) -> String {
        self.next += 1;
        format!("{what}{}", self.next)
    }

    fn anybody(&mut self) -> usize {
        self.rng.random_range(0..self.accounts.len())
    }

    /// Adds an action about an account, with what it needs, and now and then with more.
    fn add(&mut self, number: usize, change: Change, needs: &[ActionId]) -> ActionId {
        let mut after: Vec<ActionId> = needs.to_vec();
        after.extend(self.accounts[number].made);
        let count = self.plans.plan.actions.len();
        let mut one_before = || {
            let one = self.rng.random_range(0..count.max(1) * 8);
            (one < count).then(|| ActionId(u32::try_from(one).unwrap()))
        };
        let (more, behind) = (one_before(), one_before());
        after.extend(more);
        after.sort_unstable();
        after.dedup();
        let person = i64::try_from(number).unwrap();
        let id = self.plans.add(Some(person), change, &after);
        self.plans.action(id).behind = behind.into_iter().collect();
        self.plans.action(id).counts = vec![GuardKind::Grant];
        id
    }

    fn department(&mut self) {
        let (number, stale) = (self.anybody(), self.stale());
        let after = self.fresh("D");
        let one = &mut self.accounts[number];
        let before = if stale {
            Some("other".to_owned())
        } else {
            one.department.replace(after.clone())
        };
        let before: Vec<&str> = before.iter().map(String::as_str).collect();
        let change = Change::Modify {
            account: one.target.clone(),
            attributes: vec![attribute("department", &before, &[&after])],
        };
        self.add(number, change, &[]);
    }

    fn manager(&mut self) {
        let (number, boss) = (self.anybody(), self.anybody());
        let made = self.accounts[boss].made;
        let name = self.accounts[boss].target.dn().to_string();
        let one = &mut self.accounts[number];
        if one.manager.as_ref() == Some(&name) {
            return;
        }
        let before = one.manager.replace(name.clone());
        let before: Vec<&str> = before.iter().map(String::as_str).collect();
        let mut change = attribute("manager", &before, &[&name]);
        change.refers_to = made;
        let change = Change::Modify {
            account: one.target.clone(),
            attributes: vec![change],
        };
        self.add(number, change, &[]);
    }

    fn switch(&mut self) {
        let number = self.anybody();
        let stale = self.stale();
        let one = &mut self.accounts[number];
        let account = one.target.clone();
        let enable = if stale { one.enabled } else { !one.enabled };
        // Without a password nobody is enabled.
        if enable && one.made.is_some() {
            return;
        }
        one.enabled = enable;
        let change = if enable {
            Change::Enable {
                account,
                before: Some(514),
            }
        } else {
            Change::Disable {
                account,
                before: Some(512),
            }
        };
        self.add(number, change, &[]);
    }

    /// Moves somebody, once, into a unit that is there or is made.
    fn go(&mut self) {
        let number = self.anybody();
        if std::mem::replace(&mut self.accounts[number].moved, true) {
            return;
        }
        let mut needs = Vec::new();
        let unit = match self.rng.random_range(0..=self.units.len()) {
            0 => "OU=Leavers".to_owned(),
            one => {
                let (unit, made) = self.units[one - 1].clone();
                needs.push(made);
                unit
            }
        };
        let name = self.fresh("CN=Moved ");
        let account = self.accounts[number].target.clone();
        self.free_names.push(account.dn().to_string());
        let change = Change::Move {
            account,
            to: dn(&format!("{name},{unit}")),
            overlay: None,
        };
        self.add(number, change, &needs);
    }

    fn membership(&mut self) {
        let (number, in_group) = (self.anybody(), self.rng.random_range(0..self.shape.groups));
        let account = self.accounts[number].target.clone();
        let is_member = self.members.contains(&(in_group, number));
        let group = existing(self.world, &group(in_group));
        let joins = if self.stale() { is_member } else { !is_member };
        if joins {
            self.members.insert((in_group, number));
            self.add(number, Change::AddMember { group, account }, &[]);
        } else {
            self.members.remove(&(in_group, number));
            let change = Change::RemoveMember {
                group,
                account,
                stage: None,
            };
            self.add(number, change, &[]);
        }
    }

    /// Somebody new, now and then under a name and a login that somebody left.
    fn joiner(&mut self) {
        let number = self.accounts.len();
        let place = self.free_names.pop().map_or_else(
            || dn(&format!("CN=New {number},OU=Staff")),
            |name| tenure::directory::Dn::parse(&name).unwrap(),
        );
        let login = self
            .free_logins
            .pop()
            .unwrap_or_else(|| format!("new{number}"));
        let person = i64::try_from(number).unwrap();
        let change = create(place.clone(), &login, &number.to_string());
        let made = self.plans.add(Some(person), change, &[]);
        self.plans.action(made).counts = vec![GuardKind::Create];
        self.plans.action(made).reserves = vec![(NameSpace::Login, login.as_str().into())];
        let target = Target::Made {
            by: made,
            dn: place,
        };
        self.accounts.push(Believed {
            target: target.clone(),
            login,
            department: None,
            manager: None,
            enabled: false,
            moved: false,
            gone: false,
            made: Some(made),
        });
        let password = Change::SetPassword {
            account: target.clone(),
            must_change: true,
            length: 16,
            computed: false,
        };
        let password = self.add(number, password, &[]);
        if self.rng.random_range(0..3) > 0 {
            let enable = Change::Enable {
                account: target,
                before: None,
            };
            self.add(number, enable, &[password]);
            self.accounts[number].enabled = true;
        }
    }

    fn unit(&mut self) {
        let name = self.fresh("OU=Unit ");
        let within = match self.units.last() {
            Some((unit, made)) if self.rng.random_range(0..2) == 0 => Some((unit.clone(), *made)),
            _ => None,
        };
        let unit = match &within {
            Some((unit, _)) => format!("{name},{unit}"),
            None => format!("{name},OU=Staff"),
        };
        let needs: Vec<ActionId> = within.iter().map(|(_, made)| *made).collect();
        let id = self
            .plans
            .add(None, Change::CreateUnit { dn: dn(&unit) }, &needs);
        self.units.push((unit, id));
    }

    /// A login changes, now and then to one that somebody left.
    fn login(&mut self) {
        let number = self.anybody();
        if self.accounts[number].made.is_some() {
            return;
        }
        let reuses = self.rng.random_range(0..2) == 0;
        let left = if reuses { self.free_logins.pop() } else { None };
        let login = left.unwrap_or_else(|| self.fresh("login"));
        let one = &mut self.accounts[number];
        let before = std::mem::replace(&mut one.login, login.clone());
        let change = Change::Modify {
            account: one.target.clone(),
            attributes: vec![attribute("sAMAccountName", &[&before], &[&login])],
        };
        self.free_logins.push(before);
        let id = self.add(number, change, &[]);
        self.plans.action(id).reserves = vec![(NameSpace::Login, login.as_str().into())];
    }

    fn adopt(&mut self) {
        let number = self.anybody();
        let one = &self.accounts[number];
        if one.made.is_some() {
            return;
        }
        let change = Change::Adopt {
            account: one.target.clone(),
            anchor: "employeeID".into(),
            before: None,
            after: number.to_string().into(),
            linked: true,
        };
        let twice = self
            .plans
            .plan
            .actions
            .iter()
            .any(|action| action.change == change);
        if !twice || self.stale() {
            self.add(number, change, &[]);
        }
    }

    fn delete(&mut self) {
        let (number, stale) = (self.anybody(), self.stale());
        let one = &mut self.accounts[number];
        if one.gone || (one.enabled && !stale) {
            return;
        }
        one.gone = true;
        let change = Change::Delete {
            account: one.target.clone(),
        };
        self.add(number, change, &[]);
    }

    fn password(&mut self) {
        let number = self.anybody();
        let change = Change::SetPassword {
            account: self.accounts[number].target.clone(),
            must_change: false,
            length: 14,
            computed: false,
        };
        self.add(number, change, &[]);
    }
}

/// How many actions of each kind a plan has, for a look at what is drawn.
pub(crate) fn kinds(plan: &Plan) -> BTreeMap<&'static str, usize> {
    let mut kinds = BTreeMap::new();
    for action in &plan.actions {
        let kind = tenure::apply::journal::kind_word(&action.change);
        *kinds.entry(kind).or_default() += 1;
    }
    kinds
}
