//! The headers of what leaves, an answer or a notification: signed as Antom signs, or wrong in exactly one way.

use std::time::Duration;

use bytes::Bytes;
use wire::antom::{Headers, Signer};
use wire::time::{Moment, WireTime};

use crate::forger::Forger;
use crate::ledger::OFFSET_MINUTES;
use crate::script::Forgery;

/// A client id that no merchant has.
pub(crate) const NOBODY: &str = "SANDBOX_5YNOBODY00000000";

/// A message that is about to leave.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Letter<'a> {
    /// Path and query that are signed, or a URL that has them.
    pub(crate) target: &'a str,
    /// Whose it is.
    pub(crate) client: &'a str,
    /// The header of its time: response-time or request-time.
    pub(crate) time: &'static str,
    pub(crate) now: Moment,
}

/// The two keys.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seals<'a> {
    /// Antom's; none when nothing is signed.
    pub(crate) own: Option<&'a Signer>,
    /// One that nobody may trust; without it there is no signature in its place.
    pub(crate) foreign: &'a Forger,
}

impl Letter<'_> {
    /// The headers, lower-case and with the signature last, and the body as it leaves.
    pub(crate) fn seal(self, seals: Seals<'_>, forgery: Forgery, body: Bytes) -> (Headers, Bytes) {
        let signer = match forgery {
            Forgery::ForeignKey => seals.foreign.signer(),
            Forgery::Absent | Forgery::Garbled => None,
            _ => seals.own,
        };
        let client = if forgery == Forgery::OtherClient { NOBODY } else { self.client };
        let time = WireTime::new(self.now, OFFSET_MINUTES);
        let elsewhere = if forgery == Forgery::OtherPath { "x" } else { "" };
        let sign =
            |signer: &Signer| signer.header(&format!("{}{elsewhere}", self.target), client, time.as_str(), &body);
        let signature = signer.map(sign).or_else(|| (forgery == Forgery::Garbled).then(|| GARBLED.to_owned()));
        let told = match forgery {
            Forgery::OtherTime => WireTime::new(self.now + Duration::from_secs(1), OFFSET_MINUTES),
            _ => time,
        };
        // Room for everything that is written below, so that it is written in one place.
        let mut headers = Headers::with_capacity(4, 192 + client.len() + signature.as_ref().map_or(0, String::len))
            .with("content-type", "application/json; charset=UTF-8")
            .with("client-id", client)
            .with(self.time, told.as_str());
        if let Some(signature) = signature {
            headers.push("signature", signature);
        }
        // A blank more changes no meaning, only the bytes that were signed.
        let body = if forgery == Forgery::TamperedBody { [b" ", body.as_ref()].concat().into() } else { body };
        (headers, body)
    }
}

const GARBLED: &str = "algorithm=RSA256,keyVersion=1,signature=**this-is-no-base64**";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_key_a_message_has_every_header_but_the_signature() {
        let signer = Signer::load(include_bytes!("../../fixtures/keys/pool-0.private.pem")).unwrap();
        let letter = Letter { target: "/pay", client: "C", time: "response-time", now: Moment::WORLD_START };
        let names = |own: Option<&Signer>, forgery| -> Vec<String> {
            let (headers, body) =
                letter.seal(Seals { own, foreign: &Forger::from(None) }, forgery, Bytes::from_static(b"{}"));
            assert_eq!(&body[..], b"{}");
            headers.iter().map(|(name, _)| name.to_owned()).collect()
        };
        let all = ["content-type", "client-id", "response-time", "signature"];
        assert_eq!(names(Some(&signer), Forgery::Valid), all);
        assert_eq!(names(None, Forgery::Valid), all[..3]);
        // A forger without a key cannot sign either.
        assert_eq!(names(Some(&signer), Forgery::ForeignKey), all[..3]);
    }
}
