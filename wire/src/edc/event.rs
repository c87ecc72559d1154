//! Events: what happens on the way to a result.

use serde::{Deserialize, Serialize};

use super::code::EventCode;
use super::packet::{Kind, Packet};

/// `{"id","eventCode","seq","message"?}`. A POS must survive codes it does not know, so the code is kept as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The invocation it belongs to; empty for what happens outside any, such as DEVICE_INITIALIZE at power-on.
    pub id: String,
    /// One of [`EventCode`], or a code yet unknown.
    pub event_code: String,
    /// Counts from `"1"` within an invocation.
    pub seq: String,
    /// Text for the cashier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl Event {
    /// An event of an invocation.
    #[must_use]
    pub fn new(id: &str, code: EventCode, seq: u32) -> Self {
        Self {
            id: id.to_owned(),
            event_code: code.as_str().to_owned(),
            seq: seq.to_string(),
            message: Some(code.message().to_owned()),
        }
    }

    /// The packet that carries it.
    #[must_use]
    pub fn packet(&self) -> Packet {
        Packet::new(Kind::Event, self)
    }

    /// The packet of [`Event::new`] without the event.
    #[must_use]
    pub fn packet_of(id: &str, code: EventCode, seq: u32) -> Packet {
        Packet::written(Kind::Event, |object| {
            object.text("id", id);
            object.text("eventCode", code.as_str());
            object.text("seq", &seq.to_string());
            object.text("message", code.message());
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_one_form_on_the_wire() {
        for code in EventCode::ALL.iter().copied() {
            assert_eq!(Event::packet_of("7", code, 3), Event::new("7", code, 3).packet());
        }
    }
}
