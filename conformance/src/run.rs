//! Carries out a case: opens its world, starts the integration, takes the steps, lets everything come to rest.
//!
//! Time passes only inside the steps that wait (`until`, `advance`, `settle`), so that "cancel while no card is there"
//! means the same on every machine. See [`TimeMode`] for how it passes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::BufReader;
use tokio::task::JoinHandle;
use wire::clock::{Clock as _, Deadlines};
use wire::time::Moment;

use crate::clock::WorldClock;
use crate::driver::{Driver, DriverError, Hello, LineDriver, OrderState, OrderStatus, Overheard, Process};
use crate::integration::Integration;
use crate::interrupt;
use crate::memory::Memory;
use crate::plan::Case;
use crate::scenario::{By, Scenario, Step};
use crate::trace::{CaseEvent, DriverEvent, Event, LIMIT, Recorder};
use crate::verdict::{CaseReport, Verdict, judge};
use crate::world::{Place, World};

/// How long every wire must be quiet, in real time, before time is skipped.
const QUIET: Duration = Duration::from_millis(20);
/// How long an ordinary answer of the driver may take.
const ANSWER: Duration = Duration::from_secs(10);
/// How long an integration gets to end after `shutdown`.
const GOODBYE: Duration = Duration::from_secs(2);
/// How often in a row an integration may be due without acting before that is ignored.
const OVERDUE: u32 = 10;
/// How often orders are asked about while real time passes.
const ASK: Duration = Duration::from_millis(100);

/// How time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeMode {
    /// Everything is in memory: tokio's paused clock jumps when nothing can run.
    Paused,
    /// Real sockets and processes: when every wire is quiet, jump to the simulated world's next deadline.
    Skipping,
    /// As it does.
    Real,
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
                session.end(&recorder).await;
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
    if let Some(reason) = unfit(&case.scenario, settings, hello) {
        return CaseReport::not_run(case, Verdict::Skipped(reason));
    }
    let began = Instant::now();
    let carried_out = in_runtime(settings.time, async {
        let clock = WorldClock::starting_at(start(settings.time));
        let recorder = Recorder::new(Arc::new(clock.clone()));
        let work = tokio::time::timeout(limit(settings), carry_out(case, settings, &clock, &recorder));
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
        let problem = match limited {
            Ok(Ok(())) if recorder.len() >= LIMIT => Some(format!("more than {LIMIT} things happened")),
            Ok(result) => result.err(),
            Err(_) => Some(format!("it took longer than {} s, --case-timeout", settings.case_timeout.as_secs())),
        };
        (recorder.entries(), problem)
    });
    match carried_out {
        Ok((trace, problem)) => judge(case, trace, problem, began.elapsed()),
        Err(reason) => CaseReport::not_run(case, Verdict::NotCarriedOut(reason)),
    }
}

fn in_runtime<T>(time: TimeMode, work: impl Future<Output = T>) -> Result<T, String> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().start_paused(time == TimeMode::Paused);
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

fn start(time: TimeMode) -> Moment {
    match time {
        TimeMode::Paused => Moment::WORLD_START,
        // An integration without the clock capability reads the time of day; the world must not be months away from it.
        TimeMode::Skipping | TimeMode::Real => sim_edc::SystemClock::from_time_of_day().now(),
    }
}

/// Why a scenario is not for this integration.
fn unfit(scenario: &Scenario, settings: &Settings, hello: &Hello) -> Option<String> {
    if let Some(role) = scenario.roles.iter().find(|role| !hello.roles.contains(role)) {
        return Some(format!("the integration does not play the role `{}`", role.as_str()));
    }
    let lacks = |capability: &str| !hello.can(capability);
    scenario.steps.iter().find_map(|step| match step {
        Step::Cancel(_) if lacks("cancel") => Some("the integration has no capability `cancel`".to_owned()),
        Step::Restart(_) if !settings.integration.can_be_restarted() => {
            Some("an integration behind a URL cannot be restarted".to_owned())
        }
        Step::Restart(_) if lacks("restart") => Some("the integration has no capability `restart`".to_owned()),
        _ => None,
    })
}

