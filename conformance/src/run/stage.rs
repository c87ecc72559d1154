//! A case on stage: what it knows, and what it does from the first step to the last.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde::Deserialize as _;
use serde_json::{Value, json};
use tokio::task::{AbortHandle, JoinHandle};
use wire::time::Moment;

use super::pulse::Pulse;
use super::rest::Calm;
use super::session::Session;
use super::track::Track;
use super::{Settings, TimeMode};
use crate::client::Front;
use crate::clock::WorldClock;
use crate::driver::{DriverError, OrderState, OrderStatus};
use crate::interrupt;
use crate::memory::Memory;
use crate::plan::Case;
use crate::trace::{CaseEvent, DriverEvent, Event, Recorder};
use crate::world::World;

/// How often orders are asked about while real time passes.
pub(super) const ASK: Duration = Duration::from_millis(100);
/// How long an ordinary answer of the driver may take.
pub(super) const ANSWER: Duration = Duration::from_secs(10);

/// A case while it is carried out.
pub(super) struct Stage<'a> {
    pub(super) case: &'a Case,
    pub(super) settings: &'a Settings,
    pub(super) clock: &'a WorldClock,
    pub(super) recorder: &'a Recorder,
    pub(super) memory: &'a Memory,
    pub(super) world: &'a mut World,
    pub(super) session: Session,
    /// The browser with the front end, if the case has one.
    pub(super) front: Option<Front>,
    /// The integration sleeps on the world's time and must be told it.
    pub(super) tells_time: bool,
    /// What the integration said last of each order.
    pub(super) orders: BTreeMap<String, Option<Told>>,
    /// What was asked for to sell an order or a batch: the method and its parameters.
    pub(super) sold: BTreeMap<String, (&'static str, Value)>,
    /// The calls that sell, by the order or batch.
    pub(super) selling: BTreeMap<String, AbortHandle>,
    /// Orders that the integration was about to be told of when it was killed, and need not know.
    pub(super) cut: BTreeSet<String>,
    /// Where the integration listens for notifications.
    pub(super) notify_url: Option<String>,
    /// Checkouts, captures and refunds that have not been answered yet.
    pub(super) calls: Vec<Call>,
    /// How often the integration was killed and started again.
    pub(super) lives: u32,
    /// Since when the integration has been due to act, and has not.
    pub(super) overdue: Option<Instant>,
    /// What had happened when every order was asked about last, and when that was in real time.
    pub(super) asked: Option<(Happened, Instant)>,
    /// The lines of the book in memory when every order was asked about last.
    pub(super) known_at: Option<usize>,
    /// When the integration will act by itself, asked beside how its orders stand, and what had happened then.
    pub(super) foretold: Option<(Option<Moment>, usize)>,
    /// When the integration was to act by itself, as it said last.
    pub(super) promised: Option<Moment>,
    /// How often time was skipped.
    pub(super) jumps: u64,
    /// When the case began, in real time.
    pub(super) began: Instant,
    /// When the integration means to act by itself, and since when it has said so.
    pub(super) steady: Option<(Option<Moment>, Instant)>,
    /// Whether everything is at rest.
    pub(super) calm: Calm,
    /// Whether what is written to PTYs gets through; none where there is no PTY.
    pub(super) pulse: Option<Pulse>,
}

/// What may have changed how an order stands: entries of the trace, waits of an integration in memory that are over, jumps of
/// time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Happened {
    entries: usize,
    waits: u64,
    jumps: u64,
}

/// What the integration said of an order.
pub(super) struct Told {
    pub(super) status: OrderStatus,
    /// As it was answered.
    said: Value,
}

/// A call of the driver that is on its way.
pub(super) type Call = JoinHandle<Result<Value, DriverError>>;

