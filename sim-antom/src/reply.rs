//! Replies: what goes back to whoever asked.

use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use wire::antom::Headers;

use crate::script::Hangup;

/// What a request gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// HTTP 200 with these headers and this body.
    Answer {
        /// Lower-case names; `signature` is the last.
        headers: Headers,
        /// JSON.
        body: Bytes,
    },
    /// What no HTTP library would send: written byte for byte, and the connection closes.
    Raw(Raw),
    /// Nothing: the answer is lost.
    Lost(Hangup),
}

/// An answer that is written as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// The HTTP status.
    pub status: u16,
    /// The headers, in this order and spelling.
    pub headers: Headers,
    /// The body, all of which the content-length tells.
    pub body: Bytes,
    /// How many bytes of the body come, if not all.
    pub cut: Option<usize>,
    /// How fast they come, if not at once.
    pub pace: Option<Pace>,
}

/// So many bytes at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How many; at least one.
    pub bytes: usize,
    /// How long after those before.
    pub every: Duration,
}

/// Most answers take fewer bytes.
const USUAL: usize = 1024;

pub(crate) fn json(message: &impl Serialize) -> Bytes {
    let mut bytes = Vec::with_capacity(USUAL);
    match serde_json::to_writer(&mut bytes, message) {
        Ok(()) => bytes.into(),
        // Our message types have string keys and no fallible serialisers; this is the harmless answer to a bug.
        Err(_) => Bytes::from_static(b"{}"),
    }
}