async fn carry_out(case: &Case, settings: &Settings, clock: &WorldClock, recorder: &Recorder) -> Result<(), String> {
    recorder.record(Event::Case(CaseEvent::Began { case: case.name.clone(), seed: case.seed }));
    let memory = Memory::new(Arc::new(sim_edc::SystemClock::starting_at(clock.now())));
    let folder = tempfile::tempdir().map_err(|error| format!("make a folder for the case: {error}"))?;
    let place = match settings.integration {
        Integration::Memory(_) => Place::Memory(&memory),
        Integration::Command { .. } | Integration::Url(_) => Place::Folder(folder.path()),
    };
    let mut world =
        World::open(case, clock, recorder, place).await.map_err(|error| format!("open the case's world: {error}"))?;
    let session = Session::start(settings, recorder, &memory).map_err(|error| error.to_string())?;
    let hello =
        session.initialize(settings, recorder, world.initialize(case)).await.map_err(|error| error.to_string())?;
    world.start_gateway(hello.notify_url.clone());
    let mut stage = Stage {
        case,
        settings,
        clock,
        recorder,
        memory: &memory,
        world: &world,
        session,
        tells_time: hello.can("clock") && settings.time == TimeMode::Skipping,
        orders: BTreeMap::new(),
        checkouts: Vec::new(),
        mark: 0,
        overdue: 0,
    };
    let result = stage.play().await;
    match result {
        Ok(()) => stage.session.end(recorder).await,
        Err(_) => stage.session.kill(recorder).await,
    }
    result
}

/// The integration as it runs now.
struct Session {
    driver: Driver,
    body: Body,
}

/// What runs behind a driver.
enum Body {
    Process(Process, JoinHandle<()>),
    Task(JoinHandle<std::io::Result<()>>, JoinHandle<()>),
    Elsewhere,
}

impl Session {
    fn start(settings: &Settings, recorder: &Recorder, memory: &Memory) -> Result<Self, DriverError> {
        recorder.record(Event::Driver(DriverEvent::Started));
        match &settings.integration {
            Integration::Url(driver) => Ok(Self { driver: Driver::Http(driver.clone()), body: Body::Elsewhere }),
            Integration::Command { words, .. } => {
                let said = recorder.clone();
                let (process, stdin, stdout) =
                    Process::start(words, move |line| said.record(Event::Driver(DriverEvent::Said { line })))?;
                let (driver, talk) = LineDriver::start(BufReader::new(stdout), stdin, process.overheard());
                Ok(Self { driver: Driver::Lines(driver), body: Body::Process(process, talk) })
            }
            Integration::Memory(fault) => {
                let (ours, theirs) = tokio::io::duplex(64 * 1024);
                let (input, output) = tokio::io::split(theirs);
                let task = tokio::spawn(reference::serve(input, output, Arc::new(memory.clone()), *fault));
                let (reader, writer) = tokio::io::split(ours);
                let (driver, talk) = LineDriver::start(BufReader::new(reader), writer, InMemory);
                Ok(Self { driver: Driver::Lines(driver), body: Body::Task(task, talk) })
            }
        }
    }

    async fn initialize(&self, settings: &Settings, recorder: &Recorder, params: Value) -> Result<Hello, DriverError> {
        let mut shown = params.clone();
        if let Some(key) = shown.pointer_mut("/gateway/privateKey") {
            *key = Value::from("(left out)");
        }
        let answer = self.call_shown(recorder, "initialize", params, shown, settings.start_timeout).await?;
        serde_json::from_value(answer.clone()).map_err(|error| DriverError::Nonsense {
            line: answer.to_string().chars().take(200).collect(),
            problem: format!("not the answer to initialize: {error}"),
        })
    }

    async fn call(
        &self,
        recorder: &Recorder,
        method: &str,
        params: Value,
        limit: Duration,
    ) -> Result<Value, DriverError> {
        self.call_shown(recorder, method, params.clone(), params, limit).await
    }

    async fn call_shown(
        &self,
        recorder: &Recorder,
        method: &str,
        params: Value,
        shown: Value,
        limit: Duration,
    ) -> Result<Value, DriverError> {
        let method_name = method.to_owned();
        recorder.record(Event::Driver(DriverEvent::Called { method: method_name.clone(), params: shown }));
        let result = self.driver.call(method, params, limit).await;
        recorder.record(Event::Driver(match &result {
            Ok(result) => DriverEvent::Answered { method: method_name, result: result.clone() },
            Err(error) => DriverEvent::Failed { method: method_name, error: error.to_string() },
        }));
        result
    }

