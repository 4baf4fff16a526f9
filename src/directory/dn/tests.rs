use super::{Dn, DnError, Rdn, escape};
use proptest::prelude::*;

fn dn(text: &str) -> Dn {
    Dn::parse(text).unwrap()
}

#[test]
fn a_name_is_taken_apart_and_put_together() {
    let name = dn("CN=King\\, Ada,OU=Berlin,DC=example,DC=com");
    assert_eq!(name.depth(), 4);
    assert_eq!(name.rdn().unwrap().attribute(), "CN");
    assert_eq!(name.rdn().unwrap().value(), "King, Ada");
    let parent = name.parent().unwrap();
    assert_eq!(parent.as_str(), "OU=Berlin,DC=example,DC=com");
    assert_eq!(parent.child(&name.rdn().unwrap()), name);
    let base = dn("DC=example,DC=com");
    let relative = name.relative_to(&base).unwrap();
    assert_eq!(relative.as_str(), "CN=King\\, Ada,OU=Berlin");
    assert!(Dn::join(&relative, &base).same_spelling(&name));
    assert_eq!(
        name.rebase(&parent, &base).unwrap().as_str(),
        "CN=King\\, Ada,DC=example,DC=com"
    );
    assert_eq!(dn("DC=com").parent().unwrap(), Dn::root());
    assert_eq!(Dn::root().parent(), None);
}

#[test]
fn spelling_does_not_make_another_name() {
    for other in [
        "cn=ÄNNE\\2C B,dc=Example",
        "CN=Änne\\, B , DC=example",
        " CN = änne\\,\\20B,DC=\\65xample",
        "CN=A\\CC\\88nne\\, b,DC=example",
    ] {
        assert_eq!(dn("CN=Änne\\, B,DC=example"), dn(other), "{other}");
    }
    assert_eq!(dn("CN=a+OU=b,DC=x"), dn("ou=B + cn=A,DC=x"));
    assert_ne!(dn("CN=a,DC=x"), dn("CN=a\\,DC\\=x"));
    assert_ne!(dn("CN=#4869"), dn("CN=\\#4869"));
    assert_eq!(dn("1.2.3=#4A"), dn("1.2.3=#4a"));
}

#[test]
fn a_deleted_object_has_a_line_feed_in_its_name() {
    let gone = dn("CN=Ada King\\0ADEL:6e2f,CN=Deleted Objects,DC=example");
    assert_eq!(gone.rdn().unwrap().value(), "Ada King\nDEL:6e2f");
    assert_eq!(
        Rdn::new("CN", "Ada King\nDEL:6e2f").unwrap().as_str(),
        "CN=Ada King\\0ADEL:6e2f"
    );
}

#[test]
fn values_are_escaped_by_their_place() {
    assert_eq!(escape(" a "), "\\ a\\ ");
    assert_eq!(escape("#1 #2"), "\\#1 #2");
    assert_eq!(
        escape("a=b+c;d<e>f\"g\\h,i"),
        "a\\=b\\+c\\;d\\<e\\>f\\\"g\\\\h\\,i"
    );
    assert_eq!(escape(" "), "\\ ");
    assert_eq!(dn("CN=a\\ ,DC=x").rdn().unwrap().value(), "a ");
    assert_eq!(dn("CN=a\\\\ ,DC=x").rdn().unwrap().value(), "a\\");
}

#[test]
fn a_tree_sorts_before_what_comes_after_it() {
    let mut names = [
        "CN=b,OU=A,DC=x",
        "OU=A B,DC=x",
        "DC=x",
        "OU=A,DC=x",
        "CN=a,OU=A B,DC=x",
        "OU=A-B,DC=x",
    ]
    .map(dn);
    names.sort();
    let sorted: Vec<&str> = names.iter().map(Dn::as_str).collect();
    assert_eq!(
        sorted,
        [
            "DC=x",
            "OU=A,DC=x",
            "CN=b,OU=A,DC=x",
            "OU=A B,DC=x",
            "CN=a,OU=A B,DC=x",
            "OU=A-B,DC=x",
        ]
    );
}

#[test]
fn under_means_components_not_letters() {
    assert!(dn("CN=a,OU=x,DC=y").is_under(&dn("ou=X,dc=Y")));
    assert!(dn("OU=x,DC=y").is_under(&dn("OU=x,DC=y")));
    assert!(dn("OU=x").is_under(&Dn::root()));
    assert!(!dn("OU=xx,DC=y").is_under(&dn("OU=x,DC=y")));
    assert!(!dn("DC=yy").is_under(&dn("DC=y")));
    assert!(!dn("CN=a\\,OU\\=x,DC=y").is_under(&dn("OU=x,DC=y")));
}

#[test]
fn what_is_no_name_is_refused_with_its_reason() {
    let no_value = |attribute: &str| DnError::NoValue {
        attribute: attribute.to_owned(),
    };
    let cases = [
        (
            "garbage",
            DnError::NoEquals {
                component: "garbage".to_owned(),
            },
        ),
        ("CN=a,,DC=x", DnError::Empty),
        ("CN=a,", DnError::Empty),
        ("CN=,DC=x", no_value("CN")),
        (
            "C N=a",
            DnError::BadAttribute {
                attribute: "C N".to_owned(),
            },
        ),
        (
            "=a",
            DnError::BadAttribute {
                attribute: String::new(),
            },
        ),
        ("CN=a\"b", DnError::Unescaped { character: '"' }),
        ("CN=a;b", DnError::Unescaped { character: ';' }),
        ("CN=a\\", DnError::BadEscape),
        ("CN=a\\xy", DnError::BadEscape),
        ("CN=a\\FF", DnError::NotUtf8),
        ("CN=#4", DnError::BadHex),
    ];
    for (text, reason) in cases {
        assert_eq!(Dn::parse(text), Err(reason), "{text}");
    }
    assert_eq!(Dn::parse(&"x".repeat(20_000)), Err(DnError::TooLong));
    assert_eq!(Dn::parse(&["CN=a"; 300].join(",")), Err(DnError::TooLong));
    assert_eq!(Rdn::new("CN", ""), Err(no_value("CN")));
}

proptest! {
    #[test]
    fn what_is_escaped_reads_back(values in prop::collection::vec("\\PC{1,20}|[ #,+\\\\\"=<>;\u{0}\u{1}\n]{1,6}", 1..5)) {
        let mut name = Dn::root();
        for value in &values {
            name = name.child(&Rdn::new("OU", value).unwrap());
        }
        let read = Dn::parse(name.as_str()).unwrap();
        prop_assert!(read.same_spelling(&name));
        prop_assert_eq!(&read, &name);
        let back: Vec<String> = read.components().map(|rdn| rdn.value()).collect();
        let expected: Vec<String> = values.iter().rev().cloned().collect();
        prop_assert_eq!(back, expected);
    }

    #[test]
    fn reading_never_panics_and_what_reads_reads_again(text in "([A-Za-z]{1,2}=)?[\\PC\\\\,+=# ]{0,40}") {
        if let Ok(name) = Dn::parse(&text) {
            let again = Dn::parse(name.as_str()).unwrap();
            prop_assert_eq!(&again, &name);
            prop_assert_eq!(name.components().count(), name.depth());
            if let Some(parent) = name.parent() {
                prop_assert!(name.is_under(&parent));
                prop_assert!(parent < name);
                prop_assert_eq!(parent.key(), name.parent_key());
            }
        }
    }
}
