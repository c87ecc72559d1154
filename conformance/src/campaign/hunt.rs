//! A campaign: rounds of cases, each drawn from the campaign's seed and its own number, and what was found in them.
//!
//! What a case draws depends on its number and on what was reached [`AHEAD`] rounds before, never on which thread runs it
//! (`crew.rs`): the same seed gives the same campaign, and one that was interrupted goes on as if it had not been.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::chance::Chance;
use super::corpus::Corpus;
use super::draw::{Area, Origin};
use super::situation::{Situation, situations};
use crate::plan::Case;
use crate::requirement;
use crate::rule::Judgement;
use crate::run::{Settings, TimeMode};
use crate::scenario::{Scenario, from_value, to_value};
use crate::trace::to_json_lines;
use crate::verdict::{CaseReport, Verdict};

/// Cases of a round.
pub const ROUND: u64 = 128;
/// So many rounds are under way at the same time: what a round reached is known to the one that comes so many later, so that
/// nobody waits for the slowest of a round.
pub const AHEAD: u64 = 4;
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
    /// Of what was found: what nobody has looked at yet.
    pub fresh: Vec<Fresh>,
    /// Requirements that were exercised.
    pub exercised: BTreeSet<String>,
    /// Histories to go on from: what was known after each of the last [`AHEAD`] rounds that are over, the newest last.
    known: VecDeque<Arc<Corpus>>,
    /// Rounds that are over.
    pub(super) rounds: u64,
    /// The cases of later rounds that are done.
    pub(super) open: BTreeMap<u64, Option<Reached>>,
}

/// What a case reached.
#[derive(Debug, Clone)]
pub(super) struct Reached {
    /// The history, if others may be made of it.
    history: Option<Scenario>,
    area: Area,
    situations: BTreeSet<Situation>,
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

/// A finding that nobody has looked at yet.
#[derive(Debug, Clone)]
pub struct Fresh {
    /// What was broken.
    pub key: String,
    /// The first case that broke it, as it was run.
    pub case: Case,
    /// How it went, as JSON Lines. None in memory, where the same happens again.
    pub trace: Option<String>,
}

/// A case that is to be drawn.
pub(super) struct Draft {
    seed: u64,
    pub(super) number: u64,
    pub(super) area: Area,
    /// What is known to it; nothing in the first rounds.
    known: Option<Arc<Corpus>>,
}

impl Draft {
    /// The case, and whether others may be made of it.
    pub(super) fn case(&self) -> (Case, Origin) {
        let mut chance = Chance::of(self.seed, self.number);
        // Small enough to be exact in every language's numbers.
        let seed = chance.next() >> 16;
        let nothing = Corpus::default();
        let known = self.known.as_deref().unwrap_or(&nothing);
        let (scenario, origin) = known.history(self.area, &mut chance);
        (Case { name: format!("fuzz/{}-{}", self.seed, self.number), file: String::new(), scenario, seed }, origin)
    }
}

/// What a case came to.
pub(super) struct Outcome {
    /// None for a case that was skipped.
    reached: Option<Reached>,
    exercised: BTreeSet<&'static str>,
    /// What was found, and how, in words.
    found: Vec<(String, String)>,
    trace: Option<String>,
}

impl Outcome {
    pub(super) fn of(report: &CaseReport, history: Option<Scenario>, area: Area, settings: &Settings) -> Self {
        let is_exercised = |judgement: &Judgement| *judgement != Judgement::NotExercised;
        let exercised = report.requirements.iter().filter(|(_, judgement)| is_exercised(judgement)).map(|(id, _)| *id);
        let is_skipped = matches!(report.verdict, Verdict::Skipped(_));
        let reached = || Reached { area, situations: situations(&report.trace, area), history };
        let found = findings(report, settings);
        let is_once = !found.is_empty() && settings.time != TimeMode::Paused;
        let trace = is_once.then(|| to_json_lines(&report.trace));
        Self { exercised: exercised.collect(), found, reached: (!is_skipped).then(reached), trace }
    }
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
        self.draft(number).case().0
    }

