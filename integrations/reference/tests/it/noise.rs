//! A bad cable: what goes through it is damaged, lost, doubled or held up, as chance says. Chance begins from a seed.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

/// SplitMix64: the same numbers for the same seed, on every machine.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % limit).unwrap_or_default()
    }

    pub(crate) fn one_in(&mut self, so_many: usize) -> bool {
        self.below(so_many) == 0
    }
}

/// How often the cable does something to what goes through it: to one of so many writes.
const ONE_IN: usize = 12;

/// Carries bytes both ways until one end closes.
pub(crate) async fn carry(near: DuplexStream, far: DuplexStream, mut chance: Chance) {
    let (near_read, near_write) = tokio::io::split(near);
    let (far_read, far_write) = tokio::io::split(far);
    let back = Chance::new(chance.next());
    tokio::select! {
        biased;
        _ = one_way(near_read, far_write, chance) => {}
        _ = one_way(far_read, near_write, back) => {}
    }
}

async fn one_way(
    mut from: tokio::io::ReadHalf<DuplexStream>,
    mut to: tokio::io::WriteHalf<DuplexStream>,
    mut chance: Chance,
) -> io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        let n = from.read(&mut buffer).await?;
        if n == 0 {
            return to.shutdown().await;
        }
        let bytes = &buffer[..n];
        if chance.one_in(ONE_IN) {
            to.write_all(&disturbed(bytes, &mut chance)).await?;
        } else {
            to.write_all(bytes).await?;
        }
        if chance.one_in(4 * ONE_IN) {
            // A long cable: what comes next comes late, also in the middle of a frame.
            tokio::time::sleep(Duration::from_millis(50 * u64::try_from(chance.below(8)).unwrap_or(0))).await;
        }
    }
}

/// What is left of some bytes: bits flipped, bytes lost or doubled, noise before them, or all of them lost or doubled.
fn disturbed(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = chance.below(bytes.len());
    match chance.below(6) {
        0 => bytes[at] ^= 1 << chance.below(8),
        1 => drop(bytes.remove(at)),
        2 => bytes.insert(at, bytes[at]),
        3 => {
            let noise = (0..=chance.below(40)).map(|_| chance.next().to_le_bytes()[0]);
            bytes = noise.collect::<Vec<u8>>().into_iter().chain(bytes).collect();
        }
        4 => bytes.clear(),
        _ => bytes.extend_from_within(..),
    }
    bytes
}
