//! `conformance run`: workers, retries, and what is printed while it runs.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Instant;

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::{Deserialize, Serialize};
use wire::time::Span;

use super::fuzz::SigningKind;
use super::order::starts;
use super::output::{say, tell, try_folder, write_file};
use super::reports::{KnownFailures, ReportArguments};
use super::select::SelectArguments;
use super::standard::{KnownArguments, StandardArguments};
use crate::client::{PageSource, Setup};
use crate::driver::Hello;
use crate::exit::Exit;
use crate::integration::Integration;
use crate::interrupt;
use crate::plan::Case;
use crate::report::text;
use crate::result::known::{self, Known, Scope};
use crate::result::{About, CaseResult, Outcome, RunResult};
use crate::run::{Settings, TimeMode, greet, run};
use crate::scenario::Role;
use crate::trace::to_json_lines;
use crate::verdict::{CaseReport, Verdict};
use crate::world::Signing;

#[derive(Debug, clap::Args)]
pub(super) struct RunArguments {
    #[command(flatten)]
    select: SelectArguments,
    /// What to test: a command that starts a driver, the URL of one that runs, or `memory` for the reference
    /// integration inside this process [default: the reference integration as a child process]
    #[arg(long, value_name = "CMD|URL|memory", default_value = "reference", hide_default_value = true)]
    integration: String,
    /// Cases that run beside each other [default: eight times the processors; in memory, as many as processors]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// How time passes for a process or URL: skip waits of the simulated world, or not
    #[arg(long, value_enum, default_value_t = ClockKind::Skipping)]
    clock: ClockKind,
    /// How long an integration may take to answer `initialize`
    #[arg(long, value_name = "TIME", default_value = "20s", value_parser = span)]
    start_timeout: Span,
    /// How long a case may take in real time
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = span)]
    case_timeout: Span,
    /// What messages of the gateway are signed with: RSA, or in memory words that both sides know, which cost a fraction
    /// [default: words in memory, RSA elsewhere]
    #[arg(long, value_enum)]
    signing: Option<SigningKind>,
    /// How often a case that failed is tried again; one that passes then is told as flaky. Needs --clock real
    #[arg(long, value_name = "N", default_value_t = 0)]
    retries: u32,
    /// Also write each case's trace here, as JSON Lines
    #[arg(long, value_name = "DIR")]
    trace_dir: Option<PathBuf>,
    #[command(flatten)]
    standard: StandardArguments,
    #[command(flatten)]
    known: KnownArguments,
    #[command(flatten)]
    reports: ReportArguments,
}

