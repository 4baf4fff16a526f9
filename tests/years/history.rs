//! The lives of a company's people, drawn from a seed, and what HR says of them on a day.

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};

use crate::dice::Dice;

/// Offices and their zones, from one end of the day to the other.
pub(super) const OFFICES: [(&str, &str); 5] = [
    ("Berlin", "Europe/Berlin"),
    ("Lisbon", "Europe/Lisbon"),
    ("Auckland", "Pacific/Auckland"),
    ("Honolulu", "Pacific/Honolulu"),
    ("New York", "America/New_York"),
];

pub(super) const DEPARTMENTS: [&str; 3] = ["Finance", "Lab", "Sales"];

const FIRST: [&str; 14] = [
    "Ada", "Bob", "Chloé", "Dmitri", "Eva", "Finn", "Gül", "Håkan", "Ines", "Jörg", "Kim", "Łucja",
    "Mia", "Noé",
];
const LAST: [&str; 12] = [
    "King", "Ode", "Müller", "Groß", "Berg", "Núñez", "Çağlar", "Ny", "Smith", "O'Neil", "Vaz",
    "Ünal",
];

/// From a day on something is so.
type Since<T> = Vec<(Date, T)>;

/// A time at the company.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stay {
    /// The day on which HR has it first.
    shown: Date,
    pub(super) hired: Date,
    /// The last day, and the day on which HR has it first: before it, as a rule.
    end: Option<(Date, Date)>,
}

/// One person.
#[derive(Debug, Clone)]
pub(super) struct Life {
    pub(super) id: i64,
    first: &'static str,
    last: Since<&'static str>,
    department: Since<&'static str>,
    office: Since<usize>,
    stays: Vec<Stay>,
    /// Days on which the record cannot be read.
    broken: Option<(Date, Date)>,
}

/// What HR says of a person on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) id: i64,
    pub(super) first: &'static str,
    pub(super) last: &'static str,
    pub(super) department: &'static str,
    pub(super) office: usize,
    pub(super) hired: Date,
    pub(super) end: Option<Date>,
    pub(super) broken: bool,
}

impl Said {
    /// The row of HR's table: id, first and last name, status, first and last day, department, office.
    pub(super) fn row(&self, today: Date) -> Vec<String> {
        let status = match self.end {
            _ if self.broken => "actve",
            Some(end) if today > end => "inactive",
            _ if today < self.hired => "onboarding",
            _ => "active",
        };
        vec![
            self.id.to_string(),
            self.first.to_owned(),
            self.last.to_owned(),
            status.to_owned(),
            self.hired.to_string(),
            self.end.map(|end| end.to_string()).unwrap_or_default(),
            self.department.to_owned(),
            OFFICES[self.office].0.to_owned(),
        ]
    }
}

/// Everybody who is there in these years.
pub(super) struct History {
    pub(super) lives: Vec<Life>,
    /// How many times somebody came, went, moved, was renamed, or became unreadable.
    pub(super) events: usize,
}

impl History {
    /// A company of so many people from a day on, for so many years: a tenth comes and goes in each.
    pub(super) fn new(seed: u64, people: usize, start: Date, years: i64) -> Self {
        let mut dice = Dice::new(seed);
        let days = usize::try_from(years * 365).unwrap();
        let newcomers = people * usize::try_from(years).unwrap() / 10;
        let mut lives: Vec<Life> = Vec::new();
        let mut events = 0;
        for number in 0..people + newcomers {
            let id = i64::try_from(number).unwrap() + 1;
            let hired = if number < people {
                before(start, dice.below(3000) + 1)
            } else {
                after(start, dice.below(days))
            };
            let life = Life::new(&mut dice, id, hired, start, days);
            events += life.events(start);
            lives.push(life);
        }
        Self { lives, events }
    }

    /// What HR says on a day.
    pub(super) fn on(&self, day: Date) -> Vec<Said> {
        let lives = self.lives.iter();
        lives.filter_map(|life| life.said(day)).collect()
    }
}

impl Life {
    fn new(dice: &mut Dice, id: i64, hired: Date, start: Date, days: usize) -> Self {
        let mut stays = vec![Stay {
            shown: before(hired, dice.below(40)),
            hired,
            end: None,
        }];
        let some_day = |dice: &mut Dice, from: Date| after(from.max(start), dice.below(days));
        // Nearly all leave at some time, most of them after the years that are played.
        if dice.below(1000) < 600 {
            let end = after(hired.max(start), 10 + dice.below(days * 3 / 2));
            // Announced weeks before; one in thirty comes to HR's knowledge days too late.
            let told = if dice.below(1000) < 30 {
                after(end, dice.below(20) + 1)
            } else {
                before(end, dice.below(90))
            };
            stays[0].end = Some((end, told.max(hired)));
            if dice.below(1000) < 150 {
                let again = after(end.max(told), 20 + dice.below(400));
                stays.push(Stay {
                    shown: before(again, dice.below(15)),
                    hired: again,
                    end: None,
                });
            }
        }
        let mut last = vec![(Date::MIN, dice.of(&LAST))];
        if dice.below(1000) < 40 {
            last.push((some_day(dice, hired), dice.of(&LAST)));
        }
        let mut department = vec![(Date::MIN, dice.of(&DEPARTMENTS))];
        let mut office = vec![(Date::MIN, dice.below(OFFICES.len()))];
        for _ in 0..dice.below(3) {
            if dice.below(1000) < 300 {
                department.push((some_day(dice, hired), dice.of(&DEPARTMENTS)));
            }
            if dice.below(1000) < 100 {
                office.push((some_day(dice, hired), dice.below(OFFICES.len())));
            }
        }
        department.sort_by_key(|(since, _)| *since);
        office.sort_by_key(|(since, _)| *since);
        let broken = (dice.below(1000) < 50).then(|| {
            let from = some_day(dice, hired);
            (from, after(from, 2 + dice.below(18)))
        });
        Self {
            id,
            first: dice.of(&FIRST),
            last,
            department,
            office,
            stays,
            broken,
        }
    }

    fn events(&self, start: Date) -> usize {
        let later = |day: &Date| *day >= start;
        let stays = self.stays.iter();
        let days = stays.flat_map(|stay| [Some(stay.hired), stay.end.map(|(end, _)| end)]);
        let turns = self.last.len() + self.department.len() + self.office.len() - 3;
        days.flatten().filter(later).count() + turns + usize::from(self.broken.is_some())
    }

    fn said(&self, day: Date) -> Option<Said> {
        let stay = self.stays.iter().rfind(|stay| stay.shown <= day)?;
        let end = stay.end.filter(|(_, told)| *told <= day);
        Some(Said {
            id: self.id,
            first: self.first,
            last: on(&self.last, day),
            department: on(&self.department, day),
            office: on(&self.office, day),
            hired: stay.hired,
            end: end.map(|(end, _)| end),
            broken: self
                .broken
                .is_some_and(|(from, until)| from <= day && day <= until),
        })
    }
}

fn on<T: Copy>(since: &Since<T>, day: Date) -> T {
    let found = since.iter().rfind(|(from, _)| *from <= day);
    found.unwrap_or(&since[0]).1
}

fn span(days: usize) -> Span {
    i64::try_from(days).unwrap().days()
}

fn after(day: Date, days: usize) -> Date {
    day.saturating_add(span(days))
}

fn before(day: Date, days: usize) -> Date {
    day.saturating_sub(span(days))
}
