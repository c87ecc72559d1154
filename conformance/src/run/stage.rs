//! A case on stage: takes the steps, and lets time pass where a step waits.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinHandle;
use wire::clock::{Clock as _, Deadlines};
use wire::time::Moment;

use super::session::Session;
use super::{Settings, TimeMode};
use crate::clock::WorldClock;
use crate::driver::{DriverError, OrderState, OrderStatus};
use crate::interrupt;
use crate::memory::Memory;
use crate::plan::Case;
use crate::scenario::{By, Step};
use crate::trace::{CaseEvent, DriverEvent, Event, LIMIT, Recorder};
use crate::world::World;

/// How long every wire must be quiet, in real time, before time is skipped.
const QUIET: Duration = Duration::from_millis(40);
/// How long, in real time, nothing may change before an integration's own timers are let run out.
const STEADY: Duration = Duration::from_millis(75);
/// How long, in real time, an integration that computes holds time up while every wire is quiet.
const BUSY: Duration = Duration::from_millis(500);
/// How long after it was found idle the wires must still be quiet: what it wrote last may be on its way to us.
const DELIVERY: Duration = Duration::from_millis(2);
/// How long an ordinary answer of the driver may take.
pub(super) const ANSWER: Duration = Duration::from_secs(10);
/// How often in a row an integration may be due without acting before that is ignored.
const OVERDUE: u32 = 10;
/// How often orders are asked about while real time passes.
const ASK: Duration = Duration::from_millis(100);

/// A case while it is carried out.
pub(super) struct Stage<'a> {
    pub(super) case: &'a Case,
    pub(super) settings: &'a Settings,
    pub(super) clock: &'a WorldClock,
    pub(super) recorder: &'a Recorder,
    pub(super) memory: &'a Memory,
    pub(super) world: &'a World,
    pub(super) session: Session,
    /// The integration sleeps on the world's time and must be told it.
    pub(super) tells_time: bool,
    /// What the integration said last of each order.
    pub(super) orders: BTreeMap<String, Option<OrderStatus>>,
    /// Checkouts and refunds that have not been answered yet.
    pub(super) calls: Vec<JoinHandle<Result<Value, DriverError>>>,
    /// The trace's length when the step before this one began.
    pub(super) mark: usize,
    /// How often in a row the integration was due to act and did not.
    pub(super) overdue: u32,
    /// When the case began, in real time.
    pub(super) began: Instant,
    /// When the integration means to act by itself, and since when it has said so.
    pub(super) steady: Option<(Option<Moment>, Instant)>,
}

