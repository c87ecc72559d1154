//! How time passes in a step that waits: as it does, or in jumps over what nobody needs to see.
//!
//! Deadlines of the simulated world may be skipped when every wire is quiet and the integration computes nothing; what
//! waits for the integration never is.

use std::time::{Duration, Instant};

use serde_json::json;
use wire::clock::{Clock as _, Deadlines};
use wire::time::Moment;

use super::TimeMode;
use super::stage::{ANSWER, Stage};
use crate::driver::DriverError;
use crate::trace::LIMIT;

/// How long every wire must be quiet, in real time, before time is skipped.
const QUIET: Duration = Duration::from_millis(40);
/// How long, in real time, nothing may change before an integration's own timers are let run out.
const STEADY: Duration = Duration::from_millis(75);
/// How long, in real time, an integration that computes holds time up while every wire is quiet.
const BUSY: Duration = Duration::from_millis(500);
/// How long after it was found idle the wires must still be quiet: what it wrote last may be on its way to us.
const DELIVERY: Duration = Duration::from_millis(2);
/// How often in a row an integration may be due without acting before that is ignored.
const OVERDUE: u32 = 10;
/// How often orders are asked about while real time passes.
const ASK: Duration = Duration::from_millis(100);

impl Stage<'_> {
    /// Lets time pass until something holds, or at most so long.
    pub(super) async fn pass_time(&mut self, within: Duration, done: impl Fn() -> bool) -> Result<(), DriverError> {
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
    pub(super) async fn settle(&mut self, within: Duration) -> Result<(), DriverError> {
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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Skipped {
    Something,
    Nothing,
}
