//! Mail: a connection to the one server that takes it, and what that says of each recipient.
//!
//! The server is always encrypted to, unless it is this machine itself. A recipient who is refused does not keep the
//! mail from the others, and what concerns no notice but us (another certificate, a wrong password, a sender that is
//! not allowed, mail that is not relayed) is an [`Error`]: then nothing more is tried, and nothing is refused for good.

use super::answer::{About, At, about, numbers};
use super::letter::{address, letter};
use super::server::{Security, Server, Settings};
use super::trust::distrust;
use super::{Error, Message, PATIENCE, SAID_CHARS, Said, Verdict};
use crate::text::excerpt;
use crate::text::mail::Address;
use jiff::Timestamp;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    Certificate, CertificateStore, SmtpConnection, TlsParameters,
};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use secrecy::ExposeSecret as _;
use std::error::Error as _;
use std::fmt;

/// An open connection.
pub(super) struct Mailer<'s> {
    settings: &'s Settings,
    connection: SmtpConnection,
    /// It broke off; another one is needed.
    lost: bool,
}

impl<'s> Mailer<'s> {
    /// Connects and logs on.
    pub(super) fn open(settings: &'s Settings) -> Result<Self, Error> {
        let server = &settings.server;
        let at = (server.host.as_str(), server.port);
        let hello = ClientId::default();
        let failed = |error: SmtpError| closed(server, &error);
        let tls = match server.security {
            Security::Tls | Security::StartTls => Some(tls(settings)?),
            Security::Plain => None,
        };
        let first = tls.as_ref().filter(|_| server.security == Security::Tls);
        let mut connection =
            SmtpConnection::connect(at, Some(PATIENCE), &hello, first, None).map_err(failed)?;
        if server.security == Security::StartTls {
            if !connection.can_starttls() {
                return Err(Error::Setup {
                    server: server.to_string(),
                    what: "it offers no STARTTLS, and nothing is sent without".to_owned(),
                    help: "write `smtps://`, if it speaks TLS from the first byte",
                });
            }
            if let Some(tls) = &tls {
                connection.starttls(tls, &hello).map_err(failed)?;
            }
        }
        if let Some((user, password)) = &settings.logon {
            let logon = Credentials::new(user.clone(), password.expose_secret().to_owned());
            let known = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&known, &logon).map_err(|error| {
                if error.is_permanent() || error.is_client() {
                    Error::Credentials {
                        server: server.to_string(),
                        says: said(&error),
                    }
                } else {
                    failed(error)
                }
            })?;
        }
        Ok(Self {
            settings,
            connection,
            lost: false,
        })
    }

    /// Whether it broke off.
    pub(super) fn is_lost(&self) -> bool {
        self.lost
    }

    /// Why a server is left alone whose connections break off one after the other.
    pub(super) fn worn_out(&self) -> Error {
        Error::Unreachable {
            server: self.settings.server.to_string(),
            why: "one connection after the other broke off".to_owned(),
        }
    }

    /// Says goodbye; who does not answer that has all that was taken anyway.
    pub(super) fn close(mut self) {
        if !self.lost {
            let _ = self.connection.quit();
        }
    }

    /// Hands a message over to these recipients of it, by their position.
    pub(super) fn deliver(&mut self, message: &Message, positions: &[u32], now: Timestamp) -> Said {
        let utf8 = self.connection.server_info();
        let utf8 = utf8.supports_feature(Extension::SmtpUtfEight);
        let reachable = |to: &Address| {
            let known = address(to).ok_or("the mail library knows no such address")?;
            if utf8 || to.as_str().is_ascii() {
                Ok(known)
            } else {
                Err("the server takes no address with such letters")
            }
        };
        // The head names all recipients, whichever of them are still to be reached.
        let all: Vec<lettre::Address> = message.to.iter().flat_map(reachable).collect();
        let mut verdicts = Vec::new();
        let mut open = Vec::new();
        for (position, to) in (0_u32..).zip(&message.to) {
            if !positions.contains(&position) {
                continue;
            }
            match reachable(to) {
                Ok(address) => open.push((position, address)),
                Err(why) => verdicts.push((position, Verdict::Refused(why.to_owned()))),
            }
        }
        if open.is_empty() {
            return verdicts.into();
        }
        let mail = match letter(self.settings, message, &all, now) {
            Ok(mail) => mail,
            Err(why) => {
                let refused = |(position, _)| (position, Verdict::Refused(why.clone()));
                verdicts.extend(open.into_iter().map(refused));
                return verdicts.into();
            }
        };
        // An address in the head asks for as much as one in the envelope.
        let wide = all.iter().any(|address| !is_ascii(address));
        let mut said = self.transaction((&mail, message.secret), open, wide);
        said.verdicts.append(&mut verdicts);
        said
    }

    /// One mail, from `MAIL` to the answer to its last line.
    fn transaction(
        &mut self,
        mail: (&[u8], bool),
        open: Vec<(u32, lettre::Address)>,
        wide: bool,
    ) -> Said {
        let from = address(&self.settings.from);
        let options = if wide {
            vec![MailParameter::SmtpUtfEight]
        } else {
            Vec::new()
        };
        if let Err(error) = self.connection.command(Mail::new(from, options)) {
            if error.is_permanent() {
                let closes = Some(self.sender_refused(&error));
                return Said {
                    verdicts: Vec::new(),
                    closes,
                };
            }
            let (not_now, _) = self.not_taken(At::First, &error);
            let all = open.into_iter();
            let all: Vec<_> = all.map(|(one, _)| (one, not_now.clone())).collect();
            return all.into();
        }
        let mut said = Said::from(Vec::new());
        let mut taken = Vec::new();
        for (position, address) in open {
            if self.lost {
                let why = "the connection broke off".to_owned();
                said.verdicts.push((position, Verdict::NotNow(why)));
                continue;
            }
            let at = if taken.is_empty() {
                At::First
            } else {
                At::Further
            };
            match self.connection.command(Rcpt::new(address, Vec::new())) {
                Ok(_) => taken.push(position),
                Err(error) => {
                    let (verdict, closes) = self.not_taken(at, &error);
                    said.verdicts.push((position, verdict));
                    said.closes = said.closes.or(closes);
                }
            }
        }
        if taken.is_empty() {
            if !self.lost && self.connection.command(Rset).is_err() {
                self.lost = true;
            }
            return said;
        }
        let (verdict, closes) = self.content(mail);
        let all = taken.into_iter().map(|one| (one, verdict.clone()));
        said.verdicts.extend(all);
        said.closes = said.closes.or(closes);
        said
    }

    /// Head and body, for the recipients that were taken. What the server says once it has seen a secret is not
    /// repeated: it may repeat that.
    fn content(&mut self, (mail, secret): (&[u8], bool)) -> (Verdict, Option<Error>) {
        if self.lost {
            let why = "the connection broke off".to_owned();
            return (Verdict::NotNow(why), None);
        }
        if let Err(error) = self.connection.command(Data) {
            return self.not_taken(At::Content, &error);
        }
        match self.connection.message(mail) {
            Ok(_) => (Verdict::Taken, None),
            Err(error) if error.is_permanent() || error.is_transient() => {
                let (mut verdict, closes) = self.not_taken(At::Content, &error);
                if let (true, Verdict::NotNow(says) | Verdict::Refused(says)) =
                    (secret, &mut verdict)
                {
                    let code = error.status().map(u16::from).unwrap_or_default();
                    *says = numbers(code, &words(&error));
                }
                (verdict, closes)
            }
            Err(error) => {
                // It has the last line, perhaps, and took it, perhaps.
                self.lost = true;
                let says = if secret {
                    "the answer was lost".to_owned()
                } else {
                    said(&error)
                };
                (Verdict::Unknown(says), None)
            }
        }
    }

    /// What an error before the end of a mail means: it was not taken. Where that is about us, the way is closed.
    fn not_taken(&mut self, at: At, error: &SmtpError) -> (Verdict, Option<Error>) {
        let says = said(error);
        if let (true, Some(code)) = (error.is_permanent(), error.status()) {
            return match about(at, code.into(), &words(error)) {
                About::Delivery => (Verdict::Refused(says), None),
                About::TooMany => (Verdict::NotNow(says), None),
                us @ (About::Logon
                | About::Sender
                | About::Policy
                | About::System
                | About::Protocol) => (Verdict::NotNow(says), Some(self.turned_away(us, error))),
            };
        }
        // A server that goes away says 421 and does.
        let leaves = error.status().is_some_and(|code| u16::from(code) == 421);
        self.lost |= !error.is_transient() || leaves;
        (Verdict::NotNow(says), None)
    }

    /// Why the way is closed, without the words of the server: they may name a recipient.
    fn turned_away(&self, us: About, error: &SmtpError) -> Error {
        const POLICY: &str = "ask whoever runs the mail server to take mail from this machine and from `from` of `[mail]`, and \
                              whether `user` is missing; its log says which of its rules it was";
        const SERVER: &str = "ask whoever runs the mail server: its log says more; what waits is sent by the next run";
        let server = self.settings.server.to_string();
        let code = error.status().map(u16::from).unwrap_or_default();
        let answer = numbers(code, &words(error));
        let help = match us {
            About::Logon => {
                return Error::Credentials {
                    server,
                    says: answer,
                };
            }
            About::Sender => {
                return Error::Sender {
                    server,
                    from: self.settings.from.to_string(),
                    says: answer,
                };
            }
            About::Policy | About::Delivery | About::TooMany => POLICY,
            About::System | About::Protocol => SERVER,
        };
        Error::TurnedAway {
            server,
            answer,
            help,
        }
    }

    fn sender_refused(&self, error: &SmtpError) -> Error {
        let server = self.settings.server.to_string();
        let code = error.status().map(u16::from);
        if matches!(code, Some(530 | 535)) {
            return Error::Credentials {
                server,
                says: said(error),
            };
        }
        Error::Sender {
            server,
            from: self.settings.from.to_string(),
            says: said(error),
        }
    }
}

