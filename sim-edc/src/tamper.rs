//! What faults do to messages and to bytes. Pure and seeded: the same fault does the same to the same message.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Map, Value, json};
use wire::edc::{ACK, Decoded, Decoder, NAK, Packet, STX};

use crate::event::Note;
use crate::fault::Hit;
use crate::rng::Rng;
use crate::trouble::Trick;

/// A piece of what goes out, and the pause before it.
pub(crate) type Piece = (Duration, Bytes);

/// Changes what a message says. Whether a till can still rely on it: `Corrupted` when it cannot.
pub(crate) fn message(hit: &Hit, packet: &mut Packet) -> Option<Note> {
    if hit.trick == Trick::MalformedJson {
        packet.data = packet.data.slice(..packet.data.len().saturating_sub(1));
        return Some(Note::Corrupted);
    }
    let Ok(mut object) = packet.json() else { return None };
    let note = change(hit, &mut object);
    *packet = Packet::new(packet.kind, &object);
    note
}

fn change(hit: &Hit, object: &mut Map<String, Value>) -> Option<Note> {
    if hit.trick == Trick::UnknownEvent {
        object.insert("eventCode".to_owned(), json!("CARD_WAVED_AT"));
        return None;
    }
    let data = object.get_mut("responseData").and_then(Value::as_object_mut)?;
    match hit.trick {
        Trick::AlteredAmount => {
            add_one_won(data, "paymentAmount");
            Some(Note::Corrupted)
        }
        Trick::AlteredTerminal => {
            data.insert("requestId".to_owned(), json!("ANOTHER-TILL-1"));
            within(data, "acquirerInfo", "acquirerTerminalId", &json!("T9999999"));
            Some(Note::Corrupted)
        }
        Trick::NullFields => {
            data.values_mut().for_each(|value| *value = Value::Null);
            Some(Note::Corrupted)
        }
        Trick::NumbersForStrings => {
            for field in ["taxAmount", "tipAmount"] {
                // What is a number already stays one.
                let won = data.get(field).and_then(|amount| amount["value"].as_str()?.parse::<u64>().ok());
                if let Some(won) = won {
                    within(data, field, "value", &json!(won));
                }
            }
            None
        }
        Trick::KoreanText => {
            within(data, "result", "resultMessage", &json!("정상 처리되었습니다"));
            within(data, "acquirerInfo", "notice", &json!("포인트 1,234점 적립 — 감사합니다"));
            None
        }
        Trick::LeadingSpaces => {
            within(data, "result", "resultMessage", &json!("      success"));
            within(data, "acquirerInfo", "acquirerName", &json!("        KICC"));
            None
        }
        Trick::LargeSignature => {
            let count = hit.count.unwrap_or(24_000);
            within(data, "acquirerInfo", "signData", &json!("A".repeat(count.min(30_000))));
            None
        }
        Trick::MissingSignature => {
            if let Some(acquirer) = data.get_mut("acquirerInfo").and_then(Value::as_object_mut) {
                acquirer.shift_remove("signData");
            }
            None
        }
        Trick::TaxOffByOne => {
            add_one_won(data, "taxAmount");
            None
        }
        _ => None,
    }
}

fn add_one_won(data: &mut Map<String, Value>, field: &str) {
    let won = data.get(field).and_then(|amount| amount["value"].as_str()?.parse::<u64>().ok());
    if let Some(won) = won {
        within(data, field, "value", &json!(won.saturating_add(1).to_string()));
    }
}

fn within(data: &mut Map<String, Value>, object: &str, field: &str, value: &Value) {
    if let Some(object) = data.get_mut(object).and_then(Value::as_object_mut) {
        object.insert(field.to_owned(), value.clone());
    }
}

/// A success that nobody asked for, made after a result.
pub(crate) fn unsolicited(packet: &Packet) -> Option<Packet> {
    let mut object = packet.json().ok()?;
    object.insert("id".to_owned(), json!("nobody-asked"));
    if let Some(data) = object.get_mut("responseData").and_then(Value::as_object_mut) {
        data.insert("requestId".to_owned(), json!("NOBODY-1"));
        data.insert("result".to_owned(), json!({"resultCode": "SUCCESS", "resultMessage": "success"}));
        object.insert("outcome".to_owned(), json!("success"));
    }
    Some(Packet::new(packet.kind, &object))
}

/// An event of the payment that a result has just ended.
pub(crate) fn event_after(result: &Packet) -> Option<Packet> {
    let id = result.json().ok()?.get("id").and_then(Value::as_str)?.to_owned();
    Some(wire::edc::Event::new(&id, wire::edc::EventCode::CardReadCompleted, 99).packet())
}

