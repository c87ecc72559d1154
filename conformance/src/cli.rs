//! The `conformance` program: arguments, workers, and where the reports go.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

use anstream::ColorChoice;
use clap::{Parser, Subcommand, ValueEnum};
use wire::time::Span;

use crate::driver::Hello;
use crate::exit::Exit;
use crate::integration::Integration;
use crate::plan::{Case, PlanError, plan};
use crate::report::{json, junit, text};
use crate::run::{Settings, TimeMode, greet, run};
use crate::trace::to_json_lines;
use crate::verdict::{CaseReport, Verdict};
use crate::{interrupt, requirement, suggest};

/// Puts an Antom integration through scenarios, and says which documented obligation it breaks.
///
/// Exit codes: 0 as expected; 1 a case failed; 2 wrong usage; 3 a scenario file is wrong; 4 a case could not be carried
/// out; 5 nothing selected; 70 a bug in this program; 130 interrupted.
#[derive(Debug, Parser)]
#[command(name = "conformance", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run scenarios against an integration
    Run(RunArguments),
    /// List the requirements that are judged
    Requirements,
    /// Explain a requirement
    Explain {
        /// Its id, such as EDC-P27
        id: String,
    },
    /// The reference integration: a driver on stdin and stdout
    #[command(disable_help_flag = true)]
    Reference {
        /// Its own arguments; try --list-faults
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    /// Scenario files, or folders of them
    #[arg(default_value = "scenarios", value_name = "PATHS")]
    paths: Vec<PathBuf>,
    /// What to test: a command that starts a driver, the URL of one that runs, or `memory` for the reference
    /// integration inside this process [default: the reference integration as a child process]
    #[arg(long, value_name = "CMD|URL|memory", default_value = "reference", hide_default_value = true)]
    integration: String,
    /// Draws everything that is drawn
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Cases that run beside each other [default: four times the processors]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Run only cases whose name fits; * is anything within a folder, ** anything
    #[arg(long, value_name = "PATTERN")]
    run: Vec<String>,
    /// Leave out cases whose name fits
    #[arg(long, value_name = "PATTERN")]
    skip: Vec<String>,
    /// How time passes for a process or URL: skip waits of the simulated world, or not
    #[arg(long, value_enum, default_value_t = ClockKind::Skipping)]
    clock: ClockKind,
    /// How long an integration may take to answer `initialize`
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = span)]
    start_timeout: Span,
    /// How long a case may take in real time
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = span)]
    case_timeout: Span,
    /// What goes to stdout
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Also write JUnit XML here
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Also write each case's trace here, as JSON Lines
    #[arg(long, value_name = "DIR")]
    trace_dir: Option<PathBuf>,
    /// Colours; NO_COLOR is honoured
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    color: Colour,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ClockKind {
    Skipping,
    Real,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

fn span(text: &str) -> Result<Span, String> {
    wire::time::parse_duration(text).map(Span).map_err(|error| error.to_string())
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Run(arguments) => run_scenarios(&arguments).into(),
        Command::Requirements => list_requirements().into(),
        Command::Explain { id } => explain(&id).into(),
        Command::Reference { arguments } => {
            let name = OsString::from("conformance reference");
            reference::cli::main_from(std::iter::once(name).chain(arguments))
        }
    }
}

/// Whether something could not be written to stdout.
static UNWRITTEN: AtomicBool = AtomicBool::new(false);

/// Writes to stdout; a pipe that was closed is no error, a disk that is full is.
fn say(text: &str) {
    let mut out = anstream::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    if let Err(error) = written
        && error.kind() != io::ErrorKind::BrokenPipe
        && !UNWRITTEN.swap(true, Ordering::Relaxed)
    {
        tell(&format!("conformance: failed to write to stdout: {error}"));
    }
}

