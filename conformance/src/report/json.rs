//! The report for programs.

use serde_json::{Value, json};

use super::text::requirements;
use crate::requirement;
use crate::rule::Judgement;
use crate::verdict::{CaseReport, Verdict};

/// The whole run as one object.
#[must_use]
pub fn render(reports: &[CaseReport], seed: u64) -> Value {
    let cases: Vec<_> = reports.iter().map(case).collect();
    let requirements: Vec<_> = requirements(reports)
        .iter()
        .map(|(id, judgement)| {
            let known = requirement::find(id);
            json!({
                "id": id,
                "level": known.map(|r| r.level),
                "statement": known.map(|r| r.statement),
                "source": known.map(|r| r.source),
                "state": state(judgement),
            })
        })
        .collect();
    json!({"seed": seed, "cases": cases, "requirements": requirements})
}

fn case(report: &CaseReport) -> Value {
    let (verdict, reason) = match &report.verdict {
        Verdict::Passed => ("passed", None),
        Verdict::Failed => ("failed", None),
        Verdict::NotCarriedOut(reason) => ("not-carried-out", Some(reason)),
        Verdict::Skipped(reason) => ("skipped", Some(reason)),
    };
    let requirements: Vec<_> = report
        .requirements
        .iter()
        .map(|(id, judgement)| match judgement {
            Judgement::Broken(findings) => json!({"id": id, "state": "broken", "findings": findings}),
            other => json!({"id": id, "state": state(other)}),
        })
        .collect();
    json!({
        "name": report.name,
        "title": report.title,
        "seed": report.seed,
        "seconds": report.took.as_secs_f64(),
        "verdict": verdict,
        "reason": reason,
        "requirements": requirements,
        "expectations": report.expectations,
        "covers": report.covered,
    })
}

const fn state(judgement: &Judgement) -> &'static str {
    match judgement {
        Judgement::Held => "held",
        Judgement::Broken(_) => "broken",
        Judgement::NotExercised => "not-exercised",
    }
}
