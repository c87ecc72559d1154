//! Room for so many connections. When all of it is taken, whoever has kept the gateway waiting longest goes: a client
//! that sends its request is served however many others dawdle.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// The room. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Room(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    seats: Mutex<Seats>,
    freed: Notify,
}

#[derive(Debug)]
struct Seats {
    taken: BTreeMap<u64, Taken>,
    most: usize,
    /// Counts what happens: the order of time, without a clock.
    ticks: u64,
}

#[derive(Debug)]
struct Taken {
    phase: Phase,
    since: u64,
    task: Option<AbortHandle>,
}

/// What a connection is doing. Those that come first go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// It has not sent a whole request.
    Asking,
    /// It was answered, and may ask again.
    Idle,
    /// It is kept waiting on purpose, for an answer that never comes.
    Forsaken,
    /// It waits for its answer.
    Served,
}

/// A place in the room. Dropping it gives the place back.
#[derive(Debug)]
pub(crate) struct Seat {
    room: Room,
    number: u64,
    /// Since when the client is waited for; none while it waits itself.
    waits_since: Mutex<Option<Instant>>,
}

impl Room {
    pub(crate) fn for_at_most(most: usize) -> Self {
        let seats = Seats { taken: BTreeMap::new(), most, ticks: 0 };
        Self(Arc::new(Shared { seats: Mutex::new(seats), freed: Notify::new() }))
    }

    /// A seat: a free one, one that somebody had to leave for it, or the next one that gets free.
    pub(crate) async fn take(&self) -> Seat {
        loop {
            let freed = self.0.freed.notified();
            if let Some(seat) = self.try_take() {
                return seat;
            }
            freed.await;
        }
    }

    fn try_take(&self) -> Option<Seat> {
        let mut seats = self.seats();
        if seats.taken.len() >= seats.most {
            let goes = seats.taken.iter().filter(|(_, taken)| taken.phase != Phase::Served);
            let (number, _) = goes.min_by_key(|(_, taken)| (taken.phase, taken.since))?;
            let number = *number;
            if let Some(task) = seats.taken.remove(&number).and_then(|taken| taken.task) {
                task.abort();
            }
        }
        seats.ticks += 1;
        let number = seats.ticks;
        seats.taken.insert(number, Taken { phase: Phase::Asking, since: number, task: None });
        Some(Seat { room: self.clone(), number, waits_since: Mutex::new(Some(Instant::now())) })
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.0.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Whose task ends when the seat is needed for somebody else.
    pub(crate) fn belongs_to(&self, task: AbortHandle) {
        if let Some(taken) = self.room.seats().taken.get_mut(&self.number) {
            taken.task = Some(task);
        } else {
            // It was needed before it was known.
            task.abort();
        }
    }

    /// Since when the client is waited for; none while it waits itself.
    pub(crate) fn waits_since(&self) -> Option<Instant> {
        *self.waits_since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client has sent the head of a request: it waits for its answer from now on.
    pub(crate) fn client_waits(&self) {
        *self.waits_since.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The client has its answer: it is waited for from now on.
    pub(crate) fn client_is_awaited(&self) {
        *self.waits_since.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    pub(crate) fn is_now(&self, phase: Phase) {
        let mut seats = self.room.seats();
        seats.ticks += 1;
        let since = seats.ticks;
        if let Some(taken) = seats.taken.get_mut(&self.number) {
            taken.phase = phase;
            taken.since = since;
        }
        drop(seats);
        if phase != Phase::Served {
            self.room.0.freed.notify_one();
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.room.seats().taken.remove(&self.number);
        self.room.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn connection(room: &Room) -> (Arc<Seat>, tokio::task::JoinHandle<()>) {
        let seat = Arc::new(room.take().await);
        let task = tokio::spawn(std::future::pending());
        seat.belongs_to(task.abort_handle());
        (seat, task)
    }

    #[tokio::test]
    async fn who_has_asked_nothing_goes_before_who_is_idle_and_the_longest_first() {
        let room = Room::for_at_most(4);
        let mut all = Vec::new();
        for _ in 0..4 {
            all.push(connection(&room).await);
        }
        all[0].0.is_now(Phase::Idle);
        all[1].0.is_now(Phase::Forsaken);
        all[3].0.is_now(Phase::Asking);
        let mut gone = Vec::new();
        for _ in 0..4 {
            let (seat, _) = connection(&room).await;
            seat.is_now(Phase::Served);
            std::mem::forget(seat);
            tokio::task::yield_now().await;
            gone.push((0..4).filter(|at| all[*at].1.is_finished()).collect::<Vec<_>>());
        }
        assert_eq!(gone, [vec![2], vec![2, 3], vec![0, 2, 3], vec![0, 1, 2, 3]]);
    }

    #[tokio::test]
    async fn when_everybody_is_being_served_one_waits_for_the_first_who_is_done() {
        let room = Room::for_at_most(1);
        let (seat, task) = connection(&room).await;
        seat.is_now(Phase::Served);
        assert!(room.try_take().is_none());
        let waiting = tokio::spawn({
            let room = room.clone();
            async move { room.take().await.number }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished() && !task.is_finished());
        drop(seat);
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn a_seat_that_was_needed_before_its_task_was_known_ends_the_task() {
        let room = Room::for_at_most(1);
        let first = room.take().await;
        let _second = room.take().await;
        let task = tokio::spawn(std::future::pending::<()>());
        first.belongs_to(task.abort_handle());
        assert!(task.await.unwrap_err().is_cancelled());
    }
}
