//! Driving the frame decoder as a shell does: until it says `None`, and past a silence.

use wire::edc::{Decoded, Decoder, Frame};

/// Everything found in `input`; what has begun and not ended stays in the decoder.
pub(super) fn all(decoder: &mut Decoder, mut input: &[u8]) -> Vec<Decoded> {
    let found = std::iter::from_fn(|| decoder.decode(&mut input)).collect();
    assert!(input.is_empty(), "the decoder left {} bytes unread", input.len());
    found
}

/// Everything found in `input` when the line stays silent after it.
pub(super) fn to_the_end(decoder: &mut Decoder, input: &[u8]) -> Vec<Decoded> {
    let mut found = all(decoder, input);
    while let Some(abandoned) = decoder.abandon() {
        found.push(abandoned);
        found.extend(all(decoder, &[]));
    }
    found
}

/// The frames among what was found.
pub(super) fn frames(found: &[Decoded]) -> Vec<Frame> {
    found.iter().filter_map(|d| if let Decoded::Frame(frame, _) = d { Some(frame.clone()) } else { None }).collect()
}

/// The bytes that a finding stands for: a bad frame gives up its first byte only.
pub(super) fn bytes_of(found: &Decoded) -> &[u8] {
    match found {
        Decoded::Frame(_, raw) | Decoded::Noise(raw) => raw,
        Decoded::Ack => &[0x06],
        Decoded::Nak => &[0x15],
        Decoded::Bad { sample, .. } => &sample[..1],
    }
}

/// Noise that was reported in several pieces made one, since the end of an input ends a piece.
pub(super) fn noise_joined(found: Vec<Decoded>) -> Vec<Decoded> {
    let mut joined: Vec<Decoded> = Vec::new();
    for next in found {
        match (joined.last_mut(), &next) {
            (Some(Decoded::Noise(before)), Decoded::Noise(more)) => {
                *before = [before.as_ref(), more.as_ref()].concat().into();
            }
            _ => joined.push(next),
        }
    }
    joined
}