    /// What a case is drawn from.
    pub(super) fn draft(&self, number: u64) -> Draft {
        // The round that is so many before it, counted from the newest that is over.
        let ago = (self.rounds + AHEAD).saturating_sub(number / ROUND + 1);
        let known = usize::try_from(ago).ok().and_then(|ago| self.known.iter().rev().nth(ago));
        Draft { seed: self.seed, number, area: self.area_of(number), known: known.cloned() }
    }

    /// Cases that are over.
    #[must_use]
    pub const fn cases(&self) -> u64 {
        self.done + self.skipped
    }

    /// How many situations of an area were reached, those of this round included.
    #[must_use]
    pub fn reached(&self, area: Area) -> usize {
        let now = self.open.values().flatten().filter(|reached| reached.area == area);
        let now = now.flat_map(|reached| reached.situations.iter().map(|situation| (area, *situation)));
        let before = self.known.back().into_iter().flat_map(|corpus| corpus.seen());
        before.filter(|(of, _)| *of == area).chain(now).collect::<BTreeSet<_>>().len()
    }

    /// Takes up what a case came to. Cases are taken in the order of their numbers, so that of each finding the first
    /// counts.
    pub(super) fn take(&mut self, number: u64, outcome: Outcome) {
        let is_fresh = |key: &&String| !self.found.contains_key(*key);
        let keys: BTreeSet<String> = outcome.found.iter().map(|(key, _)| key).filter(is_fresh).cloned().collect();
        let fresh = |key| Fresh { key, case: self.case(number), trace: outcome.trace.clone() };
        let fresh: Vec<_> = keys.into_iter().map(fresh).collect();
        self.fresh.extend(fresh);
        let is_skipped = outcome.reached.is_none();
        self.open.insert(number, outcome.reached);
        if is_skipped {
            self.skipped += 1;
            return;
        }
        self.done += 1;
        self.failed += u64::from(!outcome.found.is_empty());
        self.exercised.extend(outcome.exercised.into_iter().map(str::to_owned));
        for (key, text) in outcome.found {
            self.found.entry(key).or_insert(Found { case: number, text, times: 0 }).times += 1;
        }
    }

    /// Ends the first round that is open: all its cases were taken.
    pub(super) fn end_round(&mut self) {
        self.rounds += 1;
        let later = self.open.split_off(&(self.rounds * ROUND));
        let mut corpus = self.known.back().map(|corpus| Corpus::clone(corpus)).unwrap_or_default();
        for reached in std::mem::replace(&mut self.open, later).into_values().flatten() {
            corpus.add(reached.area, reached.history, &reached.situations);
        }
        self.known.push_back(Arc::new(corpus));
        if self.known.len() > AHEAD as usize {
            self.known.pop_front();
        }
    }

