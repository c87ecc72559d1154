//! What passes, as it passes: a queue between the simulators, which never wait for it, and the judge.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use wire::time::Moment;

use crate::trace::{Entry, Event};

/// How many entries are kept at most. Rules look at the whole trace again and again, so this bounds time as well.
pub const LONGEST: usize = 20_000;
/// How many bytes of JSON they may have together.
pub const LARGEST: usize = 64 * 1024 * 1024;

/// See the module's documentation. Clones share the queue.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    grown: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// What nobody has taken yet.
    waiting: Vec<Entry>,
    /// How many entries there were.
    count: usize,
    /// How many bytes they had.
    bytes: usize,
    is_full: bool,
}

impl Log {
    /// Writes down what happened, unless there is too much already.
    pub fn add(&self, at: Moment, event: Event) {
        let mut state = self.state();
        if state.is_full {
            return;
        }
        let entry = Entry { n: state.count + 1, at, event };
        let size = serde_json::to_string(&entry).map_or(0, |text| text.len());
        if state.count == LONGEST || state.bytes + size > LARGEST {
            state.is_full = true;
        } else {
            state.count += 1;
            state.bytes += size;
            state.waiting.push(entry);
        }
        drop(state);
        self.0.grown.notify_one();
    }

    /// Takes what has come since the last time.
    #[must_use]
    pub fn take(&self) -> Vec<Entry> {
        std::mem::take(&mut self.state().waiting)
    }

    /// Completes when there is something to take, or it has become full. For one caller at a time.
    pub async fn grown(&self) {
        self.0.grown.notified().await;
    }

    /// Whether something was left out because there was too much.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.state().is_full
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::CaseEvent;

    fn ended() -> Event {
        Event::Case(CaseEvent::Ended { settled: false })
    }

    #[test]
    fn it_grows_no_further_than_its_bounds_and_says_so() {
        let log = Log::default();
        for _ in 0..LONGEST {
            log.add(Moment::WORLD_START, ended());
        }
        assert!(!log.is_full());
        assert_eq!(log.take().len(), LONGEST);
        log.add(Moment::WORLD_START, ended());
        assert!(log.is_full() && log.take().is_empty());
        let log = Log::default();
        let long = Event::Case(CaseEvent::Step { number: 1, text: "x".repeat(LARGEST / 4) });
        (0..5).for_each(|_| log.add(Moment::WORLD_START, long.clone()));
        assert_eq!((log.take().len(), log.is_full()), (3, true));
    }

    #[test]
    fn entries_are_numbered_on_over_what_was_taken() {
        let log = Log::default();
        log.add(Moment::WORLD_START, ended());
        assert_eq!(log.take().first().map(|entry| entry.n), Some(1));
        log.add(Moment::WORLD_START, ended());
        assert_eq!(log.take().first().map(|entry| entry.n), Some(2));
    }
}
