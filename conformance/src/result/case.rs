//! A case and what it came to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::exchange::rows;
use super::{Phases, Row};
use crate::requirement;
use crate::rule::{Finding, Judgement};
use crate::verdict::{CaseReport, Place, Standard, Verdict};

/// A case and what it came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseResult {
    /// Its name: a path such as `edc/purchase-approved`.
    pub name: String,
    /// What happens in it, as a fact.
    pub title: String,
    /// The scenario's file, or the trace's.
    pub file: String,
    /// Its seed.
    pub seed: u64,
    /// Real time that it took.
    pub seconds: f64,
    /// Where that went.
    #[serde(default)]
    pub phases: Phases,
    /// What it came to.
    pub verdict: Outcome,
    /// Why it was skipped, not carried out, flaky, or known to fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Every requirement that it exercised.
    pub requirements: Vec<Checked>,
    /// Expectations of the scenario that failed.
    pub expectations: Vec<Finding>,
    /// The line of the scenario in which each of those stands; 0 where it is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected_at: Vec<usize>,
    /// Where the steps of the scenario began. Left out when nothing is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
    /// Requirements that the scenario exercises on purpose.
    pub covers: Vec<String>,
    /// What happened on the wires. Left out of JSON when the case passed or was skipped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchange: Vec<Row>,
}

/// What a case came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A requirement that counts was broken, or an expectation failed.
    Failed,
    /// It could not be carried out, so nothing is known.
    NotCarriedOut,
    /// It failed and then passed; what is told is the failure.
    Flaky,
    /// It failed as a file of known failures says.
    KnownFailure,
    /// Every rule and expectation held.
    Passed,
    /// The integration does not offer what it needs.
    Skipped,
}

/// What a case showed of a requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Checked {
    /// The requirement.
    pub id: String,
    /// What was seen.
    pub state: State,
    /// Whether breaking it fails the case: it is binding enough, and not newer than the revision.
    pub counts: bool,
    /// How it was broken, and where.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// What was seen of a requirement in a case that exercised it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It held.
    Held,
    /// It was broken.
    Broken,
}

/// One thing that is wrong with a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem<'a> {
    /// The requirement that was broken; none for an expectation, or a case that was not carried out.
    pub requirement: Option<&'a str>,
    /// In words.
    pub text: &'a str,
    /// The entry of the trace that shows it.
    pub entry: Option<usize>,
    /// The line of the scenario where the step stands that led to it, or the expectation; the first when none is known.
    pub line: usize,
    /// Whether it fails the case.
    pub counts: bool,
}

impl CaseResult {
    /// The result of a case that was judged.
    #[must_use]
    pub fn new(report: &CaseReport, standard: &Standard) -> Self {
        let (verdict, reason) = match &report.verdict {
            Verdict::Passed => (Outcome::Passed, None),
            Verdict::Failed => (Outcome::Failed, None),
            Verdict::NotCarriedOut(reason) => (Outcome::NotCarriedOut, Some(reason.clone())),
            Verdict::Skipped(reason) => (Outcome::Skipped, Some(reason.clone())),
        };
        let requirements = report.requirements.iter().filter_map(|(id, judgement)| {
            let (state, findings) = match judgement {
                Judgement::Held => (State::Held, Vec::new()),
                Judgement::Broken(findings) => (State::Broken, findings.clone()),
                Judgement::NotExercised => return None,
            };
            let counts = requirement::find(id).is_none_or(|r| standard.counts(r));
            Some(Checked { id: (*id).to_owned(), state, counts, findings })
        });
        let requirements: Vec<_> = requirements.collect();
        let findings = requirements.iter().flat_map(|checked| &checked.findings).chain(&report.expectations);
        let marked = findings.map(|finding| finding.entry).collect();
        Self {
            name: report.name.clone(),
            title: report.title.clone(),
            file: report.file.clone(),
            seed: report.seed,
            seconds: Phases::from(report.took).all(),
            phases: report.took.into(),
            verdict,
            reason,
            expectations: report.expectations.clone(),
            expected_at: report.expected_at.iter().map(|line| line.unwrap_or(0)).collect(),
            places: report.places.clone(),
            covers: report.covered.iter().map(|id| (*id).to_owned()).collect(),
            exchange: rows(&report.trace, &marked),
            requirements,
        }
    }

    /// The requirements that were broken: first what the scenario is about, then what counts, and what follows from the
    /// others last.
    pub fn broken(&self) -> impl Iterator<Item = &Checked> {
        let mut broken: Vec<_> = self.requirements.iter().filter(|checked| checked.state == State::Broken).collect();
        broken.sort_by_key(|checked| {
            let is_general = checked.id.starts_with("MONEY-") || checked.id.starts_with("OPS-");
            (!self.covers.contains(&checked.id), !checked.counts, is_general)
        });
        broken.into_iter()
    }

    /// The line of the scenario's step in which an entry of the trace lies; the first line where that is not known.
    #[must_use]
    pub fn line_at(&self, entry: usize) -> usize {
        let before = self.places.iter().rev().find(|place| place.entry <= entry);
        before.or_else(|| self.places.first()).map_or(1, |place| place.line)
    }

    /// The line of an expectation that failed.
    fn expected_line(&self, index: usize, entry: usize) -> usize {
        self.expected_at.get(index).copied().filter(|line| *line > 0).unwrap_or_else(|| self.line_at(entry))
    }

    /// How many requirements held.
    #[must_use]
    pub fn held(&self) -> usize {
        self.requirements.iter().filter(|checked| checked.state == State::Held).count()
    }

    /// Everything that is wrong with it, one by one.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem<'_>> {
        let broken = self.broken().flat_map(|checked| {
            checked.findings.iter().map(|finding| Problem {
                requirement: Some(&checked.id),
                text: &finding.text,
                entry: Some(finding.entry),
                line: self.line_at(finding.entry),
                counts: checked.counts,
            })
        });
        let expected = self.expectations.iter().enumerate().map(|(index, finding)| Problem {
            requirement: None,
            text: &finding.text,
            entry: Some(finding.entry),
            line: self.expected_line(index, finding.entry),
            counts: true,
        });
        let stopped = self.reason.as_deref().filter(|_| self.verdict == Outcome::NotCarriedOut).map(|text| Problem {
            requirement: None,
            text,
            entry: None,
            line: self.line_at(usize::MAX),
            counts: true,
        });
        broken.chain(expected).chain(stopped).collect()
    }

    /// The same without what nobody looks up: the exchange of a case that went well.
    #[must_use]
    pub fn brief(&self) -> Self {
        let dull = matches!(self.verdict, Outcome::Passed | Outcome::Skipped);
        Self { exchange: if dull { Vec::new() } else { self.exchange.clone() }, ..self.clone() }
    }
}

impl Outcome {
    /// The word in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::NotCarriedOut => "could not be carried out",
            Self::Flaky => "flaky",
            Self::KnownFailure => "known to fail",
            Self::Passed => "passed",
            Self::Skipped => "skipped",
        }
    }
}
