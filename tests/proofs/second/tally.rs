//! How often each construct was met, and with which answers.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Constructs that must be met both ways. Not among them is what has no other side: cells of tables that are there
/// for nearly every row, and the mere names of what was read.
const BOTH_WAYS: [&str; 29] = [
    "!=",
    "+",
    "-",
    "<",
    "<=",
    "==",
    ">",
    ">=",
    "all",
    "and",
    "any",
    "at",
    "choose row",
    "count",
    "else",
    "fn",
    "forbid",
    "function: bool",
    "group row",
    "in",
    "is missing",
    "is present",
    "lifecycle row",
    "matches",
    "not",
    "or",
    "profile line",
    "template",
    "unit row",
];

/// Counts by construct.
#[derive(Debug, Default)]
pub(super) struct Tally {
    counts: RefCell<BTreeMap<&'static str, Count>>,
    /// How many missing values were met so far, whatever met them.
    missing: Cell<u64>,
    /// While the generator looks for a good question nothing is counted.
    pub(super) silent: Cell<bool>,
}

/// One construct.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Count {
    pub(super) samples: u64,
    /// It held, or gave a value.
    pub(super) yes: u64,
    pub(super) unknown: u64,
    /// A value in it was missing.
    pub(super) missing: u64,
}

impl Count {
    pub(super) fn no(self) -> u64 {
        self.samples - self.yes - self.unknown
    }
}

impl Tally {
    pub(super) fn met_missing(&self) {
        self.missing.set(self.missing.get() + 1);
    }

    /// Where the missing values stand now, for [`Self::note`].
    pub(super) fn mark(&self) -> u64 {
        self.missing.get()
    }

    /// One sample of a construct; `None` is unknown.
    pub(super) fn note(&self, construct: &'static str, outcome: Option<bool>, mark: u64) {
        if self.silent.get() {
            return;
        }
        let mut counts = self.counts.borrow_mut();
        let count = counts.entry(construct).or_default();
        count.samples += 1;
        match outcome {
            Some(true) => count.yes += 1,
            Some(false) => {}
            None => count.unknown += 1,
        }
        if self.missing.get() > mark {
            count.missing += 1;
        }
    }

    /// What is not tried from both sides: a construct that holds, or does not, in less than so many of a hundred of
    /// its samples, and missing values in less than 30 of a hundred of all.
    pub(super) fn skewed(&self, percent: u64) -> Vec<String> {
        let counts = self.counts.borrow();
        let mut skewed = Vec::new();
        for construct in BOTH_WAYS {
            let count = counts.get(construct).copied().unwrap_or_default();
            if count.yes.min(count.no()) * 100 < percent * count.samples.max(1) {
                skewed.push(format!("`{construct}`: {count:?}"));
            }
        }
        let all = self.all();
        if all.missing * 100 < 30 * all.samples {
            skewed.push(format!("missing values: {all:?}"));
        }
        skewed
    }

    /// All constructs as one.
    pub(super) fn all(&self) -> Count {
        let mut all = Count::default();
        for count in self.counts.borrow().values() {
            all.samples += count.samples;
            all.yes += count.yes;
            all.unknown += count.unknown;
            all.missing += count.missing;
        }
        all
    }

    /// The table that the tests print.
    pub(super) fn table(&self) -> String {
        let mut text = format!(
            "{:22} {:>9} {:>6} {:>6} {:>8} {:>8}\n",
            "construct", "samples", "true", "false", "unknown", "missing"
        );
        let share = |part: u64, of: u64| format!("{} %", part * 100 / of.max(1));
        let mut row = |name: &str, count: Count| {
            let (yes, no) = (
                share(count.yes, count.samples),
                share(count.no(), count.samples),
            );
            let unknown = share(count.unknown, count.samples);
            let missing = share(count.missing, count.samples);
            let samples = count.samples;
            writeln!(
                text,
                "{name:22} {samples:>9} {yes:>6} {no:>6} {unknown:>8} {missing:>8}"
            )
            .unwrap();
        };
        for (name, count) in self.counts.borrow().iter() {
            row(name, *count);
        }
        row("all", self.all());
        text
    }
}
