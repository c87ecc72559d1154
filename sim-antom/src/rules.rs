//! Whose turn it is: a list of rules, of which each call takes the first that fits and is not used up.
//!
//! A rule waits in its group until its `nth` call comes, is ready while it is its turn, and is gone when it is used up: a
//! call costs the same whether the rule that it takes was written first or last.

use std::collections::{BTreeMap, BTreeSet};

use wire::time::Moment;

use crate::chance::Dice;
use crate::matcher::{Fits, Matcher};
use crate::script::{Point, Rule, Times, What};

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Rules<T> {
    armed: Vec<Armed<T>>,
    /// By the matcher's group; rules of one group may have other times.
    turns: BTreeMap<usize, Vec<Turn>>,
}

#[derive(Debug)]
struct Armed<T> {
    what: T,
    left: Times,
    chance: u8,
    dice: Dice,
}

/// Rules with the same conditions and times: they count the same calls.
#[derive(Debug)]
struct Turn {
    from: Option<Point>,
    until: Option<Point>,
    seen: u32,
    waiting: BTreeMap<u32, Vec<usize>>,
    ready: BTreeSet<usize>,
}

impl<T> Default for Rules<T> {
    fn default() -> Self {
        Self { armed: Vec::new(), turns: BTreeMap::new() }
    }
}

impl<T: What + Clone> Rules<T> {
    /// Takes a list of rules in, and their conditions into the matcher.
    pub(crate) fn new(rules: Vec<Rule<T>>, matcher: &mut Matcher) -> Self {
        let mut all = Self::default();
        for rule in rules {
            all.add(rule, matcher);
        }
        all
    }

    /// Takes one more rule in.
    pub(crate) fn add(&mut self, rule: Rule<T>, matcher: &mut Matcher) {
        let group = matcher.add(&rule.what.topics(), &rule.aim);
        let turns = self.turns.entry(group).or_default();
        let same = |turn: &Turn| turn.from == rule.aim.from && turn.until == rule.aim.until;
        let at = turns.iter().position(same).unwrap_or_else(|| {
            let (from, until) = (rule.aim.from.clone(), rule.aim.until.clone());
            turns.push(Turn { from, until, seen: 0, waiting: BTreeMap::new(), ready: BTreeSet::new() });
            turns.len() - 1
        });
        if let Some(turn) = turns.get_mut(at) {
            turn.waiting.entry(rule.aim.nth.get()).or_default().push(self.armed.len());
        }
        let dice = Dice::new(rule.aim.seed);
        self.armed.push(Armed { what: rule.what, left: rule.aim.times, chance: rule.aim.chance.0, dice });
    }

    /// Counts a call that fits, and says what happens to it.
    pub(crate) fn take(&mut self, fits: &Fits, now: Moment, began: Moment) -> Option<T> {
        let mut fitting = Vec::new();
        for group in fits.iter() {
            for (at, turn) in self.turns.get_mut(&group).into_iter().flatten().enumerate() {
                if turn.is_open(now, began) {
                    turn.count();
                    fitting.push((group, at));
                }
            }
        }
        let mut after = 0;
        loop {
            let ready = |(group, at): &(usize, usize)| self.turns.get(group)?.get(*at)?.ready.range(after..).next();
            let (place, number) =
                fitting.iter().filter_map(|place| Some((*place, *ready(place)?))).min_by_key(|r| r.1)?;
            let armed = self.armed.get_mut(number)?;
            after = number + 1;
            if !armed.dice.falls(armed.chance) {
                continue;
            }
            if let Times::Limited(left) = armed.left {
                match std::num::NonZeroU32::new(left.get() - 1) {
                    Some(left) => armed.left = Times::Limited(left),
                    None => {
                        let turn = self.turns.get_mut(&place.0).and_then(|turns| turns.get_mut(place.1));
                        turn.map(|turn| turn.ready.remove(&number));
                    }
                }
            }
            return Some(armed.what.clone());
        }
    }
}

impl Turn {
    fn is_open(&self, now: Moment, began: Moment) -> bool {
        self.from.as_ref().is_none_or(|from| now >= from.since(began))
            && self.until.as_ref().is_none_or(|until| now < until.since(began))
    }

