//! Carries out a case: opens its world, starts the integration, takes the steps, lets everything come to rest.
//!
//! Time passes only inside the steps that wait (`until`, `advance`, `settle`), so that "cancel while no card is there"
//! means the same on every machine. See [`TimeMode`] for how it passes.

mod fitness;
mod folder;
mod kept_port;
mod passing;
mod probe;
mod pulse;
mod rest;
mod restart;
mod session;
mod stage;
mod steps;
mod track;

pub use probe::{Probe, probe};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use wire::clock::Clock as _;
use wire::time::Moment;

use self::pulse::Pulse;
use self::rest::Calm;
use self::session::Session;
use self::stage::Stage;
use crate::client::{Front, Opening, Setup};
use crate::clock::WorldClock;
use crate::driver::{Hello, Idle};
use crate::integration::Integration;
use crate::interrupt;
use crate::memory::Memory;
use crate::plan::Case;
use crate::scenario::Role;
use crate::trace::{CaseEvent, DriverEvent, Entry, Event, LIMIT, Recorder};
use crate::verdict::{CaseReport, Phases, Standard, Verdict, judge};
use crate::world::{Place, Signing, World};

/// How time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeMode {
    /// Everything is in memory: tokio's paused clock jumps when nothing can run.
    Paused,
    /// Real sockets and processes: when every wire is quiet, jump to the simulated world's next deadline.
    Skipping,
    /// The same, and waits for the integration itself are skipped too, where it says by `clock` that it will not act before
    /// they are over, and the kernel says that it does nothing.
    Trusting,
    /// As it does.
    Real,
}

impl TimeMode {
    /// Whether time jumps in a world of real sockets and processes.
    pub(crate) const fn is_skipping(self) -> bool {
        matches!(self, Self::Skipping | Self::Trusting)
    }
}

/// What all cases share.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What is under test.
    pub integration: Integration,
    /// How time passes.
    pub time: TimeMode,
    /// How long `initialize` may take.
    pub start_timeout: Duration,
    /// How long a case may take in real time before it is given up.
    pub case_timeout: Duration,
    /// What fails a case.
    pub standard: Standard,
    /// What messages of the gateway are signed with.
    pub signing: Signing,
    /// The front end under test, if that is what is tested.
    pub client: Option<Setup>,
}

/// Asks an integration once what it can do, before any case.
///
/// # Errors
/// Why nothing can be carried out with it.
pub fn greet(settings: &Settings) -> Result<Hello, String> {
    in_runtime(settings.time, async {
        let clock = WorldClock::starting_at(start(settings.time));
        let recorder = Recorder::new(Arc::new(clock.clone()));
        let memory = Memory::new(Arc::new(clock.clone()));
        let session = Session::start(settings, &recorder, &memory).map_err(|error| error.to_string())?;
        let folder = tempfile::tempdir().map_err(|error| format!("make a folder: {error}"))?;
        let params = json!({
            "protocol": "1", "case": "greeting", "seed": 0,
            "state": folder.path().display().to_string(), "clock": {"now": clock.now().as_millis()},
        });
        match session.initialize(settings, &recorder, params).await {
            Ok(hello) => {
                session.end(&recorder, None).await;
                Ok(hello)
            }
            Err(error) => {
                // Words are lost on it.
                session.kill(&recorder).await;
                Err(error.to_string())
            }
        }
    })?
}

