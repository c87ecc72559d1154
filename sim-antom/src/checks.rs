//! The gateway's checks, in order: method, media type, route, client, key, signature, body. Pure.
//!
//! Each refusal has two texts: the code goes on the wire, the reason goes in the log.

use wire::antom::{Envelope, Operation, Route, Tree};
use wire::time::Moment;

use crate::client::Clients;

/// Why a request is not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The result code for the wire.
    pub code: &'static str,
    /// The reason for the log.
    pub reason: String,
}

/// Checks what does not depend on the operation, and says which one it is, and its body. What is let pass but should be
/// told goes into `notes`.
///
/// # Errors
/// The first check that fails.
pub fn check<'e>(
    envelope: &'e Envelope,
    clients: &Clients,
    now: Moment,
    notes: &mut Vec<String>,
) -> Result<(Operation, Tree<'e>), Refusal> {
    let refuse = |code, reason: String| Err(Refusal { code, reason });
    if envelope.method != "POST" {
        return refuse("METHOD_NOT_SUPPORTED", format!("the method is {}, only POST is served", envelope.method));
    }
    check_media_type(envelope, notes)?;
    let Route::Operation(operation) = Route::of(envelope.path()) else {
        return refuse("NO_INTERFACE_DEF", format!("no operation has the path {}", clip(envelope.path())));
    };
    clients.authenticate(envelope, now, notes)?;
    match Tree::parse(&envelope.body) {
        Ok(body @ Tree::Object(_)) => Ok((operation, body)),
        Ok(_) => refuse("PARAM_ILLEGAL", "the body is JSON, but not an object".to_owned()),
        Err(error) => refuse("PARAM_ILLEGAL", format!("the body is not JSON: {error}")),
    }
}

fn check_media_type(envelope: &Envelope, notes: &mut Vec<String>) -> Result<(), Refusal> {
    let Some(written) = envelope.headers.value("content-type") else {
        notes.push("no Content-Type header".to_owned());
        return Ok(());
    };
    let media_type = written.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        let reason = format!("the Content-Type is {:?}, only application/json is served", clip(written));
        Err(Refusal { code: "MEDIA_TYPE_NOT_ACCEPTABLE", reason })
    }
}

/// Reads a body that fits its table.
pub(crate) fn read<T: serde::de::DeserializeOwned>(body: &Tree<'_>) -> Result<T, Refusal> {
    body.read().map_err(|error| Refusal { code: "PARAM_ILLEGAL", reason: error.to_string() })
}

/// What a stranger wrote, cut to a length that a log takes.
pub(crate) fn clip(text: &str) -> String {
    text.chars().take(128).collect()
}

#[cfg(test)]
mod tests {
    use wire::antom::Headers;

    use super::*;

    fn envelope(method: &str, target: &str, headers: Headers) -> Envelope {
        Envelope { method: method.to_owned(), target: target.to_owned(), headers, body: bytes::Bytes::new() }
    }

    fn refusal(envelope: &Envelope) -> Refusal {
        check(envelope, &Clients::default(), Moment::WORLD_START, &mut Vec::new()).unwrap_err()
    }

    #[test]
    fn a_request_that_is_wrong_in_everything_fails_by_its_method_first() {
        assert_eq!(
            refusal(&envelope("GET", "/", Headers::new().with("Content-Type", "x"))).code,
            "METHOD_NOT_SUPPORTED"
        );
        assert_eq!(
            refusal(&envelope("POST", "/", Headers::new().with("Content-Type", "x"))).code,
            "MEDIA_TYPE_NOT_ACCEPTABLE"
        );
        assert_eq!(refusal(&envelope("POST", "/", Headers::new())).code, "NO_INTERFACE_DEF");
        assert_eq!(refusal(&envelope("POST", "/ams/api/v1/payments/pay", Headers::new())).code, "CLIENT_INVALID");
    }

    #[test]
    fn what_a_stranger_wrote_is_cut_before_it_is_repeated() {
        let target = format!("/{}", "x".repeat(10_000));
        assert!(refusal(&envelope("POST", &target, Headers::new())).reason.len() < 200);
        let headers = Headers::new().with("Client-Id", "x".repeat(10_000));
        assert!(refusal(&envelope("POST", "/ams/api/v1/payments/pay", headers)).reason.len() < 200);
    }
}
