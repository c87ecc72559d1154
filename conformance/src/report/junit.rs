//! The report for CI: JUnit XML. The quick-junit crate is used here only.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::text;
use crate::verdict::{CaseReport, Verdict};

/// The run as JUnit XML: a failed case is a failure, one that could not be carried out an error.
///
/// # Errors
/// The XML cannot be written.
pub fn render(reports: &[CaseReport]) -> Result<String, String> {
    let mut suite = TestSuite::new("conformance");
    for report in reports {
        let status = match &report.verdict {
            Verdict::Passed => TestCaseStatus::success(),
            Verdict::Failed => {
                let broken: Vec<_> = report.broken().map(|(id, _)| id).collect();
                let message = if broken.is_empty() {
                    "an expectation failed".to_owned()
                } else {
                    format!("broken: {}", broken.join(", "))
                };
                non_success(NonSuccessKind::Failure, message, report)
            }
            Verdict::NotCarriedOut(reason) => non_success(NonSuccessKind::Error, reason.clone(), report),
            Verdict::Skipped(reason) => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(reason.clone());
                status
            }
        };
        let mut case = TestCase::new(report.name.clone(), status);
        case.set_time(report.took);
        suite.add_test_case(case);
    }
    let mut xml = Report::new("conformance");
    xml.add_test_suite(suite);
    xml.to_string().map_err(|error| error.to_string())
}

fn non_success(kind: NonSuccessKind, message: String, report: &CaseReport) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(message);
    status.set_description(anstream::adapter::strip_str(&text::case(report)).to_string());
    status
}
