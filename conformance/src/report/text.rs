//! The report for people.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::{chart, ids, spent};
use crate::requirement;
use crate::result::known::Known;
use crate::result::{CaseResult, Outcome, Problem, RunResult, Standing, number_of_cases};

const GREEN: Style = AnsiColor::Green.on_default();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();

/// How many requirements that were not exercised are named; of more, their areas are counted.
const NAMED: usize = 40;
/// How many new failures are printed to be pasted.
const PASTED: usize = 20;

/// A case: one line when it went well, the evidence when it did not. Styled; whoever prints it strips what it must.
#[must_use]
pub fn case(case: &CaseResult) -> String {
    let mut text = String::new();
    let (style, word) = match case.verdict {
        Outcome::Passed => (GREEN, "PASS"),
        Outcome::Failed => (RED, "FAIL"),
        Outcome::NotCarriedOut => (RED, "STOP"),
        Outcome::Flaky => (YELLOW, "FLAKY"),
        Outcome::KnownFailure => (YELLOW, "KNOWN"),
        Outcome::Skipped => (YELLOW, "SKIP"),
    };
    let _ = write!(text, "{style}{word}{style:#} {:<40} {}", case.name, case.title);
    let reason = case.reason.as_deref().unwrap_or_default();
    match case.verdict {
        Outcome::Passed => {
            let _ = writeln!(text, " ({} held, {:.2} s)", case.held(), case.seconds);
            broken(&mut text, case);
        }
        Outcome::Skipped => {
            let _ = writeln!(text, " — {reason}");
        }
        Outcome::KnownFailure => {
            let _ = writeln!(text, " — {reason}");
            broken(&mut text, case);
        }
        Outcome::Flaky => {
            let _ = writeln!(text, " — {reason}");
            evidence(&mut text, case);
        }
        Outcome::Failed | Outcome::NotCarriedOut => {
            text.push('\n');
            evidence(&mut text, case);
        }
    }
    text
}

fn evidence(text: &mut String, case: &CaseResult) {
    if case.verdict == Outcome::NotCarriedOut {
        let _ = writeln!(text, "     could not be carried out: {}", case.reason.as_deref().unwrap_or_default());
    }
    broken(text, case);
    if !case.expectations.is_empty() && !case.covers.is_empty() {
        let _ = writeln!(text, "     this scenario exercises {}", case.covers.join(", "));
    }
    if !case.exchange.is_empty() {
        let _ = writeln!(text, "     what happened (again: the same --seed, --run \"{}\"):", case.name);
        exchange(text, case);
    }
}

/// What a step of `driver-check` saw: what was broken, and the exchange.
#[must_use]
pub fn seen(case: &CaseResult) -> String {
    let mut text = String::new();
    broken(&mut text, case);
    if !case.exchange.is_empty() {
        text.push_str("     what happened:\n");
        exchange(&mut text, case);
    }
    text
}

fn exchange(text: &mut String, case: &CaseResult) {
    for line in chart::annotated(&case.exchange, &problems(case)).lines() {
        let _ = writeln!(text, "     {line}");
    }
}

/// What is wrong, each where it is seen.
fn problems(case: &CaseResult) -> Vec<(usize, String)> {
    let in_words = |problem: Problem<'_>| {
        let what = problem.requirement.unwrap_or("expected otherwise");
        Some((problem.entry?, format!("{what}: {}", problem.text)))
    };
    case.problems().into_iter().filter_map(in_words).collect()
}

fn broken(text: &mut String, case: &CaseResult) {
    for checked in case.broken() {
        let (statement, why, source) =
            requirement::find(&checked.id).map_or(("", "", ""), |r| (r.statement, r.why, r.source));
        let note = if checked.counts { "" } else { " (does not count)" };
        let _ = writeln!(text, "     {RED}{}{RED:#} broken{note}: {statement}  [{source}]", checked.id);
        let _ = writeln!(text, "       otherwise: {why}");
        for finding in checked.findings.iter().take(5) {
            let _ = writeln!(text, "       #{}: {}", finding.entry, finding.text);
        }
        if checked.findings.len() > 5 {
            let _ = writeln!(text, "       … and {} more times", checked.findings.len() - 5);
        }
    }
    for finding in &case.expectations {
        let _ = writeln!(text, "     expected otherwise: #{}: {}", finding.entry, finding.text);
    }
}

/// The sum of a run: cases by verdict, requirements by what was found, and the next step.
#[must_use]
pub fn summary(run: &RunResult) -> String {
    let mut text = String::new();
    let counts = &run.counts;
    let _ = write!(
        text,
        "\n{}: {} passed, {} failed, {} could not be carried out, {} skipped",
        number_of_cases(counts.cases),
        counts.passed,
        counts.failed,
        counts.not_carried_out,
        counts.skipped
    );
    for (number, word) in [(counts.flaky, "flaky"), (counts.known_failures, "known to fail")] {
        if number > 0 {
            let _ = write!(text, ", {number} {word}");
        }
    }
    let _ = writeln!(text, " (seed {})", run.about.seed);
    let count = |standing| run.standing(standing);
    let unseen = count(Standing::NotVisible) + count(Standing::Waiting);
    let _ = writeln!(
        text,
        "{} requirements: {} held, {} broken, {} not exercised; beside them {} that no black box sees and {} that wait",
        run.requirements.len() - unseen,
        count(Standing::Held),
        count(Standing::Broken),
        count(Standing::NotExercised),
        count(Standing::NotVisible),
        count(Standing::Waiting),
    );
    for (standing, style) in [(Standing::Broken, RED), (Standing::Flaky, YELLOW), (Standing::KnownFailure, YELLOW)] {
        for r in run.requirements.iter().filter(|r| r.state == standing) {
            let word = standing.as_str();
            let _ = writeln!(text, "  {style}{}{style:#} {word}: {}  ({})", r.id, r.statement, cases(&r.broken));
        }
    }
    let idle: Vec<_> = run.requirements.iter().filter(|r| r.state == Standing::NotExercised).collect();
    let ids: Vec<_> = idle.iter().map(|r| r.id.as_str()).collect();
    match ids.len() {
        0 => {}
        1..=NAMED => text.push_str(&ids::render("  not exercised: ", &ids)),
        many => {
            let heading = format!("  not exercised: {many}: ");
            text.push_str(&ids::areas(&heading, &ids, run.requirements.iter().map(|r| r.id.as_str())));
            text.push_str("    each by its name: --html FILE, or --format json\n");
        }
    }
    for stale in &run.stale_known_failures {
        let _ = writeln!(text, "{RED}known failure that is not true any more{RED:#}: {}", stale.problem);
        let _ = write!(text, "{}", stale.entry.to_yaml());
    }
    text.push_str(&spent::render(run));
    let _ = writeln!(text, "{}", run.badge);
    text
}

/// The failures of a run as entries for a file of known failures.
#[must_use]
pub fn pasteable(run: &RunResult) -> String {
    let failed = run.cases.iter().filter(|case| case.verdict == Outcome::Failed);
    let entries: Vec<_> = failed.flat_map(Known::of).collect();
    let mut text = String::new();
    for entry in entries.iter().take(PASTED) {
        text.push_str(&entry.to_yaml());
    }
    if entries.len() > PASTED {
        let _ = writeln!(text, "# … and {} more", entries.len() - PASTED);
    }
    text
}

fn cases(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}
