//! A campaign as it goes on: what is shown meanwhile, what is written down, and what is told in the end.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::FuzzArguments;
use crate::campaign::{Area, Campaign, Fresh, NOT_CARRIED_OUT, Record, Standing, reachable, record};
use crate::cli::output::{count, tell, write_file};
use crate::driver::Hello;
use crate::exit::Exit;
use crate::interrupt;
use crate::report::text;
use crate::requirement;
use crate::result::CaseResult;
use crate::rule;
use crate::run::{Settings, TimeMode};
use crate::verdict::CaseReport;

/// Cases when nothing else is said.
const CASES: u64 = 1000;
/// What the trace of a finding is called, beside its scenario, where nothing is the same twice.
const TRACE: &str = "jsonl";
/// Where nobody looks at a bar, a line is told so often.
const TOLD: Duration = Duration::from_secs(10);

/// A campaign that goes on.
pub(super) struct Hunt<'a> {
    pub(super) arguments: &'a FuzzArguments,
    pub(super) settings: &'a Settings,
    pub(super) hello: &'a Hello,
    pub(super) campaign: Campaign,
    /// What was found by this run of the program, made small.
    pub(super) records: BTreeMap<String, Record>,
}

impl Hunt<'_> {
    pub(super) fn go(&mut self, began: Instant) -> std::io::Result<()> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let usual = if self.settings.time == TimeMode::Paused { processors } else { processors * 12 };
        let parallel = self.settings.integration.runs_in_parallel();
        let jobs = if parallel { self.arguments.jobs.unwrap_or(usual).clamp(1, 64) } else { 1 };
        let until = self.cases().unwrap_or(u64::MAX);
        let already = self.campaign.cases();
        let (bar, mut told, mut written) = (bar(self.cases()), Instant::now(), Ok(()));
        let mut campaign = std::mem::take(&mut self.campaign);
        let (settings, hello) = (self.settings, self.hello);
        let mut look = |campaign: &mut Campaign| {
            written = self.write_down(campaign, &bar);
            bar.set_position(campaign.cases());
            let standing = self.standing(campaign, already, began.elapsed());
            if bar.is_hidden() && told.elapsed() > TOLD {
                told = Instant::now();
                tell(&standing);
            }
            bar.set_message(standing);
            if self.is_late(began) || written.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        if look(&mut campaign).is_continue() {
            campaign.run(settings, hello, jobs, until, &mut look);
            let _ = look(&mut campaign);
        }
        bar.finish_and_clear();
        self.campaign = campaign;
        written
    }

    /// Makes what is new small, and writes it down. What an interruption leaves is written down when the campaign goes on.
    fn write_down(&mut self, campaign: &mut Campaign, bar: &ProgressBar) -> std::io::Result<()> {
        while !interrupt::came()
            && let Some(Fresh { key, case, trace }) = campaign.fresh.first().cloned()
        {
            // What the smallest case of another finding breaks too needs no file of its own.
            let is_told = self.records.values().any(|record| {
                let breaks = |report: &CaseReport| report.broken().any(|(id, _)| id == key);
                record.report.as_ref().is_some_and(breaks)
            });
            if !is_told {
                let (origin, tries) = (self.origin(campaign, &key, &case.name), self.tries());
                let found = record(&key, &case, &self.arguments.out, &origin, tries, self.settings, self.hello);
                if interrupt::came() {
                    break;
                }
                bar.suspend(|| tell(&format!("{key} in {} (seed {}): {}", case.name, case.seed, found.path.display())));
                write_file(&found.path, &found.yaml)?;
                if let Some(trace) = trace {
                    write_file(&found.path.with_extension(TRACE), &trace)?;
                }
                self.records.insert(key, found);
            }
            campaign.fresh.remove(0);
        }
        Ok(())
    }

    fn tries(&self) -> u32 {
        let usual = if self.settings.time == TimeMode::Paused { 2000 } else { 200 };
        self.arguments.tries.unwrap_or(usual)
    }

    fn cases(&self) -> Option<u64> {
        let usual = if self.arguments.lasting.is_some() { None } else { Some(CASES) };
        self.arguments.cases.or(usual)
    }

    fn is_late(&self, began: Instant) -> bool {
        self.arguments.lasting.is_some_and(|lasting| began.elapsed() >= lasting.0)
    }

    /// Where a file comes from, and what was seen there: a finding that does not come again has no other words.
    fn origin(&self, campaign: &Campaign, key: &str, case: &str) -> String {
        let seen = campaign.found.get(key).map_or("", |found| &found.text);
        let seen = seen.split_whitespace().collect::<Vec<_>>().join(" ");
        let area = campaign.area.map_or_else(String::new, |area| format!(" --area {}", area.as_str()));
        let number = case.rsplit('-').next().unwrap_or_default();
        let integration = &self.arguments.integration;
        format!(
            "Found by `conformance fuzz --seed {}{area}` in case {number} with the integration `{integration}`.\n\
             # There: {seen}",
            campaign.seed
        )
    }

    /// One line for whoever waits.
    fn standing(&self, campaign: &Campaign, already: u64, took: Duration) -> String {
        let done = campaign.cases();
        let reached: Vec<_> = reached(campaign).map(|(_, reached, of)| format!("{reached}/{of}")).collect();
        format!(
            "{done} cases, {:.0} a second, situations {}, {} failed, {}",
            rate(done - already.min(done), took),
            reached.join(" "),
            campaign.failed,
            count(campaign.found.len(), "finding", "findings"),
        )
    }

    /// What a campaign needs to be resumed.
    pub(super) fn leave_word(&self) -> std::io::Result<()> {
        let path = self.left();
        write_file(&path, &self.campaign.to_value().to_string())?;
        if interrupt::came() {
            let path = path.display();
            tell(&format!("conformance: interrupted; `conformance fuzz --resume {path}` goes on"));
        }
        Ok(())
    }

    fn left(&self) -> PathBuf {
        self.arguments.resume.clone().unwrap_or_else(|| self.arguments.out.join("resume.json"))
    }

    pub(super) fn summary(&self, took: Duration) -> String {
        let campaign = &self.campaign;
        let mut text = String::new();
        for (key, found) in &campaign.found {
            let statement = requirement::find(key).map_or(key.as_str(), |requirement| requirement.statement);
            let what = if statement == key { String::new() } else { format!(": {statement}") };
            let cases = count(usize::try_from(found.times).unwrap_or(usize::MAX), "case", "cases");
            let _ = write!(text, "FOUND {key}{what}\n     in {cases}, first in {}: {}\n", found.case, found.text);
            if let Some(record) = self.records.get(key) {
                text.push_str(&self.shown(record));
            }
        }
        let reached = reached(campaign).map(|(area, reached, of)| format!("{} {reached} of {of}", area.as_str()));
        let exercised = rule::ALL.iter().filter(|rule| campaign.exercised.contains(rule.requirement)).count();
        let skipped = match campaign.skipped {
            0 => String::new(),
            skipped => format!(", {skipped} skipped"),
        };
        let _ = writeln!(
            text,
            "{} cases, seed {}: {} failed{skipped}; {} broken\nsituations reached: {}; rules exercised: {exercised} of {}",
            campaign.done,
            campaign.seed,
            campaign.failed,
            count(campaign.found.len(), "requirement", "requirements"),
            reached.collect::<Vec<_>>().join(", "),
            rule::ALL.len(),
        );
        tell(&format!("took {:.1} s", took.as_secs_f64()));
        text
    }

    /// A finding made small, with its evidence.
    fn shown(&self, record: &Record) -> String {
        let path = record.path.display();
        let (flaky, again) = match record.standing {
            Standing::Confirmed => ("", "fails too"),
            Standing::Flaky => (" (FLAKY: it does not fail each time)", "may fail once more"),
            Standing::Shared => (" (SHARED: the reference fails in the same way; look at the rule first)", "fails too"),
        };
        let trace = record.path.with_extension(TRACE);
        // In memory there is none; one that lies there is of another campaign.
        let seen = if self.settings.time != TimeMode::Paused && trace.exists() {
            format!("; `conformance check {}` judges what was seen", trace.display())
        } else {
            String::new()
        };
        let steps = count(record.steps, "step", "steps");
        let integration = &self.arguments.integration;
        let evidence =
            record.report.as_ref().map(|report| text::case(&CaseResult::new(report, &self.settings.standard)));
        format!(
            "     {path}: {steps}{flaky}; `conformance run --integration \"{integration}\" {path}` {again}{seen}\n{}",
            evidence.unwrap_or_default()
        )
    }

    pub(super) fn exit(&self) -> Exit {
        let is_broken = self.campaign.found.keys().any(|key| key != NOT_CARRIED_OUT);
        match () {
            () if interrupt::came() => Exit::Interrupted,
            () if is_broken => Exit::Failed,
            () if !self.campaign.found.is_empty() => Exit::NotCarriedOut,
            () if self.campaign.done == 0 => Exit::NothingSelected,
            () => Exit::Expected,
        }
    }
}

/// Each area that is tested, with the situations that were reached and could be.
fn reached(campaign: &Campaign) -> impl Iterator<Item = (Area, usize, usize)> {
    let areas = Area::ALL.into_iter().filter(|area| campaign.area.is_none_or(|only| only == *area));
    areas.map(|area| (area, campaign.reached(area), reachable(area).len()))
}

fn rate(cases: u64, took: Duration) -> f64 {
    // A campaign has not so many cases that a float could not count them.
    let cases = u32::try_from(cases).unwrap_or(u32::MAX);
    f64::from(cases) / took.as_secs_f64().max(0.001)
}

/// Shown on a terminal only.
fn bar(cases: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(cases, ProgressDrawTarget::stderr());
    let template = if cases.is_some() { "{bar:20} {msg}, {eta} left" } else { "{spinner} {msg}, {elapsed}" };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