impl Stage<'_> {
    pub(super) async fn play(&mut self) -> Result<(), String> {
        let case = self.case;
        let mut before = 0;
        self.set_time().await.map_err(|error| error.to_string())?;
        for (step, number) in case.scenario.steps.iter().zip(1..) {
            before = self.take_all(number, Track::all(step, before)).await?;
        }
        // Whatever the steps were, orders are asked about once more, so that the judge knows how they ended.
        self.ask_all().await.map_err(|error| error.to_string())?;
        let is_answered = self.calls.iter().all(Call::is_finished);
        self.abandon_calls();
        let settled = self.all_ended() && is_answered;
        self.recorder.record(Event::Case(CaseEvent::Ended { settled }));
        Ok(())
    }

    /// A call that failed late is told when it is noticed.
    pub(super) async fn check_calls(&mut self) -> Result<(), DriverError> {
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

    pub(super) fn abandon_calls(&mut self) {
        for call in std::mem::take(&mut self.calls) {
            call.abort();
        }
    }

    /// Simulated time may run for days within a moment; the limit of a case is in real time all the same.
    pub(super) fn check_limits(&self) -> Result<(), DriverError> {
        let limit = self.settings.case_timeout;
        if self.began.elapsed() > limit {
            let why = if self.tells_time || !self.settings.time.is_skipping() {
                ""
            } else {
                ": without the capability `clock` waits take real time (docs/driver.md)"
            };
            let text = format!("it took longer than {} s, --case-timeout{why}", limit.as_secs());
            return Err(DriverError::Unreachable(text));
        }
        if interrupt::came() {
            return Err(DriverError::Unreachable("it was interrupted".to_owned()));
        }
        Ok(())
    }

    /// Asks how each order stands, unless nothing can have changed since: nothing was seen on any wire, the integration has
    /// not woken in memory, and elsewhere was asked a moment ago.
    pub(super) async fn ask_for_news(&mut self) -> Result<(), DriverError> {
        let happened = self.happened();
        let is_news = |(before, at): &(Happened, Instant)| {
            *before != happened || self.settings.time != TimeMode::Paused && at.elapsed() >= ASK
        };
        if !self.asked.as_ref().is_none_or(is_news) {
            return Ok(());
        }
        // In memory what is known stands as long as the integration's book does.
        let book = self.memory.book_lines();
        let is_known = self.known_at == Some(book) && self.orders.values().all(Option::is_some);
        if self.settings.time == TimeMode::Paused && self.front.is_none() && is_known {
            self.asked = Some((happened, Instant::now()));
            return Ok(());
        }
        if self.settings.time == TimeMode::Trusting && self.tells_time && self.calls.is_empty() {
            // What comes next is the question when it will act by itself: asked in the same breath, it wakes once for both.
            let foretell = self.foretell();
            let both = Box::pin(async { tokio::join!(self.ask_all(), foretell) });
            let (asked, foretold) = both.await;
            asked?;
            self.foretold = Some((foretold?, self.recorder.len()));
        } else {
            self.ask_all().await?;
        }
        self.known_at = (self.memory.book_lines() == book).then_some(book);
        // What came while it was asked may be news.
        self.asked = (self.recorder.len() == happened.entries).then(|| (happened, Instant::now()));
        Ok(())
    }

    fn happened(&self) -> Happened {
        Happened { entries: self.recorder.len(), waits: self.memory.waits().count(), jumps: self.jumps }
    }

    /// Asks how each order stands that has not ended yet, and once more for those that have. Only news are recorded.
    pub(super) async fn ask_all(&mut self) -> Result<(), DriverError> {
        // An app tells what it shows when it is asked; a page does by itself.
        if let Some(front) = &self.front {
            Box::pin(front.look()).await.map_err(DriverError::Unreachable)?;
        }
        // A page asks for its orders itself.
        for order in self.front.as_ref().map(Front::sold).unwrap_or_default() {
            self.orders.entry(order).or_insert(None);
        }
        let names: Vec<String> = self.orders.keys().cloned().collect();
        for name in names {
            let params = || json!({ "order": name });
            let said = match self.session.driver.call("orderStatus", params(), self.patience()).await {
                // Nobody is paid for an order that nobody knows.
                Err(error) if self.cut.contains(&name) && error.is_about_an_order() => {
                    json!({"order": name, "state": OrderState::Failed, "reason": error.to_string()})
                }
                said => said?,
            };
            let known = self.orders.get(&name).and_then(Option::as_ref);
            if known.is_some_and(|known| known.said == said) {
                continue;
            }
            let status = OrderStatus::deserialize(&said).map_err(|error| DriverError::Misshapen {
                method: "orderStatus".to_owned(),
                said: said.to_string().chars().take(200).collect(),
                problem: error.to_string(),
            })?;
            // Said in other words, it is no news.
            if known.is_none_or(|known| known.status != status) {
                let (method, result) = ("orderStatus".to_owned(), said.clone());
                self.recorder.record(Event::Driver(DriverEvent::Called { method: method.clone(), params: params() }));
                self.recorder.record(Event::Driver(DriverEvent::Answered { method, result }));
            }
            self.orders.insert(name, Some(Told { status, said }));
        }
        Ok(())
    }

    /// How long an answer is waited for that is due at once.
    pub(super) fn patience(&self) -> Duration {
        let is_occupied = self.calls.iter().any(|call| !call.is_finished());
        patience(self.settings.time, self.settings.case_timeout, is_occupied)
    }

    pub(super) fn all_ended(&self) -> bool {
        self.orders.values().all(|told| told.as_ref().is_some_and(|told| told.status.state != OrderState::Open))
    }
}

/// Who handles one request at a time comes to the next only when what he is still at has ended: then nothing but the case's
/// own limit is left.
fn patience(time: TimeMode, case_timeout: Duration, is_occupied: bool) -> Duration {
    if is_occupied && time != TimeMode::Paused { case_timeout.max(ANSWER) } else { ANSWER }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_still_selling_may_answer_anything_else_later() {
        let minute = Duration::from_secs(60);
        assert_eq!(patience(TimeMode::Skipping, minute, true), minute);
        assert_eq!(patience(TimeMode::Real, Duration::ZERO, true), ANSWER, "no shorter than for everybody");
        assert_eq!(patience(TimeMode::Skipping, minute, false), ANSWER);
        assert_eq!(patience(TimeMode::Paused, minute, true), ANSWER, "in memory nothing takes time");
    }
}
