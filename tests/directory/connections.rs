//! Each way in which a connection to a domain controller fails, and what is said then.

use super::live::{settings, try_connect};
use crate::domain::{Domain, Login};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};
use tenure::directory::Controller;
use tenure::directory::Guid;
use tenure::directory::ldap::{
    Bind, Certificate, Credentials, Error, LdapDirectory, Patience, Presence, Reading, Server,
    Settings, presence,
};
use tenure::directory::port::Directory as _;

fn at(domain: &Domain, url: &str) -> Settings {
    Settings {
        servers: vec![Server::parse(url).unwrap()],
        patience: Patience {
            connect: Duration::from_secs(2),
            ..Patience::default()
        },
        ..settings(domain, domain.administrator())
    }
}

#[track_caller]
fn refused(settings: &Settings) -> Error {
    match try_connect(settings) {
        Ok(_) => panic!("it connected as {:?}", settings.bind),
        Err(error) => error,
    }
}

#[test]
fn both_ways_of_tls_connect() {
    let domain = Domain::shared();
    for url in [domain.ldaps_url(), domain.ldap_url()] {
        let directory = try_connect(&at(domain, &url)).unwrap();
        assert_eq!(directory.controller().host, domain.host());
        assert_eq!(directory.base().as_str(), domain.base_dn());
    }
}

#[test]
fn an_account_that_is_not_let_in_is_told_why() {
    let domain = Domain::start();
    let unit = domain.unit("Logons");
    let client = domain.client();
    let problem = |login: &Login| match refused(&settings(&domain, login)) {
        Error::Credentials { problem, .. } => problem,
        other => panic!("{other}"),
    };
    let account = |name: &str, change: &str| {
        let login = domain.account(name, &unit);
        if !change.is_empty() {
            let record = format!("dn: {}\nchangetype: modify\n{change}\n", login.dn);
            client.modify(&record).done();
        }
        login
    };
    let wrong = Login {
        password: "wrong".to_owned(),
        ..account("wrong", "")
    };
    assert_eq!(problem(&wrong), Credentials::Wrong);
    let nobody = Login {
        upn: format!("nobody@{}", domain.realm().to_lowercase()),
        ..wrong.clone()
    };
    assert_eq!(problem(&nobody), Credentials::Wrong);
    let empty = Login {
        password: String::new(),
        ..wrong.clone()
    };
    assert_eq!(
        problem(&empty),
        Credentials::Wrong,
        "nobody is let in as nobody"
    );
    let disabled = account(
        "disabled",
        "replace: userAccountControl\nuserAccountControl: 514",
    );
    assert_eq!(problem(&disabled), Credentials::Disabled);
    let expired = account(
        "expired",
        "replace: accountExpires\naccountExpires: 132223104000000000",
    );
    assert_eq!(problem(&expired), Credentials::AccountExpired);
    let change = account(
        "change",
        "replace: userAccountControl\nuserAccountControl: 512\n-\nreplace: pwdLastSet\npwdLastSet: 0",
    );
    assert_eq!(problem(&change), Credentials::MustChange);
    let head = domain.base_dn();
    client
        .modify(&format!(
            "dn: {head}\nchangetype: modify\nreplace: lockoutThreshold\nlockoutThreshold: 2\n"
        ))
        .done();
    let locked = account("locked", "");
    let typo = Login {
        password: "typo".to_owned(),
        ..locked.clone()
    };
    for _ in 0..3 {
        problem(&typo);
    }
    assert_eq!(problem(&locked), Credentials::LockedOut);
    let error = refused(&settings(&domain, &locked));
    assert!(
        error.help().contains("unlock the service account"),
        "{}",
        error.help()
    );
}

#[test]
fn who_cannot_prove_to_be_the_server_is_told_no_password() {
    let domain = Domain::shared();
    let stranger = Settings {
        ca: Some(other_authority()),
        ..at(domain, &domain.ldaps_url())
    };
    let problem = |settings: &Settings| match refused(settings) {
        Error::Certificate { problem, .. } => problem,
        other => panic!("{other}"),
    };
    assert_eq!(problem(&stranger), Certificate::Untrusted);
    let relay = Relay::to(format!("{}:636", domain.ip()));
    let elsewhere = at(domain, &format!("ldaps://127.0.0.2:{}", relay.port));
    assert_eq!(problem(&elsewhere), Certificate::OtherName);
    let none = Settings {
        ca: Some(b"no certificate at all".to_vec()),
        ..stranger
    };
    assert!(matches!(refused(&none), Error::Setting { .. }));
}

#[test]
fn silence_and_nonsense_end() {
    let domain = Domain::shared();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let began = Instant::now();
    let error = refused(&at(domain, &format!("ldaps://127.0.0.1:{port}")));
    assert!(matches!(error, Error::Silent { seconds: 2, .. }), "{error}");
    assert!(began.elapsed() < Duration::from_secs(10));
    drop(listener);
    let error = refused(&at(domain, &format!("ldaps://127.0.0.1:{port}")));
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
    let error = refused(&at(domain, "ldaps://nobody.invalid"));
    assert!(matches!(error, Error::Unresolved { .. }), "{error}");
    for answer in [
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "\x30\x7f\x02\x01\x01\x61",
    ] {
        let talker = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = talker.local_addr().unwrap().port();
        let speaking = std::thread::spawn(move || {
            for stream in talker.incoming().take(2) {
                let mut stream = stream.unwrap();
                let _ = stream.write_all(answer.as_bytes());
                let _ = stream.set_read_timeout(Some(Duration::from_millis(200)));
                let _ = stream.read(&mut [0; 1024]);
            }
        });
        for scheme in ["ldaps", "ldap"] {
            let error = refused(&at(domain, &format!("{scheme}://127.0.0.1:{port}")));
            assert!(
                matches!(
                    error,
                    Error::NoTls { .. } | Error::Silent { .. } | Error::Unreachable { .. }
                ),
                "{error:?}"
            );
        }
        speaking.join().unwrap();
    }
}

