//! Reading people over HTTP: `cargo bench --bench personio`, for both generations of the API.
//!
//! 10,000 people of a simulator in another thread of the same process, which therefore has its part in every figure: with
//! its limits off, for speed, and with them on, against what the limits allow. Memory is that of a process of its own for
//! each reading, without the simulator: as many people on ten times as many pages take as much, and five times as many
//! people at most five times as much.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a benchmark may panic and speak"
)]

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use secrecy::SecretString;
use tenure::hr::{Attribute, Schema, Type};
use tenure::personio::client::{Api, Last, Settings, World, read};
use tenure::personio_sim::{CLIENT_ID, CLIENT_SECRET, Company, Options, Sim};

const PEOPLE: usize = 10_000;

fn schema() -> Schema {
    Schema::new(vec![
        Attribute::new("id", Type::Int).key(),
        Attribute::new("first_name", Type::Text),
        Attribute::new("last_name", Type::Text),
        Attribute::new("nickname", Type::Text)
            .from("preferred_name")
            .optional(),
        Attribute::new("email", Type::Text).optional(),
        Attribute::new("status", Type::Text),
        Attribute::new("contract", Type::Text).from("employment_type"),
        Attribute::new("hire_date", Type::Date),
        Attribute::new("last_day", Type::Date)
            .from("termination_date")
            .optional(),
        Attribute::new("department", Type::Text).optional(),
        Attribute::new("office", Type::Text).optional(),
        Attribute::new("position", Type::Text).optional(),
        Attribute::new("supervisor", Type::Person).optional(),
        Attribute::new("extension", Type::Text)
            .from("dynamic_1")
            .optional(),
    ])
    .unwrap()
}

fn company(people: usize) -> Company {
    let mut csv = "id,first_name,last_name,email,status,hire_date,termination_date,department,office,position,supervisor,dynamic_1,created_at,last_modified_at\n".to_owned();
    for id in 1..=people {
        let (status, last) = if id % 50 == 0 {
            ("inactive", "2025-12-31")
        } else {
            ("active", "")
        };
        writeln!(
            csv,
            "{id},First{id},Last{id},first{id}@example.com,{status},2020-01-{:02},{last},Department {},Office {},Engineer,{},{},2020-01-01T00:00:00Z,2024-01-01T00:00:00Z",
            id % 28 + 1,
            id % 40,
            id % 7,
            id / 10 + 1,
            id % 900,
        )
        .unwrap();
    }
    Company::parse(&[("people.csv", csv.as_bytes())], Timestamp::now()).unwrap()
}

fn settings(sim: &Sim, api: Api, limited: bool) -> Settings {
    let secret = |text| SecretString::from(text);
    Settings {
        api,
        limited,
        ..Settings::new(sim.url(), secret(CLIENT_ID), secret(CLIENT_SECRET))
    }
}

/// Seconds of the best of so many readings.
fn seconds(sim: &Sim, api: Api, limited: bool, people: usize, times: usize) -> f64 {
    let world = World {
        now: &Timestamp::now,
        progress: &|_, _| {},
    };
    let schema = schema();
    let settings = settings(sim, api, limited);
    let once = |_| {
        let began = Instant::now();
        let found = read(&settings, &schema, &Last::default(), &world).unwrap();
        assert_eq!(found.records.len(), people);
        began.elapsed().as_secs_f64()
    };
    (0..times).map(once).fold(f64::INFINITY, f64::min)
}

/// The variable that makes this program read once, from the address that it holds, and print what memory that took.
const READ: &str = "TENURE_BENCH_READ";

/// A figure of this process as the system tells it, in KiB: `VmHWM` is the most memory that it has had, `VmRSS` what it
/// has now.
fn kib(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number
        .and_then(|text| text.parse::<f64>().ok())
        .unwrap_or(f64::NAN)
}

