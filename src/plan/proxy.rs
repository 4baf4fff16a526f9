//! `proxyAddresses`, owned value by value (S13).
//!
//! Exactly one address is the primary one (`SMTP:`); an old primary stays reachable as `smtp:`. Addresses of
//! other kinds (`x500:`, `sip:`, `EUM:` …) and those of `*.onmicrosoft.com` are never removed.

use crate::directory::schema::address_key;
use crate::policy::Mode;
use std::sync::Arc;

/// The values after a line has had its way; `ours` tells which of the present ones this tool wrote.
pub(crate) fn merge(
    before: &[Arc<str>],
    wanted: &[Arc<str>],
    mode: Mode,
    ours: &dyn Fn(&str) -> bool,
) -> Vec<Arc<str>> {
    let primary = wanted.iter().find(|value| value.starts_with("SMTP:"));
    let mut after: Vec<Arc<str>> = Vec::with_capacity(before.len() + wanted.len());
    for value in before {
        if is_wanted(value, wanted) {
            continue;
        }
        if is_old_primary(value) {
            after.push(match primary {
                Some(_) => demoted(value),
                None => value.clone(),
            });
            continue;
        }
        let goes = mode != Mode::Adding && ours(value) && !is_for_ever(value);
        if !goes {
            after.push(value.clone());
        }
    }
    let has_primary = after.iter().any(|value| is_old_primary(value));
    let mut first_primary = !has_primary;
    for value in wanted {
        let is_primary = is_old_primary(value);
        after.push(if is_primary && !first_primary {
            demoted(value)
        } else {
            value.clone()
        });
        first_primary &= !is_primary;
    }
    after.sort();
    after.dedup_by(|a, b| address_key(a) == address_key(b) && kind(a) == kind(b));
    after
}

fn is_wanted(value: &str, wanted: &[Arc<str>]) -> bool {
    wanted
        .iter()
        .any(|other| kind(other) == kind(value) && address_key(other) == address_key(value))
}

fn is_old_primary(value: &str) -> bool {
    value.starts_with("SMTP:")
}

fn demoted(value: &str) -> Arc<str> {
    format!("smtp:{}", value.get(5..).unwrap_or_default()).into()
}

/// The kind of an address in lower case: `smtp`, `x500`, `sip`.
fn kind(value: &str) -> String {
    let kind = value.split_once(':').map_or("smtp", |(kind, _)| kind);
    kind.to_ascii_lowercase()
}

fn is_for_ever(value: &str) -> bool {
    kind(value) != "smtp" || value.to_ascii_lowercase().ends_with(".onmicrosoft.com")
}

#[cfg(test)]
mod tests {
    use super::merge;
    use crate::policy::Mode;
    use std::sync::Arc;

    fn values(texts: &[&str]) -> Vec<Arc<str>> {
        texts.iter().map(|text| Arc::from(*text)).collect()
    }

    fn merged(before: &[&str], wanted: &[&str], ours: &[&str]) -> Vec<Arc<str>> {
        merge(&values(before), &values(wanted), Mode::Always, &|value| {
            ours.contains(&value)
        })
    }

    #[test]
    fn an_old_primary_address_stays_reachable() {
        assert_eq!(
            merged(
                &["SMTP:old@x.org", "sip:a@x.org"],
                &["SMTP:new@x.org"],
                &["SMTP:old@x.org"]
            ),
            values(&["SMTP:new@x.org", "sip:a@x.org", "smtp:old@x.org"])
        );
    }

    #[test]
    fn what_is_not_ours_or_for_ever_is_never_removed() {
        let before = [
            "smtp:hand@x.org",
            "smtp:ours@x.org",
            "smtp:a@x.onmicrosoft.com",
            "X500:/o=x",
        ];
        let ours = ["smtp:ours@x.org", "smtp:a@x.onmicrosoft.com", "X500:/o=x"];
        assert_eq!(
            merged(&before, &["SMTP:a@x.org"], &ours),
            values(&[
                "SMTP:a@x.org",
                "X500:/o=x",
                "smtp:a@x.onmicrosoft.com",
                "smtp:hand@x.org"
            ])
        );
    }

    #[test]
    fn there_is_exactly_one_primary_address() {
        let two = merged(&["smtp:a@x.org"], &["SMTP:A@x.org", "SMTP:b@x.org"], &[]);
        assert_eq!(two, values(&["SMTP:A@x.org", "smtp:b@x.org"]));
        let kept = merged(&["SMTP:a@x.org"], &["smtp:b@x.org"], &[]);
        assert_eq!(kept, values(&["SMTP:a@x.org", "smtp:b@x.org"]));
        let once = merged(&two_texts(&two), &["SMTP:A@x.org", "SMTP:b@x.org"], &[]);
        assert_eq!(once, two, "merging again changes nothing");
    }

    fn two_texts(values: &[Arc<str>]) -> Vec<&str> {
        values.iter().map(|value| &**value).collect()
    }
}
