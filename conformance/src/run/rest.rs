//! Whether everything is at rest, so that time may be skipped: the wires quiet, and nobody about to write.
//!
//! Silence alone proves nothing on a busy machine, so it must last. Where the kernel says that no thread of the integration
//! ran between two looks, it need not last long: what is on its way then is in the kernel's hands only.

use std::time::{Duration, Instant};

use super::TimeMode;
use super::stage::Stage;
use crate::driver::Activity;

/// How long every wire must be quiet, in real time, when nothing more is known.
const QUIET: Duration = Duration::from_millis(40);
/// How long when nothing of the integration has run meanwhile.
const BRIEF: Duration = Duration::from_millis(1);
/// How many times the delay with which this process is woken is added to that: the kernel's own hands are as busy as ours.
const BRIEF_PATIENCE: u32 = 2;
/// How long, in real time, an integration that computes holds time up while every wire is quiet.
const BUSY: Duration = Duration::from_secs(2);
/// What a timer may be late on a machine that has nothing else to do.
const PUNCTUAL: Duration = Duration::from_millis(2);
/// The longest delay that is reckoned with.
const LONGEST_LAG: Duration = Duration::from_millis(100);
/// Who wakes all the time, and for nothing, is judged by this much silence.
const RESTLESS: Duration = Duration::from_millis(80);
/// Looks in which one that was asked something a moment ago is seen to have come to rest again.
const LOOKS: u32 = 2;
/// Looks in which one who is about to sleep does. Who then seems not to sleep is one of whom the kernel does not tell.
const FALLING_ASLEEP: u32 = 4;
/// How often one who computes is looked at, at first, and when it goes on for long.
const LOOK: Duration = Duration::from_millis(1);
const LONGEST_LOOK: Duration = Duration::from_millis(10);
/// How long one that owes something, and is trusted, must have done nothing before it is asked when it will.
const OWED: Duration = Duration::from_millis(20);
/// How long an integration that owes the answer to a notification, or an ACK, is left alone.
const OWING: Duration = Duration::from_millis(5);
/// Turns in which whatever has come is taken in before anybody looks.
const TURNS: u32 = 8;

/// What is known of how busy everybody is.
#[derive(Debug, Default)]
pub(super) struct Calm {
    /// What the integration did when it was looked at, and since when it has been that.
    seen: Option<(Activity, Instant)>,
    /// The longest delay, of late, with which a wait of ours ended: how overloaded the machine is.
    lag: Duration,
    /// How rest came when it was waited for last.
    came: Came,
}

/// How rest came.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Came {
    /// It did not.
    #[default]
    Not,
    /// After a long silence.
    Silent,
    /// The kernel says that nobody was about to write.
    Proved,
}

impl Calm {
    /// What this machine's load adds to a wait, so many times.
    pub(super) fn lag(&self, times: u32) -> Duration {
        self.lag * times
    }

    /// What delayed one wait need not delay the next.
    pub(super) fn ease(&mut self) {
        self.lag /= 2;
    }

    /// Whether it is proved that the integration waits.
    pub(super) fn is_proved(&self) -> bool {
        self.came == Came::Proved
    }

    /// Since when the integration has been what it is now.
    fn since(&mut self, now: Activity) -> Duration {
        let since = match self.seen {
            Some((known, since)) if known == now => since,
            _ => Instant::now(),
        };
        self.seen = Some((now, since));
        since.elapsed()
    }
}

impl Stage<'_> {
    /// Waits, in real time and not for long, until everything is at rest; less long while the integration owes an answer,
    /// since that is never skipped.
    pub(super) async fn rest(&mut self) {
        self.calm.came = Came::Not;
        if self.settings.time == TimeMode::Paused {
            // Time stands still here as long as anything can run.
            return tokio::time::sleep(LOOK).await;
        }
        Box::pin(self.rest_in_real_time()).await;
    }

    async fn rest_in_real_time(&mut self) {
        // Nothing tells of a browser.
        let may_be_brief = self.tells_time && self.front.is_none();
        for look in 1.. {
            let is_owed = self.clock.pending().peer.is_some();
            if is_owed && !(may_be_brief && self.settings.time == TimeMode::Trusting) {
                // The integration owes an answer, and is not trusted: its time is never skipped.
                return self.nap(OWING).await;
            }
            self.world.look_at_line().await;
            match self.until_rest(may_be_brief, is_owed, look) {
                Ok(came) => {
                    self.calm.came = came;
                    return;
                }
                Err(pause) => self.nap(pause).await,
            }
        }
    }

    /// Whether everything was at rest a moment ago, and no wire was touched since.
    pub(super) fn is_at_rest(&self) -> bool {
        let enough = if self.calm.is_proved() { BRIEF } else { QUIET };
        self.settings.time == TimeMode::Paused || self.calm.came != Came::Not && self.clock.quiet_for() >= enough
    }

    /// How rest has come, or how long to wait before it may.
    fn until_rest(&mut self, may_be_brief: bool, is_owed: bool, look: u32) -> Result<Came, Duration> {
        let activity = self.session.activity();
        let (since, quiet) = (self.calm.since(activity), self.clock.quiet_for());
        let is_brief = may_be_brief && matches!(activity, Activity::Still(_));
        let (silence, stillness) = match activity {
            // One that computes for ever is not waited for.
            Activity::Busy if quiet >= BUSY => return Ok(Came::Silent),
            // A look costs something, too.
            Activity::Busy => return Err((since / 8).clamp(LOOK, LONGEST_LOOK)),
            _ if is_brief => {
                let brief = if is_owed { OWED } else { BRIEF } + self.calm.lag(BRIEF_PATIENCE);
                (brief, brief)
            }
            Activity::Still(_) | Activity::Idle => (QUIET, BRIEF),
        };
        let left = silence.saturating_sub(quiet).max(stillness.saturating_sub(since));
        match left.is_zero() {
            true if is_brief => Ok(Came::Proved),
            true => Ok(Came::Silent),
            false if quiet >= RESTLESS && look > LOOKS => Ok(Came::Silent),
            false if activity == Activity::Idle && may_be_brief && look <= FALLING_ASLEEP => Err(LOOK.min(left)),
            false => Err(left),
        }
    }

    /// Lets a moment pass, lets what is on its way through the kernel come in, and learns how late this machine wakes us.
    pub(super) async fn nap(&mut self, pause: Duration) {
        let began = Instant::now();
        self.beat().await;
        let rest = pause.saturating_sub(began.elapsed());
        let slept = Instant::now();
        tokio::time::sleep(rest).await;
        let late = slept.elapsed().saturating_sub(rest + PUNCTUAL);
        self.calm.lag = self.calm.lag.max(late).min(LONGEST_LAG);
        take_in().await;
    }

    /// Lets what is on its way through the kernel come in.
    pub(super) async fn listen(&self) {
        self.beat().await;
        take_in().await;
    }

    async fn beat(&self) {
        if let Some(pulse) = &self.pulse {
            pulse.beat().await;
        }
    }
}

/// Takes in whatever has come.
async fn take_in() {
    for _ in 0..TURNS {
        tokio::task::yield_now().await;
    }
}
