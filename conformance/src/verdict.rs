//! What a case came to. Pure: from a trace, a scenario and how the run went.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use crate::expectation::examine;
use crate::plan::Case;
use crate::requirement::{self, Level, Requirement, Revision};
use crate::rule::{self, Finding, Judgement, View};
use crate::scenario::{Expectation, line};
use crate::trace::{CaseEvent, Entry, Event};

/// What fails a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standard {
    /// The least binding level that does.
    pub fail_on: Level,
    /// The newest revision whose obligations count; later ones are judged and told.
    pub revision: Revision,
}

impl Default for Standard {
    fn default() -> Self {
        Self { fail_on: Level::Must, revision: Revision::NEWEST }
    }
}

impl Standard {
    /// Whether breaking a requirement fails a case.
    #[must_use]
    pub fn counts(&self, requirement: &Requirement) -> bool {
        requirement.level <= self.fail_on && requirement.since <= self.revision
    }

    fn is_broken(&self, found: &BTreeMap<&'static str, Judgement>) -> bool {
        // Few are broken, and looking one up takes a while.
        let broken = found.iter().filter(|(_, judgement)| matches!(judgement, Judgement::Broken(_)));
        broken.map(|(id, _)| requirement::find(id)).any(|found| found.is_none_or(|r| self.counts(r)))
    }
}

/// A case and what it came to.
#[derive(Debug, Clone)]
pub struct CaseReport {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The file that it was read from.
    pub file: String,
    /// Its seed.
    pub seed: u64,
    /// Real time that it took.
    pub took: Phases,
    /// What it came to.
    pub verdict: Verdict,
    /// What each rule found that was exercised, and each covered requirement that has no rule. What is not in it was not
    /// exercised.
    pub requirements: BTreeMap<&'static str, Judgement>,
    /// Expectations of the scenario that failed.
    pub expectations: Vec<Finding>,
    /// The line of the scenario in which each of those stands; none where it is not known.
    pub expected_at: Vec<Option<usize>>,
    /// Where the steps of the scenario began, when something is wrong.
    pub places: Vec<Place>,
    /// What the scenario exercises on purpose.
    pub covered: Vec<&'static str>,
    /// Everything that happened.
    pub trace: Vec<Entry>,
}

/// Where a step began, and the line of the scenario in which it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The number of the trace entry.
    pub entry: usize,
    /// The line, from 1.
    pub line: usize,
}

/// Where the real time of a case went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Phases {
    /// Its world was opened, and the integration started and initialized.
    pub start: Duration,
    /// Its steps were taken.
    pub play: Duration,
    /// The integration was ended.
    pub end: Duration,
    /// What happened was judged.
    pub judge: Duration,
}

/// What a case came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every rule and expectation held.
    Passed,
    /// A requirement was broken, or an expectation failed.
    Failed,
    /// It could not be carried out, so nothing is known.
    NotCarriedOut(String),
    /// The integration does not offer what it needs.
    Skipped(String),
}

impl CaseReport {
    /// A case that was not run.
    #[must_use]
    pub fn not_run(case: &Case, verdict: Verdict) -> Self {
        Self {
            name: case.name.clone(),
            title: case.scenario.title.value.clone(),
            file: case.file.clone(),
            seed: case.seed,
            took: Phases::default(),
            verdict,
            requirements: BTreeMap::new(),
            expectations: Vec::new(),
            expected_at: Vec::new(),
            places: Vec::new(),
            covered: Vec::new(),
            trace: Vec::new(),
        }
    }

    /// The requirements that were broken, with how.
    pub fn broken(&self) -> impl Iterator<Item = (&'static str, &[Finding])> {
        self.requirements.iter().filter_map(|(id, judgement)| match judgement {
            Judgement::Broken(findings) => Some((*id, findings.as_slice())),
            Judgement::Held | Judgement::NotExercised => None,
        })
    }
}

