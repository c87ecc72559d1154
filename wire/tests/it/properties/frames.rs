//! The frame decoder: whatever comes, it loses nothing, holds little, and finds every frame.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use wire::edc::{Decoded, Decoder, Frame, MAX_DATA};
use wire::hex;

use super::bytes::{frame, garbage, kind, pieces};
use super::config;
use crate::decode;

/// The most bytes a frame has: STX, LEN, TYPE, SEQ, the data, ETX, CRC.
const LARGEST: usize = 1 + 2 + 1 + 1 + MAX_DATA + 1 + 2;

/// What a line may bring: garbage, good frames, good frames with one byte altered or lost, the start of large
/// ones, and long runs of noise.
fn traffic() -> impl Strategy<Value = Vec<u8>> {
    let altered = (frame(), any::<Index>(), any::<u8>()).prop_map(|(frame, at, byte)| {
        let mut bytes = frame.encode();
        *at.get_mut(&mut bytes) = byte;
        bytes
    });
    let cut = (frame(), any::<Index>()).prop_map(|(frame, at)| {
        let mut bytes = frame.encode();
        bytes.remove(at.index(bytes.len()));
        bytes
    });
    let large = (any::<u16>(), kind()).prop_map(|(len, kind)| {
        let mut bytes = vec![0x02];
        bytes.extend(len.to_be_bytes());
        bytes.push(kind.byte());
        bytes
    });
    // Behind a false STX it is noise that the decoder already holds.
    let run = (0_usize..700).prop_map(|n| vec![b'x'; n]);
    let piece = prop_oneof![garbage(40), frame().prop_map(|f| f.encode()), altered, cut, large, run];
    vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn a_frame_reads_back_as_it_was_written(frame in frame()) {
        let bytes = frame.encode();
        let mut decoder = Decoder::default();
        prop_assert_eq!(decode::all(&mut decoder, &bytes), [Decoded::Frame(frame, bytes.into())]);
        prop_assert!(!decoder.is_inside_frame());
    }

    #[test]
    fn where_the_input_is_cut_makes_no_difference(bytes in traffic(), cuts in vec(any::<Index>(), 0..12)) {
        let whole = decode::to_the_end(&mut Decoder::default(), &bytes);
        let mut decoder = Decoder::default();
        let mut found = Vec::new();
        for piece in pieces(&bytes, &cuts) {
            found.extend(decode::all(&mut decoder, piece));
        }
        found.extend(decode::to_the_end(&mut decoder, &[]));
        prop_assert_eq!(decode::noise_joined(found), decode::noise_joined(whole));
    }

    #[test]
    fn every_byte_comes_out_once_and_in_order(bytes in traffic()) {
        let found = decode::to_the_end(&mut Decoder::default(), &bytes);
        let out: Vec<u8> = found.iter().flat_map(|d| decode::bytes_of(d).to_vec()).collect();
        prop_assert_eq!(hex::encode(&out), hex::encode(&bytes));
    }

    #[test]
    fn reports_of_what_was_skipped_are_bounded_and_say_the_truth(bytes in traffic()) {
        let mut at = 0;
        for found in decode::to_the_end(&mut Decoder::default(), &bytes) {
            match &found {
                Decoded::Noise(noise) => {
                    prop_assert!((1..=Decoder::SAMPLE).contains(&noise.len()));
                    prop_assert!(!noise.iter().any(|b| [0x02, 0x06, 0x15].contains(b)));
                }
                Decoded::Bad { sample, .. } => {
                    prop_assert!((1..=Decoder::SAMPLE).contains(&sample.len()));
                    prop_assert!(sample.starts_with(&[0x02]));
                    prop_assert!(bytes[at..].starts_with(sample));
                }
                Decoded::Frame(frame, raw) => prop_assert_eq!(&frame.encode(), raw),
                Decoded::Ack | Decoded::Nak => {}
            }
            at += decode::bytes_of(&found).len();
        }
    }

    #[test]
    fn a_frame_behind_garbage_without_stx_is_found_at_once(garbage in garbage(600), frame in frame()) {
        let garbage: Vec<u8> = garbage.into_iter().filter(|b| *b != 0x02).collect();
        let bytes = [garbage, frame.encode()].concat();
        let found = decode::all(&mut Decoder::default(), &bytes);
        let bad = found.iter().any(|d| matches!(d, Decoded::Bad { .. }));
        prop_assert!(!bad, "{:?}", found);
        prop_assert_eq!(decode::frames(&found), [frame]);
    }

    #[test]
    fn all_frames_behind_any_garbage_are_found_once_the_line_is_silent(
        garbage in vec(prop_oneof![1 => Just(0x02), 4 => any::<u8>()], 0..64),
        frames in vec(frame(), 1..5),
    ) {
        let sent: Vec<u8> = frames.iter().flat_map(Frame::encode).collect();
        let found = decode::to_the_end(&mut Decoder::default(), &[garbage, sent].concat());
        prop_assert_eq!(decode::frames(&found), frames);
    }

    #[test]
    fn a_reset_decoder_is_a_new_one(before in traffic(), after in traffic()) {
        let mut decoder = Decoder::default();
        decode::all(&mut decoder, &before);
        decoder.reset();
        prop_assert!(!decoder.is_inside_frame());
        let fresh = decode::to_the_end(&mut Decoder::default(), &after);
        prop_assert_eq!(decode::to_the_end(&mut decoder, &after), fresh);
    }
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn the_decoder_never_holds_more_than_the_largest_frame(
        pieces in vec(
            prop_oneof![
                traffic(),
                (0x7000_u16..=0x8002, kind()).prop_map(|(len, kind)| {
                    [vec![0x02], len.to_be_bytes().to_vec(), vec![kind.byte()]].concat()
                }),
                (select(b"x\x02\x03\x15".as_slice()), 0_usize..20_000).prop_map(|(byte, n)| vec![byte; n]),
            ],
            1..8,
        ),
    ) {
        let mut decoder = Decoder::default();
        let mut held = 0;
        for piece in pieces {
            held += piece.len();
            held -= decode::all(&mut decoder, &piece).iter().map(|d| decode::bytes_of(d).len()).sum::<usize>();
            // A whole frame is handed out, so what is held is always short of one.
            prop_assert!(held < LARGEST, "{} bytes are held", held);
            prop_assert_eq!(held > 0, decoder.is_inside_frame());
        }
    }
}
