//! What the gateway wants done.

use crate::event::Event;
use crate::notice::Delivery;
use crate::reply::Reply;

/// What the gateway wants done.
#[derive(Debug, PartialEq, Eq)]
pub enum Output {
    /// Answer a request.
    Reply {
        /// The request's number.
        id: u64,
        /// The answer.
        reply: Reply,
    },
    /// Deliver a notification.
    Deliver(Delivery),
    /// Wait no longer for the answer to this delivery: its time is over.
    Abandon {
        /// The delivery's number.
        id: u64,
    },
    /// Something for the trace.
    Event(Event),
}
