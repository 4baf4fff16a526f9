//! How much each lint counts: `[lints]` in `tenure.toml`.

use super::codes;
use crate::diagnostic::{Code, Diagnostic, Severity, did_you_mean};
use crate::{policy, syntax};
use std::collections::BTreeMap;

/// How much what a lint finds counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Not at all: it is not shown.
    Allow,
    /// It is shown as a warning.
    Warn,
    /// It is an error, as far as `tenure check` goes.
    Deny,
}

impl Level {
    /// The level of that name.
    pub fn named(word: &str) -> Option<Self> {
        Some(match word {
            "allow" => Self::Allow,
            "warn" => Self::Warn,
            "deny" => Self::Deny,
            _ => return None,
        })
    }
}

/// Why a code has no level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownCode {
    /// There is none of that name.
    #[error("there is no lint `{name}`")]
    Unknown {
        /// As written.
        name: String,
        /// What was probably meant.
        near: Option<&'static str>,
    },
    /// It is an error of the checker.
    #[error("`{name}` is an error, and a policy that has one is not used")]
    IsError {
        /// The code.
        name: &'static str,
    },
}

impl UnknownCode {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Unknown {
                near: Some(near), ..
            } => format!("did you mean `{near}`?"),
            Self::Unknown { near: None, .. } => {
                "`tenure explain-code --list` has all codes; those that are no errors have a level"
                    .to_owned()
            }
            Self::IsError { name } => {
                format!("mend what it finds; `tenure explain-code {name}` says how")
            }
        }
    }
}

/// The code of that name, if it has a level: a lint, or a warning of the checker.
pub(super) fn code_named(name: &str) -> Result<&'static Code, UnknownCode> {
    let tables = [codes::ALL, policy::codes::ALL, syntax::codes::ALL];
    let all = || tables.into_iter().flatten().copied();
    match all().find(|code| code.name == name) {
        Some(code) if code.severity == Severity::Error => {
            Err(UnknownCode::IsError { name: code.name })
        }
        Some(code) => Ok(code),
        None => {
            let names = all().filter(|code| code.severity != Severity::Error);
            let near = did_you_mean(name, names.map(|code| code.name));
            // The same text, which lives as long as the program.
            let near = near.and_then(|near| all().find(|code| code.name == near));
            Err(UnknownCode::Unknown {
                name: name.to_owned(),
                near: near.map(|code| code.name),
            })
        }
    }
}

/// The levels that somebody has set; every other code counts as its table says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels(BTreeMap<&'static str, Level>);

impl Levels {
    /// Sets the level of a code.
    pub fn set(&mut self, name: &str, level: Level) -> Result<(), UnknownCode> {
        let code = code_named(name)?;
        self.0.insert(code.name, level);
        Ok(())
    }

    /// Whether anything is set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is left of diagnostics, each as severe as it counts.
    pub fn applied(&self, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let weigh = |mut diagnostic: Diagnostic| {
            if diagnostic.is_error() {
                return Some(diagnostic);
            }
            diagnostic.severity = match self.0.get(diagnostic.code.name) {
                None => diagnostic.severity,
                Some(Level::Allow) => return None,
                Some(Level::Warn) => Severity::Warning,
                Some(Level::Deny) => Severity::Error,
            };
            Some(diagnostic)
        };
        diagnostics.into_iter().filter_map(weigh).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Level, Levels, UnknownCode};

    #[test]
    fn a_code_that_is_misspelt_is_told_and_an_error_has_no_level() {
        let mut levels = Levels::default();
        assert_eq!(levels.set("never-matches", Level::Deny), Ok(()));
        assert_eq!(levels.set("unused", Level::Allow), Ok(()));
        let near = match levels.set("never-match", Level::Allow) {
            Err(UnknownCode::Unknown { near, .. }) => near,
            other => panic!("{other:?}"),
        };
        assert_eq!(near, Some("never-matches"));
        let error = levels.set("unknown-name", Level::Allow);
        assert_eq!(
            error,
            Err(UnknownCode::IsError {
                name: "unknown-name"
            })
        );
    }
}