impl fmt::Debug for Mailer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer")
            .field("server", &self.settings.server)
            .finish_non_exhaustive()
    }
}

/// Whom the connection trusts.
fn tls(settings: &Settings) -> Result<TlsParameters, Error> {
    const HELP: &str =
        "`ca` names a file with one or more certificates as PEM (`-----BEGIN CERTIFICATE-----`)";
    let wrong = |what: &str| Error::Setup {
        server: settings.server.to_string(),
        what: what.to_owned(),
        help: HELP,
    };
    let mut builder = TlsParameters::builder(settings.server.host.clone());
    if let Some(pem) = &settings.ca {
        if !pem.windows(10).any(|part| part == b"-----BEGIN") {
            return Err(wrong("`ca` holds no certificate"));
        }
        let certificates = Certificate::from_pem(pem)
            .map_err(|_| wrong("`ca` holds no certificate that can be read"))?;
        builder = builder
            .add_root_certificate(certificates)
            .certificate_store(CertificateStore::None);
    }
    builder
        .build()
        .map_err(|error| wrong(&format!("TLS cannot be set up: {error}")))
}

/// What an error before the first mail means.
fn closed(server: &Server, error: &SmtpError) -> Error {
    let server = server.to_string();
    if let Some((why, help)) = distrust(error) {
        return Error::Certificate { server, why, help };
    }
    Error::Unreachable {
        server,
        why: said(error),
    }
}

fn is_ascii(address: &lettre::Address) -> bool {
    address.user().is_ascii() && address.domain().is_ascii()
}

/// The words of the server alone.
fn words(error: &SmtpError) -> String {
    error.source().map(ToString::to_string).unwrap_or_default()
}

/// What the server said, or what the connection came to; the words of the library around it are left out.
fn said(error: &SmtpError) -> String {
    let inner = error.source().map(ToString::to_string);
    let text = match (error.status(), inner) {
        (Some(code), Some(text)) => format!("{code} {text}"),
        (Some(code), None) => code.to_string(),
        (None, _) if is_timeout(error) => "no answer in time".to_owned(),
        (None, Some(text)) => text,
        (None, None) => error.to_string(),
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    excerpt(&words.join(" "), SAID_CHARS)
}

/// Whether the time was up: some systems say so, some that nothing is there to be read.
fn is_timeout(error: &SmtpError) -> bool {
    let cause = error
        .source()
        .and_then(|cause| cause.downcast_ref::<std::io::Error>());
    cause.is_some_and(|cause| {
        matches!(
            cause.kind(),
            std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock
        )
    })
}
