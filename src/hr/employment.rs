//! A person's employments: a rehire or a change of company is a second one.

use std::fmt;
use std::sync::Arc;

use super::read::{reason, type_value};
use super::snapshot::Reason;
use super::typing::{MAX_ITEMS, Typist};
use super::{Attribute, RawValue, Value};

/// What HR calls the end of an employment; it is the date of a termination, known before anybody else knows (S11).
const ENDS: &[&str] = &[
    "end",
    "end_date",
    "ends_on",
    "until",
    "valid_to",
    "employment_end_date",
    "contract_end_date",
];

/// One employment: a value for each field of the policy's `employment { … }` that it has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Employment {
    values: Box<[Option<Value>]>,
}

impl Employment {
    /// An employment with values in the order of its fields.
    pub fn new(values: impl Into<Box<[Option<Value>]>>) -> Self {
        let values = values.into();
        Self { values }
    }

    /// The value of the field at that position, if there is one.
    pub fn get(&self, position: usize) -> Option<&Value> {
        self.values.get(position)?.as_ref()
    }

    /// All values in the order of the fields.
    pub fn values(&self) -> &[Option<Value>] {
        &self.values
    }
}

/// The values between parentheses, `-` where one is missing.
impl fmt::Display for Employment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, value) in self.values.iter().enumerate() {
            f.write_str(if index == 0 { "(" } else { ", " })?;
            match value {
                None => f.write_str("-")?,
                Some(value) => value.fmt(f)?,
            }
        }
        f.write_str(")")
    }
}

/// Whether a field of an employment that HR calls `source` is sensitive unless a policy declares it `open`.
pub fn is_sensitive_of_employment(source: &str) -> bool {
    let last = source.rsplit('.').next().unwrap_or(source);
    let name = last.trim().to_lowercase().replace([' ', '-'], "_");
    ENDS.contains(&name.as_str())
        || super::is_sensitive_by_nature(source)
        || super::is_sensitive_by_nature(last)
}

/// The employments of one record, in an order of their own: HR's says nothing.
///
/// Each bad value is a reason that says in which employment it stands, by its number in HR's record.
pub(super) fn type_employments(
    typist: &mut Typist,
    position: usize,
    attribute: &Attribute,
    fields: &[Attribute],
    raw: Option<&RawValue>,
) -> Result<Option<Value>, Vec<Reason>> {
    let records = match raw {
        Some(RawValue::Null) => return Ok(None),
        Some(RawValue::List(records)) if records.len() <= MAX_ITEMS => records.as_slice(),
        Some(record @ RawValue::Record(_)) => std::slice::from_ref(record),
        Some(_) | None => {
            // Not sent, or no list of employments: what is said of any other attribute.
            let typed = type_value(typist, attribute, raw);
            return typed.map_err(|problem| vec![reason(position, attribute, raw, problem)]);
        }
    };
    let mut employments: Vec<Arc<Employment>> = Vec::with_capacity(records.len());
    let mut reasons = Vec::new();
    for (record, number) in records.iter().zip(1..) {
        let RawValue::Record(values) = record else {
            let typed = type_value(typist, attribute, Some(record));
            reasons.extend(
                typed
                    .err()
                    .map(|problem| reason(position, attribute, Some(record), problem)),
            );
            continue;
        };
        let which = format!("{number} of {}", records.len());
        let mut typed = Vec::with_capacity(fields.len());
        for (field, raw) in fields.iter().zip(values) {
            match type_value(typist, field, raw.as_ref()) {
                Ok(value) => typed.push(value),
                Err(problem) => {
                    let found = reason(position, field, raw.as_ref(), problem);
                    reasons.push(Reason {
                        attribute: attribute.name.clone(),
                        problem: format!("{which}: `{}` {}", field.name, found.problem),
                        ..found
                    });
                }
            }
        }
        employments.push(Arc::new(Employment::new(typed)));
    }
    if !reasons.is_empty() {
        return Err(reasons);
    }
    employments.sort_by_cached_key(ToString::to_string);
    let values: Vec<Value> = employments.into_iter().map(Value::Employment).collect();
    Ok((!values.is_empty()).then(|| Value::List(values.into())))
}

#[cfg(test)]
mod tests {
    use super::is_sensitive_of_employment;

    #[test]
    fn the_end_of_an_employment_is_sensitive_and_its_beginning_is_not() {
        for source in [
            "end",
            "employment_end_date",
            "End Date",
            "termination.termination_date",
            "termination.terminated_at",
        ] {
            assert!(is_sensitive_of_employment(source), "{source}");
        }
        for source in [
            "start",
            "employment_start_date",
            "company",
            "status",
            "org_unit",
        ] {
            assert!(!is_sensitive_of_employment(source), "{source}");
        }
    }
}
