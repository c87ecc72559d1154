//! A finding made small, and how it is written down: a scenario that `conformance run` fails in the same way.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::hunt::findings;
use super::shrink::shrink;
use crate::driver::Hello;
use crate::integration::Integration;
use crate::plan::{Case, seed_of};
use crate::requirement;
use crate::run::{Settings, TimeMode, run};
use crate::scenario::{Scenario, Step, parse, text, to_value};
use crate::verdict::CaseReport;
use crate::world::Signing;

/// The seed of `conformance run` when none is given.
const USUAL_SEED: u64 = 1;
/// How often a finding with a real process is looked at again.
const AGAIN: u32 = 3;
/// A run in which more than this happens counts for several tries: who never comes to an end is not made small for hours.
const LONG: usize = 1000;

/// A finding as a scenario.
#[derive(Debug)]
pub struct Record {
    /// What was broken.
    pub key: String,
    /// Where it belongs.
    pub path: PathBuf,
    /// The file.
    pub yaml: String,
    /// Steps that are left.
    pub steps: usize,
    /// The case that `conformance run` makes of the file, as it went; none when the file cannot be read again, which would
    /// be a bug of ours.
    pub report: Option<CaseReport>,
    /// How sure it is.
    pub standing: Standing,
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The file fails in the same way.
    Confirmed,
    /// It does not fail each time it is run: with real clocks and processes that happens. One that failed once only is not made
    /// small.
    Flaky,
    /// The reference breaks it too in this history: both are wrong, or the rule is.
    Shared,
}

/// Makes the case of a finding small, in so many tries at most. `folder` is where it will be written, `origin` how it was
/// found.
#[must_use]
pub fn record(
    key: &str,
    case: &Case,
    folder: &Path,
    origin: &str,
    tries: u32,
    settings: &Settings,
    hello: &Hello,
) -> Record {
    let number = case.name.rsplit('-').next().unwrap_or_default();
    let slug = format!("{}-{number}", key.to_lowercase().replace(' ', "-"));
    let path = folder.join(format!("{slug}.yaml"));
    // As `conformance run` will call it, so that it draws the same keys.
    let name = Path::new(folder.file_name().unwrap_or_default()).join(slug).display().to_string();
    let end = case.scenario.steps.last().cloned();
    let file = path.display().to_string();
    let is_real = settings.time != TimeMode::Paused;
    // A finding counts when nobody had to be trusted for it, and messages were signed as they will be.
    let time = if settings.time == TimeMode::Trusting { TimeMode::Skipping } else { settings.time };
    let signing = if is_real { Signing::Rsa } else { settings.signing };
    let careful = Settings { time, signing, ..settings.clone() };
    let is_careful = (time, signing) == (settings.time, settings.signing);
    let seed = seed_of(USUAL_SEED, &name);
    let mut replay =
        Replay { key, file, seed, name, end, shared: BTreeSet::new(), tried: Cell::new(0), settings: &careful, hello };
    let whole = to_value(&case.scenario);
    replay.shared = replay.broken_by_reference(case);
    let again = if is_real { AGAIN } else { 1 };
    let is_confirmed = (0..again).any(|_| replay.fails(&whole, &careful));
    let standing = match is_confirmed {
        false => Standing::Flaky,
        true if replay.is_shared() => Standing::Shared,
        true => Standing::Confirmed,
    };
    let small = match is_confirmed {
        false => crate::scenario::terse(whole),
        true => {
            let small = shrink(whole.clone(), tries, |file| replay.tried.get() < tries && replay.fails(file, settings));
            if !is_careful && !replay.fails(&small, &careful) {
                replay.tried.set(0);
                shrink(whole, tries, |file| replay.tried.get() < tries && replay.fails(file, &careful))
            } else {
                small
            }
        }
    };
    replay.record(small, path, origin, standing)
}

