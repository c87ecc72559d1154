//! The histories that first reached a situation. New ones are made of them by small changes, of those in rare situations
//! most, so that a campaign goes on where it is seldom.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::chance::Chance;
use super::draw::{Area, decide, draw};
use super::situation::Situation;
use crate::scenario::{Restart, Scenario, Step, from_value, to_value};

/// In how many of a hundred cases an old history is changed instead of a new one being drawn.
const CHANGED: u64 = 30;
/// Of how many rare situations one is chosen.
const RARE: usize = 16;

/// See the module's documentation.
#[derive(Debug, Clone, Default)]
pub struct Corpus {
    /// How many cases reached a situation, and the history that did first.
    known: BTreeMap<(Area, Situation), (u64, usize)>,
    histories: Vec<Arc<Scenario>>,
}

impl Corpus {
    /// The situations that were reached.
    pub fn seen(&self) -> impl Iterator<Item = (Area, Situation)> {
        self.known.keys().copied()
    }

    /// Takes up what a history reached.
    pub fn add(&mut self, area: Area, history: Scenario, reached: &BTreeSet<Situation>) {
        let next = self.histories.len();
        for situation in reached {
            self.known.entry((area, *situation)).or_insert((0, next)).0 += 1;
        }
        if self.known.values().any(|(_, at)| *at == next) {
            self.histories.push(Arc::new(history));
        }
    }

    /// A history: new, or an old one with a change.
    #[must_use]
    pub fn history(&self, area: Area, chance: &mut Chance) -> Scenario {
        let fresh = draw(area, chance);
        if !chance.falls(CHANGED) {
            return fresh;
        }
        let mut rare: Vec<_> = self.known.iter().filter(|((of, _), _)| *of == area).map(|(_, known)| *known).collect();
        rare.sort_unstable();
        rare.truncate(RARE);
        let old = chance.any(&rare).and_then(|(_, at)| self.histories.get(*at));
        old.map_or_else(|| fresh.clone(), |old| changed(old, &fresh, chance))
    }

    /// What is written down, to go on later.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let known: Vec<_> = self.known.iter().map(|((area, situation), (n, at))| (area, situation, n, at)).collect();
        serde_json::json!({"known": known, "histories": self.histories.iter().map(|one| to_value(one)).collect::<Vec<_>>()})
    }

    /// Reads what [`Corpus::to_value`] wrote.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_value(mut value: Value) -> Result<Self, String> {
        let known: Vec<(Area, Situation, u64, usize)> =
            serde_json::from_value(value["known"].take()).map_err(|error| format!("known: {error}"))?;
        let histories: Vec<Value> =
            serde_json::from_value(value["histories"].take()).map_err(|error| format!("histories: {error}"))?;
        let histories: Vec<Arc<Scenario>> =
            histories.into_iter().map(|one| from_value(one).map(Arc::new)).collect::<Result<_, _>>()?;
        if known.iter().any(|(.., at)| *at >= histories.len()) {
            return Err("a situation names a history that is not there".to_owned());
        }
        let known = known.into_iter().map(|(area, situation, n, at)| ((area, situation), (n, at))).collect();
        Ok(Self { known, histories })
    }
}

/// An old history with one change; `fresh` is where new parts come from.
fn changed(old: &Scenario, fresh: &Scenario, chance: &mut Chance) -> Scenario {
    let mut new = old.clone();
    let (terminal, antom) = (&mut new.given.terminal, &mut new.given.antom);
    match chance.place(6) {
        0 => new.given = fresh.given.clone(),
        1 => {
            terminal.append(fresh.given.terminal.clone());
            decide(new.given.profile, terminal);
        }
        2 => antom.faults.extend(fresh.given.antom.faults.iter().cloned()),
        3 => antom.buyer.clone_from(&fresh.given.antom.buyer),
        4 => {
            // What is before the first step happens to nobody.
            let place = 1 + chance.place(new.steps.len());
            new.steps.insert(place.min(new.steps.len().saturating_sub(1)), Step::Restart(Restart::default()));
        }
        _ => {
            let place = chance.place(new.steps.len());
            let is_needed =
                |step: &Step| step.all().any(|step| matches!(step, Step::Checkout(_) | Step::CheckoutBatch(_)));
            let is_last = place + 1 == new.steps.len();
            if new.steps.get(place).is_some_and(|step| !is_needed(step) && !is_last) {
                new.steps.remove(place);
            }
        }
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corpus() -> Corpus {
        let mut corpus = Corpus::default();
        for number in 0..50 {
            let history = draw(Area::Joint, &mut Chance::of(1, number));
            let all: Vec<_> = super::super::situation::reachable(Area::Joint).into_iter().collect();
            let reached = all.iter().skip(usize::try_from(number).unwrap()).take(3).copied().collect();
            corpus.add(Area::Joint, history, &reached);
        }
        corpus
    }

    #[test]
    fn only_a_history_that_reached_something_new_is_kept() {
        let mut corpus = corpus();
        assert_eq!((corpus.histories.len(), corpus.known.len()), (50, 52));
        let again = corpus.seen().take(9).map(|(_, situation)| situation).collect();
        corpus.add(Area::Joint, draw(Area::Joint, &mut Chance::new(9)), &again);
        assert_eq!(corpus.histories.len(), 50);
    }

    #[test]
    fn no_change_damages_frames_on_a_line_that_has_none() {
        let mut corpus = Corpus::default();
        for number in 0..200 {
            let history = draw(Area::Edc, &mut Chance::of(3, number));
            let place =
                super::super::situation::reachable(Area::Edc).into_iter().nth(usize::try_from(number).unwrap() % 80);
            corpus.add(Area::Edc, history, &place.into_iter().collect());
        }
        let drawn: Vec<_> = (0..4000).map(|number| corpus.history(Area::Edc, &mut Chance::of(4, number))).collect();
        let of = |profile| drawn.iter().filter(move |history| history.given.profile == profile);
        let damaged = |history: &&Scenario| {
            let faults = &history.given.terminal.faults;
            faults.iter().any(|fault| matches!(fault, sim_edc::Fault::BitNoise(_) | sim_edc::Fault::NakCommand { .. }))
        };
        assert!(of(sim_edc::Profile::Stx).any(|history| damaged(&history)));
        assert!(
            of(sim_edc::Profile::Ndjson).count() > 50 && !of(sim_edc::Profile::Ndjson).any(|history| damaged(&history))
        );
    }

    #[test]
    fn what_is_written_down_draws_the_same_afterwards() {
        let before = corpus();
        let after = Corpus::from_value(serde_json::from_str(&before.to_value().to_string()).unwrap()).unwrap();
        for number in 0..100 {
            let history = |corpus: &Corpus| to_value(&corpus.history(Area::Joint, &mut Chance::of(2, number)));
            assert_eq!(history(&before), history(&after));
        }
        assert!(Corpus::from_value(serde_json::json!({"known": [], "histories": [{}]})).is_err());
    }
}