    /// Ends the integration, by word first.
    async fn end(self, recorder: &Recorder) {
        recorder.record(Event::Driver(DriverEvent::Called { method: "shutdown".to_owned(), params: json!({}) }));
        let _ = self.driver.call("shutdown", json!({}), GOODBYE).await;
        drop(self.driver);
        match self.body {
            Body::Process(process, talk) => {
                process.end(GOODBYE).await;
                talk.abort();
            }
            Body::Task(task, talk) => {
                task.abort();
                talk.abort();
            }
            Body::Elsewhere => {}
        }
    }

    /// Kills the integration, as a power cut would.
    async fn kill(self, recorder: &Recorder) {
        recorder.record(Event::Driver(DriverEvent::Killed));
        match self.body {
            Body::Process(process, talk) => {
                talk.abort();
                process.kill().await;
            }
            Body::Task(task, talk) => {
                talk.abort();
                task.abort();
                let _ = task.await;
            }
            Body::Elsewhere => {}
        }
    }
}

struct InMemory;

impl Overheard for InMemory {
    async fn ending(&mut self) -> String {
        "the reference integration closed its stream".to_owned()
    }
}

/// A case while it is carried out.
struct Stage<'a> {
    case: &'a Case,
    settings: &'a Settings,
    clock: &'a WorldClock,
    recorder: &'a Recorder,
    memory: &'a Memory,
    world: &'a World,
    session: Session,
    /// The integration sleeps on the world's time and must be told it.
    tells_time: bool,
    /// What the integration said last of each order.
    orders: BTreeMap<String, Option<OrderStatus>>,
    /// Checkouts that have not been answered yet.
    checkouts: Vec<JoinHandle<Result<Value, DriverError>>>,
    /// The trace's length when the step before this one began.
    mark: usize,
    /// How often in a row the integration was due to act and did not.
    overdue: u32,
}

