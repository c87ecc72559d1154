//! The histories that first reached a situation. New ones are made of them by small changes, of those in rare situations
//! most, so that a campaign goes on where it is seldom.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::chance::Chance;
use super::draw::{Area, Origin, decide, draw, piece};
use super::situation::Situation;
use crate::scenario::{Restart, Scenario, Step, to_value};

/// In how many of a hundred cases a set piece is played.
const PLAYED: u64 = 20;
/// In how many of a hundred others an old history is changed instead of a new one being drawn.
const CHANGED: u64 = 30;
/// Of how many rare situations one is chosen.
const RARE: usize = 16;

/// See the module's documentation.
#[derive(Debug, Clone, Default)]
pub struct Corpus {
    /// How many cases reached a situation, and the first history that did of which others may be made.
    known: BTreeMap<(Area, Situation), (u64, Option<usize>)>,
    histories: Vec<Arc<Scenario>>,
}

impl Corpus {
    /// The situations that were reached.
    pub fn seen(&self) -> impl Iterator<Item = (Area, Situation)> {
        self.known.keys().copied()
    }

    /// Takes up what a case reached, with its history if others may be made of it.
    pub fn add(&mut self, area: Area, history: Option<Scenario>, reached: &BTreeSet<Situation>) {
        let next = history.is_some().then_some(self.histories.len());
        let mut is_first = false;
        for situation in reached {
            let (times, first) = self.known.entry((area, *situation)).or_insert((0, None));
            *times += 1;
            if first.is_none() {
                *first = next;
                is_first = true;
            }
        }
        self.histories.extend(history.filter(|_| is_first).map(Arc::new));
    }

    /// A history: a set piece, a new one, or an old one with a change.
    #[must_use]
    pub fn history(&self, area: Area, chance: &mut Chance) -> (Scenario, Origin) {
        if chance.falls(PLAYED) {
            return (piece(area, chance), Origin::Piece);
        }
        let fresh = draw(area, chance);
        if !chance.falls(CHANGED) {
            return (fresh, Origin::Chance);
        }
        let of_area = self.known.iter().filter(|((of, _), _)| *of == area);
        let mut rare: Vec<_> = of_area.filter_map(|(_, (times, at))| Some((*times, (*at)?))).collect();
        rare.sort_unstable();
        rare.truncate(RARE);
        let old = chance.any(&rare).and_then(|(_, at)| self.histories.get(*at));
        (old.map_or_else(|| fresh.clone(), |old| changed(old, &fresh, chance)), Origin::Chance)
    }

    /// The histories, as they are written down.
    pub(super) fn histories(&self) -> Vec<Value> {
        self.histories.iter().map(|one| to_value(one)).collect()
    }

    /// What is written down beside [`Corpus::histories`], to go on later.
    #[must_use]
    pub(super) fn to_value(&self) -> Value {
        let known: Vec<_> = self.known.iter().map(|((area, situation), (n, at))| (area, situation, n, at)).collect();
        serde_json::json!({"known": known, "histories": self.histories.len()})
    }

    /// Reads what [`Corpus::to_value`] wrote; the histories are the first of these.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn from_value(mut value: Value, histories: &[Arc<Scenario>]) -> Result<Self, String> {
        let known: Vec<(Area, Situation, u64, Option<usize>)> =
            serde_json::from_value(value["known"].take()).map_err(|error| format!("known: {error}"))?;
        let many: usize =
            serde_json::from_value(value["histories"].take()).map_err(|error| format!("histories: {error}"))?;
        let histories = histories.get(..many).ok_or("it has fewer histories than it says")?.to_vec();
        if known.iter().any(|(.., at)| at.is_some_and(|at| at >= histories.len())) {
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
            corpus.add(Area::Joint, Some(history), &reached);
        }
        corpus
    }

    #[test]
    fn only_a_history_that_reached_something_new_is_kept() {
        let mut corpus = corpus();
        assert_eq!((corpus.histories.len(), corpus.known.len()), (50, 52));
        let again = corpus.seen().take(9).map(|(_, situation)| situation).collect();
        corpus.add(Area::Joint, Some(draw(Area::Joint, &mut Chance::new(9))), &again);
        assert_eq!(corpus.histories.len(), 50);
    }

    #[test]
    fn no_change_damages_frames_on_a_line_that_has_none() {
        let mut corpus = Corpus::default();
        for number in 0..200 {
            let history = draw(Area::Edc, &mut Chance::of(3, number));
            let place =
                super::super::situation::reachable(Area::Edc).into_iter().nth(usize::try_from(number).unwrap() % 80);
            corpus.add(Area::Edc, Some(history), &place.into_iter().collect());
        }
        let drawn: Vec<_> = (0..4000).map(|number| corpus.history(Area::Edc, &mut Chance::of(4, number)).0).collect();
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
        let written: Value = serde_json::from_str(&before.to_value().to_string()).unwrap();
        let after = Corpus::from_value(written.clone(), &before.histories).unwrap();
        for number in 0..100 {
            let history = |corpus: &Corpus| to_value(&corpus.history(Area::Joint, &mut Chance::of(2, number)).0);
            assert_eq!(history(&before), history(&after));
        }
        let is_wrong = |value: Value| Corpus::from_value(value, &before.histories).is_err();
        assert!(is_wrong(serde_json::json!({"known": [], "histories": 51})));
        assert!(is_wrong(serde_json::json!({"known": written["known"], "histories": 49})));
    }

    #[test]
    fn a_set_piece_counts_and_nothing_is_made_of_it() {
        let mut corpus = corpus();
        let of = |number: u64| super::super::situation::reachable(Area::Edc).into_iter().nth(number as usize);
        corpus.add(Area::Edc, None, &of(0).into_iter().collect());
        assert_eq!((corpus.histories.len(), corpus.known.len()), (50, 53));
        let drawn = (0..300).map(|number| corpus.history(Area::Edc, &mut Chance::of(5, number)));
        assert!((40..85).contains(&drawn.filter(|(_, origin)| *origin == Origin::Piece).count()));
        // The first that others may be made of is kept, though it is not the first that was there.
        corpus.add(Area::Edc, Some(draw(Area::Edc, &mut Chance::new(9))), &of(0).into_iter().collect());
        assert_eq!((corpus.histories.len(), corpus.known.len()), (51, 53));
    }
}
