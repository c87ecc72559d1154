//! What the gateway is told.

use bytes::Bytes;
use wire::antom::Envelope;

/// What the gateway is told.
#[derive(Debug)]
pub enum Input {
    /// A request arrived.
    Request {
        /// Whoever asked; the reply carries it.
        id: u64,
        /// The request.
        envelope: Envelope,
        /// Why its body could not be read, if so.
        unreadable: Option<String>,
    },
    /// A delivery was answered, or failed for the reason given.
    Answered {
        /// The delivery's number.
        id: u64,
        /// Status and body, or why there is none.
        answer: Result<(u16, Bytes), String>,
    },
    /// A deadline may have passed.
    Timeout,
}
