//! Where Samba is lax a front is as Windows; each case is shown on both.

use std::fmt::Write as _;

use super::super::Domain;
use super::super::client::{Client, Entry};
use super::super::front::Front;
use super::super::service::{FULL_CONTROL, unicode_pwd};
use super::{replace, user};

/// A unit of its own, and who asks past the front and through it.
struct Both {
    domain: &'static Domain,
    unit: String,
    front: Front,
    samba: Client,
    windows: Client,
}

impl Both {
    fn new(unit: &str) -> Self {
        let domain = Domain::shared();
        let front = Front::before(domain).windows().start();
        Self {
            domain,
            unit: domain.unit(unit),
            samba: domain.client(),
            windows: front.client(),
            front,
        }
    }

    fn dn(&self, name: &str) -> String {
        format!("CN={name},{}", self.unit)
    }

    /// Refused by Windows with that code and text; Samba says something else to the same.
    #[track_caller]
    fn differ(&self, change: &str, code: i32, text: &str) -> i32 {
        let answer = self.windows.modify(change).refused(code, text);
        let other = self.samba.modify(change);
        assert!(
            other.code != answer.code || !other.text.contains(text),
            "no difference: {}",
            other.text
        );
        other.code
    }
}

/// An object with these further lines, as a change.
fn add(dn: &str, class: &str, lines: &str) -> String {
    format!("dn: {dn}\nchangetype: add\nobjectClass: {class}\n{lines}\n")
}

fn account(name: &str) -> String {
    format!("sAMAccountName: {name}\n")
}

/// Every class and attribute of the schema; more than a page.
fn schema(client: &Client, domain: &Domain) -> super::super::client::Answer {
    let schema = format!("CN=Schema,CN=Configuration,{}", domain.base_dn());
    client.search(&schema, "(objectClass=*)", &["cn"])
}

#[test]
fn a_thousand_entries_and_no_more_without_pages() {
    let both = Both::new("Thousand");
    let all = schema(&both.samba, both.domain).done().entries.len();
    assert!(all > 1500, "{all}");
    let cut = schema(&both.windows, both.domain).refused(4, "Size limit");
    assert_eq!(cut.entries.len(), 1000);
    let few = both.windows.search(&both.unit, "(ou=*)", &["ou"]);
    few.only();
}

#[test]
fn pages_are_a_thousand_at_most_and_all_of_them_come() {
    let both = Both::new("Pages");
    let paged = |client: &Client, size: &str| {
        let client = client.clone().with(&["-E", &format!("pr={size}/noprompt")]);
        schema(&client, both.domain).done().entries.len()
    };
    let searches = || both.front.count(super::super::front::Kind::Search);
    let all = paged(&both.samba, "5000");
    assert_eq!(paged(&both.windows, "5000"), all);
    assert_eq!(searches(), all.div_ceil(1000), "5000 are not given at once");
    both.front.forget();
    assert_eq!(paged(&both.windows, "500"), all);
    assert_eq!(searches(), all.div_ceil(500));
}

#[test]
fn the_limit_that_a_client_asks_for_is_kept() {
    let both = Both::new("Limit");
    let limited = |client: &Client| schema(&client.clone().with(&["-z", "7"]), both.domain);
    // Samba ignores it; the tool stops by itself.
    let cut = limited(&both.windows);
    assert_eq!((cut.code, cut.entries.len()), (4, 7));
}

fn ranges(entry: &Entry) -> Vec<(String, usize)> {
    let found = entry.attributes.iter();
    found
        .map(|(name, values)| (name.clone(), values.len()))
        .collect()
}

#[test]
fn more_than_1500_values_come_in_ranges() {
    let both = Both::new("Ranges");
    let dn = both.dn("ranged");
    let group = both.dn("range-group");
    let mut ldif = add(&dn, "user", &account("ranged"));
    ldif += &add(&group, "group", &account("range-group"));
    let mut members = String::new();
    for n in 0..1600 {
        let member = both.dn(&format!("m{n}"));
        write!(ldif, "{}", add(&member, "contact", "")).unwrap();
        writeln!(members, "member: {member}").unwrap();
    }
    both.samba.modify(&ldif).done();
    let modify = format!("dn: {group}\nchangetype: modify\nadd: member\n{members}");
    both.windows.modify(&modify).done();
    let read = |client: &Client, attribute: &str| ranges(&client.read(&group, &[attribute]).only());
    assert_eq!(read(&both.samba, "member"), [("member".to_owned(), 1600)]);
    let first = [
        ("member".to_owned(), 0),
        ("member;range=0-1499".to_owned(), 1500),
    ];
    // The tool prints nothing for an attribute without values.
    assert_eq!(read(&both.windows, "member"), first[1..]);
    assert_eq!(read(&both.windows, "member;range=0-*"), first[1..]);
    assert_eq!(
        read(&both.windows, "member;range=1500-*"),
        [("member;range=1500-*".to_owned(), 100)]
    );
    assert_eq!(
        read(&both.windows, "member;range=10-19"),
        [("member;range=10-19".to_owned(), 10)]
    );
    assert_eq!(
        read(&both.windows, "member;range=50-*"),
        [("member;range=50-1549".to_owned(), 1500)]
    );
    let whole = both.windows.read(&group, &["member;range=0-*"]).only();
    let rest = both.windows.read(&group, &["member;range=1500-*"]).only();
    let mut all = [
        whole.all("member;range=0-1499"),
        rest.all("member;range=1500-*"),
    ]
    .concat();
    let mut truth = both.samba.read(&group, &["member"]).only().all("member");
    all.sort();
    truth.sort();
    assert_eq!(all, truth);
}

