//! How notices are sent, as `tenure.toml` names it: the mail server, the address that is posted to, and where their
//! secrets lie.

use super::config::ConfigError;
use super::live::Secret;
use super::{Error, Workspace, files};
use crate::diagnostic::{Diagnostic, Sources, Span, did_you_mean};
use crate::notice::{Posted, Ways, http, server};
use crate::policy::{self, Policy, Rule, codes};
use crate::text::mail::{Address, HeadLine, mailbox};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The variable that the password of the mail server is in, unless it is said.
const PASSWORD: &str = "TENURE_SMTP_PASSWORD";

/// The variable that the secret of the signature is in, unless it is said.
const SECRET: &str = "TENURE_HTTP_SECRET";

/// The fewest bytes of a secret that signs: what is shorter can be guessed.
const MIN_SECRET_BYTES: usize = 16;

/// A mail server, without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The server.
    pub server: server::Server,
    /// As whom it is logged on, and where the password is.
    pub logon: Option<(String, Secret)>,
    /// The sender's address.
    pub from: Address,
    /// The sender's name.
    pub from_name: Option<HeadLine>,
    /// Where replies go.
    pub reply_to: Option<Address>,
    /// A file of certificates.
    pub ca: Option<PathBuf>,
}

/// An address that is posted to, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Http {
    /// The address, or where it lies.
    pub url: UrlAt,
    /// Where the secret of the signature is.
    pub secret: Secret,
    /// A file of certificates.
    pub ca: Option<PathBuf>,
    /// What is posted.
    pub posted: Posted,
}

/// Where the address stands that is posted to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlAt {
    /// In the configuration.
    Address(String),
    /// Where nobody else may read it: whoever knows the address of a chat may write there.
    Secret(Secret),
}

/// An address, or a place; whatever else stands there may be a secret, and is not repeated.
impl<'de> Deserialize<'de> for UrlAt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const HOW: &str = "`url` is an address, as `\"https://hooks.example.com/tenure\"`, or where a secret one lies, as \
                           `{ file = \"PATH\" }`";
        let value = toml::Value::deserialize(deserializer).map_err(|_| D::Error::custom(HOW))?;
        let address = value
            .as_str()
            .map(|address| Self::Address(address.to_owned()));
        let place = || Secret::of(&value).map(Self::Secret);
        address.or_else(place).ok_or_else(|| D::Error::custom(HOW))
    }
}

/// `[mail]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MailSection {
    smtp: String,
    from: String,
    reply_to: Option<String>,
    user: Option<String>,
    password: Option<Secret>,
    ca: Option<PathBuf>,
    #[serde(default)]
    plain: bool,
}

/// `[http]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HttpSection {
    url: UrlAt,
    secret: Option<Secret>,
    ca: Option<PathBuf>,
    notices: Option<Vec<String>>,
    #[serde(default)]
    instead_of_mail: bool,
}

impl MailSection {
    /// The mail server; else what is wrong with it, and what to write.
    pub(super) fn mail(self) -> Result<Mail, (String, &'static str)> {
        let server = server::Server::parse(&self.smtp, self.plain)?;
        let Some((from_name, from)) = mailbox(&self.from) else {
            return Err((
                format!("`[mail]`: `from = {:?}` is no mail address", self.from),
                "write `from = \"tenure@example.com\"`, or with a name, `\"Tenure <tenure@example.com>\"`",
            ));
        };
        let reply_to = match &self.reply_to {
            None => None,
            Some(text) => Some(Address::parse(text).ok_or_else(|| {
                (
                    format!("`[mail]`: `reply_to = {text:?}` is no mail address"),
                    "write the address alone: `reply_to = \"helpdesk@example.com\"`",
                )
            })?),
        };
        let logon = match (self.user, self.password) {
            (None, None) => None,
            (Some(user), password) => {
                let password = password.unwrap_or_else(|| Secret::Env(PASSWORD.to_owned()));
                Some((user, password))
            }
            (None, Some(_)) => {
                return Err((
                    "`[mail]` has a `password` and no `user`".to_owned(),
                    "write as whom the mail server is logged on to: `user = \"tenure@example.com\"`",
                ));
            }
        };
        Ok(Mail {
            server,
            logon,
            from,
            from_name,
            reply_to,
            ca: self.ca,
        })
    }
}

impl HttpSection {
    /// The address; else what is wrong with it, and what to write.
    pub(super) fn http(self) -> Result<Http, (String, &'static str)> {
        if let UrlAt::Address(url) = &self.url {
            http::check_url("`[http]`", url)?;
        }
        if self.notices.as_ref().is_some_and(Vec::is_empty) {
            return Err((
                "`[http]`: `notices = []` posts nothing".to_owned(),
                "name notices of the policy, or remove the line: then all are posted",
            ));
        }
        Ok(Http {
            url: self.url,
            secret: self
                .secret
                .unwrap_or_else(|| Secret::Env(SECRET.to_owned())),
            ca: self.ca,
            posted: Posted {
                only: self.notices.map(|names| names.into_iter().collect()),
                instead_of_mail: self.instead_of_mail,
            },
        })
    }
}

impl Workspace {
    /// How notices are sent, with the secrets that this needs.
    pub fn ways(&self, variable: &(dyn Fn(&str) -> Option<String> + Sync)) -> Result<Ways, Error> {
        let ca = |file: &Option<PathBuf>| {
            let file = file.as_ref().map(|file| self.path(file));
            file.map(|file| files::read_bytes(&file)).transpose()
        };
        let mut ways = Ways::default();
        if let Some(mail) = &self.config.mail {
            let logon = match &mail.logon {
                None => None,
                Some((user, place)) => {
                    let password = self.secret(("the mail server", "password"), place, variable)?;
                    Some((user.clone(), password))
                }
            };
            ways.mail = Some(server::Settings {
                server: mail.server.clone(),
                logon,
                from: mail.from.clone(),
                from_name: mail.from_name.clone(),
                reply_to: mail.reply_to.clone(),
                ca: ca(&mail.ca)?,
            });
        }
        if let Some(http) = &self.config.http {
            ways.http = Some(http::Settings {
                url: self.url(&http.url, variable)?.into(),
                secret: self.signing(&http.secret, variable)?,
                ca: ca(&http.ca)?,
            });
            ways.posted = http.posted.clone();
        }
        Ok(ways)
    }