/// Judges a trace that was recorded, here or anywhere: by all rules, and by no scenario's expectations.
#[must_use]
pub fn judge_trace(name: &str, seed: u64, file: &str, standard: &Standard, trace: Vec<Entry>) -> CaseReport {
    let requirements: BTreeMap<&'static str, Judgement> =
        rule::judge(&trace).into_iter().filter(is_exercised).collect();
    let play = match (trace.first(), trace.last()) {
        (Some(first), Some(last)) => last.at.since(first.at),
        _ => Duration::ZERO,
    };
    CaseReport {
        name: name.to_owned(),
        title: "a recorded trace".to_owned(),
        file: file.to_owned(),
        seed,
        took: Phases { play, ..Phases::default() },
        verdict: if standard.is_broken(&requirements) { Verdict::Failed } else { Verdict::Passed },
        requirements,
        expectations: Vec::new(),
        expected_at: Vec::new(),
        places: Vec::new(),
        covered: Vec::new(),
        trace,
    }
}

/// Judges a case. `problem` says why it was not carried out to its end; a requirement that was broken before counts all
/// the same, in the report, but not as the verdict.
#[must_use]
pub fn judge(case: &Case, standard: &Standard, trace: Vec<Entry>, problem: Option<String>, took: Phases) -> CaseReport {
    let view = View::new(&trace);
    let mut requirements: BTreeMap<&'static str, Judgement> =
        rule::judge_view(&view).into_iter().filter(is_exercised).collect();
    let found = |expected: &Spanned<Expectation>| {
        let at = line(expected.referenced);
        examine(&expected.value, &view).into_iter().map(move |finding| (finding, at)).collect::<Vec<_>>()
    };
    let (expectations, expected_at): (Vec<Finding>, Vec<_>) = match problem {
        Some(_) => (Vec::new(), Vec::new()),
        None => case.scenario.expect.iter().flat_map(found).unzip(),
    };
    // A requirement without a rule holds when a scenario that exercises it holds. When one fails, nothing is accused:
    // why an expectation failed is for a person to see, and the report says what the scenario was about.
    let covered: Vec<&'static str> = case
        .scenario
        .covers
        .iter()
        .filter_map(|id| requirement::find(&id.value))
        .map(|requirement| requirement.id)
        .collect();
    let clean = problem.is_none()
        && expectations.is_empty()
        && !requirements.values().any(|j| matches!(j, Judgement::Broken(_)));
    for id in &covered {
        if !rule::ALL.iter().any(|rule| rule.requirement == *id) {
            requirements.insert(id, if clean { Judgement::Held } else { Judgement::NotExercised });
        }
    }
    let broken = standard.is_broken(&requirements);
    let verdict = match problem {
        Some(reason) => Verdict::NotCarriedOut(reason),
        None if broken || !expectations.is_empty() => Verdict::Failed,
        None => Verdict::Passed,
    };
    let places = if verdict == Verdict::Passed && clean { Vec::new() } else { places(case, &trace) };
    CaseReport {
        name: case.name.clone(),
        title: case.scenario.title.value.clone(),
        file: case.file.clone(),
        seed: case.seed,
        took,
        verdict,
        requirements,
        expectations,
        expected_at,
        places,
        covered,
        trace,
    }
}

/// Most rules are not exercised by a case, and to keep that of each would cost more than many a rule.
fn is_exercised((_, judgement): &(&'static str, Judgement)) -> bool {
    *judgement != Judgement::NotExercised
}

/// Where the steps of a scenario began that stand in a line of it.
fn places(case: &Case, trace: &[Entry]) -> Vec<Place> {
    let began = trace.iter().filter_map(|entry| match &entry.event {
        Event::Case(CaseEvent::Step { number, .. }) => Some((entry.n, *number)),
        _ => None,
    });
    let placed = began.filter_map(|(entry, number)| {
        let step = case.scenario.steps.get(number.checked_sub(1)?)?;
        Some(Place { entry, line: step.line()? })
    });
    placed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_newer_than_the_revision_or_less_binding_than_asked_fails_nothing() {
        let first: Revision = "1".parse().unwrap();
        let standard = |fail_on, revision| Standard { fail_on, revision };
        let newer_must = requirement::find("EDC-P44").unwrap();
        let older_must = requirement::find("EDC-P27").unwrap();
        let newer_should = requirement::find("SIG-011").unwrap();
        assert!(Standard::default().counts(newer_must) && !Standard::default().counts(newer_should));
        assert!(standard(Level::Should, Revision::NEWEST).counts(newer_should));
        assert!(standard(Level::Should, first).counts(older_must));
        assert!(!standard(Level::Should, first).counts(newer_must));
    }
}
