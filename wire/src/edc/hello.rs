//! Initialisation: `{provider, options}` from the POS, one of three codes back.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::code::InitCode;
use super::packet::{Kind, Packet};

/// The only documented provider.
const PROVIDER: &str = "KICC";

/// A hello that makes sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// The merchant that initialises the terminal.
    pub merchant_id: String,
    /// Whether the terminal shows its own dialog. Events are delivered to the POS only when it does not.
    pub built_in_dialog: bool,
}

impl Hello {
    /// Reads a hello packet's object. `useBuiltInDialog` is the one documented Boolean; its text form is accepted too,
    /// and `true` is assumed when it is absent.
    ///
    /// # Errors
    /// What is wrong, for the log; the POS gets INIT_PARAM_ERROR.
    pub fn parse(object: &Map<String, Value>) -> Result<Self, HelloFault> {
        if object.get("provider").and_then(Value::as_str) != Some(PROVIDER) {
            return Err(HelloFault("provider must be \"KICC\""));
        }
        let options =
            object.get("options").and_then(Value::as_object).ok_or(HelloFault("options must be an object"))?;
        let merchant_id = match options.get("merchantId") {
            Some(Value::String(id)) if !id.is_empty() => id.clone(),
            _ => return Err(HelloFault("options.merchantId must be a text that is not empty")),
        };
        let built_in_dialog = match options.get("useBuiltInDialog") {
            None | Some(Value::Null | Value::Bool(true)) => true,
            Some(Value::Bool(false)) => false,
            Some(Value::String(text)) if text == "true" || text == "false" => text == "true",
            Some(_) => return Err(HelloFault("options.useBuiltInDialog must be true or false")),
        };
        Ok(Self { merchant_id, built_in_dialog })
    }

    /// The packet that carries it.
    #[must_use]
    pub fn packet(&self) -> Packet {
        let options = json!({"merchantId": self.merchant_id, "useBuiltInDialog": self.built_in_dialog});
        Packet::new(Kind::Hello, &json!({"provider": PROVIDER, "options": options}))
    }
}

/// Why a hello is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read hello: {0}")]
pub struct HelloFault(&'static str);

/// The terminal's answer to a hello.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelloAnswer {
    /// One of three.
    pub code: InitCode,
    /// The same in words.
    pub message: String,
}

impl HelloAnswer {
    /// The answer with a code's own message.
    #[must_use]
    pub fn new(code: InitCode) -> Self {
        Self { code, message: code.message().to_owned() }
    }

    /// The packet that carries it.
    #[must_use]
    pub fn packet(&self) -> Packet {
        Packet::new(Kind::Hello, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(value: &Value) -> Result<Hello, HelloFault> {
        Hello::parse(value.as_object().unwrap())
    }

    #[test]
    fn a_hello_reads_back_as_it_was_written() {
        let hello = Hello { merchant_id: "M1".to_owned(), built_in_dialog: false };
        assert_eq!(Hello::parse(&hello.packet().json().unwrap()), Ok(hello));
    }

    #[test]
    fn the_built_in_dialog_is_on_unless_switched_off() {
        assert!(parse(&json!({"provider": "KICC", "options": {"merchantId": "M"}})).unwrap().built_in_dialog);
        for (value, is_on) in
            [(json!("false"), false), (json!("true"), true), (json!(false), false), (json!(true), true)]
        {
            let hello = json!({"provider": "KICC", "options": {"merchantId": "M", "useBuiltInDialog": value}});
            assert_eq!(parse(&hello).unwrap().built_in_dialog, is_on, "{value}");
        }
    }

    #[test]
    fn a_wrong_hello_is_refused() {
        for value in [
            json!({}),
            json!({"provider": "NICE", "options": {"merchantId": "M"}}),
            json!({"provider": "KICC"}),
            json!({"provider": "KICC", "options": {"merchantId": ""}}),
            json!({"provider": "KICC", "options": {"merchantId": "M", "useBuiltInDialog": 1}}),
            json!({"provider": "KICC", "options": {"merchantId": "M", "useBuiltInDialog": "maybe"}}),
        ] {
            assert!(parse(&value).is_err(), "{value}");
        }
    }
}
