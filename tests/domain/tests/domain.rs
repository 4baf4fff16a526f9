//! A domain starts, keeps what it knows, and ends with whoever started it.

use std::process::{Command, Stdio};

use super::super::client::SERVER_DOWN;
use super::super::process::{new_folder, script};
use super::super::service::{FULL_CONTROL, unicode_pwd};
use super::super::{Client, Domain, Options};
use super::soon;

/// Whether there is such a process, and it is not merely not yet waited for.
fn lives(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ")
        .is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

#[test]
fn a_domain_answers_by_tls_alone_and_only_to_who_logs_on() {
    let domain = Domain::shared();
    let head = domain
        .client()
        .read(domain.base_dn(), &["objectClass", "dc"])
        .only();
    assert!(head.all("objectClass").contains(&"domainDNS".to_owned()));
    let asked = |client: &Client| client.read(domain.base_dn(), &["dc"]);
    let clear = Client::new(
        &domain.ldap_url(),
        &domain.ca_file(),
        domain.administrator(),
    );
    asked(&clear).refused(8, "encryption required");
    asked(&clear.clone().with(&["-ZZ"])).only();
    asked(&domain.client().anonymous()).refused(1, "00002020");
    let mut wrong = domain.administrator().clone();
    wrong.password.push('x');
    asked(&domain.client().by(&wrong)).refused(49, "data 52e");
    let root = domain
        .client()
        .anonymous()
        .read("", &["dnsHostName", "defaultNamingContext"])
        .only();
    assert_eq!(root.one("dnsHostName"), domain.host());
    assert_eq!(root.one("defaultNamingContext"), domain.base_dn());
}

#[test]
fn the_tools_tell_entries_referrals_and_bytes_apart() {
    let domain = Domain::shared();
    let unit = domain.unit("Tools");
    let child = format!("OU=Zoë\\, the second,{unit}");
    let ldif = format!("dn: {child}\nobjectClass: organizationalUnit\ndescription: ä\n");
    domain.client().add(&ldif).done();
    let found = domain
        .client()
        .search(&unit, "(ou=Zo*)", &["description", "objectGUID"])
        .only();
    assert_eq!(found.one("description"), "ä");
    assert_eq!(found.attributes["objectGUID"][0].len(), 16);
    let all = domain.client().search(&unit, "(objectClass=*)", &["ou"]);
    assert!(all.referrals.is_empty());
    let mut dns = all.dns();
    dns.sort_by_key(String::len);
    assert_eq!(dns, [unit, child]);
    let whole = domain
        .client()
        .search(domain.base_dn(), "(ou=Tools)", &["ou"]);
    assert!(
        whole
            .referrals
            .iter()
            .any(|to| to.contains("/CN=Configuration,")),
        "{:?}",
        whole.referrals
    );
}

#[test]
fn a_domain_is_stopped_killed_and_started_with_what_it_knew() {
    let domain = Domain::start();
    let unit = domain.unit("Kept");
    let first = domain.pid().unwrap();
    let ip = domain.ip().to_owned();
    domain.stop();
    assert!(!lives(first) && domain.pid().is_none());
    assert_eq!(domain.client().read(&unit, &["ou"]).code, SERVER_DOWN);
    domain.restart();
    assert_eq!(
        domain.client().read(&unit, &["ou"]).only().one("ou"),
        "Kept"
    );
    domain.unit("Late");
    let second = domain.pid().unwrap();
    domain.kill();
    assert!(!lives(second));
    domain.restart();
    assert_eq!(
        domain.client().read(&unit, &["ou"]).only().one("ou"),
        "Kept"
    );
    let late = format!("OU=Late,{}", domain.base_dn());
    domain.client().read(&late, &["ou"]).only();
    assert_eq!(domain.ip(), ip);
    let (folder, third) = (domain.folder().to_owned(), domain.pid().unwrap());
    drop(domain);
    assert!(!lives(third) && !folder.exists());
}

#[test]
fn two_domains_know_nothing_of_each_other() {
    let (one, other) = (Domain::start(), Domain::start());
    assert_ne!(one.ip(), other.ip());
    let unit = one.unit("Here");
    other.client().read(&unit, &["ou"]).refused(32, "No such");
}

/// Nobody ends it, as when a test is killed: the pipe closes, and that is all.
#[test]
fn a_domain_ends_with_the_process_that_held_it_however_that_ends() {
    super::super::process::install();
    let (folder, held) = new_folder();
    // A process that starts a domain as `Running` does, waits for a word, and is killed before it comes.
    let mut holder = Command::new("bash")
        .args(["-c", "coproc \"$0\" --stay \"$1\"; read -r"])
        .arg(script("up").get_program())
        .arg(&folder)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let env = folder.join("env");
    soon("the domain starts", || env.exists());
    let said = std::fs::read_to_string(&env).unwrap();
    let line = said
        .lines()
        .find_map(|line| line.strip_prefix("SAMBA_PID='"))
        .unwrap();
    let pid: u32 = line.trim_end_matches('\'').parse().unwrap();
    assert!(lives(pid));
    holder.kill().unwrap();
    holder.wait().unwrap();
    drop(held);
    soon("the domain ends", || !lives(pid));
    soon("the folder goes", || !folder.exists());
}

#[test]
fn what_a_killed_test_left_is_tidied_up_and_what_somebody_keeps_is_not() {
    super::super::process::install();
    let (left, held) = new_folder();
    let mut up = script("up");
    let mut up = up
        .arg("--stay")
        .arg(&left)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    soon("a domain starts", || left.join("env").exists());
    // Whoever would tidy up is killed as well; the domain controller ends with the pipe.
    up.kill().unwrap();
    up.wait().unwrap();
    let own = tempfile::tempdir().unwrap();
    let kept = own.path().join("kept");
    let run =
        |command: &mut Command| assert!(command.stdout(Stdio::null()).status().unwrap().success());
    run(script("up").arg(&kept));
    run(script("down").arg("--keep").arg(&kept));
    Domain::start();
    assert!(left.join("smb.conf").exists(), "it is held");
    drop(held);
    soon("it goes with the next one", || {
        Domain::start();
        !left.exists()
    });
    assert!(kept.join("smb.conf").exists());
    run(script("up").arg(&kept));
    run(script("down").arg(&kept));
    assert!(!kept.exists());
}

#[test]
fn the_schema_has_exchange_where_it_is_wished() {
    let hidden = |domain: &Domain, unit: &str| {
        domain.client().add(&format!(
            "dn: CN=Ada,{unit}\nobjectClass: user\nsAMAccountName: ada\nmsExchHideFromAddressLists: TRUE\n\
             extensionAttribute15: x\nmailNickname: ada\n"
        ))
    };
    let with = Domain::shared();
    let unit = with.unit("With Exchange");
    hidden(with, &unit).done();
    let entry = with
        .client()
        .read(&format!("CN=Ada,{unit}"), &["extensionAttribute15"])
        .only();
    assert_eq!(entry.one("extensionAttribute15"), "x");
    let without = Domain::start_with(Options {
        exchange: false,
        ..Options::default()
    });
    let unit = without.unit("Without Exchange");
    hidden(&without, &unit).refused(16, "0000200A");
}

#[test]
fn the_recycle_bin_is_on_where_it_is_wished() {
    let enabled = |domain: &Domain| {
        let partitions = format!("CN=Partitions,CN=Configuration,{}", domain.base_dn());
        domain
            .client()
            .read(&partitions, &["msDS-EnabledFeature"])
            .only()
            .all("msDS-EnabledFeature")
    };
    assert!(enabled(Domain::shared()).is_empty());
    let with = Domain::start_with(Options {
        recycle_bin: true,
        ..Options::default()
    });
    assert!(enabled(&with)[0].starts_with("CN=Recycle Bin Feature"));
}

#[test]
fn a_realm_of_another_name_is_another_domain() {
    let domain = Domain::start_with(Options {
        realm: "OTHER.TEST",
        ..Options::default()
    });
    assert_eq!(
        (domain.base_dn(), domain.host()),
        ("DC=other,DC=test", "dc1.other.test")
    );
    domain.client().read("DC=other,DC=test", &["dc"]).only();
}

#[test]
fn passwords_in_the_clear_are_taken_where_a_domain_allows_it() {
    let domain = Domain::start_with(Options {
        strong_auth: "no",
        ..Options::default()
    });
    let clear = Client::new(
        &domain.ldap_url(),
        &domain.ca_file(),
        domain.administrator(),
    );
    clear.read(domain.base_dn(), &["dc"]).only();
}

#[test]
fn the_service_account_may_what_it_was_given_and_no_more() {
    let domain = Domain::shared();
    let service = domain.service_account();
    let (mine, other) = (domain.unit("Delegated"), domain.unit("Not delegated"));
    let client = domain.client().by(service);
    let user = |unit: &str, name: &str| {
        let ldif = "objectClass: user\nuserAccountControl: 512\nunicodePwd:: ";
        let password = unicode_pwd("Correct-Horse-7");
        client.add(&format!(
            "dn: CN={name},{unit}\nsAMAccountName: {name}\n{ldif}{password}\n"
        ))
    };
    user(&mine, "early").refused(50, "");
    domain.give(&mine, service, FULL_CONTROL);
    assert!(domain.rights_on(&mine).contains(&domain.sid(&service.dn)));
    user(&mine, "deleg1").done();
    user(&other, "deleg2").refused(50, "");
    let ada = format!("CN=deleg1,{mine}");
    let title =
        |old: &str| format!("dn: {ada}\nchangetype: modify\nreplace: title\ntitle: {old}\n");
    client.modify(&title("Engineer")).done();
    domain.take(&mine, service, FULL_CONTROL);
    client.modify(&title("Director")).refused(50, "00002098");
    // One attribute alone.
    let write_title = "(OA;CI;WP;bf967a55-0de6-11d0-a285-00aa003049e2;;{sid})";
    domain.give(&mine, service, write_title);
    client.modify(&title("Director")).done();
    client
        .modify(&title("Chief").replace("title", "description"))
        .refused(50, "");
}

#[test]
fn a_keytab_opens_a_session_without_a_password() {
    let domain = Domain::start();
    let service = domain.service_account();
    let cache = domain.ticket(service, &domain.keytab(service));
    // No name server knows the domain controller, so that here it is also called by its address.
    let controller = format!("CN=DC1,OU=Domain Controllers,{}", domain.base_dn());
    let by_address = format!("ldap/{}", domain.ip());
    let ldif = format!(
        "dn: {controller}\nchangetype: modify\nadd: servicePrincipalName\nservicePrincipalName: {by_address}\n"
    );
    domain.client().modify(&ldif).done();
    let client = domain.client().by_ticket(&domain.krb5_conf(), &cache);
    client.read(domain.base_dn(), &["dc"]).only();
    let nothing = domain.folder().join("no-ticket");
    let nobody = domain.client().by_ticket(&domain.krb5_conf(), &nothing);
    assert_ne!(nobody.read(domain.base_dn(), &["dc"]).code, 0);
}

/// Runs `install` where only these programs are found, each a line of shell.
fn install_with(programs: &[(&str, &str)]) -> (bool, String) {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    for (name, line) in programs {
        let file = folder.path().join(name);
        std::fs::write(&file, format!("#!/bin/sh\n{line}\n")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let output = Command::new("/bin/bash")
        .arg(script("install").get_program())
        .env("PATH", folder.path())
        .output()
        .unwrap();
    (
        output.status.success(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[test]
fn what_cannot_be_installed_is_said_and_not_skipped() {
    let nothing = ("dpkg-query", "exit 1");
    let all = ("dpkg-query", "echo installed");
    let apt = ("apt-get", "exit 100");
    let paste = ("paste", "exec /usr/bin/paste \"$@\"");
    let (done, said) = install_with(&[]);
    assert!(!done && said.contains("this is no Debian"), "{said}");
    let (done, said) = install_with(&[nothing, apt, paste, ("id", "echo 1000")]);
    assert!(
        !done && said.contains("only root can install packages: run `sudo tests/samba/install`"),
        "{said}"
    );
    assert!(said.contains("samba-ad-provision"), "{said}");
    let (done, said) = install_with(&[all, apt, ("id", "echo 1000")]);
    assert!(done && said.is_empty(), "{said}");
}
