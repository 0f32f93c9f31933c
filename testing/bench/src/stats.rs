//! Latencies and what is said about them.

use std::time::Duration;

/// How often something was done in a measured time, and how long each took.
#[derive(Debug, Default)]
pub(crate) struct Sample {
    pub(crate) elapsed: Duration,
    pub(crate) failures: u64,
    micros: Vec<u32>,
}

impl Sample {
    pub(crate) fn push(&mut self, latency: Duration) {
        self.micros.push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
    }

    /// Takes in what another worker measured in the same time.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.elapsed = self.elapsed.max(other.elapsed);
        self.failures += other.failures;
        self.micros.extend(other.micros);
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of a run stay far below 2^53")]
    pub(crate) fn per_second(&self) -> f64 {
        self.micros.len() as f64 / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }

    /// The smallest latency that at least `percent` of all do not exceed, in milliseconds. Sorts.
    pub(crate) fn percentile_ms(&mut self, percent: usize) -> f64 {
        self.micros.sort_unstable();
        let rank = (self.micros.len() * percent).div_ceil(100).max(1) - 1;
        self.micros.get(rank).map_or(f64::NAN, |micros| f64::from(*micros) / 1_000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let mut sample = Sample::default();
        (1..=200).rev().for_each(|millis| sample.push(Duration::from_millis(millis)));
        assert_eq!([50, 99, 100].map(|percent| sample.percentile_ms(percent)), [100.0, 198.0, 200.0]);
    }
}
