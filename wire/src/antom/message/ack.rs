//! What a merchant answers to a notification.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ResultObject;

/// The acknowledgement: HTTP 200 and this body, whatever the outcome of the payment. It needs no signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// S SUCCESS stops the repeats.
    pub result: ResultObject,
}

impl Ack {
    /// The documented acknowledgement.
    #[must_use]
    pub fn success() -> Self {
        Self { result: ResultObject { result_message: "success".to_owned(), ..ResultObject::success() } }
    }

    /// What the official in-store SDK answers when it cannot vouch for a notification, so that Antom sends it again.
    #[must_use]
    pub fn unknown() -> Self {
        Self { result: ResultObject::documented("UNKNOWN_EXCEPTION") }
    }

    /// Reads an acknowledgement and says why it is none.
    ///
    /// # Errors
    /// The reason, as a fragment after "the acknowledgement".
    pub fn read(status: u16, body: &[u8]) -> Result<(), String> {
        if status != 200 {
            return Err(format!("has HTTP status {status}, not 200"));
        }
        match serde_json::from_slice::<Self>(body) {
            Err(error) => Err(format!("has a body that is no result object: {error}")),
            Ok(_) if !has_plain_result(body) => {
                Err("has a body that is no result object: resultStatus must be a text in an object".to_owned())
            }
            Ok(ack) if ack.result.is_success() => Ok(()),
            Ok(ack) => Err(format!(
                "says {:?} {}, not S SUCCESS",
                ack.result.result_status,
                ack.result.result_code.chars().take(64).collect::<String>()
            )),
        }
    }
}

/// The derived readers let `["SUCCESS","S",""]` pass for the object and `{"S":null}` for the status.
fn has_plain_result(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body)
        .is_ok_and(|body| body.pointer("/result/resultStatus").is_some_and(Value::is_string))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_200_with_s_success_is_an_acknowledgement() {
        let body = br#"{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}"#;
        assert_eq!(Ack::read(200, body), Ok(()));
        assert!(Ack::read(201, body).is_err());
        assert!(Ack::read(200, b"OK").is_err());
        assert!(Ack::read(200, br#"[["SUCCESS","S","success"]]"#).is_err());
        assert!(Ack::read(200, br#"{"result":["SUCCESS","S","success"]}"#).is_err());
        assert!(Ack::read(200, br#"{"result":{"resultCode":"SUCCESS","resultStatus":{"S":null}}}"#).is_err());
        assert!(Ack::read(200, br#"{"result":{"resultCode":"UNKNOWN_EXCEPTION","resultStatus":"U"}}"#).is_err());
        assert_eq!(serde_json::to_vec(&Ack::success()).unwrap(), body);
    }
}