#[test]
fn more_than_5000_values_are_too_many_for_one_change() {
    let both = Both::new("Many");
    let dn = both.dn("many");
    both.samba.add(&user("many", &both.unit)).done();
    let boxes = |count: usize| {
        let values: Vec<String> = (0..count)
            .map(|n| format!("otherMailbox: box{n}\n"))
            .collect();
        let values = values.concat();
        format!("dn: {dn}\nchangetype: modify\nreplace: otherMailbox\n{values}\n")
    };
    both.windows.modify(&boxes(5000)).done();
    assert_eq!(both.differ(&boxes(5001), 11, "00002024"), 0);
}

#[test]
fn account_names_have_twenty_characters() {
    let both = Both::new("Account names");
    let long = "x".repeat(21);
    both.windows.add(&user(&"y".repeat(20), &both.unit)).done();
    assert_eq!(
        both.differ(
            &add(&both.dn("long"), "user", &account(&long)),
            80,
            "00000523"
        ),
        0
    );
    let short = both.dn(&"y".repeat(20));
    assert_eq!(
        both.differ(
            &replace(&short, "sAMAccountName", &"z".repeat(21)),
            80,
            "00000523"
        ),
        0
    );
    both.windows
        .modify(&add(&both.dn("group"), "group", &account(&"g".repeat(21))))
        .done();
    both.windows
        .modify(&replace(
            &both.dn("group"),
            "sAMAccountName",
            &"h".repeat(21),
        ))
        .done();
    let bad = add(&both.dn("bad"), "user", &account("a/b"));
    assert_eq!(both.differ(&bad, 80, "00000523"), 19);
}

#[test]
fn common_names_have_sixty_four_characters() {
    let both = Both::new("Common names");
    let name = |count: usize| format!("Ada\\, {}", "ä".repeat(count - 5));
    let contact = |count: usize| add(&both.dn(&name(count)), "contact", "");
    both.windows.modify(&contact(64)).done();
    assert_eq!(both.differ(&contact(65), 19, "00002082"), 0);
    let rename = |from: usize, to: usize| {
        let (dn, new) = (both.dn(&name(from)), name(to));
        format!("dn: {dn}\nchangetype: modrdn\nnewrdn: CN={new}\ndeleteoldrdn: 1\n")
    };
    assert_eq!(both.differ(&rename(64, 66), 19, "00002082"), 0);
    both.windows.modify(&rename(66, 63)).done();
}

#[test]
fn values_that_are_too_long_violate_a_constraint() {
    let both = Both::new("Long values");
    both.samba.add(&user("longvalue", &both.unit)).done();
    let dn = both.dn("longvalue");
    both.windows
        .modify(&replace(&dn, "department", &"x".repeat(64)))
        .done();
    assert_eq!(
        both.differ(&replace(&dn, "department", &"x".repeat(65)), 19, "00002082"),
        21
    );
    // What is wrong in another way stays what it is.
    both.windows
        .modify(&replace(&dn, "countryCode", "x"))
        .refused(21, "0000200B");
    let long = add(
        &both.dn("longer"),
        "user",
        &format!("title: {}\n{}", "x".repeat(129), account("longer")),
    );
    assert_eq!(both.differ(&long, 19, "00002082"), 21);
}

#[test]
fn logon_names_are_unique_by_another_code() {
    let both = Both::new("Logon names");
    let named = |name: &str| {
        add(
            &both.dn(name),
            "user",
            &format!("{}userPrincipalName: upn@kestrel.example\n", account(name)),
        )
    };
    both.windows.modify(&named("upn1")).done();
    assert_eq!(both.differ(&named("upn2"), 19, "000021C8"), 19);
}