/// Changes the bytes of a frame. The note says whether they can still be read.
pub(crate) fn bytes(mut hit: Hit, pieces: &mut Vec<Piece>) -> Option<Note> {
    let whole = pieces.last()?.1.clone();
    let (pause, mut note) = (hit.lasting.map(|span| span.0), None);
    let rng = &mut hit.rng;
    let before = |bytes: Vec<u8>, pieces: &mut Vec<Piece>| {
        let at = pieces.len().saturating_sub(1);
        pieces.insert(at, (Duration::ZERO, bytes.into()));
    };
    let replacement: Vec<Piece> = match hit.trick {
        Trick::BitNoise | Trick::DropBytes | Trick::DuplicateBytes => {
            note = Some(Note::Corrupted);
            vec![(Duration::ZERO, disturb(hit.trick, &whole, hit.count.unwrap_or(1), rng))]
        }
        Trick::WrongCheck => {
            note = Some(Note::Corrupted);
            vec![(Duration::ZERO, wrong_check(&whole))]
        }
        Trick::LengthShort | Trick::LengthLong | Trick::LengthZero | Trick::LengthHuge => {
            note = Some(Note::Corrupted);
            vec![(Duration::ZERO, wrong_length(hit.trick, &whole))]
        }
        Trick::Split => {
            let middle = whole.len() / 2;
            let pause = pause.unwrap_or(Duration::from_millis(100));
            vec![(Duration::ZERO, whole.slice(..middle)), (pause, whole.slice(middle..))]
        }
        Trick::Trickle => {
            let size = hit.count.unwrap_or(64).max(1);
            let pause = pause.unwrap_or(Duration::from_millis(20));
            whole.chunks(size).map(|piece| (pause, Bytes::copy_from_slice(piece))).collect()
        }
        Trick::LineNoise => {
            before(noise(hit.count.unwrap_or(16), rng), pieces);
            return None;
        }
        Trick::FalseStx => {
            before(vec![STX, 0x00, 0x40, b'R', 0x07], pieces);
            return None;
        }
        Trick::StrayAck => {
            before(vec![ACK], pieces);
            return None;
        }
        Trick::StrayNak => {
            before(vec![NAK], pieces);
            return None;
        }
        Trick::NakStorm => {
            before(vec![NAK; hit.count.unwrap_or(20).min(1000)], pieces);
            return None;
        }
        _ => return None,
    };
    pieces.pop();
    pieces.extend(replacement);
    note
}

/// Whether a till can read a frame out of these bytes all the same: its last byte came twice, two faults undid each other,
/// or it is found again behind what looked like another one.
pub(crate) fn is_readable(bytes: &[u8], frame: &[u8]) -> bool {
    let mut decoder = Decoder::default();
    let mut input = bytes;
    loop {
        match decoder.decode(&mut input).or_else(|| decoder.abandon()) {
            Some(Decoded::Frame(found, _)) if found.encode() == frame => return true,
            Some(_) => {}
            None => return false,
        }
    }
}

/// Flips bits, drops or doubles bytes.
pub(crate) fn disturb(trick: Trick, whole: &[u8], count: usize, rng: &mut Rng) -> Bytes {
    let mut bytes = whole.to_vec();
    for _ in 0..count.min(whole.len()) {
        let at = rng.below(bytes.len());
        let Some(byte) = bytes.get_mut(at) else { break };
        match trick {
            Trick::DropBytes => {
                bytes.remove(at);
            }
            Trick::DuplicateBytes => {
                let byte = *byte;
                bytes.insert(at, byte);
            }
            _ => *byte ^= 1 << rng.below(8),
        }
    }
    bytes.into()
}

/// Noise without the signs that mean something between frames.
pub(crate) fn noise(count: usize, rng: &mut Rng) -> Vec<u8> {
    (0..count.min(4096)).map(|_| rng.byte() | 0x20).collect()
}

/// The same frame with a check that is wrong.
pub(crate) fn wrong_check(frame: &[u8]) -> Bytes {
    let mut bytes = frame.to_vec();
    if let Some(last) = bytes.last_mut() {
        *last ^= 0x01;
    }
    bytes.into()
}

fn wrong_length(trick: Trick, frame: &[u8]) -> Bytes {
    let mut bytes = frame.to_vec();
    if let Some([high, low]) = bytes.get_mut(1..3).and_then(|len| <&mut [u8; 2]>::try_from(len).ok()) {
        let length = u16::from_be_bytes([*high, *low]);
        let wrong = match trick {
            Trick::LengthShort => length.wrapping_sub(1),
            Trick::LengthLong => length.wrapping_add(1),
            Trick::LengthZero => 0,
            _ => u16::MAX,
        };
        [*high, *low] = wrong.to_be_bytes();
    }
    bytes.into()
}
