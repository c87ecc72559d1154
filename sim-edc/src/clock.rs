//! The ordinary clock: what the program runs on when nobody asks for another.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;
use wire::clock::{Clock, Deadlines, Sleep};
use wire::time::Moment;

/// Tokio's time, counted from a start. Under a paused runtime it is paused too.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    start: Moment,
    since: Instant,
}

impl SystemClock {
    /// Starts at the time of day.
    #[must_use]
    pub fn from_time_of_day() -> Self {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Self::starting_at(Moment::default() + since_epoch)
    }

    /// Starts at a moment.
    #[must_use]
    pub fn starting_at(start: Moment) -> Self {
        Self { start, since: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        self.start + self.since.elapsed()
    }

    fn sleep(&self, deadlines: Deadlines) -> Sleep {
        let wait = deadlines.next().map(|at| at.since(self.start));
        let since = self.since;
        Box::pin(async move {
            match wait.and_then(|wait| since.checked_add(wait)) {
                // Tokio's timer goes by milliseconds and rounds up: what is due now shall not wait for the next.
                Some(at) if at <= Instant::now() => {}
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        })
    }
}