impl Stage<'_> {
    async fn play(&mut self) -> Result<(), String> {
        let case = self.case;
        let mut before = 0;
        for (index, step) in case.scenario.steps.iter().enumerate() {
            self.mark = before;
            before = self.recorder.len();
            self.recorder.record(Event::Case(CaseEvent::Step { number: index + 1, text: describe(step) }));
            self.take(step).await.map_err(|error| format!("step {} ({}): {error}", index + 1, describe(step)))?;
        }
        // Whatever the steps were, orders are asked about once more, so that the judge knows how they ended.
        self.ask_all().await.map_err(|error| error.to_string())?;
        for checkout in std::mem::take(&mut self.checkouts) {
            checkout.abort();
        }
        let settled = self.all_ended();
        self.recorder.record(Event::Case(CaseEvent::Ended { settled }));
        Ok(())
    }

    async fn take(&mut self, step: &Step) -> Result<(), DriverError> {
        match step {
            Step::Checkout(checkout) => {
                let mut params = json!({
                    "order": checkout.order.value,
                    "by": checkout.by,
                    "amount": checkout.amount.value.amount(),
                    "description": checkout.description,
                });
                if checkout.by == By::EntryCode {
                    params["userAgent"] =
                        Value::from("Mozilla/5.0 (Linux; Android 14) AlipayClient/10.6.0 AlipayConnect");
                }
                self.orders.insert(checkout.order.value.clone(), None);
                self.checkout(params).await
            }
            Step::Cancel(cancel) => {
                self.check_checkouts().await?;
                let params = json!({"order": cancel.order.value});
                self.session.call(self.recorder, "cancel", params, ANSWER).await.map(|_| ())
            }
            Step::Until(until) => {
                let (mark, recorder) = (self.mark, self.recorder.clone());
                let code = until.event.as_str();
                let seen = move || {
                    recorder.any_after(mark, |event| {
                        matches!(event, Event::Terminal(sim_edc::Event::Sent { kind: wire::edc::Kind::Event, json, .. }) if json["eventCode"] == code)
                    })
                };
                self.pass_time(until.within.0, seen).await
            }
            Step::Advance(wait) => self.pass_time(wait.by.0, || false).await,
            Step::Settle(settle) => self.settle(settle.within.0).await,
            Step::Restart(_) => {
                for checkout in std::mem::take(&mut self.checkouts) {
                    checkout.abort();
                }
                let fresh = Session::start(self.settings, self.recorder, self.memory);
                std::mem::replace(&mut self.session, fresh?).kill(self.recorder).await;
                let params = self.world.initialize(self.case);
                self.session.initialize(self.settings, self.recorder, params).await.map(|_| ())
            }
        }
    }

    /// Starts a checkout. An answer that comes at once is awaited; one that comes with the end of the sale is not.
    async fn checkout(&mut self, params: Value) -> Result<(), DriverError> {
        self.recorder
            .record(Event::Driver(DriverEvent::Called { method: "checkout".to_owned(), params: params.clone() }));
        let (driver, recorder) = (self.session.driver.clone(), self.recorder.clone());
        let within = self.settings.case_timeout;
        let mut call = tokio::spawn(async move {
            let result = driver.call("checkout", params, within).await;
            let method = "checkout".to_owned();
            recorder.record(Event::Driver(match &result {
                Ok(result) => DriverEvent::Answered { method, result: result.clone() },
                Err(error) => DriverEvent::Failed { method, error: error.to_string() },
            }));
            result
        });
        let soon = Duration::from_millis(if self.settings.time == TimeMode::Paused { 1 } else { 50 });
        match tokio::time::timeout(soon, &mut call).await {
            Ok(Ok(answer)) => answer.map(|_| ()),
            Ok(Err(_)) => Ok(()),
            Err(_) => {
                self.checkouts.push(call);
                Ok(())
            }
        }
    }

    /// A checkout that failed late is told when it is noticed.
    async fn check_checkouts(&mut self) -> Result<(), DriverError> {
        let mut running = Vec::new();
        for checkout in std::mem::take(&mut self.checkouts) {
            if !checkout.is_finished() {
                running.push(checkout);
            } else if let Ok(answer) = checkout.await {
                answer?;
            }
        }
        self.checkouts = running;
        Ok(())
    }

    /// Lets time pass until something holds, or at most so long.
    async fn pass_time(&mut self, within: Duration, done: impl Fn() -> bool) -> Result<(), DriverError> {
        let horizon = self.clock.now() + within;
        loop {
            if done() || self.clock.now() >= horizon {
                return Ok(());
            }
            self.check_checkouts().await?;
            let seen = self.recorder.len();
            match self.settings.time {
                TimeMode::Paused => {
                    let left = horizon.since(self.clock.now());
                    let _ = tokio::time::timeout(left, self.recorder.grown_beyond(seen)).await;
                }
                TimeMode::Real => {
                    let left = horizon.since(self.clock.now()).min(ASK);
                    let _ = tokio::time::timeout(left, self.recorder.grown_beyond(seen)).await;
                }
                TimeMode::Skipping => {
                    if self.skip(horizon, &done).await? == Skipped::Nothing {
                        let left = horizon.since(self.clock.now()).min(ASK);
                        let _ = tokio::time::timeout(left, self.recorder.grown_beyond(seen)).await;
                    }
                }
            }
        }
    }

    /// Lets everything run until every order has ended and the world waits for nothing, or at most so long.
    async fn settle(&mut self, within: Duration) -> Result<(), DriverError> {
        let horizon = self.clock.now() + within;
        loop {
            self.check_checkouts().await?;
            self.rest().await;
            self.ask_all().await?;
            let pending = self.clock.pending();
            let quiet = pending.peer.is_none() && pending.world.is_none_or(|at| at > horizon);
            if self.clock.now() >= horizon || (self.all_ended() && quiet && self.is_at_rest()) {
                return Ok(());
            }
            if self.recorder.len() >= LIMIT {
                return Ok(());
            }
            match self.settings.time {
                TimeMode::Paused => {
                    // Nothing can run but us, so this moves the clock: to the next deadline, or by this much.
                    let left = horizon.since(self.clock.now()).min(Duration::from_millis(250));
                    tokio::time::sleep(left).await;
                }
                TimeMode::Real => tokio::time::sleep(ASK).await,
                TimeMode::Skipping => {
                    if self.skip(horizon, &|| false).await? == Skipped::Nothing {
                        tokio::time::sleep(ASK).await;
                    }
                }
            }
        }
    }

    /// Waits, in real time and not for long, until the wires are quiet.
    async fn rest(&self) {
        if self.settings.time == TimeMode::Paused {
            // Time stands still here as long as anything can run.
            return tokio::time::sleep(Duration::from_millis(1)).await;
        }
        while !self.is_at_rest() && self.clock.pending().peer.is_none() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        if self.clock.pending().peer.is_some() {
            // The integration owes an answer; give it time, which is never skipped.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn is_at_rest(&self) -> bool {
        self.settings.time == TimeMode::Paused || self.clock.quiet_for() >= QUIET
    }

    /// Jumps to the next deadline of the world or of an integration that sleeps on its time, when all is quiet.
    async fn skip(&mut self, horizon: Moment, done: &impl Fn() -> bool) -> Result<Skipped, DriverError> {
        self.rest().await;
        if done() || !self.is_at_rest() {
            return Ok(Skipped::Something);
        }
        let before = self.recorder.len();
        let wake = if self.tells_time { Some(self.tell_time().await?) } else { None };
        let pending = self.clock.pending();
        // Asking took a moment in which something may have begun.
        if done() || pending.peer.is_some() || self.recorder.len() != before || !self.is_at_rest() {
            return Ok(if pending.peer.is_some() { Skipped::Nothing } else { Skipped::Something });
        }
        // A driver that is due already gets a moment to act; one that is due for ever is not waited for.
        let now = self.clock.now();
        let wake = wake.flatten();
        if wake.is_some_and(|at| at <= now) && self.overdue < OVERDUE {
            self.overdue += 1;
            return Ok(Skipped::Something);
        }
        self.overdue = 0;
        let next = Deadlines { world: pending.world, peer: wake.filter(|at| *at > now) }.next();
        let target = match next {
            Some(at) if at <= horizon => at,
            // Nobody will do anything before the horizon: an integration with own timers we cannot see may, though.
            _ if self.tells_time => horizon,
            _ => return Ok(Skipped::Nothing),
        };
        if target <= self.clock.now() {
            return Ok(Skipped::Nothing);
        }
        self.clock.jump_to(target);
        if self.tells_time {
            self.tell_time().await?;
        }
        Ok(Skipped::Something)
    }

    /// Tells the integration the time, and asks when it will act by itself.
    async fn tell_time(&self) -> Result<Option<Moment>, DriverError> {
        let params = json!({"now": self.clock.now().as_millis()});
        let answer = self.session.driver.call("clock", params, ANSWER).await?;
        Ok(answer["wakeAt"].as_u64().map(Moment::from_millis))
    }

    /// Asks how each order stands that has not ended yet, and once more for those that have. Only news are recorded.
    async fn ask_all(&mut self) -> Result<(), DriverError> {
        let names: Vec<String> = self.orders.keys().cloned().collect();
        for name in names {
            let params = json!({"order": name});
            let answer = self.session.driver.call("orderStatus", params.clone(), ANSWER).await;
            let status: OrderStatus = match &answer {
                Ok(value) => serde_json::from_value(value.clone()).map_err(|error| DriverError::Nonsense {
                    line: value.to_string().chars().take(200).collect(),
                    problem: format!("not the answer to orderStatus: {error}"),
                })?,
                Err(error) => return Err(error.clone()),
            };
            if self.orders.get(&name).is_some_and(|known| known.as_ref() != Some(&status)) {
                let method = "orderStatus".to_owned();
                self.recorder.record(Event::Driver(DriverEvent::Called { method: method.clone(), params }));
                self.recorder
                    .record(Event::Driver(DriverEvent::Answered { method, result: answer.unwrap_or_default() }));
                self.orders.insert(name, Some(status));
            }
        }
        Ok(())
    }

    fn all_ended(&self) -> bool {
        self.orders.values().all(|status| status.as_ref().is_some_and(|s| s.state != OrderState::Open))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Skipped {
    Something,
    Nothing,
}

fn describe(step: &Step) -> String {
    match step {
        Step::Checkout(checkout) => {
            let by = match checkout.by {
                By::Terminal => "terminal",
                By::EntryCode => "entry-code",
            };
            format!("checkout {} of {} by {by}", checkout.order.value, checkout.amount.value)
        }
        Step::Cancel(cancel) => format!("cancel {}", cancel.order.value),
        Step::Until(until) => format!("until {} within {}", until.event, until.within),
        Step::Restart(_) => "restart".to_owned(),
        Step::Advance(wait) => format!("advance by {}", wait.by),
        Step::Settle(settle) => format!("settle within {}", settle.within),
    }
}
