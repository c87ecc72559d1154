//! The line decoder: whatever comes, the next line is read.

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;
use wire::edc::{Line, LineDecoder, MAX_LINE, Packet};

use super::bytes::{garbage, kind, pieces};
use super::config;
use super::json::json_value;

fn all(decoder: &mut LineDecoder, mut input: &[u8]) -> Vec<Line> {
    std::iter::from_fn(|| decoder.decode(&mut input)).collect()
}

/// Lines of every sort: packets, JSON, near-JSON, noise.
fn lines() -> impl Strategy<Value = Vec<u8>> {
    let packet = (kind(), json_value()).prop_map(|(kind, value)| Packet::new(kind, &json!({"a": value})).to_line());
    let json = json_value().prop_map(|value| format!("{value}\r\n").into_bytes());
    vec(prop_oneof![packet, json, garbage(40), Just(b"\n".to_vec())], 0..8).prop_map(|lines| lines.concat())
}

proptest! {
    #![proptest_config(config(128))]

    #[test]
    fn a_packet_reads_back_from_its_line(kind in kind(), value in json_value()) {
        let packet = Packet::new(kind, &json!({"a": value, "b": "c"}));
        let line = packet.to_line();
        prop_assert_eq!(line.iter().filter(|b| **b == b'\n').count(), 1);
        let raw = Bytes::copy_from_slice(&line[..line.len() - 1]);
        prop_assert_eq!(all(&mut LineDecoder::default(), &line), [Line::Packet(packet, raw)]);
    }

    #[test]
    fn where_the_input_is_cut_makes_no_difference(bytes in lines(), cuts in vec(any::<Index>(), 0..12)) {
        let mut decoder = LineDecoder::default();
        let found: Vec<Line> = pieces(&bytes, &cuts).into_iter().flat_map(|p| all(&mut decoder, p)).collect();
        prop_assert_eq!(found, all(&mut LineDecoder::default(), &bytes));
    }

    #[test]
    fn a_packet_behind_any_garbage_and_a_line_feed_is_read(garbage in garbage(200), kind in kind()) {
        let packet = Packet::new(kind, &json!({}));
        let bytes = [garbage, b"\n".to_vec(), packet.to_line()].concat();
        let found = all(&mut LineDecoder::default(), &bytes);
        prop_assert!(matches!(found.last(), Some(Line::Packet(read, _)) if *read == packet), "{:?}", found);
    }

    #[test]
    fn data_that_is_no_object_is_still_one_line(kind in kind(), data in garbage(80)) {
        let line = Packet { kind, data: data.into() }.to_line();
        prop_assert_eq!(line.iter().position(|b| *b == b'\n'), Some(line.len() - 1));
    }
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn a_line_is_read_up_to_the_longest_and_refused_above(over in 0_usize..3, cut in 1_usize..MAX_LINE) {
        let frame = r#"{"type":"ping","pad":""}"#.len();
        let pad = "x".repeat(MAX_LINE - frame - 1 + over);
        let line = format!("{{\"type\":\"ping\",\"pad\":\"{pad}\"}}\n{{\"type\":\"ping\"}}\n");
        let mut decoder = LineDecoder::default();
        let (first, second) = line.as_bytes().split_at(cut);
        let found = [all(&mut decoder, first), all(&mut decoder, second)].concat();
        if over <= 1 {
            prop_assert!(matches!(found.as_slice(), [Line::Packet(..), Line::Packet(..)]));
        } else {
            prop_assert!(matches!(found.as_slice(), [Line::TooLong(_), Line::Packet(..)]));
        }
        for line in found {
            let (Line::Packet(_, raw) | Line::Bad(_, raw) | Line::TooLong(raw)) = line;
            prop_assert!(raw.len() <= MAX_LINE);
        }
    }
}
