//! LDIF as `ldapsearch`, `ldifde` and people write it, and as it is refused.

use std::fs;

use tenure::directory::ldif::{EmbeddedDirectory, read};
use tenure::directory::port::Directory as _;
use tenure::directory::{Dn, Guid, Snapshot, Value};

use super::world::clock;

fn parse(content: &[u8]) -> Result<Snapshot, String> {
    let directory = EmbeddedDirectory::in_memory("export.ldif", content, clock());
    let directory = directory.map_err(|error| error.to_string())?;
    Ok(directory.snapshot().unwrap())
}

fn error(content: &str) -> String {
    parse(content.as_bytes()).expect_err("the file was read")
}

#[test]
fn an_export_of_ldapsearch_is_read() {
    let all = parse(include_bytes!("ldif/ldapsearch.ldif")).unwrap();
    assert_eq!(all.domain().base.as_str(), "DC=corp,DC=example");
    assert_eq!(
        all.domain().sid.as_ref().unwrap().to_string(),
        "S-1-5-21-1-2-3"
    );
    let zoe = all.by_account_name("zmueller").unwrap();
    let object = &all[zoe];
    assert_eq!(
        object.dn().as_str(),
        "CN=Zoë Müller\\, M.A.,OU=Staff,DC=corp,DC=example"
    );
    assert_eq!(
        object.guid(),
        Guid::parse("12345678-abcd-ef01-0102-030405060708").unwrap()
    );
    assert_eq!(object.sid().unwrap().to_string(), "S-1-5-21-1-2-3-1013");
    assert_eq!(object.first("sn"), Some("Müller"));
    assert_eq!(
        object.first("description"),
        Some("A value that is long enough to be folded over two lines, with a space at the fold")
    );
    assert!(matches!(object.all("thumbnailPhoto"), [Value::Picture(_)]));
    assert!(!object.has("distinguishedName") && !object.has("objectGUID"));
    let groups: Vec<&str> = all
        .groups(zoe)
        .iter()
        .map(|id| all[*id].dn().as_str())
        .collect();
    assert_eq!(groups, ["CN=Everyone,OU=Staff,DC=corp,DC=example"]);
    assert_eq!(
        object.values("memberOf").collect::<Vec<_>>(),
        ["CN=Elsewhere,DC=other,DC=example"],
        "only a group that is not in the file is remembered here"
    );
}

#[test]
fn an_export_of_ldifde_is_read_in_every_encoding_of_windows() {
    let text = include_str!("ldif/ldifde.ldif").replace('\n', "\r\n");
    let mut utf16 = vec![0xFF, 0xFE];
    utf16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let bom = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    for content in [text.as_bytes(), &bom, &utf16] {
        let all = parse(content).unwrap();
        assert_eq!(all.len(), 3);
        let ada = all.by_account_name("aking").unwrap();
        assert_eq!(all[ada].first("displayName"), Some("Ada King"));
        assert!(all[ada].enabled());
    }
}

#[test]
fn what_is_written_by_hand_gets_an_identity_that_stays() {
    let text = "dn: OU=Staff,DC=x\nobjectClass: organizationalUnit\n\n\
                dn: CN=a,OU=Staff,DC=x\nobjectClass: user\nuserAccountControl: 512\n";
    let all = parse(text.as_bytes()).unwrap();
    let again = parse(
        text.to_uppercase()
            .replace("OBJECTCLASS: USER", "objectClass: user")
            .as_bytes(),
    );
    let dn = Dn::parse("CN=a,OU=Staff,DC=x").unwrap();
    let id = all.by_dn(&dn).unwrap();
    assert_eq!(all[id].first("cn"), Some("a"));
    assert_eq!(again.unwrap().by_guid(all[id].guid()), Some(id));
    assert_eq!(all.domain().base.as_str(), "DC=x");
    assert!(all.domain().guid.is_some() && all.domain().sid.is_some());
}

