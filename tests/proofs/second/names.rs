//! The names that generated expressions may use, by what they give.

use std::collections::BTreeMap;

/// What an expression gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Text,
    /// A value of a `one of`.
    Choice,
    Number,
    Date,
    Time,
    Length,
    Bool,
    Person,
    Texts,
    Numbers,
    Dates,
    People,
    Jobs,
}

/// What is known by which name.
#[derive(Debug, Clone)]
pub(super) struct Names {
    pub(super) atoms: BTreeMap<Kind, Vec<String>>,
    /// Functions: their name, and what they take and give.
    pub(super) functions: Vec<(String, Vec<Kind>, Kind)>,
    /// How many elements of quantifiers are named already.
    pub(super) depth: usize,
    /// Whether what is written here may read the clock.
    pub(super) clock: bool,
}

impl Names {
    /// The fields of the company and what can be reached from them.
    pub(super) fn new() -> Self {
        let all: [(Kind, &str); 13] = [
            (
                Kind::Text,
                "nickname department office title first_name last_name site.code site.phone team.code \
                 team.lead supervisor.department supervisor.office mentor.department \
                 supervisor.supervisor.office away.code",
            ),
            (
                Kind::Choice,
                "status contract kind supervisor.kind mentor.status",
            ),
            (
                Kind::Number,
                "workload grade room team.room supervisor.grade mentor.workload",
            ),
            (
                Kind::Date,
                "hire_date last_day review team.since supervisor.last_day mentor.review",
            ),
            (Kind::Time, "begins supervisor.begins"),
            (Kind::Length, "notice"),
            (
                Kind::Bool,
                "temporary remote supervisor.temporary is_manager supervisor.is_manager mentor.remote",
            ),
            (
                Kind::Person,
                "supervisor mentor supervisor.mentor supervisor.supervisor",
            ),
            (Kind::Texts, "duties supervisor.duties"),
            (Kind::Numbers, "marks"),
            (Kind::Dates, "dates holidays.date"),
            (Kind::People, "reports all_reports supervisor.reports"),
            (Kind::Jobs, "employments supervisor.employments"),
        ];
        let atoms =
            all.map(|(kind, names)| (kind, names.split_whitespace().map(str::to_owned).collect()));
        Self {
            atoms: atoms.into(),
            functions: Vec::new(),
            depth: 0,
            clock: true,
        }
    }

    pub(super) fn add(&mut self, kind: Kind, name: &str) {
        // New names stand several times: they are what the rest is about.
        for _ in 0..3 {
            self.atoms.get_mut(&kind).unwrap().push(name.to_owned());
        }
    }

    pub(super) fn add_function(&mut self, name: &str, params: &[Kind], gives: Kind) {
        self.functions
            .push((name.to_owned(), params.to_vec(), gives));
    }

    pub(super) fn with_person(&self, name: &str) -> Self {
        let mut inner = self.deeper();
        for (kind, fields) in [
            (Kind::Text, "department office title nickname mentor.office"),
            (Kind::Choice, "status kind contract"),
            (Kind::Number, "grade workload"),
            (Kind::Date, "hire_date last_day review"),
            (Kind::Bool, "temporary remote is_manager"),
            (Kind::Person, "mentor"),
        ] {
            for field in fields.split(' ') {
                inner.add(kind, &format!("{name}.{field}"));
            }
        }
        inner
    }

    pub(super) fn with_job(&self, name: &str) -> Self {
        let mut inner = self.deeper();
        for (kind, fields) in [
            (Kind::Text, "place boss.office boss.department"),
            (Kind::Choice, "role"),
            (Kind::Number, "load"),
            (Kind::Date, "start end"),
            (Kind::Person, "boss"),
        ] {
            for field in fields.split(' ') {
                inner.add(kind, &format!("{name}.{field}"));
            }
        }
        inner
    }

    pub(super) fn deeper(&self) -> Self {
        let mut inner = self.clone();
        inner.depth += 1;
        inner
    }
}