/// Writes to stderr.
fn tell(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

fn list_requirements() -> Exit {
    let lines: Vec<_> =
        requirement::ALL.iter().map(|r| format!("{:<10} {}  [{}]\n", r.id, r.statement, r.source)).collect();
    say(&lines.concat());
    if UNWRITTEN.load(Ordering::Relaxed) { Exit::Usage } else { Exit::Expected }
}

fn explain(id: &str) -> Exit {
    let Some(found) = requirement::find(id) else {
        let known: Vec<_> = requirement::ALL.iter().map(|r| r.id).collect();
        let help = suggest::nearest(id, known).map_or_else(String::new, |near| format!("; did you mean {near}?"));
        tell(&format!("conformance: there is no requirement {id:?}{help}"));
        return Exit::Usage;
    };
    let judged = crate::rule::ALL.iter().any(|rule| rule.requirement == found.id);
    let how = if judged { "a rule, in every case" } else { "the scenarios that cover it: it holds when they pass" };
    say(&format!(
        "{} ({:?})\n  {}\n  source: {}\n  judged by {how}\n",
        found.id, found.level, found.statement, found.source
    ));
    Exit::Expected
}

fn run_scenarios(arguments: &RunArguments) -> Exit {
    match arguments.color {
        Colour::Auto => ColorChoice::Auto,
        Colour::Always => ColorChoice::Always,
        Colour::Never => ColorChoice::Never,
    }
    .write_global();
    let integration = match Integration::parse(&arguments.integration) {
        Ok(integration) => integration,
        Err(problem) => {
            tell(&format!("conformance: --integration: {problem}"));
            return Exit::Usage;
        }
    };
    let cases = match plan(&arguments.paths, arguments.seed) {
        Ok(cases) => cases,
        Err(PlanError::Unreadable { path, source }) => {
            tell(&format!("conformance: failed to read {}: {source}", path.display()));
            return Exit::Usage;
        }
        Err(PlanError::Mistakes(mistakes)) => {
            let coloured = io::stderr().is_terminal();
            for mistake in &mistakes {
                tell(&mistake.render(coloured));
            }
            let files: std::collections::BTreeSet<_> = mistakes.iter().map(|m| m.path.as_str()).collect();
            tell(&format!(
                "conformance: {} wrong in {}; nothing was run",
                count(mistakes.len(), "thing is", "things are"),
                count(files.len(), "file", "files")
            ));
            return Exit::BadFile;
        }
    };
    let cases: Vec<Case> = cases.into_iter().filter(|case| selected(&case.name, arguments)).collect();
    if cases.is_empty() {
        tell("conformance: no case is selected; see --run and --skip");
        return Exit::NothingSelected;
    }
    let time = match (&integration, arguments.clock) {
        (Integration::Memory(_), _) => TimeMode::Paused,
        (_, ClockKind::Skipping) => TimeMode::Skipping,
        (_, ClockKind::Real) => TimeMode::Real,
    };
    let settings = Settings {
        integration,
        time,
        start_timeout: arguments.start_timeout.0,
        case_timeout: arguments.case_timeout.0,
    };
    if let Err(error) = prepare_files(arguments) {
        tell(&format!("conformance: failed to {error}"));
        return Exit::Usage;
    }
    interrupt::watch();
    let reports = match greet(&settings) {
        Ok(hello) => {
            let version = if hello.version.is_empty() { String::new() } else { format!(" {}", hello.version) };
            tell(&format!("testing {}: {}{version}", settings.integration.describe(), hello.name));
            run_all(&cases, &settings, &hello, arguments)
        }
        Err(reason) => {
            tell(&format!("conformance: {} cannot be tested: {reason}", settings.integration.describe()));
            tell("docs/driver.md says what a driver answers; `conformance reference` is one to compare with");
            cases.iter().map(|case| CaseReport::not_run(case, Verdict::NotCarriedOut(reason.clone()))).collect()
        }
    };
    finish(&reports, arguments)
}

fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

fn run_all(cases: &[Case], settings: &Settings, hello: &Hello, arguments: &RunArguments) -> Vec<CaseReport> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    // Cases wait more than they work, so there may be more of them than processors.
    let jobs =
        if settings.integration.runs_in_parallel() { arguments.jobs.unwrap_or(processors * 4).clamp(1, 64) } else { 1 };
    let next = AtomicUsize::new(0);
    let mut reports = BTreeMap::new();
    let mut shown = 0;
    let bar = io::stderr().is_terminal();
    std::thread::scope(|scope| {
        let (done, finished) = mpsc::channel();
        for _ in 0..jobs.min(cases.len()) {
            let (done, next) = (done.clone(), &next);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(index).filter(|_| !interrupt::came()) else { return };
                    if done.send((index, run(case, settings, hello))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        for (index, report) in finished {
            reports.insert(index, report);
            if bar {
                let _ = write!(io::stderr(), "\r{} of {} cases \r", reports.len(), cases.len());
            }
            // In the order of the plan, as soon as may be: two runs print the same.
            while arguments.format == Format::Text
                && let Some(report) = reports.get(&shown)
            {
                say(&text::case(report));
                shown += 1;
            }
        }
    });
    reports.into_values().collect()
}

fn finish(reports: &[CaseReport], arguments: &RunArguments) -> Exit {
    match arguments.format {
        Format::Text => say(&text::summary(reports, arguments.seed)),
        Format::Json => say(&format!("{:#}\n", json::render(reports, arguments.seed))),
    }
    let mut written = Ok(());
    if let Some(path) = &arguments.junit {
        let xml = junit::render(reports).map_err(io::Error::other);
        written = xml.and_then(|xml| write_file(path, &xml));
    }
    if let (Ok(()), Some(folder)) = (&written, &arguments.trace_dir) {
        written = reports.iter().filter(|r| !r.trace.is_empty()).try_for_each(|report| {
            let path = folder.join(format!("{}.jsonl", report.name));
            write_file(&path, &to_json_lines(&report.trace))
        });
    }
    if let Err(error) = written {
        tell(&format!("conformance: failed to {error}"));
        return Exit::Usage;
    }
    let any = |fits: fn(&Verdict) -> bool| reports.iter().any(|r| fits(&r.verdict));
    if UNWRITTEN.load(Ordering::Relaxed) {
        return Exit::Usage;
    }
    if interrupt::came() {
        tell("conformance: interrupted; what is above is what was found until then");
        Exit::Interrupted
    } else if any(|v| *v == Verdict::Failed) {
        Exit::Failed
    } else if any(|v| matches!(v, Verdict::NotCarriedOut(_))) {
        Exit::NotCarriedOut
    } else if reports.iter().all(|r| matches!(r.verdict, Verdict::Skipped(_))) {
        tell("conformance: every case was skipped, so nothing is known");
        Exit::NothingSelected
    } else {
        Exit::Expected
    }
}

/// Finds out before anything runs whether the reports can be written.
fn prepare_files(arguments: &RunArguments) -> io::Result<()> {
    let explain = |path: &Path| {
        let path = path.display().to_string();
        move |error: io::Error| io::Error::new(error.kind(), format!("write {path}: {error}"))
    };
    if let Some(folder) = &arguments.trace_dir {
        fs::create_dir_all(folder).map_err(explain(folder))?;
        let trial = folder.join(".writable");
        fs::write(&trial, "").and_then(|()| fs::remove_file(&trial)).map_err(explain(folder))?;
    }
    if let Some(file) = &arguments.junit {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(explain(folder))?;
        }
        fs::OpenOptions::new().append(true).create(true).open(file).map_err(explain(file))?;
    }
    Ok(())
}

fn write_file(path: &Path, text: &str) -> io::Result<()> {
    let explain = |error: io::Error| io::Error::new(error.kind(), format!("write {}: {error}", path.display()));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(explain)?;
    }
    fs::write(path, text).map_err(explain)
}

fn selected(name: &str, arguments: &RunArguments) -> bool {
    let fits = |pattern: &String| matches(pattern, name);
    (arguments.run.is_empty() || arguments.run.iter().any(fits)) && !arguments.skip.iter().any(fits)
}

/// Whether a name fits a pattern: `*` stands for anything but `/`, `**` for anything.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.find('*') {
        None => pattern == name,
        Some(star) => {
            let (before, rest) = pattern.split_at(star);
            let Some(name) = name.strip_prefix(before) else { return false };
            let (rest, deep) = match rest.strip_prefix("**") {
                Some(rest) => (rest, true),
                None => (rest.strip_prefix('*').unwrap_or_default(), false),
            };
            let ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
            ends.take_while(|at| deep || !name.get(..*at).unwrap_or_default().contains('/'))
                .any(|at| matches(rest, name.get(at..).unwrap_or_default()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stay_within_a_folder_and_double_stars_do_not() {
        assert!(matches("edc/*", "edc/a"));
        assert!(!matches("edc/*", "edc/a/b"));
        assert!(matches("edc/**", "edc/a/b"));
        assert!(matches("**/lost*", "pay/x/lost-answer"));
        assert!(!matches("edc", "edc/a"));
    }
}
