//! Judges a trace that grows: what is new is said once. Pure.

use std::collections::BTreeSet;

use crate::requirement;
use crate::rule::{self, Finding, Judgement};
use crate::trace::Entry;
use crate::verdict::{CaseReport, Standard, Verdict, judge_trace};

/// The name of the one case in the report.
pub const NAME: &str = "live";

/// See the module's documentation.
#[derive(Debug)]
pub struct Judge {
    standard: Standard,
    trace: Vec<Entry>,
    said: BTreeSet<(&'static str, usize)>,
}

/// What is new.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    /// What was not said before.
    pub told: Vec<Said>,
    /// What was said before and is true no more: what came later explains it, such as an answer that came late.
    pub withdrawn: Vec<(&'static str, usize)>,
}

/// A requirement that was broken just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its id.
    pub requirement: &'static str,
    /// How, and where.
    pub finding: Finding,
    /// Whether it fails the run.
    pub counts: bool,
}

impl Judge {
    /// A judge who has seen nothing yet.
    #[must_use]
    pub const fn new(standard: Standard) -> Self {
        Self { standard, trace: Vec::new(), said: BTreeSet::new() }
    }

    /// Hears what has come, and says what it shows that was not said before: a requirement once for each place.
    pub fn hear(&mut self, entries: Vec<Entry>) -> News {
        self.trace.extend(entries);
        let mut news = News::default();
        let mut true_now = BTreeSet::new();
        for (requirement, judgement) in rule::judge(&self.trace) {
            let Judgement::Broken(findings) = judgement else { continue };
            let counts = requirement::find(requirement).is_none_or(|r| self.standard.counts(r));
            for finding in findings {
                let place = (requirement, finding.entry);
                if true_now.insert(place) && !self.said.contains(&place) {
                    news.told.push(Said { requirement, finding, counts });
                }
            }
        }
        news.told.sort_by_key(|said| said.finding.entry);
        news.withdrawn = self.said.difference(&true_now).copied().collect();
        self.said = true_now;
        news
    }

    /// Everything that was heard.
    #[must_use]
    pub fn trace(&self) -> &[Entry] {
        &self.trace
    }

    /// What it came to. `unheard` says why the rest was not judged, if something was left out.
    #[must_use]
    pub fn report(self, unheard: Option<String>) -> CaseReport {
        let mut report = judge_trace(NAME, 0, NAME, &self.standard, self.trace);
        "what came while it stood".clone_into(&mut report.title);
        let nothing = report.requirements.is_empty();
        report.verdict = match (report.verdict, unheard) {
            (Verdict::Passed, Some(why)) => Verdict::NotCarriedOut(why),
            (Verdict::Passed, None) if nothing => Verdict::Skipped("nobody did anything that can be judged".to_owned()),
            (verdict, _) => verdict,
        };
        report
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wire::edc::Kind;
    use wire::time::Moment;

    use super::*;
    use crate::trace::Event;

    /// A command of a till, which a rule about commands has something to say about.
    fn command(n: usize, name: &str) -> Entry {
        let event = sim_edc::Event::Received {
            kind: Kind::Command,
            json: json!({"type": "command", "id": "1", "commandName": name}),
            raw: wire::hex::HexBytes::default(),
            seq: None,
            repeat: false,
            refused: false,
        };
        Entry { n, at: Moment::WORLD_START, event: Event::Terminal(event) }
    }

    fn verdict(entries: Vec<Entry>, unheard: Option<&str>) -> Verdict {
        let mut judge = Judge::new(Standard::default());
        judge.hear(entries);
        judge.report(unheard.map(ToOwned::to_owned)).verdict
    }

    #[test]
    fn a_place_is_told_once() {
        let mut judge = Judge::new(Standard::default());
        let told = |news: News| news.told.iter().filter(|said| said.requirement == "EDC-P02").count();
        assert_eq!(told(judge.hear(vec![command(1, "Purchas")])), 1);
        assert_eq!(told(judge.hear(vec![command(2, "Purchase")])), 0);
        assert_eq!(told(judge.hear(vec![command(3, "Purchas")])), 1);
    }

    #[test]
    fn nothing_is_not_passed_and_what_was_left_out_is_not_either_but_broken_is_broken() {
        assert!(matches!(verdict(Vec::new(), None), Verdict::Skipped(_)));
        assert_eq!(verdict(Vec::new(), Some("too much")), Verdict::NotCarriedOut("too much".to_owned()));
        assert_eq!(verdict(vec![command(1, "Purchas")], Some("too much")), Verdict::Failed);
    }
}
