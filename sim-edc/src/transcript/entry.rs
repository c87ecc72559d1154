//! One event as a line of the transcript.

use serde_json::{Map, Value, json};
use wire::time::{Moment, WireTime};

use crate::event::Event;

/// An event as one line of JSON, without the line's end: what all events have comes first, then what is the event's own.
#[must_use]
pub(crate) fn line(terminal: usize, n: u64, at: Moment, event: &Event) -> String {
    let (name, mut fields) = match serde_json::to_value(event) {
        Ok(Value::Object(tagged)) => match tagged.into_iter().next() {
            Some((name, Value::Object(fields))) => (name, fields),
            Some((name, _)) => (name, Map::new()),
            None => (String::new(), Map::new()),
        },
        Ok(Value::String(name)) => (name, Map::new()),
        Ok(_) | Err(_) => (String::new(), Map::new()),
    };
    let mut entry = Map::new();
    entry.insert("n".to_owned(), json!(n));
    entry.insert("time".to_owned(), json!(WireTime::new(at, 0).to_string()));
    entry.insert("micros".to_owned(), json!(at.as_micros()));
    entry.insert("terminal".to_owned(), json!(terminal));
    entry.insert("event".to_owned(), json!(name));
    let direction = match event {
        Event::Received { .. } | Event::Garbage { .. } => Some(json!("from-pos")),
        Event::Sent { .. } | Event::OnWire { .. } => Some(json!("to-pos")),
        Event::Ack { .. } | Event::Nak { .. } => fields.remove("direction"),
        _ => None,
    };
    if let Some(direction) = direction {
        entry.insert("direction".to_owned(), direction);
    }
    for (name, value) in fields {
        entry.insert(if name == "json" { "decoded".to_owned() } else { name }, value);
    }
    Value::Object(entry).to_string()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use wire::edc::Kind;
    use wire::hex::HexBytes;

    use super::*;
    use crate::event::{Direction, Note};

    #[test]
    fn a_message_has_its_bytes_its_meaning_and_what_became_of_it() {
        let raw = HexBytes(Bytes::from_static(&[0x02, 0xff]));
        let sent = Event::Sent {
            kind: Kind::Event,
            seq: Some(3),
            raw,
            json: json!({"a": "b"}),
            attempt: 1,
            fault: Some(Note::Lost),
        };
        assert_eq!(
            line(7, 12, Moment::WORLD_START, &sent),
            r#"{"n":12,"time":"2026-01-05T10:00:00Z","micros":1767607200000000,"terminal":7,"event":"sent","direction":"to-pos","kind":"event","seq":3,"raw":"02ff","decoded":{"a":"b"},"attempt":1,"fault":"lost"}"#
        );
    }

    #[test]
    fn events_without_fields_and_signs_have_the_same_head() {
        let head = r#"{"n":1,"time":"1970-01-01T00:00:00Z","micros":0,"terminal":1,"event":"#;
        let opened = line(1, 1, Moment::default(), &Event::Opened);
        assert_eq!(opened, format!(r#"{head}"opened"}}"#));
        let ack = Event::Ack { direction: Direction::FromPos, stray: true };
        assert_eq!(
            line(1, 1, Moment::default(), &ack),
            format!(r#"{head}"ack","direction":"from-pos","stray":true}}"#)
        );
    }
}
