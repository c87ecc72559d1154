//! `conformance check`: judges traces that were recorded, here or anywhere.

use std::fs;
use std::path::{Path, PathBuf};

use super::output::{say, tell};
use super::reports::{KnownFailures, ReportArguments};
use super::standard::StandardArguments;
use crate::exit::Exit;
use crate::read;
use crate::report::text;
use crate::result::{About, CaseResult, RunResult};
use crate::trace::{CaseEvent, Entry, Event, from_json_lines};
use crate::verdict::{Standard, judge_trace};

#[derive(Debug, clap::Args)]
pub(super) struct CheckArguments {
    /// Traces as JSON Lines, or folders of .jsonl files
    #[arg(required = true, value_name = "TRACE")]
    traces: Vec<PathBuf>,
    #[command(flatten)]
    standard: StandardArguments,
    #[command(flatten)]
    reports: ReportArguments,
}

pub(super) fn main(arguments: &CheckArguments) -> Exit {
    let standard = arguments.standard.standard();
    if let Err(error) = arguments.reports.prepare() {
        tell(&format!("conformance: failed to {error}"));
        return Exit::Usage;
    }
    let mut files = Vec::new();
    for path in &arguments.traces {
        if let Err(error) = collect(path, &mut files) {
            tell(&format!("conformance: failed to read {}: {error}", path.display()));
            return Exit::Usage;
        }
    }
    if files.is_empty() {
        tell("conformance: there is no .jsonl file in these folders; `run --trace-dir DIR` writes traces");
        return Exit::NothingSelected;
    }
    let mut results = Vec::new();
    let mut wrong = 0;
    for file in &files {
        match check(file, &standard) {
            Ok(result) => results.push(result),
            Err(problem) => {
                tell(&format!("conformance: {}: {problem}", file.display()));
                wrong += 1;
            }
        }
    }
    if wrong > 0 {
        tell(
            "conformance: a trace is what `run --trace-dir` writes; docs/ci.md says what is in it. Nothing was judged",
        );
        return Exit::BadFile;
    }
    if arguments.reports.is_text() {
        for result in &results {
            say(&text::case(result));
        }
    }
    let about = About {
        format: About::FORMAT,
        integration: "recorded traces".to_owned(),
        seed: results.first().map_or(0, |result| result.seed),
        revision: standard.revision.number(),
        fail_on: standard.fail_on,
    };
    let result = RunResult::new(about, &standard, results, Vec::new());
    let exit = result.exit();
    arguments.reports.finish(&result, exit, KnownFailures::NotTaken)
}

fn check(file: &Path, standard: &Standard) -> Result<CaseResult, String> {
    let bytes = read::record(file).map_err(|error| format!("failed to read it: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes().iter().take(error.utf8_error().valid_up_to()).filter(|b| **b == b'\n').count() + 1;
        format!("line {line}: not UTF-8")
    })?;
    let trace = from_json_lines(&text).map_err(|error| error.to_string())?;
    let began = trace.iter().find_map(|entry| match &entry.event {
        Event::Case(CaseEvent::Began { case, seed }) => Some((case.clone(), *seed)),
        _ => None,
    });
    let (name, seed) = began.unwrap_or_else(|| (file.with_extension("").display().to_string(), 0));
    if !trace.iter().any(ended) {
        tell(&format!(
            "conformance: {}: the trace stops before its case ended, so what must hold in the end is not judged",
            file.display()
        ));
    }
    let report = judge_trace(&name, seed, &file.display().to_string(), standard, trace);
    Ok(CaseResult::new(&report, standard))
}

fn ended(entry: &Entry) -> bool {
    matches!(entry.event, Event::Case(CaseEvent::Ended { .. }))
}

/// A folder means all `.jsonl` files below it, in the order of their names.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !fs::metadata(path)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut entries = fs::read_dir(path)?.map(|entry| entry.map(|e| e.path())).collect::<Result<Vec<_>, _>>()?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() || entry.extension().is_some_and(|e| e == "jsonl") {
            collect(&entry, files)?;
        }
    }
    Ok(())
}
