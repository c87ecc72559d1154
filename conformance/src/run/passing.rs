//! How time passes while steps wait: as it does, or in jumps over what nobody needs to see; until one of them is over, and
//! never past what any of them waits for.
//!
//! Deadlines of the simulated world may be skipped when every wire is quiet and the integration computes nothing; what
//! waits for the integration is so only where it is trusted, and says that it will not act before ([`TimeMode::Trusting`]).

use std::time::{Duration, Instant};

use serde_json::json;
use wire::clock::{Clock as _, Deadlines};
use wire::time::Moment;

use super::TimeMode;
use super::stage::{ANSWER, ASK, Stage};
use crate::client::{ClientEvent, Front};
use crate::driver::{Driver, DriverError, wake_at};
use crate::scenario::{Condition, Step};
use crate::trace::{CaseEvent, Event, LIMIT};

/// How long, in real time, nothing may change before an integration's own timers are let run out.
const STEADY: Duration = Duration::from_millis(75);
/// How many times the delay with which this process is woken is added to that: on a machine that is overloaded, what the
/// integration wrote takes as many times longer to reach us.
const PATIENCE: u32 = 10;
/// How long an integration may be due without acting before that is ignored.
const OVERDUE: Duration = Duration::from_millis(500);
/// How long after something happened in paused time orders are asked about: what happens until then is asked about once.
const STEP: Duration = Duration::from_millis(250);

/// A step that waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting<'a> {
    wish: Wish<'a>,
    /// When it is over whatever happens.
    horizon: Moment,
    /// The trace's length when the step before it began: what is seen from there on counts.
    mark: usize,
}

/// What is waited for.
#[derive(Debug, Clone, Copy)]
enum Wish<'a> {
    Time,
    Seen(Condition<'a>),
    Rest,
}

impl<'a> Waiting<'a> {
    /// What a step waits for; none for a step that does something.
    pub(super) fn of(step: &'a Step, now: Moment, mark: usize) -> Option<Self> {
        let (wish, within) = match step {
            Step::Advance(wait) => (Wish::Time, wait.by),
            Step::Settle(settle) => (Wish::Rest, settle.within),
            Step::Until(until) => (until.value.condition().map_or(Wish::Time, Wish::Seen), until.value.within),
            _ => return None,
        };
        Some(Self { wish, horizon: now + within.0, mark })
    }

    /// Whether the integration must be asked to know.
    const fn asks(&self) -> bool {
        matches!(self.wish, Wish::Rest | Wish::Seen(Condition::Order(_) | Condition::Sees(_)))
    }
}

