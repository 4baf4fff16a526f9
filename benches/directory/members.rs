//! 2,000 memberships of one group: as many together as there is room for, and one by one.

use tenure::directory::Guid;
use tenure::plan::{Action, Change, Target};

use crate::changes::{feed, record};
use crate::domain::Domain;
use crate::ours::{action, apply, dn};
use crate::turns::{by_turns, show};

const MEMBERS: usize = 2_000;
const ROUNDS: usize = 3;

pub(crate) fn compare() {
    let domain = Domain::start();
    let unit = domain.unit("Members");
    let records: Vec<String> = (0..MEMBERS).map(|number| record(&unit, number)).collect();
    feed(&domain, 1, &records, "ldapadd");
    let found = domain
        .client()
        .search(&unit, "(objectClass=user)", &["objectGUID"])
        .done();
    let people: Vec<Target> = found
        .entries
        .into_iter()
        .map(|entry| Target::Existing {
            guid: Guid::from_ad_bytes(&entry.attributes["objectGUID"][0]).unwrap(),
            dn: dn(&entry.dn),
        })
        .collect();
    let turn = |name: String, in_flight: usize| {
        let group = group(&domain, &unit, &name);
        let actions = joining(&group, &people);
        apply(&domain, actions, 4, in_flight, &[])
    };
    let took = by_turns(
        ROUNDS,
        |round| turn(format!("Batched-{round}"), 16),
        |round| turn(format!("Single-{round}"), 1),
    );
    let what = format!("{MEMBERS} members of one group");
    show(&what, MEMBERS, ["together", "one by one"], took, 10.0);
}

fn group(domain: &Domain, unit: &str, name: &str) -> Target {
    let name = format!("CN={name},{unit}");
    let ldif = format!("dn: {name}\nobjectClass: group\ngroupType: -2147483640\n");
    domain.client().add(&ldif).done();
    let entry = domain.client().read(&name, &["objectGUID"]).only();
    Target::Existing {
        guid: Guid::from_ad_bytes(&entry.attributes["objectGUID"][0]).unwrap(),
        dn: dn(&name),
    }
}

fn joining(group: &Target, people: &[Target]) -> Vec<Action> {
    let join = |(number, account): (usize, &Target)| {
        let change = Change::AddMember {
            group: group.clone(),
            account: account.clone(),
        };
        action(number, change, Vec::new())
    };
    people.iter().enumerate().map(join).collect()
}
