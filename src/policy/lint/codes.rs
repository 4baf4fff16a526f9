//! Codes of lints. Each is stable: configurations and `# allow(…)` rely on it.
//!
//! The page of each, which `tenure explain-code` shows, stands in `codes/` beside this file; its examples are run.

use crate::diagnostic::{Code, Severity};

macro_rules! codes {
    ($($constant:ident $name:literal $severity:ident $summary:literal)*) => {
        $(
            #[doc = $summary]
            pub static $constant: Code = Code {
                name: $name,
                summary: $summary,
                severity: Severity::$severity,
                docs: include_str!(concat!("codes/", $name, ".md")),
            };
        )*
        /// Every code of a lint, by name.
        pub static ALL: &[&Code] = &[$(&$constant),*];
    };
}

codes! {
    ALMOST_EVERYONE "almost-everyone" Note "a condition that almost everybody meets"
    ALWAYS_TRUE "always-true" Warning "a condition that everybody meets"
    BAD_ALLOW "bad-allow" Warning "an `allow` that allows nothing"
    CASE_DIFFERS "case-differs" Warning "two spellings of one text that differ in capitals alone"
    CONSTANT_COMPARISON "constant-comparison" Warning "a comparison of two constants"
    END_BY_OTHER_DATE "end-by-other-date" Warning "an account that ends by a date on which nobody leaves"
    EXCEPTION_ENDS_SOON "exception-ends-soon" Note "an exception that ends within two weeks"
    EXCEPTION_OVER "exception-over" Note "an exception that is over"
    EXCLUSIVE_UNDECIDED "exclusive-undecided" Warning "two groups that exclude each other and are given at once"
    FORBIDDEN_GRANT "forbidden-grant" Warning "a grant that a `forbid` always takes away"
    GRANTED_TWICE "granted-twice" Note "a group that two rows give to one person"
    GUARD_NEVER_TRIPS "guard-never-trips" Note "a limit that no run can exceed"
    HIDE_WITHOUT_ALIAS "hide-without-alias" Warning "hidden from address lists, and without the alias that this needs"
    IDLE_APPROVAL "idle-approval" Note "an approval of what no rule ever does"
    IMPLIED_INVARIANT "implied-invariant" Note "an invariant that another one implies"
    LAST_WORKING_DAY_IGNORED "last-working-day-ignored" Warning "a last working day that ends nothing"
    LOGIN_MAY_NOT_FIT "login-may-not-fit" Warning "a logon name that somebody may be without"
    MAY_NOT_FIT "may-not-fit" Warning "a value that is too long for some people"
    NEGATED_MISSING "negated-missing" Warning "a condition that holds because HR says nothing"
    NEVER_MATCHES "never-matches" Warning "a condition that nobody can meet"
    NOBODY_GETS "nobody-gets" Warning "a group that nobody gets from this row"
    NOT_IN_DIRECTORY "not-in-directory" Warning "a group or a unit that the directory does not have"
    NOT_IN_TABLE "not-in-table" Warning "a text that is almost a key of the table in which it is looked up"
    PATTERN_WITHOUT_WILDCARD "pattern-without-wildcard" Note "a pattern that is one text"
    REDUNDANT_ROW "redundant-row" Note "a row without which everybody gets the same"
    REPEATED_VALUE "repeated-value" Note "a list that has a value twice"
    SHADOWED_ROW "shadowed-row" Warning "a row whose people are all taken by rows before it"
    UNMAPPED_STATUS "unmapped-status" Warning "a status of HR that no row of `lifecycle` mentions"
    UNUSED_ALLOW "unused-allow" Warning "an `allow` of what is not there"
    UNUSED_COLUMN "unused-column" Note "a column of a table that nothing reads"
    UNUSED_FIELD "unused-field" Note "an attribute that is taken from HR and that nothing reads"
    VALUE_NEVER_SENT "value-never-sent" Warning "a comparison with a value that HR does not send"
    WEAK_PASSWORD "weak-password" Warning "a first password that is weaker than it need be"
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_unique_and_sorted() {
        assert!(super::ALL.is_sorted_by(|a, b| a.name < b.name));
    }
}