    fn url(
        &self,
        place: &UrlAt,
        variable: &(dyn Fn(&str) -> Option<String> + Sync),
    ) -> Result<String, Error> {
        let place = match place {
            UrlAt::Address(url) => return Ok(url.clone()),
            UrlAt::Secret(place) => place,
        };
        let url = self.secret(("`[http]`", "url"), place, variable)?;
        let url = url.expose_secret().to_owned();
        http::check_url("`[http]`", &url).map_err(|(problem, help)| ConfigError::Value {
            file: self.file.display().to_string(),
            problem,
            help: help.to_owned(),
        })?;
        Ok(url)
    }

    fn signing(
        &self,
        place: &Secret,
        variable: &(dyn Fn(&str) -> Option<String> + Sync),
    ) -> Result<SecretString, Error> {
        let secret = self.secret(("`[http]`", "secret"), place, variable)?;
        self.long_enough("`[http]`", &secret)?;
        Ok(secret)
    }

    /// Whether the secret of that section can sign.
    pub(super) fn long_enough(&self, section: &str, secret: &SecretString) -> Result<(), Error> {
        if secret.expose_secret().len() >= MIN_SECRET_BYTES {
            return Ok(());
        }
        Err(ConfigError::Value {
            file: self.file.display().to_string(),
            problem: format!("{section}: the `secret` is shorter than {MIN_SECRET_BYTES} bytes"),
            help:
                "make one with `openssl rand -hex 32`, and give it to whoever checks the signature"
                    .to_owned(),
        }
        .into())
    }

    /// Which notices are posted.
    pub(super) fn posted(&self) -> policy::Posted<'_> {
        match &self.config.http {
            None => policy::Posted::Nothing,
            Some(http) => http
                .posted
                .only
                .as_ref()
                .map_or(policy::Posted::All, policy::Posted::Only),
        }
    }

    /// That new passwords reach nobody, where they do (S20).
    pub(super) fn passwords_for_nobody(
        &self,
        policy: &Policy,
        sources: &Sources,
        start: Span,
    ) -> Option<Diagnostic> {
        let rules = &policy.rules;
        let makes = rules.makes_passwords()?;
        if !rules.password.sealed_to.is_empty() {
            return None;
        }
        let posted = self.posted();
        let mailed = rules.password.plain_mail && self.config.mail.is_some();
        let told: Vec<_> = rules
            .notices
            .iter()
            .filter(|notice| notice.password)
            .collect();
        if told.iter().any(|notice| mailed || posted.has(&notice.name)) {
            return None;
        }
        let (rule, message, help) = match told.first() {
            None => (
                makes,
                "nobody gets to know the passwords that are made".to_owned(),
                "have them sealed, `password { sealed to \"age1…\" }`, or tell them by a notice with `{password}`; else each \
                 is set anew by hand before the first logon",
            ),
            Some(notice) => (
                notice.rule,
                format!(
                    "the notice `{}` brings passwords, and `{}` does not say how it is sent",
                    notice.name,
                    self.file.display()
                ),
                "write `[mail]` with `smtp` and `from`, or `[http]` with `url`; until then no account is made whose password \
                 could reach nobody",
            ),
        };
        let place = rules.rule(rule).and_then(|rule| line_of(sources, rule));
        let diagnostic =
            Diagnostic::new(&codes::PASSWORD_TO_NOBODY, place.unwrap_or(start), message);
        Some(
            diagnostic
                .label("a password is made, and reaches nobody")
                .help(help),
        )
    }

    /// Notices that are to be posted and that the policy does not have.
    pub(super) fn strange_notices(&self, policy: &Policy, start: Span) -> Vec<Diagnostic> {
        let none = BTreeSet::new();
        let posted = self.config.http.as_ref();
        let posted = posted.and_then(|http| http.posted.only.as_ref());
        let known: Vec<&str> = policy
            .rules
            .notices
            .iter()
            .map(|rule| &*rule.name)
            .collect();
        let strange = posted
            .unwrap_or(&none)
            .iter()
            .filter(|name| !known.contains(&name.as_str()));
        let file = self.file.display();
        strange
            .map(|name| {
                let message =
                    format!("`{file}` posts the notice `{name}`, and the policy has no such one");
                let nearest = did_you_mean(name, known.iter().copied());
                let help = match nearest {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => format!("correct `notices` of `[http]` in `{file}`"),
                };
                Diagnostic::new(&codes::BAD_NOTICE, start, message).help(help)
            })
            .collect()
    }
}

/// The line on which a rule begins.
pub(super) fn line_of(sources: &Sources, rule: &Rule) -> Option<Span> {
    let (file, source) = sources
        .iter()
        .find(|(_, source)| *source.name == *rule.file)?;
    let before = usize::try_from(rule.line).ok()?.checked_sub(1)?;
    let mut lines = source.text.split_inclusive('\n');
    let start: usize = lines.by_ref().take(before).map(str::len).sum();
    let line = lines.next()?.trim_end();
    let indent = line.len() - line.trim_start().len();
    let at = |bytes: usize| u32::try_from(bytes).ok();
    Some(Span::new(
        file,
        at(start + indent)?,
        at(start + line.len())?,
    ))
}
