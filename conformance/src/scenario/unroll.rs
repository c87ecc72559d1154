//! Repeated steps written out: a file is parsed once for each round, and each round takes its own reading of the steps.

use super::step::Step;

/// Rounds at most.
pub(super) const ROUNDS: u32 = 100;
/// Steps of a scenario at most, all rounds counted.
pub(super) const STEPS: usize = 1000;

/// The most rounds that steps ask for; 1 when they repeat nothing.
pub(super) fn rounds(steps: &[Step]) -> u32 {
    let asked = steps.iter().flat_map(Step::all).map(|step| match step {
        Step::Repeat(repeat) => repeat.value.times,
        _ => 1,
    });
    asked.max().unwrap_or(1).max(1)
}

/// The steps of the first round, with those below each `repeat` once for each of its rounds. `rounds` are readings of the
/// same list in round 1, 2 and so on.
pub(super) fn unroll(rounds: &[&[Step]]) -> Vec<Step> {
    let Some(first) = rounds.first() else { return Vec::new() };
    let mut steps = Vec::new();
    for (index, step) in first.iter().enumerate() {
        match step {
            Step::Repeat(repeat) => {
                let readings = rounds.iter().filter_map(|round| match round.get(index) {
                    Some(Step::Repeat(reading)) => Some(&reading.value.steps),
                    _ => None,
                });
                // With nothing that counts, all rounds are the first.
                let mut readings = readings.take(usize::try_from(repeat.value.times).unwrap_or_default());
                let mut last = readings.next();
                for _ in 0..repeat.value.times {
                    steps.extend(last.into_iter().flatten().cloned());
                    last = readings.next().or(last);
                }
            }
            Step::Parallel(lists) => {
                let mut lists = lists.clone();
                for (number, list) in lists.value.iter_mut().enumerate() {
                    let readings: Vec<&[Step]> = rounds
                        .iter()
                        .filter_map(|round| match round.get(index) {
                            Some(Step::Parallel(reading)) => reading.value.get(number).map(Vec::as_slice),
                            _ => None,
                        })
                        .collect();
                    *list = unroll(&readings);
                }
                steps.push(Step::Parallel(lists));
            }
            step => steps.push(step.clone()),
        }
    }
    steps
}
