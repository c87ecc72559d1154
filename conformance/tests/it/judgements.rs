//! What the rules say of whole histories, pinned: a change of a rule that shows in no verdict shows here, as a difference that a
//! person can read. The pages in `docs/judgements` are made by the tests that play those histories anyway;
//! `UPDATE_DOCS=1` writes them anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use conformance::result::{CaseResult, State};
use conformance::rule::Judgement;

/// What was found of a requirement: how often it was broken, or 0.
pub(crate) type Found<'a> = BTreeMap<&'a str, usize>;

/// What a report says of requirements that were exercised.
pub(crate) fn of_report<'a>(requirements: &BTreeMap<&'a str, Judgement>) -> Found<'a> {
    let found = requirements.iter().filter_map(|(id, judgement)| match judgement {
        Judgement::Held => Some((*id, 0)),
        Judgement::Broken(findings) => Some((*id, findings.len())),
        Judgement::NotExercised => None,
    });
    found.collect()
}

/// The same of a result that was read.
pub(crate) fn of_result(case: &CaseResult) -> Found<'_> {
    let times = |state, findings: usize| if state == State::Held { 0 } else { findings };
    case.requirements.iter().map(|r| (r.id.as_str(), times(r.state, r.findings.len()))).collect()
}

/// A history in a page: its title, what was broken and how often, and what held.
pub(crate) fn paragraph(title: &str, found: &Found<'_>) -> String {
    let mut text = format!("\n{title}\n");
    let broken: Vec<_> = found.iter().filter(|(_, times)| **times > 0).collect();
    if !broken.is_empty() {
        let broken: Vec<_> = broken.into_iter().map(|(id, times)| format!("{id} ({times})")).collect();
        let _ = writeln!(text, "  broken: {}", broken.join(", "));
    }
    let held = numbers(found.iter().filter(|(_, times)| **times == 0).map(|(id, _)| *id));
    let _ = writeln!(text, "  held: {}", if held.is_empty() { "nothing" } else { &held });
    text
}

/// Ids with what they begin with said once: `EDC-P01 02 03, LINE-L01`.
fn numbers<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    let mut last = "";
    for id in ids {
        let (area, number) = id.split_at(id.find(|c: char| c.is_ascii_digit()).unwrap_or(id.len()));
        let between = if area == last { " " } else { ", " };
        let between = if text.is_empty() { "" } else { between };
        let _ = write!(text, "{between}{}{number}", if area == last { "" } else { area });
        last = area;
    }
    text
}

#[test]
fn a_paragraph_says_what_was_broken_and_what_held() {
    let found = Found::from([("EDC-P01", 0), ("EDC-P02", 0), ("EDC-P10", 2), ("LINE-L01", 0)]);
    let text = "\nedc/busy\n  broken: EDC-P10 (2)\n  held: EDC-P01 02, LINE-L01\n";
    assert_eq!(paragraph("edc/busy", &found), text);
    assert_eq!(paragraph("edc/idle", &Found::new()), "\nedc/idle\n  held: nothing\n");
}
