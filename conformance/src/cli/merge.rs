//! `conformance merge`: one report of several, such as those of shards.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::output::{say, tell};
use super::reports::{KnownFailures, ReportArguments};
use super::standard::KnownArguments;
use crate::exit::Exit;
use crate::read;
use crate::report::text;
use crate::requirement::Revision;
use crate::result::known::{self, Scope};
use crate::result::{About, CaseResult, Outcome, RunResult};
use crate::verdict::Standard;

#[derive(Debug, clap::Args)]
pub(super) struct MergeArguments {
    /// Reports written with --json, or --format json
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    known: KnownArguments,
    #[command(flatten)]
    reports: ReportArguments,
}

pub(super) fn main(arguments: &MergeArguments) -> Exit {
    if let Err(error) = arguments.reports.prepare() {
        tell(&format!("conformance: failed to {error}"));
        return Exit::Usage;
    }
    let known = match arguments.known.read() {
        Ok(known) => known,
        Err(exit) => return exit,
    };
    let mut parts = Vec::new();
    for path in &arguments.files {
        let shown = path.display().to_string();
        let text = match read::record(path) {
            Ok(text) => text,
            Err(error) => {
                tell(&format!("conformance: failed to read {shown}: {error}"));
                return Exit::Usage;
            }
        };
        match serde_json::from_slice::<RunResult>(&text) {
            Ok(part) => parts.push((shown, part)),
            Err(error) => {
                tell(&format!(
                    "conformance: {shown}: line {}, column {}: not a report written with --json: {error}",
                    error.line(),
                    error.column()
                ));
                return Exit::BadFile;
            }
        }
    }
    let (about, mut cases, mut stale) = match merge(parts) {
        Ok(merged) => merged,
        Err(problem) => {
            tell(&format!("conformance: {problem}"));
            return Exit::BadFile;
        }
    };
    let Ok(revision) = about.revision.to_string().parse::<Revision>() else {
        tell(&format!("conformance: the reports name revision {}, which this program does not know", about.revision));
        return Exit::BadFile;
    };
    if arguments.known.are_given() {
        stale = known::apply(&known, &mut cases, Scope::Whole);
    }
    if arguments.reports.is_text() {
        for case in cases.iter().filter(|case| !matches!(case.verdict, Outcome::Passed | Outcome::Skipped)) {
            say(&text::case(case));
        }
    }
    let standard = Standard { fail_on: about.fail_on, revision };
    let result = RunResult::new(about, &standard, cases, stale);
    let exit = result.exit();
    arguments.reports.finish(&result, exit, KnownFailures::Taken)
}

type Merged = (About, Vec<CaseResult>, Vec<known::Stale>);

fn merge(parts: Vec<(String, RunResult)>) -> Result<Merged, String> {
    let mut parts = parts.into_iter();
    let (first, head) = parts.next().ok_or("there is no report to merge")?;
    if head.about.format != About::FORMAT {
        return Err(format!("{first}: its format is {}, this program reads {}", head.about.format, About::FORMAT));
    }
    let about = head.about.clone();
    let mut stale = Vec::new();
    let mut cases: BTreeMap<String, (String, CaseResult)> = BTreeMap::new();
    for (file, part) in std::iter::once((first.clone(), head)).chain(parts) {
        if part.about != about {
            return Err(format!(
                "{file} is of another run than {first}: {:?} is not {:?}; merge reports of one integration, seed and standard",
                part.about, about
            ));
        }
        stale.extend(part.stale_known_failures);
        for case in part.cases {
            if let Some((other, case)) = cases.insert(case.name.clone(), (file.clone(), case.clone())) {
                return Err(format!("the case {} is in {other} and in {file}; each case may be there once", case.name));
            }
        }
    }
    Ok((about, cases.into_values().map(|(_, case)| case).collect(), stale))
}
