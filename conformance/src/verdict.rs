//! What a case came to. Pure: from a trace, a scenario and how the run went.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::expectation::examine;
use crate::plan::Case;
use crate::requirement::{self, Level};
use crate::rule::{self, Finding, Judgement, View};
use crate::trace::Entry;

/// A case and what it came to.
#[derive(Debug, Clone)]
pub struct CaseReport {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its seed.
    pub seed: u64,
    /// Real time that it took.
    pub took: Duration,
    /// What it came to.
    pub verdict: Verdict,
    /// What each rule found, and each covered requirement that has no rule.
    pub requirements: BTreeMap<&'static str, Judgement>,
    /// Expectations of the scenario that failed.
    pub expectations: Vec<Finding>,
    /// What the scenario exercises on purpose.
    pub covered: Vec<&'static str>,
    /// Everything that happened.
    pub trace: Vec<Entry>,
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
            seed: case.seed,
            took: Duration::ZERO,
            verdict,
            requirements: BTreeMap::new(),
            expectations: Vec::new(),
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

/// Judges a case. `problem` says why it was not carried out to its end; a requirement that was broken before counts all
/// the same, in the report, but not as the verdict.
#[must_use]
pub fn judge(case: &Case, trace: Vec<Entry>, problem: Option<String>, took: Duration) -> CaseReport {
    let view = View::new(&trace);
    let mut requirements: BTreeMap<&'static str, Judgement> = rule::judge(&trace).into_iter().collect();
    let expectations: Vec<Finding> = match problem {
        Some(_) => Vec::new(),
        None => case.scenario.expect.iter().flat_map(|e| examine(&e.value, &view)).collect(),
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
    let broken = requirements.iter().any(|(id, judgement)| {
        let must = requirement::find(id).is_none_or(|r| r.level == Level::Must);
        must && matches!(judgement, Judgement::Broken(_))
    });
    let verdict = match problem {
        Some(reason) => Verdict::NotCarriedOut(reason),
        None if broken || !expectations.is_empty() => Verdict::Failed,
        None => Verdict::Passed,
    };
    CaseReport {
        name: case.name.clone(),
        title: case.scenario.title.value.clone(),
        seed: case.seed,
        took,
        verdict,
        requirements,
        expectations,
        covered,
        trace,
    }
}