impl Stage<'_> {
    pub(super) async fn play(&mut self) -> Result<(), String> {
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
        for call in std::mem::take(&mut self.calls) {
            call.abort();
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
                self.call("checkout", params).await
            }
            Step::Cancel(cancel) => {
                self.check_calls().await?;
                let params = json!({"order": cancel.order.value});
                self.session.call(self.recorder, "cancel", params, ANSWER).await.map(|_| ())
            }
            Step::Refund(refund) => {
                self.check_calls().await?;
                let params = json!({"order": refund.order.value, "amount": refund.amount.amount()});
                self.call("refund", params).await
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
                for call in std::mem::take(&mut self.calls) {
                    call.abort();
                }
                let fresh = Session::start(self.settings, self.recorder, self.memory);
                std::mem::replace(&mut self.session, fresh?).kill(self.recorder).await;
                let params = self.world.initialize(self.case);
                self.session.initialize(self.settings, self.recorder, params).await.map(|_| ())
            }
        }
    }

    /// Starts a checkout or refund. An answer that comes at once is awaited; one that comes with the end of it is not.
    async fn call(&mut self, method: &'static str, params: Value) -> Result<(), DriverError> {
        self.recorder.record(Event::Driver(DriverEvent::Called { method: method.to_owned(), params: params.clone() }));
        let (driver, recorder) = (self.session.driver.clone(), self.recorder.clone());
        let within = super::limit(self.settings);
        let mut call = tokio::spawn(async move {
            let result = driver.call(method, params, within).await;
            let method = method.to_owned();
            recorder.record(Event::Driver(match &result {
                Ok(result) => DriverEvent::Answered { method, result: result.clone() },
                Err(error) => DriverEvent::Failed { method, error: error.to_string() },
            }));
            result
        });
        self.clock.touch();
        let soon = Duration::from_millis(if self.settings.time == TimeMode::Paused { 1 } else { 50 });
        match tokio::time::timeout(soon, &mut call).await {
            Ok(Ok(answer)) => answer.map(|_| ()),
            Ok(Err(_)) => Ok(()),
            Err(_) => {
                self.calls.push(call);
                Ok(())
            }
        }
    }

    /// A call that failed late is told when it is noticed.
    async fn check_calls(&mut self) -> Result<(), DriverError> {
        let mut running = Vec::new();
        for call in std::mem::take(&mut self.calls) {
            if !call.is_finished() {
                running.push(call);
            } else if let Ok(answer) = call.await {
                answer?;
            }
        }
        self.calls = running;
        Ok(())
    }

    /// Simulated time may run for days within a moment; the limit of a case is in real time all the same.
    fn check_limits(&self) -> Result<(), DriverError> {
        let limit = self.settings.case_timeout;
        if self.began.elapsed() > limit {
            return Err(DriverError::Unreachable(format!("it took longer than {} s, --case-timeout", limit.as_secs())));
        }
        if interrupt::came() {
            return Err(DriverError::Unreachable("it was interrupted".to_owned()));
        }
        Ok(())
    }

    /// Lets time pass until something holds, or at most so long.
    async fn pass_time(&mut self, within: Duration, done: impl Fn() -> bool) -> Result<(), DriverError> {
        let horizon = self.clock.now() + within;
        loop {
            if done() || self.clock.now() >= horizon {
                return Ok(());
            }
            self.check_calls().await?;
            self.check_limits()?;
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
            self.check_calls().await?;
            self.check_limits()?;
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
        if done() || !self.is_at_rest() || self.is_busy().await {
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
            // So may one that still owes the answer to a call of ours.
            _ if self.tells_time && self.calls.is_empty() => horizon,
            _ => return Ok(Skipped::Nothing),
        };
        if target <= now {
            return Ok(Skipped::Nothing);
        }
        // What the integration wrote may still be on its way through the kernel. The simulated world may run ahead of it,
        // its own timers may not: they run out only when nothing has changed for a good while.
        let is_own = pending.world != Some(target);
        if is_own && !self.is_steady(wake) {
            tokio::time::sleep(STEADY / 5).await;
            return Ok(Skipped::Something);
        }
        if self.is_busy().await || !self.is_at_rest() {
            return Ok(Skipped::Something);
        }
        // An integration that has nothing to do then is told first: what the world sends at that moment shall not meet a
        // till whose clock still jumps in the middle of a frame.
        let told = self.tells_time && !is_own && wake.is_none_or(|at| at > target);
        let first = if told { Some(self.tell(target).await?) } else { None };
        self.clock.jump_to(target);
        if self.tells_time {
            let wake = match first {
                Some(wake) => wake,
                None => self.tell_time().await?,
            };
            self.steady = Some((wake, Instant::now()));
        }
        Ok(Skipped::Something)
    }

    /// Whether the integration computes, and so may be about to write something. One that computes for ever is not
    /// waited for.
    async fn is_busy(&self) -> bool {
        if self.clock.quiet_for() >= BUSY {
            return false;
        }
        if self.session.is_busy() {
            tokio::time::sleep(DELIVERY).await;
            return true;
        }
        tokio::time::sleep(DELIVERY).await;
        !self.is_at_rest()
    }

    /// Whether the integration has named the same moment, and every wire has been quiet, for a good while.
    fn is_steady(&mut self, wake: Option<Moment>) -> bool {
        let since = match self.steady {
            Some((known, since)) if known == wake => since,
            _ => Instant::now(),
        };
        self.steady = Some((wake, since));
        since.elapsed() >= STEADY && self.clock.quiet_for() >= STEADY
    }

    /// Tells the integration the time, and asks when it will act by itself.
    async fn tell_time(&self) -> Result<Option<Moment>, DriverError> {
        self.tell(self.clock.now()).await
    }

    async fn tell(&self, now: Moment) -> Result<Option<Moment>, DriverError> {
        let params = json!({"now": now.as_millis()});
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
        Step::Refund(refund) => format!("refund {} of {}", refund.amount, refund.order.value),
        Step::Until(until) => format!("until {} within {}", until.event, until.within),
        Step::Restart(_) => "restart".to_owned(),
        Step::Advance(wait) => format!("advance by {}", wait.by),
        Step::Settle(settle) => format!("settle within {}", settle.within),
    }
}