#[test]
fn no_account_is_enabled_without_a_password() {
    let both = Both::new("Enabled");
    let uac = |name: &str, value: &str| replace(&both.dn(name), "userAccountControl", value);
    let new = |name: &str, more: &str| add(&both.dn(name), "user", &(account(name) + more));
    assert_eq!(
        both.differ(
            &new("enabled1", "userAccountControl: 512\n"),
            53,
            "0000052D"
        ),
        0
    );
    both.windows.modify(&new("enabled2", "")).done();
    assert_eq!(both.differ(&uac("enabled2", "512"), 53, "0000052D"), 0);
    both.windows.modify(&uac("enabled2", "514")).done();
    both.windows.modify(&uac("enabled2", "544")).done();
    // With one it is, however it came: at once, before, in the same change, and expired since.
    let password = format!("unicodePwd:: {}\n", unicode_pwd("Correct-Horse-7"));
    both.windows
        .modify(&new(
            "enabled3",
            &format!("{password}userAccountControl: 512\n"),
        ))
        .done();
    both.windows
        .modify(&new("enabled4", &format!("{password}pwdLastSet: 0\n")))
        .done();
    both.windows.modify(&uac("enabled4", "512")).done();
    let at_once = format!(
        "dn: {}\nchangetype: modify\nreplace: unicodePwd\n{password}-\nreplace: userAccountControl\nuserAccountControl: 512\n",
        both.dn("enabled2")
    );
    both.windows.modify(&at_once).done();
}

#[test]
fn a_weak_password_is_refused_by_another_code() {
    let both = Both::new("Weak");
    both.samba.add(&user("weak", &both.unit)).done();
    let set = |password: &str| {
        let dn = both.dn("weak");
        format!("dn: {dn}\nchangetype: modify\nreplace: unicodePwd\nunicodePwd:: {password}\n")
    };
    assert_eq!(
        both.differ(&set(&unicode_pwd("short")), 53, "0000052D: SvcErr"),
        19
    );
    both.windows
        .modify(&set("c2hvcnQ="))
        .refused(53, "0000001F");
    both.windows
        .modify(&set(&unicode_pwd("Correct-Horse-7")))
        .done();
    // One's own, which needs the old one, keeps its code.
    let change = |old: &str, new: &str| {
        format!(
            "dn: {}\nchangetype: modify\ndelete: unicodePwd\nunicodePwd:: {}\n-\nadd: unicodePwd\nunicodePwd:: {}\n",
            both.dn("weak"),
            unicode_pwd(old),
            unicode_pwd(new)
        )
    };
    both.windows
        .modify(&change("Correct-Horse-7", "short"))
        .refused(19, "0000052D: AtrErr");
}

#[test]
fn no_password_goes_in_the_clear() {
    let both = Both::new("Clear");
    both.samba.add(&user("clear", &both.unit)).done();
    let password = unicode_pwd("Correct-Horse-7");
    let change = format!(
        "dn: {}\nchangetype: modify\nreplace: unicodePwd\nunicodePwd:: {password}\n",
        both.dn("clear")
    );
    let lax = Front::before(both.domain).plain_binds().start();
    lax.client_at(&lax.ldap_url()).modify(&change).done();
    let strict = Front::before(both.domain).windows().plain_binds().start();
    let clear = strict.client_at(&strict.ldap_url());
    clear.modify(&change).refused(53, "0000001F");
    clear.read(&both.unit, &["ou"]).only();
    clear.clone().with(&["-ZZ"]).modify(&change).done();
    let hardened = both.front.client_at(&both.front.ldap_url());
    hardened.read(&both.unit, &["ou"]).refused(8, "00002028");
    hardened.with(&["-ZZ"]).read(&both.unit, &["ou"]).only();
}

#[test]
fn groups_are_in_groups_by_their_scopes() {
    let both = Both::new("Scopes");
    let kinds = [
        ("global", "-2147483646"),
        ("local", "-2147483644"),
        ("universal", "-2147483640"),
    ];
    for (name, kind) in kinds {
        both.samba
            .modify(&add(
                &both.dn(name),
                "group",
                &format!("groupType: {kind}\n"),
            ))
            .done();
    }
    let join = |group: &str, member: &str| {
        format!(
            "dn: {}\nchangetype: modify\nadd: member\nmember: {member}\n",
            both.dn(group)
        )
    };
    assert_eq!(
        both.differ(
            &join("universal", &both.dn("local").to_uppercase()),
            53,
            "00002146"
        ),
        0
    );
    assert_eq!(
        both.differ(&join("global", &both.dn("local")), 53, "00002144"),
        0
    );
    assert_eq!(
        both.differ(&join("global", &both.dn("universal")), 53, "00002145"),
        0
    );
    let guid = both.samba.read(&both.dn("local"), &["objectGUID"]).only();
    let guid = uuid::Uuid::from_slice_le(&guid.attributes["objectGUID"][0]).unwrap();
    both.windows
        .modify(&join("universal", &format!("<GUID={guid}>")))
        .refused(53, "00002146");
    both.windows
        .modify(&join("local", &both.dn("universal")))
        .done();
    both.windows
        .modify(&join("universal", &both.dn("global")))
        .done();
    let born = add(
        &both.dn("born"),
        "group",
        &format!("groupType: -2147483640\nmember: {}\n", both.dn("local")),
    );
    assert_eq!(both.differ(&born, 53, "00002146"), 0);
}

