//! The clock of an integration that is told the time: between tellings it goes on with real time.
//!
//! Every sleep is in a table, so that the driver can say when the integration would do something by itself. To an
//! integration all its deadlines are alike: the two kinds of [`Deadlines`] matter to those who skip.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use wire::clock::{Clock, Deadlines, Sleep};
use wire::time::Moment;

/// A clock that can be set.
pub struct ToldClock {
    shared: Arc<Shared>,
}

struct Shared {
    table: Mutex<Table>,
    /// Counts the tellings, so that sleepers look again.
    told: watch::Sender<u64>,
}

struct Table {
    base: Moment,
    since: Instant,
    sleeps: BTreeMap<u64, Moment>,
    next: u64,
}

impl ToldClock {
    /// A clock that shows `now` and goes on from there.
    #[must_use]
    pub fn starting_at(now: Moment) -> Self {
        let table = Table { base: now, since: Instant::now(), sleeps: BTreeMap::new(), next: 0 };
        Self { shared: Arc::new(Shared { table: Mutex::new(table), told: watch::Sender::new(0) }) }
    }

    /// Sets the time, wakes whatever is due, and says how much that was.
    pub fn tell(&self, now: Moment) -> usize {
        let due = {
            let mut table = self.shared.table();
            table.base = now;
            table.since = Instant::now();
            table.sleeps.values().filter(|at| **at <= now).count()
        };
        self.shared.told.send_modify(|count| *count = count.wrapping_add(1));
        due
    }

    /// The earliest deadline that is waited for.
    #[must_use]
    pub fn next_wake(&self) -> Option<Moment> {
        self.shared.table().sleeps.values().min().copied()
    }

    /// Lets what is due run: returns when no deadline lies in the past, or after a few milliseconds.
    pub async fn settle(&self) {
        for _ in 0..5 {
            // Real time on purpose: a task may be waiting for the operating system. Whoever waits for nothing runs before
            // this ends.
            tokio::time::sleep(Duration::from_millis(1)).await;
            let now = self.now();
            if self.next_wake().is_none_or(|at| at > now) {
                return;
            }
        }
    }
}

impl fmt::Debug for ToldClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToldClock").field("now", &self.now()).field("next_wake", &self.next_wake()).finish()
    }
}

impl Shared {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Moment {
        let table = self.table();
        table.base + table.since.elapsed()
    }
}

impl Clock for ToldClock {
    fn now(&self) -> Moment {
        self.shared.now()
    }

    fn sleep(&self, deadlines: Deadlines) -> Sleep {
        let Some(at) = deadlines.next() else { return Box::pin(std::future::pending()) };
        let id = {
            let mut table = self.shared.table();
            let id = table.next;
            table.next = table.next.wrapping_add(1);
            table.sleeps.insert(id, at);
            id
        };
        let entry = Entry { id, shared: Arc::clone(&self.shared) };
        let mut told = self.shared.told.subscribe();
        Box::pin(async move {
            loop {
                let left = at.since(entry.shared.now());
                if left.is_zero() {
                    return;
                }
                tokio::select! {
                    biased;
                    _ = told.changed() => {}
                    () = tokio::time::sleep(left) => {}
                }
            }
        })
    }
}

/// A place in the table, given back when the sleep is over or dropped.
struct Entry {
    id: u64,
    shared: Arc<Shared>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.shared.table().sleeps.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(at: Moment) -> Deadlines {
        Deadlines { world: Some(at), peer: None }
    }

    #[tokio::test(start_paused = true)]
    async fn telling_the_time_wakes_what_is_due_and_nothing_else() {
        let start = Moment::WORLD_START;
        let clock = Arc::new(ToldClock::starting_at(start));
        let (early, late) = (start + Duration::from_secs(60), start + Duration::from_secs(90));
        let sleeper = tokio::spawn(clock.sleep(until(early)));
        let other = tokio::spawn(clock.sleep(until(late)));
        assert_eq!(clock.next_wake(), Some(early));
        assert_eq!(clock.tell(start), 0);
        assert_eq!(clock.tell(early), 1);
        clock.settle().await;
        assert!(sleeper.is_finished() && !other.is_finished());
        assert_eq!(clock.next_wake(), Some(late));
        other.abort();
        let _ = other.await;
        assert_eq!(clock.next_wake(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn between_tellings_time_goes_on() {
        let clock = ToldClock::starting_at(Moment::from_millis(1000));
        clock.sleep(until(Moment::from_millis(1250))).await;
        assert_eq!(clock.now(), Moment::from_millis(1250));
        clock.tell(Moment::from_millis(5000));
        assert_eq!(clock.now(), Moment::from_millis(5000));
    }
}
