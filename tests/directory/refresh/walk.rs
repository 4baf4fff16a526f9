//! A random walk through a domain: people, groups and units are made, changed, renamed, moved, deleted and brought back.

use std::sync::atomic::{AtomicBool, Ordering};

use tenure::directory::ldap::{Refreshed, Server, Settings, Why};

use super::super::live::settings;
use super::view::View;
use crate::dice::Dice;
use crate::domain::front::Front;
use crate::domain::{Client, Domain};

/// Shows and takes what was deleted (MS-ADTS 3.1.1.3.4.1.14).
pub(super) const SHOW_DELETED: [&str; 2] = ["-e", "!1.2.840.113556.1.4.417"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    User,
    /// With an address, or with nothing whatever that is unique.
    Contact,
    Group,
    Unit,
}

#[derive(Debug, Clone)]
struct Node {
    kind: Kind,
    name: String,
    parent: usize,
    alive: bool,
}

/// Who changes the domain, and what it believes to be there.
pub(super) struct Walk {
    client: Client,
    base: String,
    dice: Dice,
    /// The first is the head of the domain.
    nodes: Vec<Node>,
    made: usize,
    done: usize,
    refused: usize,
}

/// Units at the top: two that are read, one that is not.
pub(super) const TOPS: [&str; 3] = ["Staff", "Partners", "Elsewhere"];

impl Walk {
    /// Furnishes a domain that has nothing yet.
    pub(super) fn begin(domain: &Domain, seed: u64) -> Self {
        let head = Node {
            kind: Kind::Unit,
            name: String::new(),
            parent: 0,
            alive: true,
        };
        let mut walk = Self {
            client: domain.client(),
            base: domain.base_dn().to_owned(),
            dice: Dice::new(seed),
            nodes: vec![head],
            made: 0,
            done: 0,
            refused: 0,
        };
        let mut text = String::new();
        for top in TOPS {
            text.push_str(&walk.make(Kind::Unit, top.to_owned(), 0));
        }
        for number in 0..9 {
            let parent = walk.one(Kind::Unit).unwrap();
            text.push_str(&walk.make(Kind::Unit, format!("Unit {number}"), parent));
        }
        for _ in 0..40 {
            text.push_str(&walk.any_new());
        }
        walk.client.add(&text).done();
        for _ in 0..60 {
            walk.link();
        }
        walk
    }

    fn dn(&self, node: usize) -> String {
        if node == 0 {
            return self.base.clone();
        }
        format!("{},{}", self.rdn(node), self.dn(self.nodes[node].parent))
    }

    fn rdn(&self, node: usize) -> String {
        let Node { kind, name, .. } = &self.nodes[node];
        let attribute = if *kind == Kind::Unit { "OU" } else { "CN" };
        format!("{attribute}={}", name.replace(',', "\\,"))
    }

    /// One that is there, of a kind; not the head of the domain.
    fn one(&mut self, kind: Kind) -> Option<usize> {
        self.one_of(|node| node.kind == kind)
    }

    fn one_of(&mut self, fits: impl Fn(&Node) -> bool) -> Option<usize> {
        let all: Vec<usize> = (1..self.nodes.len())
            .filter(|node| self.nodes[*node].alive && fits(&self.nodes[*node]))
            .collect();
        (!all.is_empty()).then(|| self.dice.of(&all))
    }

    /// A unit, never one of those at the top unless that is asked for.
    fn movable_unit(&mut self) -> Option<usize> {
        self.one_of(|node| node.kind == Kind::Unit && node.parent != 0)
    }

    fn is_below(&self, mut node: usize, above: usize) -> bool {
        loop {
            if node == above {
                return true;
            }
            if node == 0 {
                return false;
            }
            node = self.nodes[node].parent;
        }
    }

