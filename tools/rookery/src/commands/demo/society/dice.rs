//! Chance that is the same on every machine and in every version.

use time::Duration;

/// SplitMix64. The crate `rand` does not promise the same ranges in its next version, and the answers in
/// docs/ANALYSTS.md have to stay.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to one less than `sides`; 0 where there are none.
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        let sides = u64::try_from(sides).unwrap_or(u64::MAX).max(1);
        // Less than `sides`, which was a usize.
        usize::try_from(self.next() % sides).unwrap_or(0)
    }

    pub(super) fn is_within(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.roll(from.len()))
    }

    /// Rather one of the last.
    pub(super) fn pick_late<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let back = self.roll(from.len());
        let back = self.roll(back + 1);
        from.get(from.len().checked_sub(back + 1)?)
    }

    /// From two minutes to a day and a half: each doubling is as likely as the next one.
    pub(super) fn pause(&mut self) -> Duration {
        let least = 120_usize << self.roll(10);
        let seconds = least + self.roll(least);
        Duration::seconds(i64::try_from(seconds).unwrap_or(0))
    }

    /// An index of a table of weights.
    pub(super) fn weighted(&mut self, weights: &[usize]) -> usize {
        let mut left = self.roll(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        0
    }
}
