//! In which order cases are started: those that take longest first, so that none of them is waited for alone in the end.

use crate::plan::Case;

/// Committed scenarios that take seconds with any integration: a link's waits for an ACK are not skipped.
pub(super) const LONGEST: &[&str] = &[
    "edc/check-always-wrong",
    "edc/power-loss-during-cancel",
    "edc/unplug-for-good",
    "edc/fault-stale-bytes",
    "edc/fault-unplug",
];

/// The places of the cases in the plan, in the order of their starts.
pub(super) fn starts(cases: &[Case]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..cases.len()).collect();
    // Stable: the rest keep their order.
    order.sort_by_key(|index| {
        cases.get(*index).and_then(|case| LONGEST.iter().position(|name| *name == case.name)).unwrap_or(LONGEST.len())
    });
    order
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::plan::plan;

    #[test]
    fn the_longest_are_started_first_and_no_case_is_lost() {
        let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/edc");
        let cases = plan(&[scenarios], 1).unwrap();
        let order = starts(&cases);
        let first: Vec<&str> = order.iter().take(LONGEST.len()).map(|index| cases[*index].name.as_str()).collect();
        assert_eq!(first, LONGEST);
        let mut all = order.clone();
        all.sort_unstable();
        assert_eq!(all, (0..cases.len()).collect::<Vec<_>>());
        assert!(order[LONGEST.len()..].is_sorted());
    }
}
