//! A company of seven people, small enough to plan it hundreds of times.
//!
//! [`small`] is its first day with `tenure`; [`a_busy_month_later`] is a plan with an action of every kind.

use super::Place;

pub(super) const CONFIG: &str = r#"[policy]
path = "policy"

[people]
csv = "people.csv"
clock = "2026-02-02T09:00:00+01:00"

[directory]
ldif = "directory.ldif"
read = ["DC=small,DC=example"]
write = ["OU=Small,DC=small,DC=example"]
"#;

pub(super) const POLICY: &str = r#"person {
  id         : int     key
  first_name : text
  last_name  : text
  status     : one of ("onboarding", "active", "inactive")
  department : text?
  title      : text?
}

identity {
  anchor employeeID = id
  confirmed 2026-02-01
}

timezone "Europe/Berlin"

let base = "{first_name.take(1)}{last_name}".slug().take(20) else "user{id}"

unique login {
  try base
  try "{base}{n}"
}

lifecycle {
  when status == "inactive"   => leaver
  when status == "onboarding" => prehire
  when status == "active"     => employee
}

stage prehire  { account prepared   groups none of ours }
stage employee { account enabled }
stage leaver   { account deleted after 30 days disabled   unit "OU=Leavers"   groups none }

profile {
  cn             = "{first_name} {last_name}"
  givenName      = first_name
  sn             = last_name
  sAMAccountName = login          once
  department     = department     else clear
  title          = title          else clear
}

password {
  random 16
}

unit {
  when department == "Sales"   => "OU=Sales"
  otherwise                    => "OU=Staff"
}

groups {
  always                       => "SG-All"
  when department == "Sales"   => "SG-Sales"
  when department == "Lab"     => "SG-Lab"

  manage granted
}

groups {
  when title == "Buyer"        => "SG-Buyers"

  create scope universal in "OU=Buyers,OU=Groups" description "made when the first buyer came"
}

guard {
  create  at most 50
  disable at most 50
  delete  at most 50
  move    at most 50
  rename  at most 50
  clear   at most 50
  revoke  at most 50
}
"#;

pub(super) const PEOPLE: &str = "\
id,first_name,last_name,status,department,title
1,Anna,Berg,active,Lab,Chemist
2,Ben,Ode,active,Lab,Chemist
3,Carl,Ny,active,,Porter
4,Dora,Ek,onboarding,Lab,
5,Eva,Alt,inactive,Lab,Chemist
6,Finn,Ro,active,Lab,Apprentice
";

/// The same people a month later, when everything happens at once: 1 changes departments, 2 leaves, 3 marries,
/// 4 has the first day, 5 left long ago, 6 is promoted, 7 is new.
pub(super) const PEOPLE_LATER: &str = "\
id,first_name,last_name,status,department,title
1,Anna,Berg,active,Sales,Buyer
2,Ben,Ode,inactive,Lab,Chemist
3,Carl,Ny-Dahl,active,,
4,Dora,Ek,active,Lab,
5,Eva,Alt,inactive,Lab,Chemist
6,Finn,Ro,active,Lab,Chemist
7,Zoë,Ünal,active,Sales,Buyer
";

/// The directory: one unit less than the policy needs, and the accounts of Ben and Eva.
pub(super) const LDIF: &str = "\
version: 1

dn: DC=small,DC=example
objectClass: top
objectClass: domain
objectClass: domainDNS
dc: small
objectGUID:: AAECAwQFBgcICQoLDA0ODw==
objectSid:: AQQAAAAAAAUVAAAAAQAAAAIAAAADAAAA
minPwdLength: 12
pwdProperties: 1

dn: CN=Users,DC=small,DC=example
objectClass: top
objectClass: container
cn: Users

dn: CN=Domain Users,CN=Users,DC=small,DC=example
objectClass: top
objectClass: group
cn: Domain Users
sAMAccountName: Domain Users
groupType: -2147483646
objectGUID:: EAECAwQFBgcICQoLDA0ODw==
objectSid:: AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAAAQIAAA==

