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
