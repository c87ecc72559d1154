//! The contract by which a shell asks for the time and waits for it. No clock lives here.
//!
//! One handle, three kinds of clock behind it: *real*; *paused* (everything in memory, time jumps when nothing can run);
//! *skipping* (real sockets and processes; when every wire is quiet, time jumps to the next deadline).
//!
//! Deadlines are of two kinds and the type says which, because only one of them may be skipped: a cardholder who taps
//! in two seconds is part of the simulated world; an ACK that the integration still owes is not, since a slow
//! integration is not a silent one.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::time::Moment;

/// A future that a [`Clock`] hands out; boxed so that the trait can be used behind `Arc<dyn Clock>`.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// When a pure core wants to be called again although nothing arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deadlines {
    /// The simulated world's next deadline (cardholder, host, buyer, expiry, schedule). May be skipped to.
    pub world: Option<Moment>,
    /// The next deadline that waits for the integration (a link ACK, the answer to a notification). Never skipped.
    pub peer: Option<Moment>,
}

impl Deadlines {
    /// The earlier of the two.
    #[must_use]
    pub fn next(&self) -> Option<Moment> {
        match (self.world, self.peer) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// The earliest deadline of each kind among both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let earliest = |a: Option<Moment>, b: Option<Moment>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self { world: earliest(self.world, other.world), peer: earliest(self.peer, other.peer) }
    }
}

/// Time for the shells.
pub trait Clock: Send + Sync + 'static {
    /// The time in this world.
    fn now(&self) -> Moment;

    /// Completes at the earlier of the two deadlines; never, when there is none. Holding the future is what tells a
    /// skipping clock which deadlines are pending, so drop it when it is no longer awaited.
    fn sleep(&self, deadlines: Deadlines) -> Sleep;

    /// Says that something just happened on a wire, so that a skipping clock holds still for a moment.
    fn touch(&self) {}
}

/// The handle that shells pass around.
pub type ClockHandle = Arc<dyn Clock>;

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Moment = Moment::from_micros(1);
    const SECOND: Moment = Moment::from_micros(2);

    #[test]
    fn the_earlier_deadline_is_next_and_each_kind_has_its_own() {
        let deadlines = |world, peer| Deadlines { world, peer };
        for (world, peer, next) in [
            (None, None, None),
            (Some(FIRST), None, Some(FIRST)),
            (None, Some(SECOND), Some(SECOND)),
            (Some(FIRST), Some(SECOND), Some(FIRST)),
            (Some(SECOND), Some(FIRST), Some(FIRST)),
        ] {
            assert_eq!(deadlines(world, peer).next(), next);
            let both = deadlines(Some(SECOND), None).and(deadlines(world, peer));
            assert_eq!(both, deadlines(world.or(Some(SECOND)), peer));
        }
    }
}
