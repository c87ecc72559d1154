//! SARIF 2.1.0: a rule an obligation, a result a finding. Code scanners and editors show it.

use serde_json::{Value, json};

use crate::requirement::Level;
use crate::result::{CaseResult, Outcome, RunResult};

/// The run as a SARIF log.
#[must_use]
pub fn render(run: &RunResult) -> Value {
    let rules: Vec<_> = run
        .requirements
        .iter()
        .map(|r| {
            json!({
                "id": r.id,
                "shortDescription": {"text": r.statement},
                "fullDescription": {"text": format!("{}. Otherwise: {}. Source: {}.", r.statement, r.why, r.source)},
                "defaultConfiguration": {"level": if r.level == Level::Must { "error" } else { "warning" }},
                "properties": {"area": r.area, "state": r.state},
            })
        })
        .collect();
    let results: Vec<_> = run.cases.iter().flat_map(results).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "conformance", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "results": results,
            "invocations": [{"executionSuccessful": run.counts.not_carried_out == 0}],
        }],
    })
}

fn results(case: &CaseResult) -> Vec<Value> {
    let mut found = Vec::new();
    for problem in case.problems() {
        let level = match (case.verdict, problem.counts) {
            (Outcome::Failed | Outcome::NotCarriedOut, true) => "error",
            _ => "warning",
        };
        // The place is the scenario's step or expectation: the file of the integration that is to blame is not known to a black box.
        let mut result = json!({
            "level": level,
            "message": {"text": format!("{}: {}", case.name, problem.text)},
            "locations": [{"physicalLocation": {
                "artifactLocation": {"uri": case.file},
                "region": {"startLine": problem.line},
            }}],
            "properties": {"case": case.name, "verdict": case.verdict, "seed": case.seed, "entry": problem.entry},
        });
        if let Some(id) = problem.requirement {
            result["ruleId"] = Value::from(id);
        }
        if case.verdict == Outcome::KnownFailure {
            result["suppressions"] = json!([{"kind": "external", "justification": case.reason}]);
        }
        found.push(result);
    }
    found
}
