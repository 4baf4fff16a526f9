//! Random people: values from few words, so that they meet, and many that are missing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use super::people::OVERRIDE;
use crate::dice::Dice;

/// What HR has of people.
pub(super) const SCHEMA: &str = r#"
person {
  id : int key
  first_name : text
  last_name : text
  nickname : text?
  department : text?
  office : text?
  title : text?
  status : one of ("onboarding", "active", "leave", "inactive")
  contract : one of ("internal", "external")
  kind : one of ("permanent", "trainee")?
  hire_date : date
  last_day : date? open
  review : date?
  workload : number?
  grade : int?
  room : int?
  temporary : bool?
  remote : bool
  duties : list of text?
  marks : list of int?
  dates : list of date?
  supervisor : person?
  mentor : person?
  begins : time?
  notice : duration? open
}
employment {
  start : date open
  end : date? open
  place : text?
  role : one of ("staff", "lead")?
  boss : person?
  load : number?
}
table sites from "sites.csv" key office { office : text code : text folder : unit zone : timezone phone : text? }
table teams from "teams.csv" key name { name : text code : text room : int? since : date lead : text? }
table holidays from "holidays.csv" key date { date : date }
"#;

const FIELDS: &str = "id,first_name,last_name,nickname,department,office,title,status,contract,kind,\
hire_date,last_day,review,workload,grade,room,temporary,remote,duties,marks,dates,supervisor,mentor,begins,notice";

pub(super) fn tables() -> BTreeMap<String, String> {
    let sites = "office,code,folder,zone,phone\n\
        Berlin,BER,OU=Berlin,Europe/Berlin,+49 30 5550\n\
        Honolulu,HNL,\"OU=Hono,OU=Pacific\",Pacific/Honolulu,\n\
        Sydney,SYD,OU=Sydney,Australia/Sydney,+61 2 1000\n";
    let teams = "name,code,room,since,lead\n\
        Finance,FIN,12,2026-01-15,Ada\n\
        IT,IT,,2026-03-10,\n\
        Head of Sales,SAL,7,2025-12-31,Zoë\n";
    let holidays = "date\n2026-01-01\n2026-03-09\n2026-04-03\n2026-04-06\n";
    [
        ("sites.csv", sites),
        ("teams.csv", teams),
        ("holidays.csv", holidays),
    ]
    .map(|(name, text)| (name.to_owned(), text.to_owned()))
    .into()
}

/// People and employments as CSV, and an instant among their dates.
#[derive(Debug)]
pub(in crate::proofs) struct Company {
    pub(in crate::proofs) people: String,
    pub(in crate::proofs) employments: String,
    pub(in crate::proofs) now: Timestamp,
}

pub(super) const FIRST: [&str; 6] = ["Ada", "Zoë", "Bo", "Ada Mary", "Łukasz", "Jean-Luc"];
pub(super) const LAST: [&str; 6] = [
    "King",
    "Müller-Groß",
    "O'Connor",
    "van der Berg",
    "King",
    "Ng",
];
pub(super) const DEPARTMENTS: [&str; 5] = ["Finance", "IT", "Finance", "Head of Sales", "Lab 7"];
pub(super) const OFFICES: [&str; 6] = [
    "Berlin", "Berlin", "Honolulu", "Sydney", "Atlantis", "Berlin",
];
pub(super) const TITLES: [&str; 6] = [
    "Manager",
    "Head of IT",
    "Manager",
    "K-4711",
    "a, b c",
    "clerk",
];
pub(super) const DUTIES: [&str; 4] = ["First aid", "Fire", "First aid", "Keys"];

