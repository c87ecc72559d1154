//! Numbers that look random and are the same for the same seed, on every machine: SplitMix64. Nothing secret.

/// See the module's documentation.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// What chance begins from.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A chance of its own for the number-th of many, which does not depend on the others.
    #[must_use]
    pub const fn of(seed: u64, number: u64) -> Self {
        let mut chance = Self(seed);
        let begin = chance.next();
        Self(begin ^ number.wrapping_mul(0xd6e8_feb8_6659_fd93))
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`; 0 when there is none.
    pub const fn below(&mut self, limit: u64) -> u64 {
        let limit = if limit == 0 { 1 } else { limit };
        self.next() % limit
    }

    /// A place in a list of so many; 0 when it is empty.
    pub fn place(&mut self, length: usize) -> usize {
        let place = self.below(u64::try_from(length).unwrap_or(u64::MAX));
        usize::try_from(place).unwrap_or_default()
    }

    /// True in so many of a hundred cases.
    pub const fn falls(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of several, all alike.
    pub fn one<T: Copy, const N: usize>(&mut self, of: [T; N]) -> T {
        const { assert!(N > 0) };
        of[self.place(N)]
    }

    /// One of a list, all alike; nothing of an empty one.
    pub fn any<'t, T>(&mut self, of: &'t [T]) -> Option<&'t T> {
        of.get(self.place(of.len()))
    }

    /// One of several, each as often as its weight says.
    pub fn weighted<T: Copy, const N: usize>(&mut self, of: [(u64, T); N]) -> T {
        const { assert!(N > 0) };
        let mut left = self.below(of.iter().map(|(weight, _)| weight).sum());
        let found = of.iter().find(|(weight, _)| {
            let is_it = left < *weight;
            left = left.saturating_sub(*weight);
            is_it
        });
        found.unwrap_or(&of[0]).1
    }

    /// How many: 0 most often, each more half as often as the one before, `most` at most.
    pub const fn few(&mut self, most: u64) -> u64 {
        let mut number = 0;
        while number < most && self.falls(50) {
            number += 1;
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_and_each_number_has_its_own() {
        let first = |mut chance: Chance| (chance.next(), chance.next());
        assert_eq!(first(Chance::of(7, 3)), first(Chance::of(7, 3)));
        assert_ne!(first(Chance::of(7, 3)), first(Chance::of(7, 4)));
        assert_ne!(first(Chance::of(7, 3)), first(Chance::of(8, 3)));
        // Pinned: a seed that somebody wrote down must mean the same for ever.
        assert_eq!(first(Chance::of(7, 3)), (2_909_830_321_059_267_956, 14_798_657_694_794_656_947));
    }

    #[test]
    fn weights_are_how_often() {
        let mut chance = Chance::new(1);
        let mut counts = [0_u32; 3];
        for _ in 0..10_000 {
            counts[chance.weighted([(6, 0), (3, 1), (1, 2)])] += 1;
        }
        assert!(counts[0].abs_diff(6000) < 300 && counts[1].abs_diff(3000) < 300 && counts[2].abs_diff(1000) < 200);
        let falls = (0..10_000).filter(|_| chance.falls(30)).count();
        assert!(falls.abs_diff(3000) < 300, "{falls}");
        assert!((0..1000).all(|_| chance.few(2) <= 2));
    }
}
