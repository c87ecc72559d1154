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

/// The headers of an answer; without a signer there is no signature.
pub(crate) fn sign(signer: Option<&Signer>, now: Moment, envelope: &Envelope, client: &str, body: &[u8]) -> Headers {
    let time = WireTime::new(now, OFFSET_MINUTES);
    let headers = Headers::new()
        .with("content-type", "application/json; charset=UTF-8")
        .with("client-id", client)
        .with("response-time", time.as_str());
    match signer {
        Some(signer) => {
            headers.with("signature", signer.header(envelope.path_and_query(), client, time.as_str(), body))
        }
        None => headers,
    }
}

pub(crate) fn json(message: &impl Serialize) -> Bytes {
    // Our message types have string keys and no fallible serialisers; an empty object is the harmless answer to a bug.
    serde_json::to_vec(message).unwrap_or_else(|_| b"{}".to_vec()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_signer_an_answer_has_every_header_but_the_signature() {
        let envelope = Envelope {
            method: "POST".to_owned(),
            target: "/ams/api/v1/payments/pay".to_owned(),
            headers: Headers::new(),
            body: Bytes::new(),
        };
        let signer = Signer::load(include_bytes!("../../fixtures/keys/pool-0.private.pem")).unwrap();
        let names = |signer: Option<&Signer>| -> Vec<String> {
            let headers = sign(signer, Moment::WORLD_START, &envelope, "C", b"{}");
            headers.iter().map(|(name, _)| name.to_owned()).collect()
        };
        let unsigned = names(None);
        assert_eq!(unsigned, ["content-type", "client-id", "response-time"]);
        assert_eq!(names(Some(&signer)), [unsigned, vec!["signature".to_owned()]].concat());
    }
}
