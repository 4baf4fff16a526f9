//! Codes of what goes wrong outside the policy: configuration, people, directory, state, plans.
//!
//! Each error of the world names one of these; the page of each stands in `codes/` beside this file.

use crate::diagnostic::{Code, Severity};

macro_rules! codes {
    ($($name:literal $summary:literal)*) => {
        /// Every code of the world, by name.
        pub(super) static ALL: &[&Code] = &[$(
            &Code {
                name: $name,
                summary: $summary,
                severity: Severity::Error,
                docs: include_str!(concat!("codes/", $name, ".md")),
            }
        ),*];
    };
}

codes! {
    "ambiguous-run" "a run that is named by too little of its id"
    "attribute-never-sent" "an attribute of the policy that HR never sends"
    "bad-config" "a `tenure.toml` that cannot be used"
    "bad-directory" "an export of the directory that cannot be used"
    "bad-instant" "a text that is no instant"
    "bad-plan-file" "a file that is no plan, or no longer the one that was made"
    "bad-policy" "a policy that has errors"
    "bad-sample-data" "sample data that the simulator cannot use"
    "bad-state" "a state that cannot be read or written"
    "bad-writeback" "a file of written-back values that cannot be read"
    "broken-off" "a run that was broken off"
    "csv-no-column" "a CSV of people without a column that the policy needs"
    "csv-nobody" "employments of somebody whom the people do not have"
    "csv-not-a-table" "a CSV of people that is no table"
    "csv-not-text" "a CSV of people in an encoding that is not read"
    "directory-failed" "the directory refused or failed in the middle of a run"
    "duplicate-person-ids" "two records of one person"
    "guard-trips" "a plan that exceeds a limit"
    "invariant-broken" "a plan that an invariant rules out"
    "locked" "somebody else is at work"
    "lost-plan" "an unfinished run whose plan is gone"
    "no-base" "a base that the directory does not have"
    "no-config" "no `tenure.toml`"
    "no-employments" "a policy that knows of employments, and no table of them"
    "no-folder" "the current folder is gone"
    "no-identity" "no `identity` to write verdicts into"
    "no-people" "nobody in HR"
    "no-policy" "a folder without a policy"
    "no-port" "a port that the simulator cannot have"
    "no-recording" "no recorded answer of Personio"
    "no-rule" "a name of which no rule speaks"
    "no-secret" "a secret that is not where the configuration says"
    "not-a-terminal" "sensitive values where they would be kept"
    "not-confirmed" "nobody is there to say yes"
    "not-written" "verdicts that could not be written"
    "nothing-to-approve" "an approval for which the plan does not wait"
    "other-domain" "another directory than the state belongs to"
    "person-in-two-sources" "one person in two sources"
    "personio-bad-answer" "an answer that is none of Personio's"
    "personio-busy" "Personio takes no more requests"
    "personio-clock" "a clock that is not Personio's"
    "personio-credentials" "a client id and secret that Personio does not know"
    "personio-failing" "Personio fails"
    "personio-incomplete" "a list of people that is not whole"
    "personio-not-released" "an attribute that the credential may not read"
    "personio-other-version" "an attribute that the other version of the API has"
    "personio-refuses" "a request that Personio takes for a wrong one"
    "personio-right" "a right that the credential lacks"
    "personio-setup" "a connection to Personio that cannot be made as configured"
    "personio-shrunk" "a list that lacks most people of the last run"
    "personio-too-much" "attributes that are released and not needed"
    "personio-unproved" "an attribute of which nothing proves that it would be sent"
    "personio-unreachable" "Personio does not answer"
    "plan-disordered" "a plan whose actions stand in an order that cannot be"
    "plan-expired" "a plan that is too old"
    "plan-from-the-future" "a plan that was made later than now"
    "plan-hypothetical" "a plan of another time"
    "plan-other-domain" "a plan for another domain"
    "plan-other-people" "a plan made before HR changed"
    "plan-other-policy" "a plan made by another policy"
    "plan-other-source" "a plan from another source of people"
    "plan-stale" "a plan made before another run"
    "quarantined" "a person whose record cannot be read"
    "recording-count-differs" "pages that hold another number of people than they say"
    "recording-cut-off" "a recorded answer that ends in the middle"
    "recording-empty" "a recorded answer that is empty"
    "recording-not-json" "a recorded answer that is no JSON"
    "recording-not-people" "a recorded answer of another kind"
    "recording-not-text" "a recorded answer that is no text"
    "recording-of-an-error" "a recorded answer in which Personio reports an error"
    "recording-page-out-of-range" "a page that cannot be one of so many"
    "recording-page-twice" "a page that was recorded twice"
    "recording-pages-missing" "pages that were not recorded"
    "recording-too-many-pages" "more pages than anybody has"
    "recording-totals-differ" "pages that tell of different totals"
    "recording-unbounded" "an answer that does not tell how many people there are"
    "run-forgotten" "a run of which nobody knows what it changed"
    "run-other-domain" "a run that changed another domain"
    "state-older" "a state from before the plan"
    "state-other-domain" "a state that belongs to another domain"
    "state-present" "a state that is not lost"
    "state-unknown" "another state than the plan was made with"
    "too-many-files" "a folder that holds more than a policy"
    "too-many-people" "more people than can be read"
    "unfinished-run" "a run that is not finished"
    "unknown-code" "a code that does not exist"
    "unknown-guard" "a guard that does not exist"
    "unknown-person" "a person whom HR does not have"
    "unknown-run" "a run that does not exist"
    "unreadable-file" "a file that cannot be read"
    "unwritable" "a file that cannot be written"
}
