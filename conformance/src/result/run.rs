//! A run and what it came to: sums over its cases, and what it showed of each obligation of the catalogue.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::known::Stale;
use super::{CaseResult, Outcome, State};
use crate::exit::Exit;
use crate::requirement::{self, Area, Level, Requirement, Sight};
use crate::verdict::Standard;

/// A run and what it came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunResult {
    /// What was run, and how.
    pub about: About,
    /// One line to paste.
    pub badge: String,
    /// Real time of the whole run; of merged ones it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// The number of cases by what they came to.
    pub counts: Counts,
    /// All obligations of the catalogue.
    pub requirements: Vec<Obligation>,
    /// Entries of the file of known failures that are not true any more. They fail the run.
    pub stale_known_failures: Vec<Stale>,
    /// All cases, in the order of their names.
    pub cases: Vec<CaseResult>,
}

/// What was run, and how. Results with different ones cannot be merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// The version of this format.
    pub format: u32,
    /// What was tested, in words.
    pub integration: String,
    /// The run's seed.
    pub seed: u64,
    /// The newest revision of the catalogue that counted.
    pub revision: u16,
    /// The least binding level that failed a case.
    pub fail_on: Level,
}

/// The number of cases by what they came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// All.
    pub cases: usize,
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Failed, and passed when tried again.
    pub flaky: usize,
    /// Failed as expected.
    pub known_failures: usize,
    /// Could not be carried out.
    pub not_carried_out: usize,
    /// Skipped.
    pub skipped: usize,
}

/// An obligation, and what the run showed of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Obligation {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub area: Area,
    /// How binding it is.
    pub level: Level,
    /// What a correct integration does.
    pub statement: String,
    /// What goes wrong in a shop when it is broken.
    pub why: String,
    /// The document that it comes from.
    pub source: String,
    /// Whether breaking it fails a case.
    pub counts: bool,
    /// What the run showed.
    pub state: Standing,
    /// Why it cannot be seen, or what it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The number of cases in which it held.
    pub held: usize,
    /// The cases in which it was broken.
    pub broken: Vec<String>,
}

/// What a run showed of an obligation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Broken in some case.
    Broken,
    /// Broken only in cases that passed when they were tried again.
    Flaky,
    /// Broken only in cases that are known to fail.
    KnownFailure,
    /// Exercised, and never broken.
    Held,
    /// No case of the run exercised it.
    NotExercised,
    /// No black box can see it.
    NotVisible,
    /// It cannot be seen yet.
    Waiting,
}

impl RunResult {
    /// Sums up. Results of a run come in the order of their plan; merged ones are sorted.
    #[must_use]
    pub fn new(about: About, standard: &Standard, cases: Vec<CaseResult>, stale: Vec<Stale>) -> Self {
        let counts = Counts::of(&cases);
        let requirements = obligations(standard, &cases);
        let badge = badge(&about, &counts, &requirements);
        Self { about, badge, seconds: None, counts, requirements, stale_known_failures: stale, cases }
    }

    /// The same, with the real time that it took.
    #[must_use]
    pub fn taking(self, seconds: f64) -> Self {
        Self { seconds: Some(seconds), ..self }
    }

    /// How many obligations stand so.
    #[must_use]
    pub fn standing(&self, standing: Standing) -> usize {
        self.requirements.iter().filter(|r| r.state == standing).count()
    }

    /// How the program ends after it.
    #[must_use]
    pub fn exit(&self) -> Exit {
        if self.counts.failed > 0 || !self.stale_known_failures.is_empty() {
            Exit::Failed
        } else if self.counts.not_carried_out > 0 {
            Exit::NotCarriedOut
        } else if self.counts.skipped == self.counts.cases {
            Exit::NothingSelected
        } else {
            Exit::Expected
        }
    }

