//! The world's clock: one handle, three kinds of time behind it.
//!
//! Whoever sleeps is registered while it does, so the harness knows what the simulated world waits for. In *skipping*
//! time the harness jumps to the next such deadline when every wire is quiet; *paused* time is tokio's, which jumps by
//! itself when nothing can run; *real* time never jumps.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use wire::clock::{Clock, Deadlines, Sleep};
use wire::time::Moment;

use crate::tally::Tally;

/// See the module's documentation. Clones share the time.
#[derive(Debug, Clone)]
pub struct WorldClock(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    start: Moment,
    since: Instant,
    state: Mutex<State>,
    /// How much was skipped; whoever sleeps looks again when it changes.
    skipped: watch::Sender<Duration>,
    woken: Tally,
}

#[derive(Debug)]
struct State {
    sleepers: BTreeMap<u64, Deadlines>,
    last_sleeper: u64,
    touched: Instant,
}

impl WorldClock {
    /// Starts at a moment. Must be called inside a tokio runtime.
    #[must_use]
    pub fn starting_at(start: Moment) -> Self {
        let since = Instant::now();
        let state = State { sleepers: BTreeMap::new(), last_sleeper: 0, touched: since };
        let skipped = watch::Sender::new(Duration::ZERO);
        Self(Arc::new(Shared { start, since, state: Mutex::new(state), skipped, woken: Tally::default() }))
    }

    /// What the world waits for.
    #[must_use]
    pub fn pending(&self) -> Deadlines {
        self.state().sleepers.values().fold(Deadlines::default(), |all, one| all.and(*one))
    }

    /// The waits of the world that have come to their end.
    #[must_use]
    pub fn woken(&self) -> &Tally {
        &self.0.woken
    }

    /// How long every wire has been quiet, in real time.
    #[must_use]
    pub fn quiet_for(&self) -> Duration {
        self.state().touched.elapsed()
    }

    /// Jumps ahead to a moment, waking whatever is due. Never backwards.
    pub fn jump_to(&self, moment: Moment) {
        let ahead = moment.since(self.now());
        self.0.skipped.send_modify(|skipped| *skipped += ahead);
        self.touch();
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for WorldClock {
    fn now(&self) -> Moment {
        self.0.start + self.0.since.elapsed() + *self.0.skipped.borrow()
    }

    fn sleep(&self, deadlines: Deadlines) -> Sleep {
        let registration = Registration::new(self.clone(), deadlines);
        Box::pin(async move {
            let clock = registration.clock.clone();
            let Some(at) = deadlines.next() else { return std::future::pending().await };
            let mut skips = clock.0.skipped.subscribe();
            loop {
                let now = clock.now();
                if at <= now {
                    return clock.0.woken.add();
                }
                tokio::select! {
                    biased;
                    () = tokio::time::sleep(at.since(now)) => {}
                    changed = skips.changed() => {
                        if changed.is_err() {
                            std::future::pending::<()>().await;
                        }
                    }
                }
            }
        })
    }

    fn touch(&self) {
        self.state().touched = Instant::now();
    }
}

/// Keeps a sleeper in the table for as long as it sleeps.
struct Registration {
    clock: WorldClock,
    number: u64,
}

impl Registration {
    fn new(clock: WorldClock, deadlines: Deadlines) -> Self {
        let mut state = clock.state();
        state.last_sleeper += 1;
        let number = state.last_sleeper;
        state.sleepers.insert(number, deadlines);
        drop(state);
        Self { clock, number }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.clock.state().sleepers.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_jump_wakes_what_is_due_and_nothing_else() {
        let clock = WorldClock::starting_at(Moment::WORLD_START);
        let world = |seconds| Deadlines { world: Some(Moment::WORLD_START + Duration::from_secs(seconds)), peer: None };
        let soon = tokio::spawn(clock.sleep(world(30)));
        let late = tokio::spawn(clock.sleep(world(90)));
        assert_eq!(clock.pending(), world(30));
        clock.jump_to(Moment::WORLD_START + Duration::from_secs(31));
        soon.await.unwrap();
        assert!(!late.is_finished());
        assert_eq!(clock.pending(), world(90));
        late.abort();
    }

    #[tokio::test]
    async fn what_is_no_longer_awaited_is_no_longer_pending() {
        let clock = WorldClock::starting_at(Moment::WORLD_START);
        let sleep = clock.sleep(Deadlines { world: None, peer: Some(Moment::WORLD_START) });
        assert!(clock.pending().peer.is_some());
        drop(sleep);
        assert_eq!(clock.pending(), Deadlines::default());
    }
}