/// Reads once, from an address and with a generation, as `v1 http://…`; prints by how much memory grew at most.
fn read_alone(how: &str) {
    let (api, url) = how.split_once(' ').unwrap();
    let api = if api == "v1" { Api::V1 } else { Api::V2 };
    let secret = |text| SecretString::from(text);
    let settings = Settings {
        api,
        limited: false,
        ..Settings::new(url, secret(CLIENT_ID), secret(CLIENT_SECRET))
    };
    let world = World {
        now: &Timestamp::now,
        progress: &|_, _| {},
    };
    let schema = schema();
    let before = kib("VmRSS");
    let found = read(&settings, &schema, &Last::default(), &world).unwrap();
    println!("{} {}", found.records.len(), kib("VmHWM") - before);
}

/// By how many KiB a process grows that reads so many people from pages of that size; the least of three.
fn growth(api: &str, people: usize, page: usize) -> f64 {
    let options = Options {
        limits: false,
        page,
        ..Options::default()
    };
    let sim = Sim::start(company(people), options).unwrap();
    let once = |_| {
        let run = std::process::Command::new(std::env::current_exe().unwrap())
            .env(READ, format!("{api} {}", sim.url()))
            .output()
            .unwrap();
        let text = String::from_utf8(run.stdout).unwrap();
        let (count, kib) = text.trim().split_once(' ').unwrap();
        assert_eq!(count.parse::<usize>().unwrap(), people);
        kib.parse::<f64>().unwrap()
    };
    (0..3).map(once).fold(f64::INFINITY, f64::min)
}

fn memory() {
    let show = |api: &str, people: usize, pages: usize, kib: f64| {
        let each = kib / people as f64;
        println!(
            "{api}  {people} people on {pages} pages  {:.1} MiB, {each:.2} KiB a person",
            kib / 1024.0
        );
    };
    let [few, many] = [50, 5].map(|page| {
        let kib = growth("v2", PEOPLE, page);
        show("v2", PEOPLE, PEOPLE / page, kib);
        kib
    });
    println!(
        "v2  ten times the pages take {:.2} times the memory",
        many / few
    );
    // In version 1 the reader says how large a page is.
    let [few, many] = [2_000, PEOPLE].map(|people| {
        let kib = growth("v1", people, 100);
        show("v1", people, people / 100, kib);
        kib
    });
    println!(
        "v1  five times the pages, each full, take {:.2} times the memory",
        many / few
    );
}

fn main() {
    if let Ok(how) = std::env::var(READ) {
        return read_alone(&how);
    }
    let free = || Options {
        limits: false,
        ..Options::default()
    };
    for people in [2_000, PEOPLE] {
        let sim = Sim::start(company(people), free()).unwrap();
        for api in [Api::V1, Api::V2] {
            let best = seconds(&sim, api, false, people, 5);
            println!(
                "{api:?}  {people} people  {best:.3} s  {:.0} people/s",
                people as f64 / best,
            );
        }
    }
    memory();
    // Against the limits: as many people as take some ten seconds.
    let schema = Arc::new(schema());
    for (api, people) in [(Api::V1, 10_000), (Api::V2, 400)] {
        let sim = Sim::start(company(people), Options::default()).unwrap();
        sim.recount();
        let took = seconds(&sim, api, true, people, 1);
        let requests = sim.requests();
        let allowed = allowed(api, &requests);
        println!(
            "{api:?}  {people} people of {} attributes, limits kept  {took:.2} s, the limits allow {allowed:.2} s: {:+.1} %",
            schema.attributes().len(),
            (took / allowed - 1.0) * 100.0
        );
        let refused = requests.len();
        println!("       {refused} requests");
    }
}

/// The least time in which the limits let these requests through: 15 in a second and 300 in a minute for lists of version
/// 1, and 100 at once and 30 in a second for the busiest endpoint of version 2.
fn allowed(api: Api, requests: &[String]) -> f64 {
    if api == Api::V1 {
        let lists = requests
            .iter()
            .filter(|line| line.contains("/employees?"))
            .count();
        let (minutes, rest) = (lists / 300, lists % 300);
        return (minutes * 60) as f64 + (rest.saturating_sub(1) / 15) as f64;
    }
    let employments = requests
        .iter()
        .filter(|line| line.contains("/employments"))
        .count();
    employments.saturating_sub(100) as f64 / 30.0
}
