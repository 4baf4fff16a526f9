//! The connection itself: a server that proves who it is, or is not spoken to; and a proxy that sees where it goes and
//! nothing else.

use secrecy::SecretString;
use tenure::personio::client::{Api, Error, Last, Settings};
use tenure::personio_sim::{CLIENT_ID, CLIENT_SECRET, Sim};

use super::front::{Answer, Authority, Certificate, Front};
use super::{expected, kestrel, options, read, schema, settings, shown};

/// `name:p%40ss` in an address, as a proxy is shown it.
const SHOWN: &str = "Basic bmFtZTpwQHNz";

fn over_tls(sim: &Sim, front: &Front, ca: Option<String>) -> Settings {
    Settings {
        url: format!("https://localhost:{}", front.port()),
        ca: ca.map(String::into_bytes),
        ..settings(sim, Api::V2)
    }
}

/// The error of a reading that comes to nothing; it says what to do, and no secret is in it.
fn fails(settings: &Settings) -> (&'static str, String) {
    let error: Error = read(settings, &schema(), &Last::default()).unwrap_err();
    let help = error.help();
    assert!(!help.is_empty());
    let all = format!("{error}; {help} {error:?} {settings:?}");
    for secret in [CLIENT_ID, CLIENT_SECRET, "p%40ss", "p@ss", SHOWN] {
        assert!(!all.contains(secret), "{all}");
    }
    (error.code(), format!("{error}; {help}"))
}

fn reads(settings: &Settings) {
    let schema = schema();
    let found = read(settings, &schema, &Last::default()).unwrap();
    assert_eq!(found.len(), expected(&schema).len(), "{}", shown(&found));
}

#[test]
fn a_server_with_a_certificate_of_an_authority_that_is_named_is_trusted_and_no_other() {
    let sim = Sim::start(kestrel(), options()).unwrap();
    let (ours, theirs) = (Authority::new(), Authority::new());
    let good = Front::tls(&ours, Certificate::Good, &sim.url());
    reads(&over_tls(&sim, &good, Some(ours.pem())));
    // Several in one file, in whatever order.
    let both = format!("{}{}", theirs.pem(), ours.pem());
    reads(&over_tls(&sim, &good, Some(both)));
    sim.recount();
    let front = |certificate| Front::tls(&ours, certificate, &sim.url());
    for (front, ca, words, advice) in [
        (&good, None, "signed by nobody", "ca = \"ca.pem\""),
        (&good, Some(theirs.pem()), "signed by nobody", "ca.pem"),
        (
            &front(Certificate::OtherName),
            Some(ours.pem()),
            "another host's",
            "check `url`",
        ),
        (
            &front(Certificate::Expired),
            Some(ours.pem()),
            "expired",
            "renew it",
        ),
        (
            &front(Certificate::NotYet),
            Some(ours.pem()),
            "no good",
            "clock of this machine",
        ),
    ] {
        let (code, said) = fails(&over_tls(&sim, front, ca));
        assert_eq!(code, "personio-certificate", "{said}");
        assert!(said.contains(words) && said.contains(advice), "{said}");
    }
    // Nothing of it came through, not even a log-in.
    assert_eq!(sim.requests(), Vec::<String>::new());
}

#[test]
fn without_tls_nothing_is_sent_to_another_machine_or_where_tls_was_asked_for() {
    let sim = Sim::start(kestrel(), options()).unwrap();
    for url in ["http://api.personio.de", "http://192.0.2.7:4010"] {
        let settings = Settings {
            url: url.to_owned(),
            ..settings(&sim, Api::V2)
        };
        let (code, said) = fails(&settings);
        assert_eq!(code, "personio-setup");
        assert!(
            said.contains("would send the secret in the clear"),
            "{said}"
        );
        assert!(said.contains("use `https`"), "{said}");
    }
    let settings = Settings {
        url: sim.url().replace("http://", "https://"),
        ..settings(&sim, Api::V2)
    };
    let (code, said) = fails(&settings);
    assert_eq!(code, "personio-certificate", "{said}");
    assert!(said.contains("does not speak TLS"), "{said}");
    assert_eq!(sim.requests(), Vec::<String>::new());
}

fn by(proxy: &Front, user: &str, settings: Settings) -> Settings {
    let address = format!("http://{user}127.0.0.1:{}", proxy.port());
    Settings {
        proxy: Some(SecretString::from(address)),
        ..settings
    }
}

