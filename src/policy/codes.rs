//! Codes of what the checker reports. Each is stable: scripts and suppressions may rely on it.
//!
//! The page of each, which `tenure explain-code` shows, stands in `codes/` beside this file. A code without
//! a page does not compile; the examples of the pages are run by the tests.

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
        /// Every code of the checker, by name.
        pub static ALL: &[&Code] = &[$(&$constant),*];
    };
}

codes! {
    ACCOUNT_NOT_HERE "account-not-here" Error "an attribute of the account where none is known"
    ADOPT_TOO_COMPLEX "adopt-too-complex" Error "a question to accounts that an index cannot answer"
    ASSIGNED_NOT_HERE "assigned-not-here" Error "a name of `unique` where it is not yet known"
    ATTRIBUTE_NOT_OURS "attribute-not-ours" Error "an attribute that a policy does not write"
    BAD_APPROVAL "bad-approval" Error "an approval that would hold nothing back"
    BAD_ARGUMENT "bad-argument" Error "an argument that the function cannot use"
    BAD_CELL "bad-cell" Error "a cell of a table that is not of its column's type"
    BAD_FIELD "bad-field" Error "a field that the person cannot have"
    BAD_INVARIANT "bad-invariant" Error "an invariant of what cannot be judged"
    BAD_KEY "bad-key" Error "a key that identifies nobody"
    BAD_NOTICE "bad-notice" Error "a notice that cannot be written, or posted as configured"
    BAD_PARAM "bad-param" Error "a parameter without a value, or with one of another type"
    BAD_PATTERN "bad-pattern" Error "a pattern that cannot be used"
    BAD_RECIPIENT "bad-recipient" Error "a key to which no password can be sealed"
    BAD_SOURCE "bad-source" Error "a source of people that cannot be read as the policy says"
    BAD_STEP "bad-step" Error "a step that nobody would wait for, or that is not configured"
    BAD_TABLE "bad-table" Error "a table that cannot be read"
    BAD_TEST "bad-test" Error "a test that cannot be run"
    BAD_UNIQUE "bad-unique" Error "a `unique` that cannot give names"
    BAD_UNIT "bad-unit" Error "a unit that is no distinguished name"
    BROKEN_INVARIANT "broken-invariant" Warning "a rule that gives what an invariant rules out"
    CLOCK_OUTSIDE_COMPARISON "clock-outside-comparison" Error "`now` or `today` anywhere but alone on one side of a comparison"
    CYCLE "cycle" Error "values that need each other"
    DOLLAR_IN_TEXT "dollar-in-text" Warning "a `$` before a hole, as others write holes"
    DUPLICATE "duplicate" Error "something that is declared or stated twice"
    EMPTY_LIST "empty-list" Error "an empty list, which no value ever is"
    EMPTY_TEXT "empty-text" Error "an empty text, which no value ever is"
    FREE_TEXT_NAME "free-text-name" Error "free HR text in the name of a group or a unit"
    GROUP_CONTRADICTION "group-contradiction" Error "a group of which two places say different things"
    GROUP_NEVER_GIVEN "group-never-given" Warning "a test that expects a group which no rule gives"
    GUESSABLE_PASSWORD "guessable-password" Warning "a password that whoever knows the rule can tell"
    INITIAL_PASSWORD_STAYS "initial-password-stays" Error "a computed password that nobody has to change"
    MAYBE_MISSING "maybe-missing" Error "a value that may be missing where that must be decided"
    MISSING_ITEM "missing-item" Error "a statement that a policy must have"
    NOT_EXHAUSTIVE "not-exhaustive" Error "a list of rules that leaves somebody out"
    OPEN_BY_DEFAULT "open-by-default" Error "access that is given for want of information"
    PASSWORD_NOT_HERE "password-not-here" Error "a password where none is made"
    PASSWORD_TO_NOBODY "password-to-nobody" Warning "new passwords that nobody gets to know"
    PLAIN_PASSWORD_MAIL "plain-password-mail" Error "a password in a mail that anybody on its way can read"
    PRIVILEGED_GRANT "privileged-grant" Error "a privileged group that a rule gives without a person's approval"
    SENSITIVE_FLOW "sensitive-flow" Error "a sensitive value on its way to where everybody reads it"
    STAGE_CONTRADICTION "stage-contradiction" Error "statements of a stage that cannot hold together"
    TOO_MANY_CALLS "too-many-calls" Error "a function that leads to very many calls"
    UNIT_OUTSIDE_BASE "unit-outside-base" Error "a unit outside the bases that may be written"
    UNKNOWN_ATTRIBUTE "unknown-attribute" Error "an attribute that the directory's schema does not know"
    UNKNOWN_FIELD "unknown-field" Error "a field that the value on the left does not have"
    UNKNOWN_FUNCTION "unknown-function" Error "a function that does not exist"
    UNKNOWN_NAME "unknown-name" Error "a name that nothing declares"
    UNKNOWN_STAGE "unknown-stage" Error "a stage that nothing declares"
    UNKNOWN_TYPE "unknown-type" Error "a type that does not exist"
    UNKNOWN_VALUE "unknown-value" Error "a text that this `one of` does not list"
    UNKNOWN_ZONE "unknown-zone" Error "a time zone that the time zone database does not have"
    UNREACHABLE "unreachable" Warning "a rule that can never decide"
    UNUSED "unused" Warning "something that is declared and never used"
    USELESS_ELSE "useless-else" Warning "an `else` behind a value that is never missing"
    VALUE_DOES_NOT_FIT "value-does-not-fit" Error "a value that the attribute cannot hold"
    WRONG_ARGUMENTS "wrong-arguments" Error "a function with the wrong number of arguments"
    WRONG_TYPE "wrong-type" Error "a value of another type than is needed here"
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_unique_and_sorted() {
        assert!(super::ALL.is_sorted_by(|a, b| a.name < b.name));
    }
}