    fn make(&mut self, kind: Kind, name: String, parent: usize) -> String {
        self.nodes.push(Node {
            kind,
            name,
            parent,
            alive: true,
        });
        let node = self.nodes.len() - 1;
        let dn = self.dn(node);
        let text = match kind {
            Kind::User => format!("objectClass: user\nsAMAccountName: u{node}\ndepartment: new\n"),
            Kind::Contact if node.is_multiple_of(2) => {
                format!("objectClass: contact\nmail: c{node}@kestrel.example\n")
            }
            Kind::Contact => "objectClass: contact\n".to_owned(),
            Kind::Group => format!(
                "objectClass: group\nsAMAccountName: g{node}\ngroupType: {}\n",
                if node.is_multiple_of(3) {
                    -2_147_483_644_i64
                } else {
                    -2_147_483_640
                }
            ),
            Kind::Unit => "objectClass: organizationalUnit\n".to_owned(),
        };
        format!("dn: {dn}\nchangetype: add\n{text}\n")
    }

    fn any_new(&mut self) -> String {
        self.made += 1;
        let kind = self
            .dice
            .of(&[Kind::User, Kind::User, Kind::Contact, Kind::Group]);
        let odd = self.dice.percent(20);
        let name = format!("{}{kind:?} {}", if odd { "Łuk, " } else { "" }, self.made);
        let parent = self.one(Kind::Unit).unwrap();
        self.make(kind, name, parent)
    }

    /// Somebody that a link may name.
    fn target(&mut self) -> Option<usize> {
        self.one_of(|node| node.kind != Kind::Unit)
    }

    /// Ties two together, where they can be.
    fn link(&mut self) {
        let ties = if self.dice.percent(50) {
            self.membership()
        } else {
            self.relation()
        };
        if let Some((_, text)) = ties {
            self.client.modify(&text);
        }
    }

    fn membership(&mut self) -> Option<(&'static str, String)> {
        let (group, member) = (self.one(Kind::Group)?, self.target()?);
        let how = self.dice.of(&["add", "add", "delete"]);
        let change = format!("{how}: member\nmember: {}", self.dn(member));
        Some(("changed a membership", modify(&self.dn(group), &change)))
    }

    fn relation(&mut self) -> Option<(&'static str, String)> {
        let target = self.target()?;
        let (link, source) = match self.dice.below(4) {
            0 => ("managedBy", self.one(Kind::Group)?),
            1 => ("secretary", self.one(Kind::User)?),
            2 => ("seeAlso", self.one(Kind::User)?),
            _ => ("manager", self.one(Kind::User)?),
        };
        let change = if self.dice.percent(80) {
            format!("replace: {link}\n{link}: {}", self.dn(target))
        } else {
            format!("replace: {link}")
        };
        Some(("changed a link", modify(&self.dn(source), &change)))
    }

