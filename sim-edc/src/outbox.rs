//! Bytes on their way out: in order, each at its time. A line has no overtaking, except for what was held back on purpose.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use wire::time::Moment;

/// See the module's documentation. Bounded by what link and faults make: a frame at a time, three sends, and few signs.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    queue: VecDeque<(Moment, Bytes)>,
    late: Vec<(Moment, Bytes)>,
    /// Waits for whatever comes next.
    kept: BytesMut,
}

impl Outbox {
    /// Puts bytes behind what waits, after a pause.
    pub(crate) fn push(&mut self, now: Moment, pause: Duration, bytes: Bytes) {
        let last = self.queue.back().map_or(now, |(at, _)| *at);
        let bytes = if self.kept.is_empty() {
            bytes
        } else {
            let mut kept = std::mem::take(&mut self.kept);
            kept.extend_from_slice(&bytes);
            kept.freeze()
        };
        self.queue.push_back((last + pause, bytes));
    }

    /// Keeps bytes until others go out, and sends them together.
    pub(crate) fn keep(&mut self, pieces: impl Iterator<Item = Bytes>) {
        for piece in pieces {
            self.kept.extend_from_slice(&piece);
        }
    }

    /// Puts bytes aside until their time, whatever goes out before.
    pub(crate) fn push_late(&mut self, at: Moment, bytes: Bytes) {
        self.late.push((at, bytes));
    }

    /// What is due.
    pub(crate) fn take(&mut self, now: Moment) -> Option<Bytes> {
        if let Some(index) = self.late.iter().position(|(at, _)| *at <= now) {
            return Some(self.late.remove(index).1);
        }
        self.queue.pop_front_if(|(at, _)| *at <= now).map(|(_, bytes)| bytes)
    }

    /// When something is due.
    pub(crate) fn next(&self) -> Option<Moment> {
        let late = self.late.iter().map(|(at, _)| *at).min();
        [self.queue.front().map(|(at, _)| *at), late].into_iter().flatten().min()
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}
