//! A campaign: rounds of cases, each drawn from the campaign's seed and its own number, and what was found in them.
//!
//! What a case draws depends on its number and on what the rounds before it have reached, never on which thread runs it:
//! the same seed gives the same campaign, and one that was interrupted goes on as if it had not been.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::chance::Chance;
use super::corpus::Corpus;
use super::draw::Area;
use super::situation::{Situation, situations};
use crate::driver::Hello;
use crate::interrupt;
use crate::plan::Case;
use crate::requirement;
use crate::rule::Judgement;
use crate::run::{Settings, run};
use crate::scenario::Scenario;
use crate::verdict::{CaseReport, Verdict};

/// Cases of a round: what one reached is known to the next round.
pub const ROUND: u64 = 128;
/// What a case that could not be carried out is found under.
pub const NOT_CARRIED_OUT: &str = "not carried out";
/// What an expectation that failed is found under.
pub const EXPECTATION: &str = "expectation";

/// What a campaign knows so far.
#[derive(Debug, Clone, Default)]
pub struct Campaign {
    /// What everything is drawn from.
    pub seed: u64,
    /// The area of all cases; all areas in turn when there is none.
    pub area: Option<Area>,
    /// Cases that were carried out, and judged.
    pub done: u64,
    /// Cases that the integration does not offer what is needed for.
    pub skipped: u64,
    /// Cases in which something was found.
    pub failed: u64,
    /// What was found, by requirement: the first case of each.
    pub found: BTreeMap<String, Found>,
    /// Requirements that were exercised.
    pub exercised: BTreeSet<String>,
    /// Histories to go on from.
    pub corpus: Corpus,
}

/// A requirement that was broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The number of the first case that broke it.
    pub case: u64,
    /// How, in words.
    pub text: String,
    /// In how many cases.
    pub times: u64,
}

/// What a case came to.
struct Outcome {
    history: Scenario,
    area: Area,
    reached: BTreeSet<Situation>,
    exercised: BTreeSet<&'static str>,
    /// What was found, and how, in words.
    found: Vec<(String, String)>,
    is_skipped: bool,
}

impl Campaign {
    /// A campaign that has not begun.
    #[must_use]
    pub fn new(seed: u64, area: Option<Area>) -> Self {
        Self { seed, area, ..Self::default() }
    }

    /// The area of a case.
    #[must_use]
    pub fn area_of(&self, number: u64) -> Area {
        // Both at once cost as much as one after the other, and show little that is new.
        let turns = [Area::Edc, Area::Antom, Area::Edc, Area::Antom, Area::Joint];
        let turn = usize::try_from(number % 5).unwrap_or_default();
        self.area.unwrap_or_else(|| turns.get(turn).copied().unwrap_or(Area::Joint))
    }

    /// A case by its number, from what is known at the beginning of its round.
    #[must_use]
    pub fn case(&self, number: u64) -> Case {
        let mut chance = Chance::of(self.seed, number);
        // Small enough to be exact in every language's numbers.
        let seed = chance.next() >> 16;
        let scenario = self.corpus.history(self.area_of(number), &mut chance);
        Case { name: format!("fuzz/{}-{number}", self.seed), file: String::new(), scenario, seed }
    }

