//! Workflow commands that GitHub shows beside the files they name.

use std::fmt::Write as _;

use crate::requirement;
use crate::result::{CaseResult, Outcome, RunResult};

/// One line a failed, flaky or unfinished case, and one a requirement that was broken without failing a case.
#[must_use]
pub fn render(run: &RunResult) -> String {
    let mut lines = String::new();
    for case in &run.cases {
        let level = match case.verdict {
            Outcome::Failed | Outcome::NotCarriedOut => "error",
            Outcome::Flaky | Outcome::KnownFailure => "warning",
            Outcome::Passed => "notice",
            Outcome::Skipped => continue,
        };
        for checked in case.broken() {
            let statement = requirement::find(&checked.id).map_or("", |r| r.statement);
            let found = checked.findings.first().map_or("", |finding| finding.text.as_str());
            let at = checked.findings.first().map_or(1, |finding| case.line_at(finding.entry));
            let level = if checked.counts { level } else { "warning" };
            lines.push_str(&line(level, case, at, &format!("{} broken: {statement}", checked.id), found));
        }
        for problem in case.problems().iter().filter(|problem| problem.requirement.is_none()) {
            let stopped = case.verdict == Outcome::NotCarriedOut;
            let title = if stopped { "could not be carried out" } else { "expected otherwise" };
            lines.push_str(&line(level, case, problem.line, title, problem.text));
        }
    }
    for stale in &run.stale_known_failures {
        let name = stale.entry.case.as_ref().or(stale.entry.requirement.as_ref()).map_or("", String::as_str);
        let _ = writeln!(lines, "::error title=known failure {}::{}", property(name), data(&stale.problem));
    }
    lines
}

fn line(level: &str, case: &CaseResult, at: usize, title: &str, message: &str) -> String {
    let title = property(&format!("{}: {title}", case.name));
    format!("::{level} file={},line={at},title={title}::{}\n", property(&case.file), data(message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
