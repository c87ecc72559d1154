//! A campaign as it goes on: what is shown meanwhile, what is written down, and what is told in the end.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::left::{Left, Written};
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

/// What the trace of a finding is called, beside its scenario, where nothing is the same twice.
const TRACE: &str = "jsonl";
/// Where nobody looks at a bar, a line is told so often.
const TOLD: Duration = Duration::from_secs(10);

/// So often a campaign writes down how far it is: what ends it without a word costs no more.
const SAVED: Duration = Duration::from_secs(30);

/// A campaign that goes on.
pub(super) struct Hunt<'a> {
    pub(super) left: Left,
    /// The folder of what is found.
    pub(super) out: PathBuf,
    /// The file that it leaves.
    pub(super) place: PathBuf,
    pub(super) jobs: Option<usize>,
    pub(super) settings: &'a Settings,
    pub(super) hello: &'a Hello,
    /// What this run of the program made small, as it went, by requirement.
    pub(super) evidence: BTreeMap<String, CaseReport>,
    pub(super) began: Instant,
}

impl Hunt<'_> {
    pub(super) fn go(&mut self) -> std::io::Result<()> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let usual = if self.settings.time == TimeMode::Paused { processors } else { processors * 12 };
        let parallel = self.settings.integration.runs_in_parallel();
        let jobs = if parallel { self.jobs.unwrap_or(usual).clamp(1, 64) } else { 1 };
        let cases = self.left.asked.cases();
        let until = cases.unwrap_or(u64::MAX);
        // What cannot be written is better known before the work than after it.
        self.save(&self.left.campaign)?;
        let mut campaign = std::mem::take(&mut self.left.campaign);
        let already = campaign.cases();
        let (bar, mut told, mut saved, mut written) = (bar(cases), Instant::now(), Instant::now(), Ok(()));
        let (settings, hello) = (self.settings, self.hello);
        let mut look = |campaign: &mut Campaign| {
            written = self.write_down(campaign, &bar);
            bar.set_position(campaign.cases());
            let standing = self.standing(campaign, already);
            if bar.is_hidden() && told.elapsed() > TOLD {
                told = Instant::now();
                tell(&standing);
            }
            bar.set_message(standing);
            if written.is_ok() && saved.elapsed() > SAVED {
                written = self.save(campaign);
                saved = Instant::now();
            }
            if self.is_late() || written.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        if look(&mut campaign).is_continue() {
            campaign.run(settings, hello, jobs, until, &mut look);
            let _ = look(&mut campaign);
        }
        bar.finish_and_clear();
        if already >= until && !interrupt::came() {
            tell(&format!(
                "conformance: {already} cases are done already, and no more are wanted; --cases says how many in all"
            ));
        }
        let written = written.and_then(|()| self.save(&campaign));
        self.left.campaign = campaign;
        if written.is_ok() && interrupt::came() {
            let path = word(&self.place);
            tell(&format!("conformance: interrupted; `conformance fuzz --resume {path}` goes on"));
        }
        written
    }

    /// Makes what is new small, and writes it down. What an interruption leaves is written down when the campaign goes on.
    fn write_down(&mut self, campaign: &mut Campaign, bar: &ProgressBar) -> std::io::Result<()> {
        while !interrupt::came()
            && let Some(Fresh { key, case, trace }) = campaign.fresh.first().cloned()
        {
            // What the smallest case of another finding breaks too needs no file of its own.
            if self.shown_by(&key).is_none() {
                let (origin, tries) = (self.origin(campaign, &key, &case.name), self.tries());
                let found = record(&key, &case, &self.out, &origin, tries, self.settings, self.hello);
                if interrupt::came() {
                    break;
                }
                bar.suspend(|| tell(&format!("{key} in {} (seed {}): {}", case.name, case.seed, found.path.display())));
                write_file(&found.path, &found.yaml)?;
                if let Some(trace) = trace {
                    write_file(&found.path.with_extension(TRACE), &trace)?;
                }
                let Record { path, steps, standing, report, .. } = found;
                let broken = report.iter().flat_map(CaseReport::broken).map(|(id, _)| id.to_owned());
                let breaks = broken.filter(|id| *id != key).chain([key.clone()]).collect();
                self.left.written.insert(key.clone(), Written { path, steps, standing, breaks });
                self.evidence.extend(report.map(|report| (key, report)));
            }
            campaign.fresh.remove(0);
        }
        Ok(())
    }

    /// The finding whose file shows this one, its own first.
    fn shown_by(&self, key: &str) -> Option<(&str, &Written)> {
        let own = self.left.written.get_key_value(key);
        let other = || self.left.written.iter().find(|(_, written)| written.breaks.iter().any(|id| id == key));
        own.or_else(other).map(|(id, written)| (id.as_str(), written))
    }

    fn save(&self, campaign: &Campaign) -> std::io::Result<()> {
        self.left.write(&self.place, campaign, self.began.elapsed())
    }

    fn tries(&self) -> u32 {
        let usual = if self.settings.time == TimeMode::Paused { 2000 } else { 200 };
        self.left.asked.tries.unwrap_or(usual)
    }

    fn is_late(&self) -> bool {
        self.left.asked.lasting().is_some_and(|lasting| self.left.took + self.began.elapsed() >= lasting.0)
    }

    /// Where a file comes from, and what was seen there: a finding that does not come again has no other words.
    fn origin(&self, campaign: &Campaign, key: &str, case: &str) -> String {
        let seen = campaign.found.get(key).map_or("", |found| &found.text);
        let seen = seen.split_whitespace().collect::<Vec<_>>().join(" ");
        let area = campaign.area.map_or_else(String::new, |area| format!(" --area {}", area.as_str()));
        let number = case.rsplit('-').next().unwrap_or_default();
        let integration = self.left.asked.integration();
        format!(
            "Found by `conformance fuzz --seed {}{area}` in case {number} with the integration `{integration}`.\n\
             # There: {seen}",
            campaign.seed
        )
    }

    /// One line for whoever waits.
    fn standing(&self, campaign: &Campaign, already: u64) -> String {
        let done = campaign.cases();
        let reached: Vec<_> = reached(campaign).map(|(_, reached, of)| format!("{reached}/{of}")).collect();
        format!(
            "{done} cases, {:.0} a second, situations {}, {} failed, {}",
            rate(done - already.min(done), self.began.elapsed()),
            reached.join(" "),
            campaign.failed,
            count(campaign.found.len(), "finding", "findings"),
        )
    }

    pub(super) fn summary(&self) -> String {
        let campaign = &self.left.campaign;
        let mut text = String::new();
        for (key, found) in &campaign.found {
            let statement = requirement::find(key).map_or(key.as_str(), |requirement| requirement.statement);
            let what = if statement == key { String::new() } else { format!(": {statement}") };
            let cases = count(usize::try_from(found.times).unwrap_or(usize::MAX), "case", "cases");
            let _ = write!(text, "FOUND {key}{what}\n     in {cases}, first in {}: {}\n", found.case, found.text);
            text.push_str(&self.shown(key));
        }
        let reached = reached(campaign).map(|(area, reached, of)| format!("{} {reached} of {of}", area.as_str()));
        let exercised = rule::ALL.iter().filter(|rule| campaign.exercised.contains(rule.requirement)).count();
        let skipped = match campaign.skipped {
            0 => String::new(),
            skipped => format!(", {skipped} skipped"),
        };
        let undone = match campaign.found.get(NOT_CARRIED_OUT) {
            Some(found) => format!(", {} could not be carried out", found.times),
            None => String::new(),
        };
        let broken = campaign.found.keys().filter(|key| *key != NOT_CARRIED_OUT).count();
        let _ = writeln!(
            text,
            "{} cases, seed {}: {} failed{undone}{skipped}; {} broken\nsituations reached: {}; rules exercised: {exercised} of {}",
            campaign.done,
            campaign.seed,
            campaign.failed,
            count(broken, "requirement", "requirements"),
            reached.collect::<Vec<_>>().join(", "),
            rule::ALL.len(),
        );
        tell(&format!("took {:.1} s", self.began.elapsed().as_secs_f64()));
        text
    }

    /// Where a finding can be seen, with its evidence.
    fn shown(&self, key: &str) -> String {
        let Some((id, Written { path, steps, standing, .. })) = self.shown_by(key) else {
            return "     not made small yet\n".to_owned();
        };
        if id != key {
            return format!("     the file of {id} shows it, too: {}\n", path.display());
        }
        let again = if key == NOT_CARRIED_OUT { "tries it again" } else { "fails too" };
        let (flaky, again) = match standing {
            Standing::Confirmed => ("", again),
            Standing::Flaky => (" (FLAKY: it does not fail each time)", "may fail once more"),
            Standing::Shared => (" (SHARED: the reference fails in the same way; look at the rule first)", again),
        };
        let trace = path.with_extension(TRACE);
        // In memory there is none; one that lies there is of another campaign.
        let seen = if self.settings.time != TimeMode::Paused && trace.exists() {
            format!("; `conformance check {}` judges what was seen", word(&trace))
        } else {
            String::new()
        };
        let steps = count(*steps, "step", "steps");
        let evidence = self.evidence.get(key);
        let evidence = evidence.map(|report| text::case(&CaseResult::new(report, &self.settings.standard)));
        format!(
            "     {}: {steps}{flaky}; `conformance run {} {}` {again}{seen}\n{}",
            path.display(),
            self.options(key),
            word(path),
            evidence.unwrap_or_default()
        )
    }

    /// The options with which `conformance run` does what was done here.
    fn options(&self, key: &str) -> String {
        let integration = shlex::try_quote(self.left.asked.integration()).unwrap_or_default();
        let timeout = match key {
            NOT_CARRIED_OUT => format!(" --case-timeout {}", self.left.asked.case_timeout()),
            _ => String::new(),
        };
        format!("--integration {integration}{timeout}")
    }

    pub(super) fn exit(&self) -> Exit {
        let is_broken = self.left.campaign.found.keys().any(|key| key != NOT_CARRIED_OUT);
        match () {
            () if interrupt::came() => Exit::Interrupted,
            () if is_broken => Exit::Failed,
            () if !self.left.campaign.found.is_empty() => Exit::NotCarriedOut,
            () if self.left.campaign.done == 0 => Exit::NothingSelected,
            () => Exit::Expected,
        }
    }
}

/// A path as a shell reads it.
fn word(path: &Path) -> String {
    let path = path.to_string_lossy();
    shlex::try_quote(&path).map_or_else(|_| path.clone().into_owned(), Cow::into_owned)
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