impl RunArguments {
    /// The cases that are selected.
    ///
    /// # Errors
    /// A scenario is wrong, which is told.
    pub(super) fn cases(&self) -> Result<Vec<Case>, Exit> {
        self.select.cases()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ClockKind {
    /// Skip waits of the simulated world; what the integration owes, such as an ACK, is waited for as long as it takes
    Skipping,
    /// Skip those, too, where the integration says by `clock` that it will not act before they are over
    Trusting,
    /// As it does
    Real,
}

pub(super) fn span(text: &str) -> Result<Span, String> {
    wire::time::parse_duration(text).map(Span).map_err(|error| error.to_string())
}

pub(super) fn main(arguments: &RunArguments) -> Exit {
    main_with(arguments, None)
}

/// The same with a front end: only the cases that have one are run.
pub(super) fn main_with(arguments: &RunArguments, client: Option<Setup>) -> Exit {
    let settings = match settings(arguments, client) {
        Ok(settings) => settings,
        Err(problem) => {
            tell(&format!("conformance: {problem}"));
            return Exit::Usage;
        }
    };
    let (known, mut cases) = match arguments.known.read().and_then(|known| Ok((known, arguments.select.cases()?))) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    if settings.client.is_some() {
        cases.retain(|case| case.scenario.roles.contains(&Role::Client));
        if cases.is_empty() {
            tell("conformance: no case of the role `client` is selected; those that there are lie in scenarios/client");
            return Exit::NothingSelected;
        }
    }
    let prepared = arguments.trace_dir.as_deref().map_or(Ok(()), try_folder).and_then(|()| arguments.reports.prepare());
    if let Err(error) = prepared {
        tell(&format!("conformance: failed to {error}"));
        return Exit::Usage;
    }
    interrupt::watch();
    let began = Instant::now();
    let mut tested = settings.integration.describe();
    let done = match greet(&settings) {
        Ok(mut hello) => {
            if settings.client.is_some() && !hello.roles.contains(&Role::Client) {
                // The page plays it.
                hello.roles.push(Role::Client);
            }
            let version = if hello.version.is_empty() { String::new() } else { format!(" {}", hello.version) };
            tell(&format!("testing {tested}: {}{version}", hello.name));
            tested = format!("{}{version}", if hello.name.is_empty() { &tested } else { &hello.name });
            run_all(&Runner { settings: &settings, hello: &hello, arguments, known: &known }, &cases)
        }
        Err(reason) => {
            tell(&format!("conformance: {tested} cannot be tested: {reason}"));
            tell("docs/driver.md says what a driver answers; `conformance driver-check` leads to it step by step");
            let stopped = |case: &Case| CaseReport::not_run(case, Verdict::NotCarriedOut(reason.clone()));
            Ok(cases.iter().map(|case| CaseResult::new(&stopped(case), &settings.standard)).collect())
        }
    };
    let mut results: Vec<CaseResult> = match done {
        Ok(results) => results,
        Err(error) => {
            tell(&format!("conformance: failed to {error}"));
            return Exit::Usage;
        }
    };
    let scope = if interrupt::came() { Scope::Part } else { arguments.select.scope() };
    let stale = known::apply(&known, &mut results, scope);
    let about = About {
        format: About::FORMAT,
        integration: tested,
        seed: arguments.select.seed,
        revision: settings.standard.revision.number(),
        fail_on: settings.standard.fail_on,
    };
    let result = RunResult::new(about, &settings.standard, results, stale).taking(began.elapsed().as_secs_f64());
    let mut exit = result.exit();
    if interrupt::came() {
        tell("conformance: interrupted; what is told is what was found until then");
        exit = Exit::Interrupted;
    } else if exit == Exit::NothingSelected {
        tell("conformance: every case was skipped, so nothing is known");
    }
    arguments.reports.finish(&result, exit, KnownFailures::Taken)
}

pub(super) fn settings(arguments: &RunArguments, client: Option<Setup>) -> Result<Settings, String> {
    let integration =
        Integration::parse(&arguments.integration).map_err(|problem| format!("--integration: {problem}"))?;
    let time = match (&integration, arguments.clock) {
        (Integration::Memory(_), _) => TimeMode::Paused,
        (_, ClockKind::Skipping) => TimeMode::Skipping,
        (_, ClockKind::Trusting) => TimeMode::Trusting,
        (_, ClockKind::Real) => TimeMode::Real,
    };
    if client.is_some() && matches!(integration, Integration::Memory(_)) {
        return Err("--integration memory: a browser needs real sockets; leave it out for the reference as a process"
            .to_owned());
    }
    if arguments.retries > 0 && time != TimeMode::Real {
        return Err("--retries: only under --clock real does a second try mean anything; \
                    otherwise time is the harness's own, and what fails once is a fault to look at"
            .to_owned());
    }
    let signing = match (arguments.signing, time) {
        (Some(SigningKind::Words), TimeMode::Skipping | TimeMode::Trusting | TimeMode::Real) => {
            return Err("--signing words: only the reference in memory signs with words".to_owned());
        }
        (Some(kind), _) => kind.into(),
        (None, TimeMode::Paused) => Signing::Words,
        (None, TimeMode::Skipping | TimeMode::Trusting | TimeMode::Real) => Signing::Rsa,
    };
    Ok(Settings {
        integration,
        time,
        start_timeout: arguments.start_timeout.0,
        case_timeout: arguments.case_timeout.0,
        standard: arguments.standard.standard(),
        signing,
        client,
    })
}

/// What every worker needs.
struct Runner<'a> {
    settings: &'a Settings,
    hello: &'a Hello,
    arguments: &'a RunArguments,
    known: &'a [Known],
}

fn run_all(runner: &Runner<'_>, cases: &[Case]) -> io::Result<Vec<CaseResult>> {
    let arguments = runner.arguments;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let usual = match runner.settings.time {
        TimeMode::Paused => processors,
        // A browser works all the time.
        _ if runner.settings.client.is_some() => processors,
        // Cases wait more than they work, so there may be more of them than processors.
        TimeMode::Skipping | TimeMode::Trusting | TimeMode::Real => processors * 8,
    };
    // A page that is served at one place by its own backend has one buyer at a time.
    let is_elsewhere = runner.settings.client.as_ref().is_some_and(|setup| matches!(setup.page, PageSource::Url(_)));
    let parallel = runner.settings.integration.runs_in_parallel() && !is_elsewhere;
    let jobs = if parallel { arguments.jobs.unwrap_or(usual).clamp(1, 64) } else { 1 };
    let order = starts(cases);
    let next = AtomicUsize::new(0);
    let problem = Mutex::new(None);
    let mut results = BTreeMap::new();
    let mut shown = 0;
    let bar = bar(cases.len());
    std::thread::scope(|scope| {
        let (done, finished) = mpsc::channel();
        for _ in 0..jobs.min(cases.len()) {
            let (done, next, order, problem) = (done.clone(), &next, &order, &problem);
            scope.spawn(move || {
                loop {
                    let Some(&index) = order.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
                    let Some(case) = cases.get(index).filter(|_| !interrupt::came()) else { return };
                    let (result, written) = runner.case(case);
                    if let Err(error) = written {
                        problem.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    }
                    if done.send((index, result)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        for (index, result) in finished {
            results.insert(index, result);
            bar.inc(1);
            // In the order of the plan, as soon as may be: two runs print the same.
            while arguments.reports.is_text()
                && let Some(result) = results.get(&shown)
            {
                bar.suspend(|| say(&text::case(result)));
                shown += 1;
            }
        }
    });
    bar.finish_and_clear();
    match problem.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(results.into_values().collect()),
    }
}

impl Runner<'_> {
    /// Runs a case, again when it failed and that was asked for, and writes its trace down.
    fn case(&self, case: &Case) -> (CaseResult, io::Result<()>) {
        let first = run(case, self.settings, self.hello);
        let mut result = CaseResult::new(&first, &self.settings.standard);
        if matches!(result.verdict, Outcome::Failed | Outcome::NotCarriedOut) {
            let retries = self.arguments.retries;
            let passing = (1..=retries)
                .find(|_| !interrupt::came() && run(case, self.settings, self.hello).verdict == Verdict::Passed);
            if let Some(attempt) = passing {
                let why = result.reason.take().map_or_else(String::new, |reason| format!(" (it had: {reason})"));
                result.verdict = Outcome::Flaky;
                result.reason = Some(format!("it failed, and passed at try {} of {}{why}", attempt + 1, retries + 1));
            }
        }
        // Marked already where it is printed; what entries are stale is known in the end only.
        let _ = known::apply(self.known, std::slice::from_mut(&mut result), Scope::Part);
        let written = match &self.arguments.trace_dir {
            Some(folder) if !first.trace.is_empty() => {
                write_file(&folder.join(format!("{}.jsonl", case.name)), &to_json_lines(&first.trace))
            }
            _ => Ok(()),
        };
        (result, written)
    }
}

/// Shown on a terminal only.
fn bar(cases: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(u64::try_from(cases).ok(), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template("{bar:30} {pos} of {len} cases, {elapsed}, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