impl Stage<'_> {
    /// Lets time pass until at least one that waits need not any more. What is over is taken out.
    pub(super) async fn pass_time(&mut self, waiting: &mut [&mut Option<Waiting<'_>>]) -> Result<(), DriverError> {
        let all: Vec<Waiting<'_>> = waiting.iter().filter_map(|one| **one).collect();
        let Some(horizon) = all.iter().map(|one| one.horizon).min() else { return Ok(()) };
        let asks = all.iter().any(Waiting::asks);
        loop {
            self.check_calls().await?;
            self.check_limits()?;
            if asks {
                self.rest().await;
                self.ask_for_news().await?;
            }
            if all.iter().any(|one| self.is_over(one)) {
                break;
            }
            let seen = self.recorder.len();
            let left = horizon.since(self.clock.now());
            // What a browser does takes real time.
            let is_watched = self.front.as_ref().is_some_and(Front::is_real)
                && !all.iter().any(|one| matches!(one.wish, Wish::Time));
            let passed = match self.settings.time {
                TimeMode::Skipping | TimeMode::Trusting if is_watched => false,
                TimeMode::Skipping | TimeMode::Trusting => {
                    if !asks {
                        self.rest().await;
                    }
                    Box::pin(self.skip(horizon, &all)).await? == Skipped::Something
                }
                TimeMode::Paused | TimeMode::Real => false,
            };
            match self.settings.time {
                _ if passed => {}
                // Nothing can run but us, so this moves the clock: to the next thing that happens, if anything does.
                TimeMode::Paused if asks => {
                    if self.asked.is_some() {
                        let _ = tokio::time::timeout(left, self.something(seen)).await;
                    }
                    tokio::time::sleep(STEP.min(horizon.since(self.clock.now()))).await;
                }
                TimeMode::Paused => {
                    let _ = tokio::time::timeout(left, self.recorder.grown_beyond(seen)).await;
                }
                TimeMode::Real | TimeMode::Skipping | TimeMode::Trusting if asks => tokio::time::sleep(ASK).await,
                TimeMode::Real | TimeMode::Skipping | TimeMode::Trusting => {
                    let _ = tokio::time::timeout(left.min(ASK), self.recorder.grown_beyond(seen)).await;
                }
            }
        }
        for one in waiting.iter_mut() {
            if one.as_ref().is_some_and(|waiting| self.is_over(waiting)) {
                **one = None;
            }
        }
        Ok(())
    }

    /// Waits until something is written after entry number `seen`, or a wait of the world or of an integration in memory
    /// ends: between two such moments nothing changes.
    async fn something(&self, seen: usize) {
        let (waits, woken) = (self.memory.waits(), self.clock.woken());
        let (waits_seen, woken_seen) = (waits.count(), woken.count());
        tokio::select! {
            biased;
            () = self.recorder.grown_beyond(seen) => {}
            () = waits.grown_beyond(waits_seen) => {}
            () = woken.grown_beyond(woken_seen) => {}
        }
    }

    fn is_over(&self, waiting: &Waiting<'_>) -> bool {
        self.clock.now() >= waiting.horizon
            || match waiting.wish {
                Wish::Time => false,
                Wish::Seen(condition) => self.is_seen(condition, waiting.mark),
                Wish::Rest => self.is_settled(waiting.horizon) || self.recorder.len() >= LIMIT,
            }
    }

    fn is_seen(&self, condition: Condition<'_>, mark: usize) -> bool {
        use sim_antom::Event as Gateway;
        use sim_edc::Event as Terminal;
        use wire::edc::Kind;
        let any = |fits: &dyn Fn(&Event) -> bool| self.recorder.any_after(mark, fits);
        match condition {
            Condition::Event(code) => any(
                &|event| matches!(event, Event::Terminal(Terminal::Sent { kind: Kind::Event, json, .. }) if json["eventCode"] == code.as_str()),
            ),
            Condition::Sent(command) => any(&|event| {
                matches!(event, Event::Terminal(Terminal::Received { kind: Kind::Command, json, repeat: false, .. })
                    if json["commandName"] == command.as_str())
            }),
            Condition::Called(operation) => any(
                &|event| matches!(event, Event::Gateway(Gateway::Request { operation: Some(called), .. }) if *called == operation),
            ),
            Condition::Notified(kind) => any(&|event| {
                matches!(event, Event::Gateway(Gateway::Notice { body, .. })
                    if serde_json::from_slice(&body.0).is_ok_and(|body: serde_json::Value| body["notifyType"] == kind.as_str()))
            }),
            Condition::Told(code) => any(
                &|event| matches!(event, Event::Client(ClientEvent::Delivered { payload, .. }) if payload["code"] == code),
            ),
            Condition::Sees(view) => {
                let last = self.recorder.last(|event| match event {
                    Event::Client(ClientEvent::Saw { shows, .. }) => Some(shows.iter().any(|seen| seen == view)),
                    _ => None,
                });
                last.unwrap_or(false)
            }
            Condition::Order(states) => states.iter().all(|(name, state)| {
                self.orders.get(name).and_then(Option::as_ref).is_some_and(|told| told.status.state == *state)
            }),
        }
    }

    /// Whether every order has ended, the world waits for nothing within the time, and the integration owes no answer: who
    /// is still selling an order may charge for it again.
    fn is_settled(&self, horizon: Moment) -> bool {
        let pending = self.clock.pending();
        let is_over = pending.peer.is_none() && pending.world.is_none_or(|at| at > horizon);
        self.calls.is_empty() && self.all_ended() && is_over && self.is_at_rest()
    }

    /// Whether something is seen that is waited for, without asking.
    fn is_any_seen(&self, all: &[Waiting<'_>]) -> bool {
        all.iter().any(|one| matches!(one.wish, Wish::Seen(condition) if self.is_seen(condition, one.mark)))
    }

    /// Lets time pass for an answer that is due at once, and that an integration with a time of its own may give after a wait.
    pub(super) async fn skip_for_answer(&mut self) -> Result<(), DriverError> {
        let horizon = self.clock.now() + ANSWER;
        if Box::pin(self.skip(horizon, &[])).await? == Skipped::Nothing {
            self.nap(STEADY / 5).await;
        }
        Ok(())
    }

    /// Jumps to the next deadline of the world or of an integration that sleeps on its time, when all is quiet.
    async fn skip(&mut self, horizon: Moment, all: &[Waiting<'_>]) -> Result<Skipped, DriverError> {
        if self.is_any_seen(all) || !self.is_at_rest() {
            return Ok(Skipped::Something);
        }
        if self.is_owed_in_earnest() {
            return Ok(Skipped::Nothing);
        }
        let before = self.recorder.len();
        let foretold = self.foretold.take().filter(|(_, seen)| *seen == before);
        let wake = match foretold {
            Some((wake, _)) => Some(wake),
            None if self.tells_time => Some(self.tell_time().await?),
            None => None,
        };
        // It was woken to answer, and something may have begun meanwhile: who is trusted has said that nothing goes on. Of what
        // became due since it was asked before it says nothing any more, and may not have written it yet.
        let was_due = self.promised.is_some_and(|at| at <= self.clock.now());
        self.promised = wake.flatten();
        match wake {
            Some(wake) if !was_due && self.is_believed(wake) => self.listen().await,
            _ => self.rest().await,
        }
        let pending = self.clock.pending();
        if self.is_owed_in_earnest() {
            return Ok(Skipped::Nothing);
        }
        if self.is_any_seen(all) || self.recorder.len() != before || !self.is_at_rest() {
            return Ok(Skipped::Something);
        }
        // A driver that is due already gets a moment to act; one that is due for ever is not waited for.
        let now = self.clock.now();
        let wake = wake.flatten();
        if wake.is_some_and(|at| at <= now) {
            if self.overdue.get_or_insert_with(Instant::now).elapsed() < OVERDUE {
                return Ok(Skipped::Something);
            }
            // It is no reason to cut the wait for its answer short, either.
            if pending.peer.is_some() {
                return Ok(Skipped::Nothing);
            }
        } else {
            self.overdue = None;
        }
        let own = Deadlines { world: None, peer: wake.filter(|at| *at > now) };
        let next = pending.and(own).next();
        let target = match next {
            Some(at) if at <= horizon => at,
            // Nobody will do anything before the horizon: an integration with own timers we cannot see may, though.
            // So may one that still owes the answer to a call of ours, unless it is proved to wait.
            _ if self.tells_time && (self.calls.is_empty() || self.calm.is_proved()) => horizon,
            _ => return Ok(Skipped::Nothing),
        };
        if target <= now {
            return Ok(Skipped::Nothing);
        }
        // What the integration wrote may still be on its way through the kernel. The simulated world may run ahead of it,
        // its own timers may not: they run out only when it is proved to wait, or nothing has changed for a good while.
        let is_worlds = pending.world == Some(target);
        if !is_worlds && !self.calm.is_proved() && !self.is_steady(wake) {
            self.nap(STEADY / 5).await;
            return Ok(Skipped::Something);
        }
        self.calm.ease();
        // An integration that has nothing to do then is told first: what the world sends at that moment shall not meet a
        // till whose clock still jumps in the middle of a frame.
        let is_harness = is_worlds || pending.peer == Some(target);
        let told = self.tells_time && is_harness && wake.is_none_or(|at| at > target);
        let first = if told { Some(self.tell(target).await?) } else { None };
        let jumped = CaseEvent::Jumped { from: now, to: target, wake_at: wake };
        self.recorder.record_at(self.clock.now(), Event::Case(jumped));
        self.clock.jump_to(target);
        self.jumps += 1;
        if self.tells_time {
            let wake = match first {
                Some(wake) => wake,
                None => self.tell_time().await?,
            };
            self.promised = wake;
            self.steady = Some((wake, Instant::now()));
        }
        Ok(Skipped::Something)
    }

    /// Whether something is waited for that the integration owes, and that must be waited for as long as it takes: it may be
    /// slow. Where it is trusted it has time until it is proved that it waits, and until it has said what for; of what the
    /// kernel has not handed over yet it cannot say anything.
    fn is_owed_in_earnest(&self) -> bool {
        let may_tell = self.tells_time && self.calm.is_proved() && !self.world.is_dialing();
        let is_trusted = self.settings.time == TimeMode::Trusting && may_tell;
        !is_trusted && self.clock.pending().peer.is_some()
    }

    /// Whether an integration that was seen to wait, and says that it will act then, needs no second look.
    fn is_believed(&self, wake: Option<Moment>) -> bool {
        let is_later = wake.is_none_or(|at| at > self.clock.now());
        self.settings.time == TimeMode::Trusting && self.calm.is_proved() && is_later
    }

    /// Whether the integration has named the same moment, and every wire has been quiet, for a good while.
    fn is_steady(&mut self, wake: Option<Moment>) -> bool {
        let since = match self.steady {
            Some((known, since)) if known == wake => since,
            _ => Instant::now(),
        };
        self.steady = Some((wake, since));
        let enough = STEADY + self.calm.lag(PATIENCE);
        since.elapsed() >= enough && self.clock.quiet_for() >= enough
    }

    /// Sets the clock of an integration that has just started: what `initialize` told is as old as its start was long,
    /// and a sale must not begin on it.
    pub(super) async fn set_time(&self) -> Result<(), DriverError> {
        if self.tells_time {
            self.tell_time().await?;
        }
        Ok(())
    }

    /// Tells the integration the time, and asks when it will act by itself.
    async fn tell_time(&self) -> Result<Option<Moment>, DriverError> {
        self.tell(self.clock.now()).await
    }

    async fn tell(&self, now: Moment) -> Result<Option<Moment>, DriverError> {
        tell(self.session.driver.clone(), now, self.patience()).await
    }

    /// The same, while something else is asked.
    pub(super) fn foretell(&self) -> impl Future<Output = Result<Option<Moment>, DriverError>> + use<> {
        tell(self.session.driver.clone(), self.clock.now(), self.patience())
    }
}

async fn tell(driver: Driver, now: Moment, patience: Duration) -> Result<Option<Moment>, DriverError> {
    let answer = driver.call("clock", json!({"now": now.as_millis()}), patience).await?;
    wake_at(&answer, now)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Skipped {
    Something,
    Nothing,
}
