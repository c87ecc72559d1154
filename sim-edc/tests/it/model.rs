//! Thousands of histories against a model of its own: what each command must end with, what the ledger holds, and the
//! terminal's invariants. Power goes at any point, the line disturbs, the cable is pulled, answers and failures come in
//! either order, and a till calls off at any moment.
//!
//! The same seed draws the same histories. `SIM_EDC_MODEL_SEED=7 cargo test -p sim-edc model` draws others; a failure
//! names its seed and the smallest history that still fails.

mod history;
mod invariants;
mod prediction;
mod till;

use proptest::test_runner::{Config, RngSeed, TestRunner};

use history::History;
use till::Till;

/// Drawn in so many threads, each from a seed of its own.
const THREADS: u64 = 4;
const HISTORIES_A_THREAD: u32 = 500;

#[test]
fn every_history_ends_as_the_model_says_and_keeps_the_invariants() {
    let seed: u64 = std::env::var("SIM_EDC_MODEL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || draw(seed, seed.wrapping_mul(THREADS).wrapping_add(thread)));
        }
    });
}

fn draw(seed: u64, rng: u64) {
    let config = Config {
        cases: HISTORIES_A_THREAD,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(rng),
        ..Config::default()
    };
    let result = TestRunner::new(config).run(&history::any(), |history| {
        play(&history);
        Ok(())
    });
    if let Err(error) = result {
        panic!("SIM_EDC_MODEL_SEED={seed}: {error}");
    }
}

fn play(history: &History) {
    let (script, predicted) = prediction::predict(history);
    let mut till = Till::new(&script);
    for (n, (step, expected)) in history.steps.iter().zip(&predicted).enumerate() {
        let begin = till.trace.len();
        till.carry_out(n, step, expected, history);
        assert_eq!(till.ledger(), expected.ledger, "step {n}: {step:?}");
        invariants::of_a_step(&till, &till.trace[begin..], expected, n);
    }
    invariants::of_a_history(&mut till, history);
}
