//! How fast frames are decoded and encoded, beside what bounds them: the check alone, and a copy of the same bytes.
//!
//! `cargo bench -p wire`; figures in docs/performance.md.

use divan::Bencher;
use divan::counter::BytesCount;
use wire::edc::{Decoded, Decoder, Frame, Kind, Packet, crc16_xmodem};

/// A result, a result with a signature, and the largest frame.
const SIZES: [usize; 3] = [700, 8_000, 32_768];
/// A PTY hands over at most so much at a time.
const READ: usize = 4096;

fn main() {
    divan::main();
}

fn frame(size: usize) -> Frame {
    let data: Vec<u8> =
        b"{\"a\":\"".iter().copied().chain(std::iter::repeat_n(b'x', size - 8)).chain(*b"\"}").collect();
    let packet = Packet { kind: Kind::Result, data: data.into() };
    Frame::new(packet, 7).unwrap_or_else(|error| panic!("{error}"))
}

/// A megabyte of frames.
fn stream(size: usize) -> Vec<u8> {
    let one = frame(size).encode();
    one.repeat(1_000_000 / one.len())
}

fn decoded(pieces: &[&[u8]]) -> usize {
    let mut decoder = Decoder::default();
    let mut frames = 0;
    for piece in pieces {
        let mut input = *piece;
        while let Some(found) = decoder.decode(&mut input) {
            frames += usize::from(matches!(found, Decoded::Frame(..)));
        }
    }
    frames
}

#[divan::bench(args = SIZES)]
fn decode_whole(bencher: Bencher<'_, '_>, size: usize) {
    let bytes = stream(size);
    assert_eq!(decoded(&[&bytes]), bytes.len() / frame(size).encode().len());
    bencher.counter(BytesCount::of_slice(&bytes)).bench(|| decoded(&[&bytes]));
}

#[divan::bench(args = SIZES)]
fn decode_in_reads(bencher: Bencher<'_, '_>, size: usize) {
    let bytes = stream(size);
    let pieces: Vec<&[u8]> = bytes.chunks(READ).collect();
    assert_eq!(decoded(&pieces), bytes.len() / frame(size).encode().len());
    bencher.counter(BytesCount::of_slice(&bytes)).bench(|| decoded(&pieces));
}

#[divan::bench(args = SIZES)]
fn encode(bencher: Bencher<'_, '_>, size: usize) {
    let frame = frame(size);
    bencher.counter(BytesCount::new(frame.encode().len())).bench(|| frame.encode());
}

/// Noise without the signs of the line, which is passed over.
#[divan::bench]
fn pass_over_noise(bencher: Bencher<'_, '_>) {
    let bytes = vec![b'x'; 1_000_000];
    bencher.counter(BytesCount::of_slice(&bytes)).bench(|| decoded(&[&bytes]));
}

#[divan::bench(args = SIZES)]
fn limit_check_alone(bencher: Bencher<'_, '_>, size: usize) {
    let bytes = frame(size).encode();
    bencher.counter(BytesCount::of_slice(&bytes)).bench(|| crc16_xmodem(&bytes));
}

#[divan::bench(args = SIZES)]
fn limit_copy(bencher: Bencher<'_, '_>, size: usize) {
    let bytes = frame(size).encode();
    bencher.counter(BytesCount::of_slice(&bytes)).bench(|| bytes.clone());
}