#[test]
fn a_proxy_sees_where_it_goes_and_nothing_else() {
    let sim = Sim::start(kestrel(), options()).unwrap();
    let authority = Authority::new();
    let front = Front::tls(&authority, Certificate::Good, &sim.url());
    let direct = || over_tls(&sim, &front, Some(authority.pem()));
    for (answer, user) in [(Answer::Open, ""), (Answer::Asks(SHOWN), "name:p%40ss@")] {
        let proxy = Front::proxy(answer);
        reads(&by(&proxy, user, direct()));
        let got = proxy.got();
        let tunnel = format!("CONNECT localhost:{} HTTP/1.1\r\n", front.port());
        assert!(got.contains(&tunnel), "{got}");
        assert_eq!(got.contains(SHOWN), !user.is_empty());
        for secret in [CLIENT_ID, CLIENT_SECRET, "papi-", "Bearer", "/v2/persons"] {
            assert!(!got.contains(secret), "{secret} in {got}");
        }
        // What is for the proxy is not for the server.
        let through = front.got();
        assert!(through.contains("/v2/persons"), "{through}");
        assert!(!through.to_lowercase().contains("proxy-"), "{through}");
    }
}

/// What a proxy answers, to whom, on the way where; the code of the error and words of it.
type Case<'c> = (
    Answer,
    &'static str,
    &'c dyn Fn() -> Settings,
    &'static str,
    &'static str,
);

#[test]
fn what_a_proxy_refuses_is_told() {
    let sim = Sim::start(kestrel(), options()).unwrap();
    let authority = Authority::new();
    let front = Front::tls(&authority, Certificate::Good, &sim.url());
    let tunnelled = || over_tls(&sim, &front, Some(authority.pem()));
    let plain = || settings(&sim, Api::V2);
    let asks = Answer::Asks(SHOWN);
    let bad = Answer::Refuses("502 Bad Gateway");
    let cases: [Case<'_>; 6] = [
        (asks, "", &tunnelled, "personio-proxy", "status 407"),
        (
            asks,
            "name:wrong@",
            &tunnelled,
            "personio-proxy",
            "status 407",
        ),
        (asks, "", &plain, "personio-proxy", "status 407"),
        (asks, "name:wrong@", &plain, "personio-proxy", "status 407"),
        (
            bad,
            "name:p%40ss@",
            &tunnelled,
            "personio-unreachable",
            "the proxy does not let it through",
        ),
        (
            bad,
            "name:p%40ss@",
            &plain,
            "personio-failing",
            "status 502",
        ),
    ];
    for (answer, user, connection, code, words) in cases {
        let proxy = Front::proxy(answer);
        let (found, said) = fails(&by(&proxy, user, connection()));
        assert_eq!(found, code, "{said}");
        assert!(said.contains(words) && !said.contains("wrong"), "{said}");
    }
    // Nobody is there.
    let proxy = Front::proxy(Answer::Open);
    let settings = by(&proxy, "name:p%40ss@", tunnelled());
    drop(proxy);
    let (code, said) = fails(&settings);
    assert_eq!(code, "personio-unreachable");
    assert!(said.contains("no connection to the proxy"), "{said}");
    assert_eq!(sim.requests(), Vec::<String>::new());
}

/// Where there is no TLS a proxy reads along; so it must be one of this machine, too, as the simulator is.
#[test]
fn a_request_without_tls_goes_through_a_proxy_of_this_machine_alone() {
    let sim = Sim::start(kestrel(), options()).unwrap();
    let proxy = Front::proxy(Answer::Asks(SHOWN));
    let plain = || settings(&sim, Api::V2);
    reads(&by(&proxy, "name:p%40ss@", plain()));
    let got = proxy.got();
    let whole = format!("POST {}/v2/auth/token HTTP/1.1\r\n", sim.url());
    assert!(got.contains(&whole), "{got}");
    let elsewhere = Settings {
        proxy: Some(SecretString::from(
            "http://name:p%40ss@proxy.example.com:3128",
        )),
        ..plain()
    };
    let (code, said) = fails(&elsewhere);
    assert_eq!(code, "personio-setup");
    assert!(said.contains("the proxy would see the secret"), "{said}");
}

#[test]
fn a_file_that_is_no_certificate_is_told() {
    let sim = Sim::start(kestrel(), options()).unwrap();
    for text in [
        "",
        "no certificate",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        let settings = Settings {
            ca: Some(text.as_bytes().to_vec()),
            ..settings(&sim, Api::V2)
        };
        let (code, said) = fails(&settings);
        assert_eq!(code, "personio-setup", "{text}: {said}");
        assert!(said.contains("`ca`"), "{said}");
    }
}
