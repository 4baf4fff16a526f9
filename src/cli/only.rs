//! `--only`: for whom a plan acts, by key or by a condition of the policy's language.

use super::report::Report;
use super::session::Reading;
use crate::hr::{PersonId, Standing};
use crate::policy::Evaluator;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What `--only` says.
#[derive(Debug, Clone, Default)]
pub(super) struct Only {
    /// As typed.
    pub(super) words: Vec<String>,
    keys: Vec<String>,
    /// Somebody whom an order is about, whether HR has them or not.
    ordered: Option<PersonId>,
    /// All conditions as one, in the language; `None` where only keys were given.
    pub(super) condition: Option<String>,
}

impl Only {
    /// Tells keys from conditions: a key has neither blanks nor operators, and `,` stands between several.
    pub(super) fn new(words: &[String]) -> Self {
        let is_key = |word: &str| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '@' | '+'))
        };
        let mut only = Self {
            words: words.to_vec(),
            ..Self::default()
        };
        let mut conditions: Vec<String> = Vec::new();
        for word in words {
            let parts: Vec<&str> = word.split(',').map(str::trim).collect();
            if parts.iter().all(|part| is_key(part)) {
                only.keys.extend(parts.into_iter().map(str::to_owned));
            } else {
                conditions.push(format!("({word})"));
            }
        }
        only.condition = match conditions.as_slice() {
            [] => None,
            conditions => Some(conditions.join(" or ")),
        };
        only
    }

    /// One person whom an order is about: whatever their key looks like, and whether HR has them or not.
    pub(super) fn person(id: &PersonId) -> Self {
        Self {
            words: vec![id.to_string()],
            ordered: Some(id.clone()),
            ..Self::default()
        }
    }

    /// Whom it names; `None` is everybody.
    pub(super) fn people(&self, reading: &Reading) -> Result<Option<BTreeSet<PersonId>>, Report> {
        if self.words.is_empty() {
            return Ok(None);
        }
        let mut people: BTreeSet<PersonId> = self.ordered.iter().cloned().collect();
        for key in &self.keys {
            let unknown = |text: String| {
                Report::text("unknown-person", text).help(
                    "name people by their key in HR, with `,` between several, or write a condition: \
                     `--only 'department == \"Finance\"'` (a bare name in parentheses)",
                )
            };
            let id = PersonId::parse(key).map_err(|error| unknown(format!("`{key}`: {error}")))?;
            if matches!(reading.people.standing(&id), Standing::Unknown) {
                return Err(unknown(format!("HR has no person {id}")));
            }
            people.insert(id);
        }
        if self.condition.is_some() {
            let evaluator = Evaluator::new(&reading.policy, &reading.people, reading.now);
            let all = reading.people.people().iter();
            people.extend(
                all.filter(|person| evaluator.answers(person))
                    .map(|person| person.id().clone()),
            );
        }
        Ok(Some(people))
    }

    /// As the plan's header keeps it.
    pub(super) fn text(&self) -> Vec<Arc<str>> {
        self.words
            .iter()
            .map(|word| Arc::from(word.as_str()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Only;

    #[test]
    fn keys_and_conditions_are_told_apart() {
        let only = |words: &[&str]| {
            Only::new(
                &words
                    .iter()
                    .map(|word| (*word).to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(only(&["4711,x-12", "5"]).keys, ["4711", "x-12", "5"]);
        assert_eq!(only(&["4711"]).condition, None);
        assert_eq!(only(&["ada+x@example.com"]).keys, ["ada+x@example.com"]);
        let both = only(&[
            "status in [\"active\", \"leave\"]",
            "office is missing",
            "7",
        ]);
        assert_eq!(both.keys, ["7"]);
        assert_eq!(
            both.condition.as_deref(),
            Some("(status in [\"active\", \"leave\"]) or (office is missing)")
        );
    }
}