    /// Runs the next round, `most` cases at most, on so many threads. What is new is returned: requirement, and its first
    /// case as it was run. Nothing when it was interrupted; then the round counts for nothing.
    pub fn round(
        &mut self,
        settings: &Settings,
        hello: &Hello,
        threads: usize,
        most: u64,
    ) -> Option<Vec<(String, Case)>> {
        // Always a whole round, so that what a case draws does not depend on how many were asked for.
        let first = self.done + self.skipped;
        let last = first + most.min(ROUND - first % ROUND);
        let (next, outcomes) = (AtomicU64::new(first), Mutex::new(BTreeMap::new()));
        let known = &*self;
        std::thread::scope(|scope| {
            for _ in 0..threads.max(1) {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= last || interrupt::came() {
                            return;
                        }
                        let outcome = known.outcome(number, settings, hello);
                        outcomes.lock().unwrap_or_else(PoisonError::into_inner).insert(number, outcome);
                    }
                });
            }
        });
        if interrupt::came() {
            return None;
        }
        let outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
        let fresh =
            outcomes.iter().flat_map(|(number, outcome)| outcome.found.iter().map(move |found| (*number, found)));
        let mut fresh: Vec<(u64, String)> = fresh
            .filter(|(_, (key, _))| !self.found.contains_key(key))
            .map(|(number, (key, _))| (number, key.clone()))
            .collect();
        let mut told = BTreeSet::new();
        fresh.retain(|(_, key)| told.insert(key.clone()));
        let fresh = fresh.into_iter().map(|(number, key)| (key, self.case(number))).collect();
        for (number, outcome) in outcomes {
            self.take(number, outcome);
        }
        Some(fresh)
    }

    fn outcome(&self, number: u64, settings: &Settings, hello: &Hello) -> Outcome {
        let case = self.case(number);
        let report = run(&case, settings, hello);
        let area = self.area_of(number);
        let is_exercised = |judgement: &Judgement| *judgement != Judgement::NotExercised;
        let exercised = report.requirements.iter().filter(|(_, judgement)| is_exercised(judgement)).map(|(id, _)| *id);
        Outcome {
            area,
            reached: situations(&report.trace, area),
            exercised: exercised.collect(),
            found: findings(&report, settings),
            is_skipped: matches!(report.verdict, Verdict::Skipped(_)),
            history: case.scenario,
        }
    }

    fn take(&mut self, number: u64, outcome: Outcome) {
        if outcome.is_skipped {
            self.skipped += 1;
            return;
        }
        self.done += 1;
        self.failed += u64::from(!outcome.found.is_empty());
        self.corpus.add(outcome.area, &outcome.history, &outcome.reached);
        self.exercised.extend(outcome.exercised.into_iter().map(str::to_owned));
        for (key, text) in outcome.found {
            self.found.entry(key).or_insert(Found { case: number, text, times: 0 }).times += 1;
        }
    }

    /// What is written down, to go on later.
    #[must_use]
    pub fn to_value(&self) -> Value {
        json!({
            "format": FORMAT, "seed": self.seed, "area": self.area, "done": self.done, "skipped": self.skipped,
            "failed": self.failed, "found": self.found, "exercised": self.exercised, "corpus": self.corpus.to_value(),
        })
    }

    /// Reads what [`Campaign::to_value`] wrote.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_value(mut value: Value) -> Result<Self, String> {
        if value["format"] != FORMAT {
            return Err(format!("it is no campaign of format {FORMAT}"));
        }
        let corpus = Corpus::from_value(value["corpus"].take())?;
        let mut field = |name: &str| value[name].take();
        let wrong = |error: serde_json::Error| error.to_string();
        Ok(Self {
            seed: serde_json::from_value(field("seed")).map_err(wrong)?,
            area: serde_json::from_value(field("area")).map_err(wrong)?,
            done: serde_json::from_value(field("done")).map_err(wrong)?,
            skipped: serde_json::from_value(field("skipped")).map_err(wrong)?,
            failed: serde_json::from_value(field("failed")).map_err(wrong)?,
            found: serde_json::from_value(field("found")).map_err(wrong)?,
            exercised: serde_json::from_value(field("exercised")).map_err(wrong)?,
            corpus,
        })
    }
}

/// The form of what is written down.
const FORMAT: u32 = 1;

/// What was found in a case: each requirement that counts and was broken, and how, in words.
#[must_use]
pub fn findings(report: &CaseReport, settings: &Settings) -> Vec<(String, String)> {
    if let Verdict::NotCarriedOut(reason) = &report.verdict {
        return vec![(NOT_CARRIED_OUT.to_owned(), reason.clone())];
    }
    let counts = |id: &str| requirement::find(id).is_none_or(|requirement| settings.standard.counts(requirement));
    let first = |findings: &[crate::rule::Finding]| findings.first().map(|f| f.text.clone()).unwrap_or_default();
    let broken = report.broken().filter(|(id, _)| counts(id)).map(|(id, findings)| (id.to_owned(), first(findings)));
    let failed = report.expectations.first().map(|finding| (EXPECTATION.to_owned(), finding.text.clone()));
    broken.chain(failed).collect()
}