/// Runs a case and judges it.
#[must_use]
pub fn run(case: &Case, settings: &Settings, hello: &Hello) -> CaseReport {
    if let Some(reason) = fitness::unfit(&case.scenario, settings, hello) {
        return CaseReport::not_run(case, Verdict::Skipped(reason));
    }
    let mut took = Phases::default();
    let carried_out = in_runtime(settings.time, async {
        let clock = WorldClock::starting_at(start(settings.time));
        let recorder = Recorder::new(Arc::new(clock.clone()));
        // In a box, like all that is large and rare on the way of every case: it would be moved about otherwise.
        let work = Box::pin(carry_out(case, settings, &clock, &recorder, &mut took));
        let work = tokio::time::timeout(limit(settings), work);
        let limited = if settings.time == TimeMode::Paused {
            // Takes no time to speak of, and another timer would be seen in it.
            work.await
        } else {
            tokio::select! {
                biased;
                limited = work => limited,
                () = interrupt::wait() => Ok(Err("it was interrupted".to_owned())),
            }
        };
        let mut problem = match limited {
            Ok(Ok(())) if recorder.len() >= LIMIT => Some(format!("more than {LIMIT} things happened")),
            Ok(result) => result.err(),
            Err(_) if settings.time == TimeMode::Paused => {
                Some("it spans more than 90 days of simulated time".to_owned())
            }
            Err(_) => Some(format!("it took longer than {} s, --case-timeout", settings.case_timeout.as_secs())),
        };
        let trace = recorder.take();
        if let Some(problem) = problem.as_mut().filter(|problem| problem.contains("--case-timeout")) {
            problem.push_str(&owed(&trace));
        }
        (trace, problem)
    });
    match carried_out {
        Ok((trace, problem)) => {
            let ended = Instant::now();
            let mut report = judge(case, &settings.standard, trace, problem, took);
            report.took.judge = ended.elapsed();
            report
        }
        Err(reason) => CaseReport::not_run(case, Verdict::NotCarriedOut(reason)),
    }
}

/// What the integration still has to answer, and which orders it has not ended, for the reason of a case that took too long.
fn owed(trace: &[Entry]) -> String {
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut undecided: Vec<&str> = Vec::new();
    let mut asked = "";
    for entry in trace {
        match &entry.event {
            Event::Driver(DriverEvent::Called { method, .. }) => open.push((method, entry.n)),
            Event::Driver(DriverEvent::Answered { method, .. } | DriverEvent::Failed { method, .. }) => {
                if let Some(at) = open.iter().position(|(called, _)| called == method) {
                    open.remove(at);
                }
            }
            _ => {}
        }
        match &entry.event {
            Event::Driver(DriverEvent::Called { method, params }) if method == "orderStatus" => {
                asked = params["order"].as_str().unwrap_or_default();
            }
            Event::Driver(DriverEvent::Answered { method, result }) if method == "orderStatus" => {
                undecided.retain(|order| *order != asked);
                if result["state"] == "open" {
                    undecided.push(asked);
                }
            }
            _ => {}
        }
    }
    let open: Vec<String> = open.iter().map(|(method, n)| format!("`{method}` (entry {n})")).collect();
    let mut text = String::new();
    if !open.is_empty() {
        text = format!("; not answered until then: {}", open.join(", "));
    }
    if !undecided.is_empty() {
        text.push_str("; by orderStatus still open: ");
        text.push_str(&undecided.join(", "));
    }
    text
}

fn in_runtime<T>(time: TimeMode, work: impl Future<Output = T>) -> Result<T, String> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    if time == TimeMode::Paused {
        // Everything is in memory: no sockets, no signals, nothing to ask the kernel about.
        builder.enable_time().start_paused(true);
    } else {
        builder.enable_all();
    }
    let runtime = builder.build().map_err(|error| format!("start a runtime: {error}"))?;
    let result = runtime.block_on(work);
    // What still reads a pipe in the background must not hold up the next case.
    runtime.shutdown_background();
    Ok(result)
}

/// In memory a case may span days of paused time; what bounds it there is the number of things that happen.
fn limit(settings: &Settings) -> Duration {
    if settings.time == TimeMode::Paused { Duration::from_secs(90 * 86_400) } else { settings.case_timeout }
}