#[test]
fn of_several_the_next_is_tried_and_each_says_why() {
    let domain = Domain::shared();
    let mut settings = at(domain, "ldaps://127.0.0.1:1");
    settings
        .servers
        .push(Server::parse(&domain.ldaps_url()).unwrap());
    assert!(try_connect(&settings).is_ok());
    settings.servers.pop();
    settings
        .servers
        .push(Server::parse("ldaps://nobody.invalid").unwrap());
    let text = refused(&settings).to_string();
    assert!(
        text.contains("127.0.0.1:1 cannot be reached") && text.contains("nobody.invalid"),
        "{text}"
    );
    // Another server would not like the password better, and would count it towards a lock-out.
    settings.servers = vec![Server::parse(&domain.ldaps_url()).unwrap(); 2];
    settings.bind = Bind::Simple {
        name: domain.administrator().upn.clone(),
        password: SecretString::from("wrong"),
    };
    assert!(matches!(refused(&settings), Error::Credentials { .. }));
}

#[test]
fn a_clock_that_is_wrong_stops_everything() {
    let domain = Domain::shared();
    let connect = |minutes| {
        let now = Timestamp::now() + SignedDuration::from_mins(minutes);
        LdapDirectory::connect(&at(domain, &domain.ldaps_url()), Reading::default(), now)
    };
    assert!(connect(1).is_ok() && connect(-1).is_ok());
    for minutes in [5, -5] {
        let error = connect(minutes).err().unwrap();
        assert!(
            matches!(error, Error::Clock { minutes: 4 | 5, .. }),
            "{error}"
        );
    }
}

#[test]
fn the_domain_controller_of_a_plan_must_answer_again() {
    let domain = Domain::shared();
    let mut settings = at(domain, &domain.ldaps_url());
    let own = try_connect(&settings).unwrap().controller().clone();
    settings.pinned = Some(own.clone());
    assert!(try_connect(&settings).is_ok());
    settings.pinned = Some(Controller {
        invocation: Guid::derived(&["restored from a backup"]),
        ..own
    });
    assert!(matches!(refused(&settings), Error::OtherController { .. }));
}

#[test]
fn a_controller_is_gone_only_where_nobody_takes_a_connection() {
    let domain = Domain::shared();
    // Nobody else listens at this port of any address of this machine.
    let relay = Relay::to(format!("{}:636", domain.ip()));
    let mut settings = at(domain, &domain.ldaps_url());
    settings
        .servers
        .push(Server::parse(&format!("ldaps://127.0.0.2:{}", relay.port)).unwrap());
    let here = try_connect(&settings).unwrap().controller().clone();
    let answers =
        |wanted: &Controller, settings: &Settings| match presence(settings, wanted).unwrap() {
            Presence::Answers { server } => Some(server),
            Presence::Gone => None,
            Presence::Unclear { error } => Some(format!("unclear: {error}")),
        };
    let address = format!("{}:636", domain.ip());
    assert_eq!(answers(&here, &settings), Some(address));
    let lost = Controller {
        host: "127.0.0.3".to_owned(),
        invocation: Guid::derived(&["another copy"]),
        ..here
    };
    // At one address another one answers, at the second somebody who does not prove who it is.
    let told = answers(&lost, &settings).unwrap();
    assert!(told.starts_with("unclear: "), "{told}");
    settings.servers.truncate(1);
    assert_eq!(answers(&lost, &settings), None);
    // It stands no longer in the configuration, and is slow.
    settings.servers[0].port = relay.port;
    let slow = TcpListener::bind(("127.0.0.3", relay.port)).unwrap();
    let address = format!("127.0.0.3:{}", relay.port);
    assert_eq!(answers(&lost, &settings), Some(address));
    drop(slow);
    assert_eq!(answers(&lost, &settings), None);
}

#[test]
fn a_connection_that_was_closed_is_opened_again() {
    let domain = Domain::start();
    let directory = try_connect(&settings(&domain, domain.administrator())).unwrap();
    let before = directory.snapshot().unwrap();
    domain.restart();
    let after = directory.snapshot().unwrap();
    assert_eq!(before.domain().guid, after.domain().guid);
    domain.stop();
    let error = directory.snapshot().unwrap_err().to_string();
    assert!(error.contains("cannot be reached"), "{error}");
}

/// A certificate of somebody else.
fn other_authority() -> Vec<u8> {
    let other = Domain::start();
    std::fs::read(other.ca_file()).unwrap()
}

/// Hands everything on to another address.
struct Relay {
    port: u16,
}

impl Relay {
    fn to(address: String) -> Self {
        // An address of this machine that no certificate has.
        let listener = TcpListener::bind("127.0.0.2:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut from, mut to) = (stream.unwrap(), TcpStream::connect(&address).unwrap());
                let (mut back, mut answer) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                std::thread::spawn(move || std::io::copy(&mut answer, &mut back));
                std::thread::spawn(move || std::io::copy(&mut from, &mut to));
            }
        });
        Self { port }
    }
}
