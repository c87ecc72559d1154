//! What the fuzz targets of `wire/fuzz` claim of any bytes. The tests replay the committed corpus through them.
//!
//! A target returns when its claims hold and panics when one does not; that nothing else panics is a claim too.

#![expect(clippy::unwrap_used, reason = "a target that cannot go on shall fail here")]

use serde_json::{Map, Value};
use wire::edc::{
    Command, CommandResult, Decoded, Decoder, Frame, Hello, HelloAnswer, Invocation, Line, LineDecoder, MAX_DATA,
    MAX_LINE, Packet,
};

use crate::decode;

/// STX, LEN, TYPE, SEQ, the data, ETX, CRC.
const LARGEST_FRAME: usize = 1 + 2 + 1 + 1 + MAX_DATA + 1 + 2;

/// The frame decoder. The first byte says how the rest is cut; the line is silent in the end.
pub fn frames(data: &[u8]) {
    let Some((cut, bytes)) = data.split_first() else { return };
    let whole = decode::to_the_end(&mut Decoder::default(), bytes);
    let out: Vec<u8> = whole.iter().flat_map(|found| decode::bytes_of(found).to_vec()).collect();
    assert_eq!(out, bytes, "every byte comes out once and in order");
    for found in &whole {
        match found {
            Decoded::Frame(frame, raw) => {
                assert_eq!(&frame.encode(), raw, "a frame is written as it was read");
                assert_eq!(raw[raw.len() - 2..], frame.check().to_be_bytes());
                let (seq, packet) = (frame.seq(), frame.clone().into_packet());
                assert_eq!(&Frame::new(packet, seq).unwrap(), frame);
            }
            Decoded::Bad { sample, .. } => assert!((1..=Decoder::SAMPLE).contains(&sample.len())),
            Decoded::Noise(noise) => assert!((1..=Decoder::SAMPLE).contains(&noise.len())),
            Decoded::Ack | Decoded::Nak => {}
        }
    }
    let mut decoder = Decoder::default();
    let (mut found, mut held) = (Vec::new(), 0);
    for piece in bytes.chunks(1 + usize::from(*cut)) {
        let new = decode::all(&mut decoder, piece);
        held += piece.len();
        held -= new.iter().map(|found| decode::bytes_of(found).len()).sum::<usize>();
        assert!(held < LARGEST_FRAME, "{held} bytes are held");
        assert_eq!(held > 0, decoder.is_inside_frame());
        found.extend(new);
    }
    found.extend(decode::to_the_end(&mut decoder, &[]));
    assert_eq!(decode::noise_joined(found), decode::noise_joined(whole), "where the input is cut makes no difference");
}

/// The line decoder. The first byte says how the rest is cut.
pub fn lines(data: &[u8]) {
    let Some((cut, bytes)) = data.split_first() else { return };
    let all = |decoder: &mut LineDecoder, mut input: &[u8]| -> Vec<Line> {
        let found = std::iter::from_fn(|| decoder.decode(&mut input)).collect();
        assert!(input.is_empty(), "{} bytes are left unread", input.len());
        found
    };
    let whole = all(&mut LineDecoder::default(), bytes);
    let ends = bytes.iter().filter(|byte| **byte == b'\n').count();
    assert!(whole.len() <= ends + 1, "{} lines of {ends} line feeds", whole.len());
    for line in &whole {
        let (Line::Packet(_, raw) | Line::Bad(_, raw) | Line::TooLong(raw)) = line;
        assert!(raw.len() <= MAX_LINE && !raw.contains(&b'\n'));
        if let Line::Packet(packet, _) = line {
            let object = packet.json().unwrap();
            let again = packet.to_line();
            // Written out, a number may take more signs; and a fraction may read back as its neighbour.
            if again.len() <= MAX_LINE && is_exact(&Value::Object(object)) {
                let found = all(&mut LineDecoder::default(), &again);
                assert!(matches!(found.as_slice(), [Line::Packet(read, _)] if read == packet), "{packet:?}: {found:?}");
            }
        }
    }
    let mut decoder = LineDecoder::default();
    let found: Vec<Line> = bytes.chunks(1 + usize::from(*cut)).flat_map(|piece| all(&mut decoder, piece)).collect();
    assert_eq!(found, whole, "where the input is cut makes no difference");
}

/// The parser of commands, and of what a Purchase means.
pub fn command(data: &[u8]) {
    let Some(object) = object(data) else { return };
    match Invocation::parse(&object) {
        Ok(invocation) => {
            assert!((1..=64).contains(&invocation.id.chars().count()));
            if let Command::Purchase(request) = &invocation.command
                && let Ok(sale) = request.sale()
            {
                assert!((1..=999_999_999).contains(&sale.total.minor));
                assert!((1..=64).contains(&sale.request_id.chars().count()));
                assert!((1..=240).contains(&sale.expiry.as_secs()));
                assert!(sale.tax_or_computed().minor <= sale.total.minor);
            }
            assert_eq!(Invocation::parse(&read_back(&invocation.packet())), Ok(invocation));
        }
        Err(fault) => {
            // Whoever is told must be able to find the command again.
            let said = fault.to_string();
            assert!(!said.is_empty() && said.len() < 1024 + 8 * data.len(), "{said}");
            assert!(fault.id.chars().count() <= 64);
        }
    }
}

/// The parser of hellos and of their answers.
pub fn hello(data: &[u8]) {
    let Some(object) = object(data) else { return };
    if let Ok(hello) = Hello::parse(&object) {
        assert!(!hello.merchant_id.is_empty());
        assert_eq!(Hello::parse(&read_back(&hello.packet())), Ok(hello));
    }
    if let Ok(answer) = serde_json::from_slice::<HelloAnswer>(data) {
        assert_eq!(serde_json::from_slice::<HelloAnswer>(&answer.packet().data).unwrap(), answer);
    }
}

/// The parser of results.
pub fn result(data: &[u8]) {
    let Some(object) = object(data) else { return };
    match CommandResult::parse(&object) {
        Ok(result) => assert_eq!(CommandResult::parse(&read_back(&result.packet())), Ok(result)),
        Err(fault) => assert!(fault.to_string().len() < 1024 + 8 * data.len()),
    }
}

fn object(data: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(data).ok()
}

fn read_back(packet: &Packet) -> Map<String, Value> {
    packet.json().unwrap()
}

/// Whether a value has whole numbers only.
fn is_exact(value: &Value) -> bool {
    match value {
        Value::Number(number) => !number.is_f64(),
        Value::Array(items) => items.iter().all(is_exact),
        Value::Object(fields) => fields.values().all(is_exact),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}
