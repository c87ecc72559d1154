//! The catalogue for people and programs: as text, JSON, a page of docs/, and one obligation explained.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::requirement::{self, Area, Requirement, Revision, Sight};
use crate::result::{CaseResult, Obligation, RunResult};
use crate::rule;

/// How a requirement is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judge {
    Rule,
    Expectation,
    Nothing(&'static str),
    Later(&'static str),
}

impl Judge {
    fn of(requirement: &Requirement) -> Self {
        match requirement.sight {
            Sight::Hidden(reason) => Self::Nothing(reason),
            Sight::Waits(until) => Self::Later(until),
            Sight::Seen if rule::ALL.iter().any(|rule| rule.requirement == requirement.id) => Self::Rule,
            Sight::Seen => Self::Expectation,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Expectation => "expectation",
            Self::Nothing(_) => "not-visible",
            Self::Later(_) => "waits",
        }
    }

    fn words(self) -> String {
        match self {
            Self::Rule => "a rule, in every case".to_owned(),
            Self::Expectation => "the scenarios that cover it: it holds when they pass".to_owned(),
            Self::Nothing(reason) => format!("nothing, for no black box sees it: {reason}"),
            Self::Later(until) => format!("nothing yet: it waits for {until}"),
        }
    }
}

/// One line a requirement.
#[must_use]
pub fn text() -> String {
    let line = |r: &Requirement| {
        let judge = Judge::of(r).word();
        format!("{:<10} {:<6} {judge:<11} {}  [{}]\n", r.id, r.level.as_str(), r.statement, r.source)
    };
    requirement::ALL.iter().map(line).collect()
}

/// All that is known of each. `covers` says which scenarios exercise a requirement on purpose.
#[must_use]
pub fn json(covers: &BTreeMap<String, Vec<String>>) -> Value {
    let one = |r: &Requirement| {
        json!({
            "id": r.id, "area": r.area, "level": r.level, "statement": r.statement, "why": r.why, "source": r.source,
            "testedBy": Judge::of(r).word(), "note": note(r), "since": r.since.number(),
            "scenarios": covers.get(r.id).cloned().unwrap_or_default(),
        })
    };
    requirement::ALL.iter().map(one).collect()
}

fn note(requirement: &Requirement) -> Option<&'static str> {
    match requirement.sight {
        Sight::Seen => None,
        Sight::Hidden(note) | Sight::Waits(note) => Some(note),
    }
}

/// The page `docs/requirements.md`.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from(
        "# Requirements\n\nWhat a correct integration does, in this project's own words, with the document it comes from. Made \
         by `conformance requirements\n--format md`, and kept equal to it by a test. `conformance explain ID` tells one of \
         them. Which case showed what:\n[traceability.json](traceability.json).\n\nJudged by: a **rule** reads every trace, \
         whatever its scenario; **expectation**: it holds when a scenario that covers it\npasses; **not visible**: no black \
         box can see it; **waits**: for a part of this project that is not built yet.\n\n",
    );
    let _ = writeln!(page, "| revision | brought | MUST | SHOULD |\n|---|---|---|---|");
    for (revision, what) in Revision::ALL {
        let count = |level| requirement::ALL.iter().filter(|r| r.since == revision && r.level == level).count();
        let (must, should) = (count(requirement::Level::Must), count(requirement::Level::Should));
        let _ = writeln!(page, "| {revision} | {what} | {must} | {should} |");
    }
    for area in Area::ALL {
        let _ = writeln!(page, "\n## {}\n", area.title());
        let _ = writeln!(page, "| id | level | obligation | otherwise | source | judged by |");
        let _ = writeln!(page, "|---|---|---|---|---|---|");
        for r in requirement::ALL.iter().filter(|r| r.area == area) {
            let judge = match Judge::of(r) {
                Judge::Rule => "rule".to_owned(),
                Judge::Expectation => "expectation".to_owned(),
                Judge::Nothing(reason) => format!("not visible: {reason}"),
                Judge::Later(until) => format!("waits for {until}"),
            };
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} | {} | {judge} |",
                r.id,
                r.level.as_str(),
                r.statement,
                r.why,
                r.source
            );
        }
    }
    page
}

/// Everything about one requirement.
#[must_use]
pub fn explain(requirement: &Requirement, scenarios: Option<&[String]>) -> String {
    let r = requirement;
    let mut text = format!("{} ({}, {})\n  {}\n", r.id, r.level.as_str(), r.area.title(), r.statement);
    let _ = writeln!(text, "  otherwise: {}", r.why);
    let _ = writeln!(text, "  source: {}", r.source);
    let _ = writeln!(text, "  since revision {}", r.since);
    let _ = writeln!(text, "  judged by {}", Judge::of(r).words());
    match scenarios {
        None => {
            let _ =
                writeln!(text, "  (run it where the scenarios are, or name their folder, to see which exercise it)");
        }
        Some([]) => {
            let _ = writeln!(text, "  no scenario exercises it on purpose");
        }
        Some(names) => {
            let _ = writeln!(text, "  scenarios that exercise it on purpose:");
            for name in names {
                let _ = writeln!(text, "    {name}");
            }
        }
    }
    text
}

/// Cases that are named for each requirement at most.
const NAMED: usize = 3;

/// The manifest `docs/traceability.json`: for each requirement what a run showed, and in which cases. A requirement is
/// tested when a run came to a verdict of it.
#[must_use]
pub fn traceability(run: &RunResult) -> Value {
    let one = |r: &Obligation| {
        let fits = |case: &&CaseResult| case.requirements.iter().any(|checked| checked.id == r.id);
        let mut cases: Vec<_> = run.cases.iter().filter(fits).collect();
        // Those that exercise it on purpose first.
        cases.sort_by_key(|case| (!case.covers.contains(&r.id), case.name.as_str()));
        let names: Vec<_> = cases.iter().take(NAMED).map(|case| case.name.as_str()).collect();
        (r.id.clone(), json!({"verdict": r.state, "cases": names}))
    };
    Value::Object(run.requirements.iter().map(one).collect())
}
