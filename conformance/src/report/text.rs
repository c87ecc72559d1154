//! The report for people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::exchange;
use crate::requirement::{self, Sight};
use crate::rule::Judgement;
use crate::verdict::{CaseReport, Verdict};

const GREEN: Style = AnsiColor::Green.on_default();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();

/// A case: one line when it went well, the evidence when it did not. Styled; whoever prints it strips what it must.
#[must_use]
pub fn case(report: &CaseReport) -> String {
    let mut text = String::new();
    let (style, word) = match report.verdict {
        Verdict::Passed => (GREEN, "PASS"),
        Verdict::Failed => (RED, "FAIL"),
        Verdict::NotCarriedOut(_) => (RED, "STOP"),
        Verdict::Skipped(_) => (YELLOW, "SKIP"),
    };
    let held = report.requirements.values().filter(|j| **j == Judgement::Held).count();
    let _ = write!(text, "{style}{word}{style:#} {:<40} {}", report.name, report.title);
    match &report.verdict {
        Verdict::Passed => {
            let _ = writeln!(text, " ({held} held, {:.2} s)", report.took.as_secs_f64());
        }
        Verdict::Skipped(reason) => {
            let _ = writeln!(text, " — {reason}");
        }
        Verdict::Failed | Verdict::NotCarriedOut(_) => {
            text.push('\n');
            evidence(&mut text, report);
        }
    }
    text
}

fn evidence(text: &mut String, report: &CaseReport) {
    if let Verdict::NotCarriedOut(reason) = &report.verdict {
        let _ = writeln!(text, "     could not be carried out: {reason}");
    }
    let mut marked = BTreeSet::new();
    for (id, findings) in report.broken() {
        let statement = requirement::find(id).map_or("", |r| r.statement);
        let source = requirement::find(id).map_or("", |r| r.source);
        let _ = writeln!(text, "     {RED}{id}{RED:#} broken: {statement}  [{source}]");
        for finding in findings.iter().take(5) {
            marked.insert(finding.entry);
            let _ = writeln!(text, "       #{}: {}", finding.entry, finding.text);
        }
        if findings.len() > 5 {
            let _ = writeln!(text, "       … and {} more times", findings.len() - 5);
        }
    }
    for finding in &report.expectations {
        marked.insert(finding.entry);
        let _ = writeln!(text, "     expected otherwise: #{}: {}", finding.entry, finding.text);
    }
    if !report.expectations.is_empty() && !report.covered.is_empty() {
        let _ = writeln!(text, "     this scenario exercises {}", report.covered.join(", "));
    }
    if !report.trace.is_empty() {
        let _ = writeln!(text, "     what happened (seed {}):", report.seed);
        for line in exchange::render(&report.trace, &marked).lines() {
            let _ = writeln!(text, "     {line}");
        }
    }
}

/// The sum of a run: cases by verdict, requirements by what was found, and the next step.
#[must_use]
pub fn summary(reports: &[CaseReport], seed: u64) -> String {
    let mut text = String::new();
    let count = |fits: fn(&Verdict) -> bool| reports.iter().filter(|r| fits(&r.verdict)).count();
    let passed = count(|v| *v == Verdict::Passed);
    let failed = count(|v| *v == Verdict::Failed);
    let stopped = count(|v| matches!(v, Verdict::NotCarriedOut(_)));
    let skipped = count(|v| matches!(v, Verdict::Skipped(_)));
    let found = requirements(reports);
    let testable = requirement::ALL.iter().filter(|r| r.is_testable());
    let with = |fits: fn(&Judgement) -> bool| found.values().filter(|j| fits(j)).count();
    let broken: Vec<_> = found.iter().filter(|(_, j)| matches!(j, Judgement::Broken(_))).map(|(id, _)| *id).collect();
    let _ = writeln!(
        text,
        "\n{} cases: {passed} passed, {failed} failed, {stopped} could not be carried out, {skipped} skipped (seed {seed})",
        reports.len()
    );
    let idle: Vec<_> = testable.clone().filter(|r| found.get(r.id) == Some(&Judgement::NotExercised)).collect();
    let unseen = |fits: fn(&Sight) -> bool| requirement::ALL.iter().filter(|r| fits(&r.sight)).count();
    let _ = writeln!(
        text,
        "{} requirements: {} held, {} broken, {} not exercised; beside them {} that no black box sees and {} that wait",
        testable.count(),
        with(|j| *j == Judgement::Held),
        broken.len(),
        idle.len(),
        unseen(|sight| matches!(sight, Sight::Hidden(_))),
        unseen(|sight| matches!(sight, Sight::Waits(_))),
    );
    for id in &broken {
        let statement = requirement::find(id).map_or("", |r| r.statement);
        let _ = writeln!(text, "  {RED}{id}{RED:#} broken: {statement}");
    }
    if !idle.is_empty() {
        let ids: Vec<_> = idle.iter().map(|r| r.id).collect();
        let _ = writeln!(text, "  not exercised: {}", ids.join(", "));
    }
    text
}

/// What a run found of each requirement of the catalogue: broken anywhere is broken, held somewhere is held.
#[must_use]
pub fn requirements(reports: &[CaseReport]) -> BTreeMap<&'static str, Judgement> {
    let mut found: BTreeMap<_, _> = requirement::ALL.iter().map(|r| (r.id, Judgement::NotExercised)).collect();
    for report in reports {
        for (id, judgement) in &report.requirements {
            let worse = match (found.get(id), judgement) {
                (Some(Judgement::Broken(_)), _) | (_, Judgement::NotExercised) => continue,
                (_, judgement) => judgement.clone(),
            };
            found.insert(id, worse);
        }
    }
    found
}