impl Company {
    /// `count` people.
    pub(super) fn random(dice: &mut Dice, count: usize) -> Self {
        let day = jiff::civil::date(2026, 1, 1) + i64::try_from(dice.below(365)).unwrap().days();
        let minutes = i64::try_from(dice.below(24 * 60)).unwrap();
        let now = day.to_datetime(jiff::civil::Time::midnight()) + minutes.minutes();
        let now = jiff::tz::Offset::UTC.to_timestamp(now).unwrap();
        let mut people = csv::Writer::from_writer(Vec::new());
        people.write_record(FIELDS.split(',')).unwrap();
        let mut employments = "person,start,end,place,role,boss,load\n".to_owned();
        // Now and then supervisors lead in a circle, one cannot be read, or a record does not say whose it is.
        let (circle, unreadable, nameless) = (dice.percent(15), dice.percent(6), dice.percent(10));
        for id in 1..=count {
            let mut row = person(dice, id, count, day);
            let supervisor = FIELDS
                .split(',')
                .position(|field| field == "supervisor")
                .unwrap();
            match id {
                1 if circle => "3".clone_into(&mut row[supervisor]),
                6 if unreadable => row[supervisor] = format!("{OVERRIDE}1"),
                7 if nameless => row[0].clear(),
                _ => {}
            }
            let jobs = if row[0].is_empty() { 0 } else { dice.below(4) };
            people.write_record(row).unwrap();
            for _ in 0..jobs {
                let start = date(dice, day);
                let end = if dice.percent(50) {
                    date(dice, day)
                } else {
                    String::new()
                };
                let place = some(dice, &OFFICES);
                let role = some(dice, &["staff", "lead"]);
                let boss = key(dice, count);
                let hours = some(dice, &["40", "38.5", "20"]);
                writeln!(
                    employments,
                    "{id},{start},{end},{place},{role},{boss},{hours}"
                )
                .unwrap();
            }
        }
        Self {
            people: String::from_utf8(people.into_inner().unwrap()).unwrap(),
            employments,
            now,
        }
    }
}

fn person(dice: &mut Dice, id: usize, count: usize, day: Date) -> Vec<String> {
    let optional_date = |dice: &mut Dice| {
        if dice.percent(58) {
            date(dice, day)
        } else {
            String::new()
        }
    };
    let mut days: Vec<String> = (0..dice.below(3)).map(|_| date(dice, day)).collect();
    if dice.percent(20) {
        days.push("2026-03-09".to_owned());
    }
    let marks: Vec<&str> = (0..dice.below(4))
        .map(|_| dice.of(&["1", "2", "3", "7", "12"]))
        .collect();
    let duties: Vec<&str> = (0..dice.below(3)).map(|_| dice.of(&DUTIES)).collect();
    // Now and then a record cannot be read: a required value is not there, or is no such value.
    let spoilt = dice.percent(4);
    let (hire_date, workload) = match (spoilt, dice.percent(50)) {
        (true, true) => (String::new(), some(dice, &["40"])),
        (true, false) => (date(dice, day), "a lot".to_owned()),
        (false, _) => (
            date(dice, day),
            some(dice, &["40", "38.5", "38.50", "20", "12.25"]),
        ),
    };
    // Upwards only.
    let supervisor = match dice.below(10) {
        0..=2 => String::new(),
        3 => "99".to_owned(),
        _ if id > 1 => (1 + dice.below((id - 1).min(4))).to_string(),
        _ => String::new(),
    };
    let row = [
        id.to_string(),
        dice.of(&FIRST).to_owned(),
        dice.of(&LAST).to_owned(),
        some(dice, &["Countess", "Al", "Ada"]),
        some(dice, &DEPARTMENTS),
        some(dice, &OFFICES),
        some(dice, &TITLES),
        dice.of(&[
            "onboarding",
            "active",
            "ACTIVE",
            "active",
            "leave",
            "inactive",
        ])
        .to_owned(),
        dice.of(&["internal", "internal", "internal", "external"])
            .to_owned(),
        some(dice, &["permanent", "trainee", "Trainee"]),
        hire_date,
        optional_date(dice),
        optional_date(dice),
        workload,
        some(dice, &["1", "2", "3", "12"]),
        some(dice, &["12", "7", "107"]),
        some(dice, &["yes", "no", "true"]),
        dice.of(&["yes", "no"]).to_owned(),
        duties.join(", "),
        marks.join(","),
        days.join(","),
        supervisor,
        key(dice, count),
        some(dice, &["09:00", "18:00", "06:30"]),
        some(dice, &["14 days", "1 month", "36 hours", "2 weeks"]),
    ];
    row.into()
}

/// One of these, or nothing.
fn some(dice: &mut Dice, all: &[&str]) -> String {
    if dice.percent(58) {
        dice.of(all).to_owned()
    } else {
        String::new()
    }
}

/// Somebody, nobody, or a stranger.
fn key(dice: &mut Dice, count: usize) -> String {
    match dice.below(10) {
        0..=3 => String::new(),
        4 => "99".to_owned(),
        _ => (1 + dice.below(count)).to_string(),
    }
}

/// Within six weeks of a day, often very near.
fn date(dice: &mut Dice, day: Date) -> String {
    let days = if dice.percent(30) {
        i64::try_from(dice.below(5)).unwrap() - 2
    } else {
        i64::try_from(dice.below(84)).unwrap() - 42
    };
    (day + days.days()).to_string()
}