#[test]
fn what_comes_in_is_what_goes_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.ldif");
    fs::write(&path, include_bytes!("ldif/ldapsearch.ldif")).unwrap();
    let before = read(&path).unwrap();
    let directory = EmbeddedDirectory::open(&path, clock()).unwrap();
    directory.save().unwrap();
    let untouched = fs::read(&path).unwrap();
    assert_eq!(
        untouched,
        include_bytes!("ldif/ldapsearch.ldif"),
        "nothing done, nothing written"
    );
    let zoe = before.by_account_name("zmueller").unwrap();
    directory
        .perform(&tenure::directory::port::Operation::Modify {
            target: tenure::directory::port::Target::Guid(before[zoe].guid()),
            changes: vec![tenure::directory::port::Change::replace(
                "title",
                None,
                Some(" leading and trailing ".into()),
            )],
        })
        .unwrap();
    directory.save().unwrap();
    insta::assert_snapshot!("written", fs::read_to_string(&path).unwrap());
    let after = read(&path).unwrap();
    assert_eq!(after.len(), before.len());
    let after_zoe = &after[after.by_account_name("zmueller").unwrap()];
    assert_eq!(after_zoe.first("title"), Some(" leading and trailing "));
    for (id, object) in before.iter().filter(|(id, _)| *id != zoe) {
        assert_eq!(&after[id], object);
    }
}

#[test]
fn passwords_of_computers_and_of_older_days_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.ldif");
    let secrets = "ms-Mcs-AdmPwd: hunter2\nmsLAPS-Password: {\"p\":\"hunter2\"}\nunixUserPassword: hunter2\n\
                   supplementalCredentials:: aHVudGVyMg==\n";
    fs::write(&path, with(secrets)).unwrap();
    let all = read(&path).unwrap();
    let dn = Dn::parse("CN=a,DC=x").unwrap();
    let object = &all[all.by_dn(&dn).unwrap()];
    assert!(!format!("{object:?}").contains("hunter2"), "{object:?}");
    for name in [
        "ms-Mcs-AdmPwd",
        "msLAPS-Password",
        "unixUserPassword",
        "supplementalCredentials",
    ] {
        assert!(!object.has(name), "{name}");
    }
    let directory = EmbeddedDirectory::open(&path, clock()).unwrap();
    directory
        .perform(&tenure::directory::port::Operation::Modify {
            target: tenure::directory::port::Target::Dn(dn),
            changes: vec![tenure::directory::port::Change::replace(
                "title",
                None,
                Some("Boss".into()),
            )],
        })
        .unwrap();
    directory.save().unwrap();
    let written = fs::read_to_string(&path).unwrap();
    assert!(
        written.contains("Boss") && !written.contains("hunter2"),
        "{written}"
    );
}

/// A file with this line, or these lines, in the entry of a user.
fn with(lines: &str) -> String {
    format!(
        "dn: DC=x\nobjectClass: domainDNS\n\ndn: CN=a,DC=x\nobjectClass: user\n\
         userAccountControl: 512\n{lines}\n"
    )
}

