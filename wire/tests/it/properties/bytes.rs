//! Bytes as a line brings them.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use wire::edc::{Frame, Kind, Packet};

pub(super) fn kind() -> impl Strategy<Value = Kind> {
    select(Kind::ALL.as_slice())
}

pub(super) fn frame() -> impl Strategy<Value = Frame> {
    (kind(), 1_u8.., vec(byte(), 0..48)).prop_map(|(kind, seq, data)| {
        let packet = Packet { kind, data: data.into() };
        Frame::new(packet, seq).unwrap()
    })
}

/// A byte, often one that means something to the decoder.
pub(super) fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![3 => select(b"\x02\x03\x06\x15\x00\x04\x80HCREP".as_slice()), 2 => any::<u8>()]
}

pub(super) fn garbage(most: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(byte(), 0..most)
}

/// `bytes` cut at arbitrary places.
pub(super) fn pieces<'a>(bytes: &'a [u8], cuts: &[Index]) -> Vec<&'a [u8]> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    cuts.extend([0, bytes.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|w| &bytes[w[0]..w[1]]).collect()
}