    /// What is written down, to go on later.
    #[must_use]
    pub fn to_value(&self) -> Value {
        json!({
            "format": FORMAT, "seed": self.seed, "area": self.area, "done": self.done, "skipped": self.skipped,
            "failed": self.failed, "found": self.found, "exercised": self.exercised,
            "rounds": self.rounds, "known": self.known.iter().map(|corpus| corpus.to_value()).collect::<Vec<_>>(),
            "histories": self.known.back().map(|corpus| corpus.histories()).unwrap_or_default(),
            "fresh": self.fresh.iter().map(Fresh::to_value).collect::<Vec<_>>(),
            "open": self.open.iter().map(|(number, reached)| json!([number, reached.as_ref().map(Reached::to_value)])).collect::<Vec<_>>(),
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
        let histories: Vec<Value> =
            serde_json::from_value(value["histories"].take()).map_err(|error| format!("histories: {error}"))?;
        let histories: Vec<Arc<Scenario>> =
            histories.into_iter().map(|one| from_value(one).map(Arc::new)).collect::<Result<_, _>>()?;
        let known: Vec<Value> =
            serde_json::from_value(value["known"].take()).map_err(|error| format!("known: {error}"))?;
        let known = known.into_iter().map(|one| Corpus::from_value(one, &histories).map(Arc::new));
        let known: VecDeque<_> = known.collect::<Result<_, _>>()?;
        let open: Vec<(u64, Option<Value>)> =
            serde_json::from_value(value["open"].take()).map_err(|error| format!("open: {error}"))?;
        let fresh: Vec<(String, Value)> =
            serde_json::from_value(value["fresh"].take()).map_err(|error| format!("fresh: {error}"))?;
        let fresh = fresh.into_iter().map(|(key, case)| Fresh::from_value(key, case));
        let open =
            open.into_iter().map(|(number, reached)| Ok((number, reached.map(Reached::from_value).transpose()?)));
        let mut field = |name: &str| value[name].take();
        let wrong = |error: serde_json::Error| error.to_string();
        let campaign = Self {
            seed: serde_json::from_value(field("seed")).map_err(wrong)?,
            area: serde_json::from_value(field("area")).map_err(wrong)?,
            done: serde_json::from_value(field("done")).map_err(wrong)?,
            skipped: serde_json::from_value(field("skipped")).map_err(wrong)?,
            failed: serde_json::from_value(field("failed")).map_err(wrong)?,
            found: serde_json::from_value(field("found")).map_err(wrong)?,
            exercised: serde_json::from_value(field("exercised")).map_err(wrong)?,
            fresh: fresh.collect::<Result<_, String>>()?,
            rounds: serde_json::from_value(field("rounds")).map_err(wrong)?,
            known,
            open: open.collect::<Result<_, String>>()?,
        };
        campaign.is_sound().then_some(campaign).ok_or_else(|| "its numbers do not add up".to_owned())
    }

    /// Whether it can be what a campaign left: each case is counted once, and what failed was carried out.
    fn is_sound(&self) -> bool {
        let open = u64::try_from(self.open.len()).ok();
        let taken = self.rounds.checked_mul(ROUND).zip(open).and_then(|(rounds, open)| rounds.checked_add(open));
        let is_near = |number: &u64| *number / ROUND < self.rounds.saturating_add(AHEAD);
        taken.is_some()
            && self.done.checked_add(self.skipped) == taken
            && self.failed <= self.done
            && self.open.keys().all(is_near)
    }
}

impl Reached {
    fn to_value(&self) -> Value {
        json!({"area": self.area, "history": self.history.as_ref().map(to_value), "situations": self.situations})
    }

    fn from_value(mut value: Value) -> Result<Self, String> {
        let wrong = |error: serde_json::Error| format!("open: {error}");
        Ok(Self {
            history: Some(value["history"].take()).filter(|history| !history.is_null()).map(from_value).transpose()?,
            area: serde_json::from_value(value["area"].take()).map_err(wrong)?,
            situations: serde_json::from_value(value["situations"].take()).map_err(wrong)?,
        })
    }
}

impl Fresh {
    fn to_value(&self) -> Value {
        let Case { name, seed, scenario, .. } = &self.case;
        json!([self.key, {"name": name, "seed": seed, "history": to_value(scenario), "trace": self.trace}])
    }

    fn from_value(key: String, mut value: Value) -> Result<Self, String> {
        let wrong = |error: serde_json::Error| format!("fresh: {error}");
        // Files are called by these.
        let is_known = requirement::find(&key).is_some() || key == NOT_CARRIED_OUT || key == EXPECTATION;
        let numbers = value["name"].as_str().and_then(|name| name.strip_prefix("fuzz/")?.split_once('-'));
        let is_number = |text: &str| text.parse::<u64>().is_ok();
        if !is_known || !numbers.is_some_and(|(seed, number)| is_number(seed) && is_number(number)) {
            return Err(format!("fresh: {key} in {} is no finding of a campaign", value["name"]));
        }
        let case = Case {
            name: serde_json::from_value(value["name"].take()).map_err(wrong)?,
            file: String::new(),
            scenario: from_value(value["history"].take())?,
            seed: serde_json::from_value(value["seed"].take()).map_err(wrong)?,
        };
        Ok(Self { key, case, trace: serde_json::from_value(value["trace"].take()).map_err(wrong)? })
    }
}

/// The form of what is written down.
const FORMAT: u32 = 5;

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