#[test]
fn what_can_not_be_believed_is_refused_with_its_line_and_what_to_do() {
    let user =
        |name: &str| format!("\ndn: CN={name},DC=x\nobjectClass: user\nuserAccountControl: 512\n");
    let cases: Vec<(&str, String)> = vec![
        ("empty", String::new()),
        ("comments only", "# nothing\n\n".to_owned()),
        ("no colon", with("hello")),
        ("ten megabytes of one character", "(".repeat(10_000_000)),
        ("broken base64", with("sn:: TcO8bGxl*g==")),
        ("base64 cut off", with("sn:: TcO8bGxlc")),
        ("base64 that is not UTF-8", with("sn:: TfxsbGVy")),
        ("url", with("jpegPhoto:< file:///etc/passwd")),
        ("no value", with("title:")),
        ("two values", with("title: a\ntitle: b")),
        ("no number", with("adminCount: many")),
        ("no boolean", with("isDeleted: perhaps")),
        ("no name", with("manager: somebody")),
        ("no guid", with("objectGUID:: AAEC")),
        ("no sid", with("objectSid:: AAEC")),
        ("no sid in text", with("objectSid: S-1")),
        ("range", with("proxyAddresses;range=0-1499: smtp:a@x")),
        ("bad attribute", with("två: b")),
        ("a hidden direction", with("titl\u{202E}e: b")),
        ("name contradicts", with("cn: b")),
        ("twice", with(&user("A"))),
        (
            "same account name",
            with(&format!(
                "sAMAccountName: x\n{}sAMAccountName: X",
                user("b")
            )),
        ),
        (
            "same guid",
            with(&format!(
                "objectGUID:: AAECAwQFBgcICQoLDA0ODw==\n{}objectGUID:: AAECAwQFBgcICQoLDA0ODw==",
                user("b")
            )),
        ),
        ("no parent", with(&user("b,OU=Gone"))),
        ("another domain", with(&user("b,DC=y").replace(",DC=x", ""))),
        (
            "no domain",
            "dn: CN=a\nobjectClass: user\nuserAccountControl: 512\n".to_owned(),
        ),
        ("no class", "dn: DC=x\ndc: x\n".to_owned()),
        (
            "no account control",
            "dn: CN=a,DC=x\nobjectClass: user\n".to_owned(),
        ),
        ("no dn", "objectClass: user\n".to_owned()),
        ("broken dn", "dn: Ada King\nobjectClass: user\n".to_owned()),
        ("empty dn", "dn: \nobjectClass: user\n".to_owned()),
        (
            "a version of the future",
            "version: 2\n\ndn: DC=x\nobjectClass: domainDNS\n".to_owned(),
        ),
        (
            "a change",
            "dn: DC=x\nchangetype: modify\nreplace: o\no: a\n-\n".to_owned(),
        ),
        (
            "a deletion",
            "dn: CN=a,DC=x\nchangetype: delete\n".to_owned(),
        ),
        (
            "an unknown change",
            "dn: CN=a,DC=x\nchangetype: explode\n".to_owned(),
        ),
        ("a fold of nothing", " dn: DC=x\n".to_owned()),
        (
            "cut off by the server",
            with("\n# search result\nsearch: 2\nresult: 4 Size limit exceeded"),
        ),
    ];
    let mut told: Vec<(&str, String)> = cases
        .into_iter()
        .map(|(name, content)| (name, error(&content)))
        .collect();
    told.push(("binary", parse(b"\x7FELF\x02\0").unwrap_err()));
    told.push((
        "Windows-1252",
        parse(b"dn: CN=M\xFCller,DC=x\n").unwrap_err(),
    ));
    let told: Vec<String> = told
        .into_iter()
        .map(|(name, error)| format!("{name}\n  {error}"))
        .collect();
    let told = told.join("\n");
    insta::assert_snapshot!("refused", told);
}

#[test]
fn a_file_that_is_not_there_or_not_readable_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.ldif");
    let error = read(&missing).unwrap_err().to_string();
    assert!(error.contains("none.ldif: it can not be read"), "{error}");
    assert!(EmbeddedDirectory::open(&missing, clock()).is_err());
    let leftovers = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(
        leftovers, 0,
        "opening what is not there leaves nothing behind"
    );
    assert!(read(folder.path()).is_err());
}

#[test]
fn forward_links_are_believed_over_back_links() {
    let group = "\n\ndn: CN=g,DC=x\nobjectClass: group\n";
    let only_back = with(&format!("memberOf: cn=G,dc=x{group}"));
    let all = parse(only_back.as_bytes()).unwrap();
    let user = all.by_dn(&Dn::parse("CN=a,DC=x").unwrap()).unwrap();
    assert_eq!(all.groups(user).len(), 1);
    let other = "member: CN=g,DC=x\n";
    let both = with(&format!("memberOf: cn=G,dc=x{group}{other}"));
    let all = parse(both.as_bytes()).unwrap();
    let user = all.by_dn(&Dn::parse("CN=a,DC=x").unwrap()).unwrap();
    assert_eq!(all.groups(user).len(), 0);
}

#[test]
fn a_password_in_a_file_is_forgotten() {
    let all = parse(with("userPassword: secret-1234").as_bytes()).unwrap();
    assert!(!format!("{all:?}").contains("secret"));
}

#[test]
fn the_directory_of_the_example_is_read() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/directory.ldif");
    let all = read(&path).unwrap();
    assert!(all.len() > 100);
    let admins = all.iter().filter(|(_, object)| object.has_privileged_sid());
    assert!(admins.count() > 0);
    let people = all.iter().filter(|(_, object)| object.is_person_account());
    assert!(people.count() > 50);
}
