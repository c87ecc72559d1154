//! Where the time of a run goes: its phases, and the slowest cases.

use std::fmt::Write as _;

use crate::result::{CaseResult, Outcome, Phases, RunResult, number_of_cases};

/// How many of the slowest cases are named.
const SLOWEST: usize = 5;

/// Two lines; nothing for what was not run here: merged reports, recorded traces.
pub(super) fn render(run: &RunResult) -> String {
    let Some(seconds) = run.seconds else { return String::new() };
    let mut cases: Vec<&CaseResult> = run.cases.iter().filter(|case| case.verdict != Outcome::Skipped).collect();
    let sum = cases.iter().fold(Phases::default(), |sum, case| sum.and(&case.phases));
    let all = sum.all();
    if all <= 0.0 {
        return String::new();
    }
    let shares = sum.named().map(|(name, seconds)| format!("{name} {:.0} %", 100.0 * seconds / all)).join(", ");
    let mut text = format!(
        "where the time goes: {seconds:.1} s, in which {}{} took {all:.1} s: {shares}\n",
        number_of_cases(cases.len()),
        if cases.len() == 1 { "" } else { " beside each other" }
    );
    cases.sort_by(|one, other| other.seconds.total_cmp(&one.seconds));
    let slowest = cases.iter().take(SLOWEST).map(|case| format!("{} {:.2} s", case.name, case.seconds));
    let _ = writeln!(text, "  slowest: {}", slowest.collect::<Vec<_>>().join(", "));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requirement::{Level, Revision};
    use crate::result::About;
    use crate::verdict::Standard;

    fn run(cases: &[(&str, Outcome, Phases)]) -> RunResult {
        let case = |(name, verdict, phases): &(&str, Outcome, Phases)| CaseResult {
            name: (*name).to_owned(),
            title: String::new(),
            file: String::new(),
            seed: 1,
            seconds: phases.all(),
            phases: *phases,
            verdict: *verdict,
            reason: None,
            requirements: Vec::new(),
            expectations: Vec::new(),
            expected_at: Vec::new(),
            places: Vec::new(),
            covers: Vec::new(),
            exchange: Vec::new(),
        };
        let about = About {
            format: About::FORMAT,
            integration: "x".to_owned(),
            seed: 1,
            revision: Revision::NEWEST.number(),
            fail_on: Level::Must,
        };
        RunResult::new(about, &Standard::default(), cases.iter().map(case).collect(), Vec::new())
    }

    #[test]
    fn phases_are_summed_and_the_slowest_case_comes_first() {
        let quick = Phases { start: 0.5, play: 0.5, ..Phases::default() };
        let slow = Phases { start: 0.5, play: 2.0, end: 0.25, judge: 0.25 };
        let cases = [("a", Outcome::Passed, quick), ("b", Outcome::Failed, slow), ("c", Outcome::Skipped, slow)];
        let told = render(&run(&cases).taking(2.5));
        assert_eq!(
            told,
            "where the time goes: 2.5 s, in which 2 cases beside each other took 4.0 s: start 25 %, play 62 %, end 6 %, \
             judge 6 %\n  slowest: b 3.00 s, a 1.00 s\n"
        );
    }

    #[test]
    fn nothing_is_told_of_what_was_not_run_here_or_took_no_time() {
        let some = Phases { play: 1.0, ..Phases::default() };
        assert_eq!(render(&run(&[("a", Outcome::Passed, some)])), "");
        assert_eq!(render(&run(&[("a", Outcome::Skipped, some)]).taking(1.0)), "");
    }
}