dn: OU=Small,DC=small,DC=example
objectClass: top
objectClass: organizationalUnit
ou: Small
objectGUID:: EQECAwQFBgcICQoLDA0ODw==

dn: OU=Staff,OU=Small,DC=small,DC=example
objectClass: top
objectClass: organizationalUnit
ou: Staff
objectGUID:: EgECAwQFBgcICQoLDA0ODw==

dn: OU=Leavers,OU=Small,DC=small,DC=example
objectClass: top
objectClass: organizationalUnit
ou: Leavers
objectGUID:: EwECAwQFBgcICQoLDA0ODw==

dn: OU=Groups,OU=Small,DC=small,DC=example
objectClass: top
objectClass: organizationalUnit
ou: Groups
objectGUID:: FAECAwQFBgcICQoLDA0ODw==

dn: CN=SG-All,OU=Groups,OU=Small,DC=small,DC=example
objectClass: top
objectClass: group
cn: SG-All
sAMAccountName: SG-All
groupType: -2147483646
member: CN=Ben Ode,OU=Staff,OU=Small,DC=small,DC=example
member: CN=Eva Alt,OU=Staff,OU=Small,DC=small,DC=example
objectGUID:: FQECAwQFBgcICQoLDA0ODw==
objectSid:: AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAAUQQAAA==

dn: CN=SG-Sales,OU=Groups,OU=Small,DC=small,DC=example
objectClass: top
objectClass: group
cn: SG-Sales
sAMAccountName: SG-Sales
groupType: -2147483646
objectGUID:: FgECAwQFBgcICQoLDA0ODw==
objectSid:: AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAAUgQAAA==

dn: CN=SG-Lab,OU=Groups,OU=Small,DC=small,DC=example
objectClass: top
objectClass: group
cn: SG-Lab
sAMAccountName: SG-Lab
groupType: -2147483646
member: CN=Ben Ode,OU=Staff,OU=Small,DC=small,DC=example
objectGUID:: FwECAwQFBgcICQoLDA0ODw==
objectSid:: AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAAUwQAAA==

dn: CN=Ben Ode,OU=Staff,OU=Small,DC=small,DC=example
objectClass: top
objectClass: person
objectClass: organizationalPerson
objectClass: user
objectCategory: CN=Person,CN=Schema,CN=Configuration,DC=small,DC=example
cn: Ben Ode
sn: Ode
givenName: Ben
department: Lab
title: Chemist
employeeID: 2
userAccountControl: 512
primaryGroupID: 513
sAMAccountName: bode
objectGUID:: IQECAwQFBgcICQoLDA0ODw==
objectSid:: AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAAYQQAAA==

dn: CN=Eva Alt,OU=Staff,OU=Small,DC=small,DC=example
objectClass: top
objectClass: person
objectClass: organizationalPerson
objectClass: user
objectCategory: CN=Person,CN=Schema,CN=Configuration,DC=small,DC=example
cn: Eva Alt
sn: Alt
givenName: Eva
department: Lab
title: Chemist
employeeID: 5
userAccountControl: 512
primaryGroupID: 513
sAMAccountName: ealt
objectGUID:: IgECAwQFBgcICQoLDA0ODw==
objectSid:: AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAAYgQAAA==
";

/// The working copy of its directory.
pub(super) const COPY: &str = ".tenure/directory.ldif";

/// The small company before anything was applied.
pub(super) fn small() -> Place {
    let place = Place::empty();
    place.write("tenure.toml", CONFIG);
    place.write("policy/policy.tenure", POLICY);
    place.write("people.csv", PEOPLE);
    place.write("directory.ldif", LDIF);
    place
}

/// The small company with its first plan applied.
pub(super) fn applied() -> Place {
    let place = small();
    place.expect(0, &["apply", "--yes"]);
    place
}

/// [`applied`], and then a month in which an action of every kind is due.
pub(super) fn a_busy_month_later() -> Place {
    let place = applied();
    make_it_later(&place);
    place
}

pub(super) fn make_it_later(place: &Place) {
    place.change("tenure.toml", "2026-02-02T09", "2026-03-10T09");
    place.write("people.csv", PEOPLE_LATER);
}