/// How a file will be run.
struct Replay<'a> {
    key: &'a str,
    name: String,
    file: String,
    seed: u64,
    /// What a history ends with: time for everything to end. Without it a right integration would be cut off, too.
    end: Option<Step>,
    /// What the reference breaks in the whole history.
    shared: BTreeSet<String>,
    /// Tries so far, long runs several times.
    tried: Cell<u32>,
    settings: &'a Settings,
    hello: &'a Hello,
}

impl Replay<'_> {
    fn case(&self, scenario: Scenario) -> Case {
        Case { name: self.name.clone(), file: self.file.clone(), scenario, seed: self.seed }
    }

    /// Whether a file breaks the same.
    fn fails(&self, file: &Value, settings: &Settings) -> bool {
        let Ok(scenario) = parse(&self.file, &text(file)) else { return false };
        let ends = |step: Option<&Step>| step.map(|step| serde_json::to_value(step).unwrap_or_default());
        if ends(scenario.steps.last()) != ends(self.end.as_ref()) {
            return false;
        }
        let case = self.case(scenario);
        let report = run(&case, settings, self.hello);
        let cost = u32::try_from(1 + report.trace.len() / LONG).unwrap_or(u32::MAX);
        self.tried.set(self.tried.get().saturating_add(cost));
        let is_it = findings(&report, settings).iter().any(|(key, _)| key == self.key);
        // A part of a history in which the right integration breaks something of its own says nothing about another.
        is_it && (self.is_shared() || self.broken_by_reference(&case).is_subset(&self.shared))
    }

    /// Whether the reference breaks the same in the whole history.
    fn is_shared(&self) -> bool {
        self.shared.contains(self.key)
    }

    /// What the right integration breaks in a history; nothing, when it is the one that is tested.
    fn broken_by_reference(&self, case: &Case) -> BTreeSet<String> {
        if matches!(self.settings.integration, Integration::Memory(None)) {
            return BTreeSet::new();
        }
        let settings =
            Settings { integration: Integration::Memory(None), time: TimeMode::Paused, ..self.settings.clone() };
        findings(&run(case, &settings, self.hello), &settings).into_iter().map(|(key, _)| key).collect()
    }

    fn record(&self, mut file: Value, path: PathBuf, origin: &str, standing: Standing) -> Record {
        let found = |report: &CaseReport| {
            let found = findings(report, self.settings).into_iter().find(|(key, _)| key == self.key);
            found.map(|(_, text)| text).unwrap_or_default()
        };
        let again = |file: &Value| {
            let scenario = parse(&self.file, &text(file)).ok()?;
            // As `conformance run` signs.
            let settings = Settings { signing: Signing::Rsa, ..self.settings.clone() };
            Some(run(&self.case(scenario), &settings, self.hello))
        };
        let how = again(&file).map(|report| found(&report)).unwrap_or_default();
        let how = if how.is_empty() { "not seen when it was run again" } else { &how };
        file["title"] = format!("{}: {how}", self.key).into();
        if requirement::find(self.key).is_some() {
            file["covers"] = vec![self.key].into();
        }
        // In the order of a file.
        let order = ["title", "roles", "covers", "given", "steps", "expect"];
        let fields = order.into_iter().filter_map(|key| Some((key.to_owned(), file.get(key)?.clone())));
        let file = Value::Object(fields.collect());
        let report = again(&file);
        let is_it = report.as_ref().is_some_and(|report| !found(report).is_empty());
        let standing = if is_it { standing } else { Standing::Flaky };
        let doubt = match standing {
            Standing::Confirmed => "# Made small.",
            Standing::Flaky => "# FLAKY: it does not fail each time it is run.",
            Standing::Shared => "# SHARED: the reference fails in the same way; look at the rule first.",
        };
        let yaml = format!("# {origin}\n{doubt}\n{}", text(&file));
        let steps = file["steps"].as_array().map_or(0, Vec::len);
        Record { key: self.key.to_owned(), path, yaml, steps, report, standing }
    }
}