    /// The same without the exchanges of cases that went well.
    #[must_use]
    pub fn brief(&self) -> Self {
        Self { cases: self.cases.iter().map(CaseResult::brief).collect(), ..self.clone() }
    }
}

impl About {
    /// The version of the format that this program writes.
    pub const FORMAT: u32 = 1;
}

impl Counts {
    fn of(cases: &[CaseResult]) -> Self {
        let count = |outcome| cases.iter().filter(|case| case.verdict == outcome).count();
        Self {
            cases: cases.len(),
            passed: count(Outcome::Passed),
            failed: count(Outcome::Failed),
            flaky: count(Outcome::Flaky),
            known_failures: count(Outcome::KnownFailure),
            not_carried_out: count(Outcome::NotCarriedOut),
            skipped: count(Outcome::Skipped),
        }
    }
}

fn obligations(standard: &Standard, cases: &[CaseResult]) -> Vec<Obligation> {
    let mut seen: BTreeMap<&str, (usize, Vec<&CaseResult>)> = BTreeMap::new();
    for case in cases {
        for checked in &case.requirements {
            let (held, broken) = seen.entry(&checked.id).or_default();
            match checked.state {
                State::Held => *held += 1,
                State::Broken => broken.push(case),
            }
        }
    }
    requirement::ALL
        .iter()
        .map(|r| {
            let (held, broken) = seen.remove(r.id).unwrap_or_default();
            Obligation {
                id: r.id.to_owned(),
                area: r.area,
                level: r.level,
                statement: r.statement.to_owned(),
                why: r.why.to_owned(),
                source: r.source.to_owned(),
                counts: standard.counts(r),
                state: standing(r, held, &broken),
                note: match r.sight {
                    Sight::Seen => None,
                    Sight::Hidden(note) | Sight::Waits(note) => Some(note.to_owned()),
                },
                held,
                broken: broken.iter().map(|case| case.name.clone()).collect(),
            }
        })
        .collect()
}

fn standing(requirement: &Requirement, held: usize, broken: &[&CaseResult]) -> Standing {
    let worst = broken.iter().map(|case| match case.verdict {
        Outcome::Flaky => Standing::Flaky,
        Outcome::KnownFailure => Standing::KnownFailure,
        _ => Standing::Broken,
    });
    match (worst.min(), held, requirement.sight) {
        (Some(worst), _, _) => worst,
        (None, 1.., _) => Standing::Held,
        (None, 0, Sight::Seen) => Standing::NotExercised,
        (None, 0, Sight::Hidden(_)) => Standing::NotVisible,
        (None, 0, Sight::Waits(_)) => Standing::Waiting,
    }
}

/// `1 case`, `2 cases`.
pub(crate) fn number_of_cases(number: usize) -> String {
    if number == 1 { "1 case".to_owned() } else { format!("{number} cases") }
}

/// Such as `Antom conformance: 61 of 61 exercised MUST held, 84 cases (revision 2)`.
fn badge(about: &About, counts: &Counts, requirements: &[Obligation]) -> String {
    let musts = || requirements.iter().filter(|r| r.level == Level::Must && r.counts);
    let held = musts().filter(|r| r.state == Standing::Held).count();
    let exercised = musts().filter(|r| r.state <= Standing::Held).count();
    let mut more = String::new();
    for (number, word) in
        [(counts.flaky, "flaky"), (counts.known_failures, "known to fail"), (counts.skipped, "skipped")]
    {
        if number > 0 {
            let _ = write!(more, ", {number} {word}");
        }
    }
    format!(
        "Antom conformance: {held} of {exercised} exercised MUST held, {}{more} (revision {})",
        number_of_cases(counts.cases),
        about.revision
    )
}

impl Standing {
    /// The word in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Flaky => "flaky",
            Self::KnownFailure => "known to fail",
            Self::Held => "held",
            Self::NotExercised => "not exercised",
            Self::NotVisible => "not visible to a black box",
            Self::Waiting => "waiting",
        }
    }
}