    fn count(&mut self) {
        self.seen = self.seen.saturating_add(1);
        while let Some(entry) = self.waiting.first_entry().filter(|entry| *entry.key() <= self.seen) {
            self.ready.extend(entry.remove());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};
    use wire::antom::Operation;

    use super::*;
    use crate::script::{Answer, Script, Topic};

    const BEGAN: Moment = Moment::WORLD_START;

    struct Rig {
        rules: Rules<Answer>,
        matcher: Matcher,
    }

    impl Rig {
        fn new(yaml: &str) -> Self {
            let script: Script = serde_saphyr::from_str(yaml).unwrap();
            let mut matcher = Matcher::default();
            let rules = Rules::new(script.answers, &mut matcher);
            matcher.compile();
            Self { rules, matcher }
        }

        fn at(&mut self, seconds: u64, body: Value) -> Option<&'static str> {
            let fits = self.matcher.look(Topic::Call(Operation::Pay), || body);
            self.rules.take(&fits, BEGAN + Duration::from_secs(seconds), BEGAN).map(|answer| answer.code.0.code)
        }

        fn calls(&mut self, ids: &[&str]) -> Vec<Option<&'static str>> {
            ids.iter().map(|id| self.at(0, json!({ "paymentRequestId": id }))).collect()
        }
    }

    const A: Option<&str> = Some("RISK_REJECT");
    const B: Option<&str> = Some("PROCESS_FAIL");

    #[test]
    fn rules_are_taken_in_their_order_and_used_up() {
        let mut rig = Rig::new("answers: [{on: pay, code: RISK_REJECT, times: 2}, {on: pay, code: PROCESS_FAIL}]");
        assert_eq!(rig.calls(&["1", "2", "3", "4"]), [A, A, B, None]);
    }

    #[test]
    fn the_nth_call_that_fits_is_counted_for_each_rule() {
        let mut rig = Rig::new(
            "answers: [{on: pay, code: RISK_REJECT, nth: 3}, {on: pay, code: PROCESS_FAIL, where: {paymentRequestId: x*}, nth: 2, times: 2}]",
        );
        assert_eq!(rig.calls(&["x", "y", "x", "x", "x", "x"]), [None, None, A, B, B, None]);
    }

    #[test]
    fn the_first_rule_wins_whether_it_is_the_narrower_one_or_not() {
        let narrow = "{on: pay, code: RISK_REJECT, where: {paymentRequestId: x}, times: always}";
        let wide = "{on: pay, code: PROCESS_FAIL, times: always}";
        assert_eq!(Rig::new(&format!("answers: [{narrow}, {wide}]")).calls(&["x", "y", "x"]), [A, B, A]);
        assert_eq!(Rig::new(&format!("answers: [{wide}, {narrow}]")).calls(&["x", "y", "x"]), [B, B, B]);
    }

    #[test]
    fn a_rule_applies_from_a_moment_until_another_and_counts_calls_in_between() {
        let mut rig = Rig::new(
            "answers: [{on: pay, code: RISK_REJECT, from: 10s, until: \"2026-01-05T10:00:20Z\", nth: 2, times: always}]",
        );
        let mut at = |seconds| rig.at(seconds, json!({}));
        assert_eq!([at(9), at(10), at(11), at(19), at(20)], [None, None, A, A, None]);
    }

    #[test]
    fn chance_is_the_same_for_the_same_seed_and_leaves_a_rule_for_later() {
        let run = |seed: u32| {
            let mut rig =
                Rig::new(&format!("answers: [{{on: pay, code: RISK_REJECT, chance: 50, seed: {seed}, times: 5}}]"));
            (0..40).map(|_| rig.at(0, json!({})).is_some()).collect::<Vec<_>>()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
        assert_eq!(run(1).into_iter().filter(|hit| *hit).count(), 5);
    }

    /// A body meets its own rule among three hundred as directly as the first one, whichever it is.
    #[test]
    fn of_three_hundred_rules_a_body_touches_its_own_only() {
        let rules: Vec<String> = (0..300)
            .map(|n| {
                format!("{{on: pay, code: RISK_REJECT, where: {{paymentRequestId: \"PR-{n}-*\"}}, times: always}}")
            })
            .collect();
        let mut rig = Rig::new(&format!("answers: [{}]", rules.join(", ")));
        for n in [0, 150, 299] {
            let body = json!({ "paymentRequestId": format!("PR-{n}-x") });
            let fits = rig.matcher.look(Topic::Call(Operation::Pay), || body.clone());
            assert_eq!(fits.iter().collect::<Vec<_>>(), [n]);
            assert_eq!(rig.at(0, body), A);
        }
        assert_eq!(rig.at(0, json!({"paymentRequestId": "PR-300-x"})), None);
    }
}
