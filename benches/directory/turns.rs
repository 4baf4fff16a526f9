//! Two ways to the same end, by turns: what each took, and what the server worked for it.

use std::time::Instant;

use crate::domain::Domain;

/// What one turn took, in seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Took {
    pub(crate) wall: f64,
    /// Of the server's processor.
    pub(crate) server: f64,
}

/// Times something that a domain is asked to do.
pub(crate) fn timed(domain: &Domain, what: impl FnOnce()) -> Took {
    let (server, began) = (server_seconds(domain), Instant::now());
    what();
    Took {
        wall: began.elapsed().as_secs_f64(),
        server: server_seconds(domain) - server,
    }
}

/// What the domain controller has worked so far (`utime` and `stime` of proc(5), in hundredths of a second).
fn server_seconds(domain: &Domain) -> f64 {
    let path = format!("/proc/{}/stat", domain.pid().unwrap());
    let stat = std::fs::read_to_string(path).unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks: f64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse::<f64>().unwrap())
        .sum();
    ticks / 100.0
}

/// Has both take their turn in each round, who begins changing from round to round; the medians of the first and of
/// the second.
pub(crate) fn by_turns(
    rounds: usize,
    mut first: impl FnMut(usize) -> Took,
    mut second: impl FnMut(usize) -> Took,
) -> [Took; 2] {
    let mut all = [Vec::new(), Vec::new()];
    for round in 0..rounds {
        if round % 2 == 0 {
            all[0].push(first(round));
            all[1].push(second(round));
        } else {
            all[1].push(second(round));
            all[0].push(first(round));
        }
    }
    all.map(|all| Took {
        wall: median(all.iter().map(|took| took.wall)),
        server: median(all.iter().map(|took| took.server)),
    })
}

fn median(all: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = all.collect();
    all.sort_by(f64::total_cmp);
    f64::midpoint(all[(all.len() - 1) / 2], all[all.len() / 2])
}

/// Prints how many times as fast the first is as the second, against what is asked of it.
pub(crate) fn show(
    what: &str,
    count: usize,
    names: [&str; 2],
    [first, second]: [Took; 2],
    asked: f64,
) {
    let ratio = second.wall / first.wall;
    let verdict = if ratio >= asked { "" } else { "  MISSED" };
    println!("{what}: {ratio:.2} times the rate, at least {asked} asked{verdict}");
    for (name, took) in names.into_iter().zip([first, second]) {
        println!(
            "  {name:<26} {:>8.2} s  {:>7.0} a second  the server worked {:.2} s",
            took.wall,
            count as f64 / took.wall,
            took.server
        );
    }
}
