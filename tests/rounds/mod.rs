//! Round after round: the real policy, planner, executor, directory and store, day by day.

mod causes;
mod company;
mod contested;
mod days;
mod exceptions;
mod foreseen;
mod laws;
mod stages;
mod undone;

use proptest::test_runner::{Config, RngSeed};

/// A fixed sample, so that nobody's change fails by chance; `PROPTEST_CASES` asks for so many others.
fn sample(usual: u32) -> Config {
    match std::env::var("PROPTEST_CASES").map(|text| text.parse()) {
        Ok(Ok(cases)) => Config::with_cases(cases),
        _ => Config {
            rng_seed: RngSeed::Fixed(20_260_302),
            failure_persistence: None,
            ..Config::with_cases(usual)
        },
    }
}
