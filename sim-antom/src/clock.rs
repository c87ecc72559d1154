//! The ordinary clock: what the program runs on when nobody asks for another. It can be moved ahead, and run faster.

use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio::time::Instant;
use wire::clock::{Clock, Deadlines, Sleep};
use wire::time::Moment;

/// Tokio's time, counted from a start. Under a paused runtime it is paused too. Clones share the time.
///
/// However fast it runs, it runs at the ordinary speed while somebody outside is waited for: a merchant has ten seconds
/// to answer a notification, not ten seconds of a world in fast motion.
#[derive(Debug, Clone)]
pub struct SystemClock(watch::Sender<Pace>);

/// How time passes since a moment.
#[derive(Debug, Clone, Copy)]
struct Pace {
    base: Moment,
    since: Instant,
    /// Seconds of the world in a second; 0 stands still.
    speed: u32,
    /// Whether somebody outside is waited for.
    held: bool,
}

impl SystemClock {
    /// The fastest that a clock runs: a day in less than ten seconds.
    pub const FASTEST: u32 = 10_000;

    /// Starts at the time of day.
    #[must_use]
    pub fn from_time_of_day() -> Self {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Self::starting_at(Moment::default() + since_epoch)
    }

    /// Starts at a moment.
    #[must_use]
    pub fn starting_at(start: Moment) -> Self {
        Self(watch::Sender::new(Pace { base: start, since: Instant::now(), speed: 1, held: false }))
    }

    /// How many seconds of the world pass in a second, unless somebody outside is waited for.
    #[must_use]
    pub fn speed(&self) -> u32 {
        self.0.borrow().speed
    }

    /// Sets the speed, at most [`Self::FASTEST`]; 0 stands still.
    pub fn set_speed(&self, speed: u32) {
        self.change(|pace| pace.speed = speed.min(Self::FASTEST));
    }

    /// Jumps ahead, never back, and wakes whoever sleeps.
    pub fn jump_to(&self, moment: Moment) {
        self.change(|pace| pace.base = pace.base.max(moment));
    }

    fn hold(&self, held: bool) {
        if self.0.borrow().held != held {
            self.change(|pace| pace.held = held);
        }
    }

    /// Changes the pace from now on.
    fn change(&self, change: impl FnOnce(&mut Pace)) {
        self.0.send_modify(|pace| {
            *pace = Pace { base: pace.now(), since: Instant::now(), ..*pace };
            change(pace);
        });
    }
}

impl Pace {
    fn rate(&self) -> u32 {
        if self.held { 1 } else { self.speed }
    }

    fn now(&self) -> Moment {
        self.base + self.since.elapsed().saturating_mul(self.rate())
    }

    /// When it will be that moment; never, when time stands still.
    fn until(&self, moment: Moment) -> Option<Instant> {
        let wait = moment.since(self.base);
        // Rounded up to whole milliseconds, so that nobody wakes a moment too early and has to sleep again.
        let wait = match self.rate() {
            0 => (wait == Duration::ZERO).then_some(wait)?,
            1 => wait,
            rate => Duration::from_millis(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).div_ceil(rate.into())),
        };
        self.since.checked_add(wait)
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        self.0.borrow().now()
    }

    fn sleep(&self, deadlines: Deadlines) -> Sleep {
        self.hold(deadlines.peer.is_some());
        let mut paces = self.0.subscribe();
        Box::pin(async move {
            let Some(deadline) = deadlines.next() else { return std::future::pending().await };
            loop {
                let until = paces.borrow_and_update().until(deadline);
                let passed = async {
                    match until {
                        Some(at) => tokio::time::sleep_until(at).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    biased;
                    changed = paces.changed() => if changed.is_err() { std::future::pending::<()>().await },
                    () = passed => return,
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Moment = Moment::WORLD_START;

    fn world(seconds: u64) -> Deadlines {
        Deadlines { world: Some(START + Duration::from_secs(seconds)), peer: None }
    }

    #[tokio::test(start_paused = true)]
    async fn a_fast_clock_passes_an_hour_in_a_minute_and_a_stopped_one_nothing() {
        let clock = SystemClock::starting_at(START);
        clock.set_speed(60);
        let began = Instant::now();
        clock.sleep(world(3600)).await;
        assert_eq!(began.elapsed().as_secs(), 60);
        assert!(clock.now() >= START + Duration::from_secs(3600));
        clock.set_speed(0);
        let then = clock.now();
        tokio::time::sleep(Duration::from_secs(9)).await;
        assert_eq!(clock.now(), then);
        assert!(tokio::time::timeout(Duration::from_secs(9), clock.sleep(world(3601))).await.is_err());
        clock.set_speed(u32::MAX);
        assert_eq!(clock.speed(), SystemClock::FASTEST);
    }

    #[tokio::test(start_paused = true)]
    async fn a_jump_wakes_whoever_sleeps_and_time_never_runs_back() {
        let clock = SystemClock::starting_at(START);
        let sleeping = tokio::spawn(clock.sleep(world(86_400)));
        tokio::task::yield_now().await;
        clock.jump_to(START + Duration::from_secs(86_400));
        tokio::time::timeout(Duration::from_secs(1), sleeping).await.unwrap().unwrap();
        clock.jump_to(START);
        assert!(clock.now() >= START + Duration::from_secs(86_400));
    }

    #[tokio::test(start_paused = true)]
    async fn while_a_merchant_is_waited_for_time_runs_at_its_ordinary_speed() {
        for speed in [0, 1000] {
            let clock = SystemClock::starting_at(START);
            clock.set_speed(speed);
            let began = Instant::now();
            let until = START + Duration::from_secs(10);
            clock.sleep(Deadlines { world: None, peer: Some(until) }).await;
            assert_eq!(began.elapsed().as_secs(), 10);
            drop(clock.sleep(Deadlines::default()));
            let then = clock.now();
            tokio::time::sleep(Duration::from_secs(1)).await;
            assert_eq!(clock.now().since(then).as_secs(), u64::from(speed));
        }
    }
}