    /// Does one thing; what the domain refuses is not done.
    pub(super) fn step(&mut self) -> &'static str {
        let before = self.nodes.clone();
        let Some((what, text)) = self.choose() else {
            return "nothing";
        };
        if self.client.modify(&text).code == 0 {
            self.done += 1;
            what
        } else {
            self.refused += 1;
            self.nodes = before;
            "nothing"
        }
    }

    fn choose(&mut self) -> Option<(&'static str, String)> {
        let number = self.made + self.done + self.refused;
        match self.dice.below(20) {
            0 | 1 => Some(("made", self.any_new())),
            2 => {
                let parent = self.one(Kind::Unit)?;
                self.made += 1;
                let name = format!("Unit n{}", self.made);
                Some(("made a unit", self.make(Kind::Unit, name, parent)))
            }
            3 | 4 => {
                let node = self.target()?;
                let change = if self.dice.percent(70) {
                    format!("replace: telephoneNumber\ntelephoneNumber: {number}")
                } else {
                    "replace: info".to_owned()
                };
                Some(("changed a value", modify(&self.dn(node), &change)))
            }
            5 | 6 => {
                let node = self.one_of(|node| node.parent != 0)?;
                let (was, above) = (self.dn(node), self.dn(self.nodes[node].parent));
                let name = self.nodes[node].name.clone();
                // Sometimes in its case alone.
                self.nodes[node].name = match self.dice.below(3) {
                    0 => name.to_uppercase(),
                    1 => name.to_lowercase(),
                    _ => format!("{} r{number}", name.split(" r").next().unwrap()),
                };
                Some(("renamed", rename(&was, &self.rdn(node), &above)))
            }
            7 | 8 => {
                let node = self.target()?;
                let parent = self.one(Kind::Unit)?;
                let was = self.dn(node);
                self.nodes[node].parent = parent;
                Some(("moved", rename(&was, &self.rdn(node), &self.dn(parent))))
            }
            9 | 10 => {
                let node = self.movable_unit()?;
                let parent = self.one(Kind::Unit)?;
                if self.is_below(parent, node) {
                    return None;
                }
                let was = self.dn(node);
                self.nodes[node].parent = parent;
                if self.dice.percent(50) {
                    self.nodes[node].name = format!("Unit m{number}");
                }
                let text = rename(&was, &self.rdn(node), &self.dn(parent));
                Some(("moved a unit", text))
            }
            11 => {
                let node = self.target()?;
                let text = format!("dn: {}\nchangetype: delete\n\n", self.dn(node));
                self.nodes[node].alive = false;
                Some(("deleted", text))
            }
            12 if self.dice.percent(30) => {
                let node = self.movable_unit()?;
                let mut below: Vec<usize> = (1..self.nodes.len())
                    .filter(|one| self.nodes[*one].alive && self.is_below(*one, node))
                    .collect();
                below.sort_by_key(|one| std::cmp::Reverse(self.dn(*one).matches('=').count()));
                let mut text = String::new();
                for one in below {
                    text.push_str(&format!("dn: {}\nchangetype: delete\n\n", self.dn(one)));
                    self.nodes[one].alive = false;
                }
                Some(("deleted a unit with all in it", text))
            }
            13 => self.bring_back(),
            12 | 14 | 15 => self.membership(),
            16 | 17 => self.relation(),
            _ => {
                // Two take each other's names.
                let (one, other) = (self.target()?, self.target()?);
                let (a, b) = (self.nodes[one].clone(), self.nodes[other].clone());
                if one == other {
                    return None;
                }
                let (dn_a, dn_b) = (self.dn(one), self.dn(other));
                let (up_a, up_b) = (self.dn(a.parent), self.dn(b.parent));
                let (rdn_a, rdn_b) = (self.rdn(one), self.rdn(other));
                let text = [
                    rename(&dn_a, "CN=between", &up_a),
                    rename(&dn_b, &rdn_a, &up_a),
                    rename(&format!("CN=between,{up_a}"), &rdn_b, &up_b),
                ];
                (self.nodes[one].name, self.nodes[one].parent) = (b.name, b.parent);
                (self.nodes[other].name, self.nodes[other].parent) = (a.name, a.parent);
                Some(("swapped names", text.concat()))
            }
        }
    }

    fn bring_back(&mut self) -> Option<(&'static str, String)> {
        let gone: Vec<usize> = (1..self.nodes.len())
            .filter(|node| !self.nodes[*node].alive && self.nodes[*node].kind == Kind::User)
            .collect();
        let node = (!gone.is_empty()).then(|| self.dice.of(&gone))?;
        let parent = self.one(Kind::Unit)?;
        let deleted = format!("CN=Deleted Objects,{}", self.base);
        let filter = format!("(sAMAccountName=u{node})");
        let client = self.client.clone().with(&["-E", "!1.2.840.113556.1.4.417"]);
        let found = client.search(&deleted, &filter, &["objectGUID"]);
        let was = found.entries.first()?.dn.clone();
        self.nodes[node].alive = true;
        self.nodes[node].parent = parent;
        self.nodes[node].name = format!("Back {node}");
        let change = format!(
            "delete: isDeleted\n-\nreplace: distinguishedName\ndistinguishedName: {}",
            self.dn(node)
        );
        let text = modify(&was, &change);
        // Only with the control is it seen, so this is done here.
        let done = self.client.clone().with(&SHOW_DELETED).modify(&text);
        if done.code != 0 {
            self.nodes[node].alive = false;
            return None;
        }
        // What is left is a change like any other.
        let change = format!("replace: info\ninfo: back {node}");
        let dn = self.dn(node);
        Some((
            "brought back",
            format!("dn: {dn}\nchangetype: modify\n{change}\n\n"),
        ))
    }
}

