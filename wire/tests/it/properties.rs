//! Statements that hold for every input, tried on inputs that nobody thought of.
//!
//! Inputs are drawn near what is meant, since plain noise hardly gets past the first check of a parser. A failure prints
//! the smallest input that it was reduced to: write that down as a test of its own. Every run draws anew;
//! `PROPTEST_RNG_SEED` repeats one.

mod bytes;
mod frames;
mod json;
mod keys_and_signatures;
mod lines;
mod messages;
mod money_and_time;

use proptest::test_runner::Config;

/// So many cases, and no file of earlier failures: those become tests.
fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}
