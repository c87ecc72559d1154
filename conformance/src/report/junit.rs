//! The report for CI: JUnit XML. The quick-junit crate is used here only.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestRerun, TestSuite};

use super::text;
use crate::requirement;
use crate::result::{CaseResult, Checked, Outcome, RunResult, State};

/// A suite a case, and in it a test case a requirement that it exercised, one for its expectations, and one for itself
/// when it was skipped or not carried out.
///
/// # Errors
/// The XML cannot be written.
pub fn render(run: &RunResult) -> Result<String, String> {
    let mut xml = Report::new("conformance");
    for case in &run.cases {
        let mut suite = TestSuite::new(case.name.clone());
        suite.set_time(Duration::try_from_secs_f64(case.seconds).unwrap_or_default());
        suite.add_property(("title", case.title.as_str()));
        suite.add_property(("seed", case.seed.to_string().as_str()));
        suite.add_property(("verdict", case.verdict.as_str()));
        suite.add_test_cases(tests(case));
        xml.add_test_suite(suite);
    }
    if !run.stale_known_failures.is_empty() {
        let mut suite = TestSuite::new("known failures");
        for stale in &run.stale_known_failures {
            let entry = &stale.entry;
            let name = [entry.case.as_deref(), entry.requirement.as_deref()];
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(stale.problem.clone());
            suite.add_test_case(test(
                "known failures",
                &name.into_iter().flatten().collect::<Vec<_>>().join(" "),
                status,
            ));
        }
        xml.add_test_suite(suite);
    }
    xml.to_string().map_err(|error| error.to_string())
}

fn tests(case: &CaseResult) -> Vec<TestCase> {
    let reason = || case.reason.clone().unwrap_or_default();
    let mut tests: Vec<_> = case.requirements.iter().map(|checked| requirement_test(case, checked)).collect();
    match case.verdict {
        Outcome::Skipped => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason());
            tests.push(test(&case.name, "case", status));
        }
        Outcome::NotCarriedOut => {
            tests.push(test(&case.name, "case", failing(case, NonSuccessKind::Error, reason())));
        }
        Outcome::Flaky | Outcome::Failed | Outcome::KnownFailure | Outcome::Passed => {
            let status = match case.expectations.first() {
                None => TestCaseStatus::success(),
                Some(finding) => status(case, finding.text.clone()),
            };
            tests.push(test(&case.name, "expectations", status));
        }
    }
    tests
}

fn requirement_test(case: &CaseResult, checked: &Checked) -> TestCase {
    let statement = requirement::find(&checked.id).map_or("", |r| r.statement);
    let status = match (checked.state, checked.findings.first()) {
        (State::Broken, Some(finding)) => {
            let message = format!("broken: {}: {statement}: {}", checked.id, finding.text);
            if checked.counts { status(case, message) } else { told(message) }
        }
        _ => TestCaseStatus::success(),
    };
    test(&case.name, &format!("{} {statement}", checked.id), status)
}

/// What is wrong, as the case's verdict has it: a failure, a flaky one, or one that is known.
fn status(case: &CaseResult, message: String) -> TestCaseStatus {
    match case.verdict {
        Outcome::Flaky => {
            let mut rerun = TestRerun::new(NonSuccessKind::Failure);
            rerun.set_message(message).set_description(evidence(case));
            let mut status = TestCaseStatus::success();
            status.add_rerun(rerun);
            status
        }
        Outcome::KnownFailure => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("known to fail ({}): {message}", case.reason.as_deref().unwrap_or_default()));
            status
        }
        _ => failing(case, NonSuccessKind::Failure, message),
    }
}

/// What is told and fails nothing.
fn told(message: String) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(format!("does not count: {message}"));
    status
}

fn failing(case: &CaseResult, kind: NonSuccessKind, message: String) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(message).set_description(evidence(case));
    status
}

fn evidence(case: &CaseResult) -> String {
    anstream::adapter::strip_str(&text::case(case)).to_string()
}

fn test(suite: &str, name: &str, status: TestCaseStatus) -> TestCase {
    let mut test = TestCase::new(name, status);
    test.set_classname(suite);
    test
}