fn modify(dn: &str, change: &str) -> String {
    format!("dn: {dn}\nchangetype: modify\n{change}\n\n")
}

fn rename(dn: &str, rdn: &str, above: &str) -> String {
    format!(
        "dn: {dn}\nchangetype: modrdn\nnewrdn: {rdn}\ndeleteoldrdn: 1\nnewsuperior: {above}\n\n"
    )
}

/// The domain through several eyes.
pub(super) fn views(domain: &Domain, front: &Front) -> Vec<View> {
    let administrator = settings(domain, domain.administrator());
    let by_front = |settings: &Settings| Settings {
        servers: vec![Server::parse(&front.ldaps_url()).unwrap()],
        ..settings.clone()
    };
    let service = settings(domain, domain.service_account());
    let bases: Vec<String> = TOPS[..2]
        .iter()
        .map(|top| format!("OU={top},{}", domain.base_dn()))
        .collect();
    let bases: Vec<&str> = bases.iter().map(String::as_str).collect();
    vec![
        View::of("the whole domain", &administrator, &[]),
        View::of("two bases", &administrator, &bases),
        View::of("two bases, as Windows", &by_front(&administrator), &bases),
        View::of(
            "the whole domain, without a right to what was deleted, as Windows",
            &by_front(&service),
            &[],
        ),
        View::of("two bases, by an account without rights", &service, &bases),
    ]
}

fn walked(seed: u64, steps: usize) {
    let domain = Domain::start();
    let mut walk = Walk::begin(&domain, seed);
    let front = Front::before(&domain).windows().start();
    let mut views = views(&domain, &front);
    for view in &mut views {
        assert_eq!(view.refresh(), Refreshed::Whole(Why::First));
    }
    let mut left = steps;
    while left > 0 {
        let batch = (1 + walk.dice.below(8)).min(left);
        let done: Vec<&str> = (0..batch).map(|_| walk.step()).collect();
        left -= batch;
        for view in &mut views {
            view.follows(&format!("{done:?} (seed {seed}, {left} steps left)"));
        }
    }
    assert!(
        walk.done > walk.refused,
        "{} done, {} refused",
        walk.done,
        walk.refused
    );
    for view in &views {
        assert!(view.increments > steps / 8 && view.whole == 1);
    }
}

#[test]
fn after_any_changes_a_refresh_is_a_whole_reading() {
    if crate::is_long() {
        for seed in 0..5 {
            walked(seed, 500);
        }
    } else {
        walked(1, 70);
    }
}

/// What changes while it is read is seen by the next refresh at the latest.
#[test]
fn changes_during_a_refresh_are_seen_by_the_next() {
    let rounds = if crate::is_long() { 60 } else { 6 };
    let domain = Domain::start();
    let mut walk = Walk::begin(&domain, 7);
    let front = Front::before(&domain).windows().start();
    let mut views = views(&domain, &front);
    for view in &mut views {
        view.refresh();
    }
    for round in 0..rounds {
        let writing = AtomicBool::new(true);
        let done = std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let mut done = Vec::new();
                while writing.load(Ordering::SeqCst) {
                    done.push(walk.step());
                }
                done
            });
            for view in &mut views {
                view.refresh();
            }
            writing.store(false, Ordering::SeqCst);
            writer.join().unwrap()
        });
        for view in &mut views {
            let refreshed = view.refresh();
            // A container that moved under each of several attempts.
            let unsteady = matches!(refreshed, Refreshed::Whole(Why::Unsteady(_)));
            assert!(
                unsteady || matches!(refreshed, Refreshed::Changes { .. }),
                "{refreshed:?}"
            );
            view.is_true(&format!("round {round}, while it was read: {done:?}"));
        }
    }
}
