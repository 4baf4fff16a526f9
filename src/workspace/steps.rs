//! Where steps of other systems are asked for, as `tenure.toml` names it: `[steps.NAME]`, and where the secrets lie.

use super::config::ConfigError;
use super::live::Secret;
use super::notices::UrlAt;
use super::{Error, Workspace, files};
use crate::diagnostic::{Diagnostic, Sources, Span, did_you_mean};
use crate::notice::http;
use crate::policy::{Policy, codes};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The variable that the secret of the signature is in, unless it is said.
const SECRET: &str = "TENURE_STEPS_SECRET";

/// An address at which a step is asked for, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepAt {
    /// The address, or where it lies.
    pub url: UrlAt,
    /// Where the secret of the signature is.
    pub secret: Secret,
    /// A file of certificates.
    pub ca: Option<PathBuf>,
}

/// `[steps.NAME]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StepSection {
    url: UrlAt,
    secret: Option<Secret>,
    ca: Option<PathBuf>,
}

/// The addresses by the names of their steps; else what is wrong with one, and what to write.
pub(super) fn steps(
    sections: BTreeMap<String, StepSection>,
) -> Result<BTreeMap<String, StepAt>, (String, &'static str)> {
    let mut steps = BTreeMap::new();
    for (name, section) in sections {
        if let UrlAt::Address(url) = &section.url {
            http::check_url(&section_of(&name), url)?;
        }
        let secret = section.secret;
        let step = StepAt {
            url: section.url,
            secret: secret.unwrap_or_else(|| Secret::Env(SECRET.to_owned())),
            ca: section.ca,
        };
        steps.insert(name, step);
    }
    Ok(steps)
}

/// The section of a step, as messages name it.
fn section_of(name: &str) -> String {
    format!("`[steps.{name}]`")
}

impl Workspace {
    /// Where that step is asked for, with the secret that this needs.
    pub fn step_at(
        &self,
        name: &str,
        step: &StepAt,
        variable: &(dyn Fn(&str) -> Option<String> + Sync),
    ) -> Result<http::Settings, Error> {
        let section = section_of(name);
        let named = |error: Error| {
            let Error::Secret { whom, key, problem } = error else {
                return error;
            };
            Error::Secret {
                whom,
                key,
                problem: format!("{section}: {problem}"),
            }
        };
        let url = match &step.url {
            UrlAt::Address(url) => url.clone(),
            UrlAt::Secret(place) => {
                let url = self
                    .secret(("a step", "url"), place, variable)
                    .map_err(named)?;
                let url = url.expose_secret().to_owned();
                http::check_url(&section, &url).map_err(|(problem, help)| ConfigError::Value {
                    file: self.file.display().to_string(),
                    problem,
                    help: help.to_owned(),
                })?;
                url
            }
        };
        let secret = self.secret(("a step", "secret"), &step.secret, variable);
        let secret = secret.map_err(named)?;
        self.long_enough(&section, &secret)?;
        let ca = step.ca.as_ref().map(|file| self.path(file));
        Ok(http::Settings {
            url: url.into(),
            secret,
            ca: ca.map(|file| files::read_bytes(&file)).transpose()?,
        })
    }

    /// Steps that the policy awaits and nothing says where to ask for, and addresses of steps that it does not await.
    pub(super) fn strange_steps(
        &self,
        policy: &Policy,
        sources: &Sources,
        start: Span,
    ) -> Vec<Diagnostic> {
        let file = self.file.display();
        let awaits = &policy.rules.awaits;
        let known = &self.config.steps;
        let missing = awaits
            .iter()
            .filter(|rule| !known.contains_key(&*rule.name));
        let missing = missing.map(|rule| {
            let message = format!(
                "the step `{}` is awaited, and `{file}` does not say where it is asked for",
                rule.name
            );
            let place = policy.rules.rule(rule.rule);
            let place = place.and_then(|rule| super::notices::line_of(sources, rule));
            Diagnostic::new(&codes::BAD_STEP, place.unwrap_or(start), message)
                .label("nobody would be asked")
                .help(format!(
                    "write `[steps.{}]` with the `url` of whoever does it",
                    quoted(&rule.name)
                ))
        });
        let strange = known
            .keys()
            .filter(|name| !awaits.iter().any(|rule| *rule.name == **name));
        let strange = strange.map(|name| {
            let message =
                format!("`{file}` has the step `{name}`, and the policy awaits no such one");
            let near = did_you_mean(name, awaits.iter().map(|rule| &*rule.name));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write `await \"{name}\" within … {{ … }}`, or remove the section"),
            };
            Diagnostic::new(&codes::BAD_STEP, start, message).help(help)
        });
        missing.chain(strange).collect()
    }
}

/// A name as a key of TOML.
fn quoted(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !name.is_empty() && name.chars().all(bare) {
        name.to_owned()
    } else {
        format!("{name:?}")
    }
}