/// Where the program of an integration waits for another case. A finding is looked at again with one that is new, as in `run`.
fn stays<'a>(settings: &'a Settings, hello: &Hello) -> Option<&'a Idle> {
    match &settings.integration {
        Integration::Command { idle, .. } if settings.time == TimeMode::Trusting && hello.can("stay") => Some(idle),
        Integration::Command { .. } | Integration::Url(_) | Integration::Memory(_) => None,
    }
}

fn start(time: TimeMode) -> Moment {
    match time {
        TimeMode::Paused => Moment::WORLD_START,
        // An integration without the clock capability reads the time of day; the world must not be months away from it.
        TimeMode::Skipping | TimeMode::Trusting | TimeMode::Real => sim_edc::SystemClock::from_time_of_day().now(),
    }
}

/// Only a line over a PTY has a kernel between its ends that may keep bytes for a while.
fn pulse(case: &Case, settings: &Settings) -> Option<Pulse> {
    let has_line = case.scenario.roles.contains(&Role::Edc) && settings.time.is_skipping();
    has_line.then(Pulse::open)?.ok()
}

async fn carry_out(
    case: &Case,
    settings: &Settings,
    clock: &WorldClock,
    recorder: &Recorder,
    took: &mut Phases,
) -> Result<(), String> {
    let began = Instant::now();
    recorder.record(Event::Case(CaseEvent::Began { case: case.name.clone(), seed: case.seed }));
    let memory = Memory::new(Arc::new(sim_edc::SystemClock::starting_at(clock.now())));
    // It is there as long as the case is.
    let folder;
    let place = match settings.integration {
        Integration::Memory(_) => Place::Memory(&memory),
        Integration::Command { .. } | Integration::Url(_) => {
            folder = folder::open().map_err(|error| format!("make a folder for the case: {error}"))?;
            Place::Folder(folder.path())
        }
    };
    let mut world = World::open(case, clock, recorder, place, settings.signing)
        .await
        .map_err(|error| format!("open the case's world: {error}"))?;
    let session = Session::start(settings, recorder, &memory).map_err(|error| error.to_string())?;
    let hello =
        session.initialize(settings, recorder, world.initialize(case)).await.map_err(|error| error.to_string())?;
    world.start_gateway(hello.notify_url.clone());
    let front = match settings.client.as_ref().filter(|_| case.scenario.roles.contains(&Role::Client)) {
        Some(setup) => {
            let (gateway, pin) = world.client.clone().ok_or("the case has no gateway: add `antom` to its roles")?;
            let driver = session.driver.clone();
            Some(Front::window(Opening { setup, gateway, pin: &pin, driver, recorder }).await?)
        }
        // Without a browser the integration plays it itself.
        None if case.scenario.roles.contains(&Role::Client) => {
            Some(Front::app(session.driver.clone(), world.errands(), recorder, Arc::new(clock.clone())))
        }
        None => None,
    };
    took.start = began.elapsed();
    let played = Instant::now();
    let mut stage = Stage {
        case,
        settings,
        clock,
        recorder,
        memory: &memory,
        world: &mut world,
        session,
        front,
        tells_time: hello.can("clock") && settings.time.is_skipping(),
        orders: BTreeMap::new(),
        sold: BTreeMap::new(),
        selling: BTreeMap::new(),
        cut: BTreeSet::new(),
        notify_url: hello.notify_url.clone(),
        calls: Vec::new(),
        lives: 0,
        overdue: None,
        asked: None,
        known_at: None,
        foretold: None,
        promised: None,
        jumps: 0,
        began: played,
        steady: None,
        calm: Calm::default(),
        pulse: pulse(case, settings),
    };
    let result = stage.play().await;
    let ended = Instant::now();
    took.play = ended.duration_since(played);
    if let Some(front) = stage.front.take() {
        front.end().await;
    }
    match result {
        Ok(()) => stage.session.end(recorder, stays(settings, &hello)).await,
        Err(_) => stage.session.kill(recorder).await,
    }
    took.end = ended.elapsed();
    result
}