#[test]
fn what_was_deleted_is_seen_by_whom_it_was_opened_to() {
    let both = Both::new("Deleted");
    both.samba.add(&user("deleted", &both.unit)).done();
    both.samba
        .modify(&format!("dn: {}\nchangetype: delete\n", both.dn("deleted")))
        .done();
    let bin = format!("CN=Deleted Objects,{}", both.domain.base_dn());
    let listed = |client: &Client| {
        let client = client.clone().with(&["-E", "!1.2.840.113556.1.4.417"]);
        client
            .search(&bin, "(objectClass=*)", &["cn"])
            .done()
            .entries
            .len()
    };
    let service = both.domain.service_account();
    assert!(listed(&both.samba) > 1 && listed(&both.windows) > 1);
    assert!(listed(&both.samba.clone().by(service)) > 0);
    assert_eq!(listed(&both.windows.clone().by(service)), 0);
    both.front.let_list_deleted(service);
    assert_eq!(
        listed(&both.windows.clone().by(service)),
        listed(&both.samba.clone().by(service))
    );
}

#[test]
fn the_head_of_the_domain_refers_to_three_places() {
    let both = Both::new("Referrals");
    let referrals = |client: &Client| {
        client
            .search(both.domain.base_dn(), "(ou=Referrals)", &["ou"])
            .done()
            .referrals
    };
    assert_eq!(referrals(&both.samba).len(), 1);
    let three = referrals(&both.windows);
    assert_eq!(three.len(), 3);
    assert!(
        three.iter().any(|to| to.contains("DC=DomainDnsZones,")),
        "{three:?}"
    );
    assert!(
        three.iter().all(|to| to.starts_with("ldap://")),
        "{three:?}"
    );
}

#[test]
fn it_says_who_is_logged_on() {
    let both = Both::new("Who");
    let service = both.domain.service_account();
    let who = |client: &Client| client.clone().by(service).who();
    assert!(who(&both.samba).contains("Protocol error (2)"));
    assert_eq!(who(&both.windows), "u:KESTREL\\svc-tenure");
    assert_eq!(both.windows.clone().anonymous().who(), "anonymous");
}

#[test]
fn refusals_have_windows_words() {
    let both = Both::new("Words");
    both.samba
        .add(&(user("words1", &both.unit) + &user("words2", &both.unit)))
        .done();
    let group = both.dn("words");
    both.samba
        .modify(&add(&group, "group", &account("words")))
        .done();
    let member = |how: &str, name: &str| {
        format!(
            "dn: {group}\nchangetype: modify\n{how}: member\nmember: {}\n",
            both.dn(name)
        )
    };
    both.samba.modify(&member("add", "words1")).done();
    let taken = add(&both.dn("words3"), "user", &account("words2"));
    assert_eq!(both.differ(&taken, 68, "00000524"), 68);
    assert_eq!(
        both.differ(&add(&both.dn("words1"), "user", ""), 68, "00002071: UpdErr"),
        68
    );
    assert_eq!(both.differ(&member("add", "words1"), 68, "00000562"), 68);
    assert_eq!(both.differ(&member("delete", "words2"), 53, "00000561"), 53);
    assert_eq!(
        both.differ(&member("add", "nobody"), 32, "00000525: NameErr"),
        32
    );
    assert_eq!(
        both.differ(&replace(&both.dn("nobody"), "title", "x"), 32, "0000208D"),
        32
    );
    let away = format!(
        "dn: {}\nchangetype: modrdn\nnewrdn: CN=words1\ndeleteoldrdn: 1\nnewsuperior: OU=Nowhere,{}\n",
        both.dn("words1"),
        both.unit
    );
    assert_eq!(both.differ(&away, 80, "00002089"), 80);
    assert_eq!(
        both.differ(
            &format!("dn: {}\nchangetype: delete\n", both.unit),
            66,
            "00002015: UpdErr"
        ),
        66
    );
    let service = both.domain.service_account();
    let (samba, windows) = (
        both.samba.clone().by(service),
        both.windows.clone().by(service),
    );
    let title = replace(&both.dn("words1"), "title", "x");
    samba.modify(&title).refused(50, "00002098: Object");
    windows.modify(&title).refused(50, "00002098: SecErr");
    both.domain.give(&both.unit, service, FULL_CONTROL);
    windows.modify(&title).done();
}
