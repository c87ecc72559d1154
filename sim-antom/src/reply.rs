//! Answers: what goes back to whoever asked, signed as Antom signs.

use bytes::Bytes;
use serde::Serialize;
use wire::antom::{Envelope, Headers, Signer};
use wire::time::{Moment, WireTime};

use crate::event::LostHow;
use crate::ledger::OFFSET_MINUTES;

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
    /// Nothing: the answer is lost.
    Lost(LostHow),
}

/// The headers of an answer.
pub(crate) fn sign(signer: &Signer, now: Moment, envelope: &Envelope, client: &str, body: &[u8]) -> Headers {
    let time = WireTime::new(now, OFFSET_MINUTES);
    let signature = signer.header(envelope.path_and_query(), client, time.as_str(), body);
    Headers::new()
        .with("content-type", "application/json; charset=UTF-8")
        .with("client-id", client)
        .with("response-time", time.as_str())
        .with("signature", signature)
}

pub(crate) fn json(message: &impl Serialize) -> Bytes {
    // Our message types have string keys and no fallible serialisers; an empty object is the harmless answer to a bug.
    serde_json::to_vec(message).unwrap_or_else(|_| b"{}".to_vec()).into()
}
