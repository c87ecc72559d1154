//! Frames and lines that another implementation made (`fixtures/frames/make.py`), compared byte for byte both ways.

use aws_lc_rs::digest;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use wire::edc::{Decoded, Decoder, Defect, Frame, Kind, Line, LineDecoder, MAX_DATA, Packet, crc16_xmodem};
use wire::hex;

use super::decode;

/// `frames.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    frames: Vec<GoldenFrame>,
    large: LargeFrame,
    bad: Vec<BadFrame>,
    lines: Vec<GoldenLine>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GoldenFrame {
    name: String,
    r#type: char,
    seq: u8,
    data: String,
    crc: u16,
    hex: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LargeFrame {
    name: String,
    r#type: char,
    seq: u8,
    data: LargeData,
    length: usize,
    crc: u16,
    sha256: String,
}

/// `head`, then `fill` over and over, then `tail`: `length` bytes in all.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LargeData {
    head: String,
    fill: String,
    tail: String,
    length: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BadFrame {
    name: String,
    defect: Defect,
    hex: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GoldenLine {
    name: String,
    r#type: char,
    data: String,
    line: String,
    written: bool,
}

impl GoldenFrame {
    fn frame(&self) -> Frame {
        frame(self.r#type, self.seq, &self.data)
    }

    fn bytes(&self) -> Vec<u8> {
        hex::decode(&self.hex).unwrap()
    }
}

impl LargeFrame {
    fn frame(&self) -> Frame {
        let LargeData { head, fill, tail, length } = &self.data;
        let room = length - head.len() - tail.len();
        let middle: String = fill.chars().cycle().take(room).collect();
        frame(self.r#type, self.seq, &format!("{head}{middle}{tail}"))
    }
}

impl GoldenLine {
    fn packet(&self) -> Packet {
        Packet { kind: kind(self.r#type), data: Bytes::copy_from_slice(self.data.as_bytes()) }
    }
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../fixtures/frames/frames.json")).unwrap()
}

fn kind(letter: char) -> Kind {
    match letter {
        'H' => Kind::Hello,
        'C' => Kind::Command,
        'R' => Kind::Result,
        'E' => Kind::Event,
        'P' => Kind::Ping,
        other => panic!("no kind has the letter {other}"),
    }
}

fn frame(letter: char, seq: u8, data: &str) -> Frame {
    Frame::new(Packet { kind: kind(letter), data: Bytes::copy_from_slice(data.as_bytes()) }, seq).unwrap()
}

#[test]
fn the_golden_frames_cover_every_type_and_the_awkward_bytes() {
    let golden = golden();
    for letter in ['H', 'C', 'R', 'E', 'P'] {
        assert!(golden.frames.iter().any(|f| f.r#type == letter), "no frame of type {letter}");
        assert!(golden.lines.iter().any(|l| l.r#type == letter), "no line of type {letter}");
    }
    for seq in [1, 2, 3, 6, 21, 254, 255] {
        assert!(golden.frames.iter().any(|f| f.seq == seq), "no frame with seq {seq}");
    }
    for crc in [0x0203, 0x0302, 0x0602, 0x1506, 0x0000, 0xffff] {
        assert!(golden.frames.iter().any(|f| f.crc == crc), "no frame with the check {crc:04x}");
    }
    for defect in [Defect::Length, Defect::Type, Defect::End, Defect::Check] {
        assert!(golden.bad.iter().any(|f| f.defect == defect), "no frame with the defect {defect:?}");
    }
    assert!(golden.frames.iter().any(|f| !f.data.is_ascii()), "no frame with Korean text");
    assert_eq!(golden.large.data.length, MAX_DATA);
}

#[test]
fn every_golden_frame_is_written_byte_for_byte() {
    for golden in golden().frames {
        assert_eq!(hex::encode(&golden.frame().encode()), golden.hex, "{}", golden.name);
        assert_eq!(golden.frame().check(), golden.crc, "{}", golden.name);
    }
}

#[test]
fn every_golden_frame_is_read_back_with_its_bytes() {
    for golden in golden().frames {
        let found = decode::all(&mut Decoder::default(), &golden.bytes());
        let wanted = Decoded::Frame(golden.frame(), golden.bytes().into());
        assert_eq!(found, [wanted], "{}", golden.name);
        let read = decode::frames(&found).remove(0);
        assert_eq!(read.seq(), golden.seq, "{}", golden.name);
        assert_eq!(read.kind(), kind(golden.r#type), "{}", golden.name);
        assert_eq!(read.data(), golden.data.as_bytes(), "{}", golden.name);
        assert_eq!(read.check(), golden.crc, "{}", golden.name);
    }
}

#[test]
fn golden_frames_that_follow_each_other_are_read_in_order_whole_or_byte_by_byte() {
    let golden = golden().frames;
    let stream: Vec<u8> = golden.iter().flat_map(GoldenFrame::bytes).collect();
    let wanted: Vec<Frame> = golden.iter().map(GoldenFrame::frame).collect();
    assert_eq!(decode::frames(&decode::all(&mut Decoder::default(), &stream)), wanted);
    let mut decoder = Decoder::default();
    let found: Vec<Decoded> = stream.iter().flat_map(|byte| decode::all(&mut decoder, &[*byte])).collect();
    assert_eq!(found.len(), wanted.len(), "something else than frames was found");
    assert_eq!(decode::frames(&found), wanted);
}

#[test]
fn the_largest_frame_is_written_and_read() {
    let golden = golden().large;
    let bytes = golden.frame().encode();
    assert_eq!(bytes.len(), golden.length, "{}", golden.name);
    assert_eq!(golden.frame().check(), golden.crc);
    assert_eq!(hex::encode(digest::digest(&digest::SHA256, &bytes).as_ref()), golden.sha256);
    let found = decode::all(&mut Decoder::default(), &bytes);
    assert_eq!(found, [Decoded::Frame(golden.frame(), bytes.into())]);
}

#[test]
fn each_bad_frame_is_refused_for_its_defect_and_the_good_one_behind_it_is_found() {
    let good = frame('P', 1, "{}");
    for bad in golden().bad {
        let mut bytes = hex::decode(&bad.hex).unwrap();
        bytes.extend(good.encode());
        let found = decode::to_the_end(&mut Decoder::default(), &bytes);
        let first = found.first();
        assert!(
            matches!(first, Some(Decoded::Bad { defect, .. }) if *defect == bad.defect),
            "{}: {first:?} first, not {:?}",
            bad.name,
            bad.defect
        );
        assert_eq!(decode::frames(&found).as_slice(), std::slice::from_ref(&good), "{}", bad.name);
    }
}

#[test]
fn the_check_is_the_catalogues_crc_16_xmodem() {
    assert_eq!(crc16_xmodem(b"123456789"), 0x31c3);
}

#[test]
fn every_golden_line_that_is_written_is_written_byte_for_byte() {
    for golden in golden().lines.iter().filter(|line| line.written) {
        assert_eq!(String::from_utf8(golden.packet().to_line()).unwrap(), golden.line, "{}", golden.name);
    }
}

#[test]
fn every_golden_line_is_read_back_with_its_bytes() {
    for golden in golden().lines {
        let mut input = golden.line.as_bytes();
        let found: Vec<Line> = std::iter::from_fn({
            let mut decoder = LineDecoder::default();
            move || decoder.decode(&mut input)
        })
        .collect();
        let raw = Bytes::copy_from_slice(golden.line.strip_suffix('\n').unwrap().as_bytes());
        assert_eq!(found, [Line::Packet(golden.packet(), raw)], "{}", golden.name);
    }
}

#[test]
fn golden_lines_that_follow_each_other_are_read_in_order_byte_by_byte() {
    let golden = golden().lines;
    let stream: String = golden.iter().map(|line| line.line.as_str()).collect();
    let mut decoder = LineDecoder::default();
    let found: Vec<Line> = stream.bytes().filter_map(|byte| decoder.decode(&mut [byte].as_slice())).collect();
    let packets: Vec<Packet> = found
        .into_iter()
        .map(|line| if let Line::Packet(packet, _) = line { packet } else { panic!("{line:?}") })
        .collect();
    assert_eq!(packets, golden.iter().map(GoldenLine::packet).collect::<Vec<_>>());
}

#[test]
fn a_line_and_a_frame_of_one_message_carry_the_same_object() {
    for golden in golden().lines.iter().filter(|line| line.written) {
        let framed = frame(golden.r#type, 1, &golden.data).into_packet().json().unwrap();
        let mut lined: Value = serde_json::from_str(&golden.line).unwrap();
        let word = lined.as_object_mut().unwrap().shift_remove("type").unwrap();
        assert_eq!(word, kind(golden.r#type).word(), "{}", golden.name);
        assert_eq!(Value::Object(framed), lined, "{}", golden.name);
    }
}
