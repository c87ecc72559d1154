//! Numbers that look random and are the same for the same seed: SplitMix64. For faults only, nothing secret.

/// See the module's documentation.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// True in so many of a hundred cases.
    pub(crate) const fn falls(&mut self, percent: u8) -> bool {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % 100 < percent as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn falls(seed: u64, percent: u8) -> Vec<bool> {
        let mut dice = Dice::new(seed);
        (0..10_000).map(|_| dice.falls(percent)).collect()
    }

    #[test]
    fn the_same_seed_falls_the_same_and_as_often_as_it_says() {
        assert_eq!(falls(7, 30), falls(7, 30));
        assert_ne!(falls(7, 30), falls(8, 30));
        let often = falls(7, 30).into_iter().filter(|fallen| *fallen).count();
        assert!((2800..3200).contains(&often), "{often}");
        assert!(falls(1, 100).into_iter().all(|fallen| fallen));
    }
}
