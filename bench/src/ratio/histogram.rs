//! Latencies, counted without allocating: one counter per 20 µs up to 200 ms, one for all above.

use std::time::Duration;

const WIDTH: u128 = 20;
const BUCKETS: usize = 10_000;

/// How many answers took how long.
#[derive(Debug)]
pub(super) struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Histogram {
    pub(super) fn new() -> Self {
        Self { counts: vec![0; BUCKETS + 1], total: 0 }
    }

    pub(super) fn record(&mut self, latency: Duration) {
        let bucket = usize::try_from(latency.as_micros() / WIDTH).unwrap_or(BUCKETS);
        self.counts[bucket.min(BUCKETS)] += 1;
        self.total += 1;
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// The time within which `percent` of the answers came, rounded up to a bucket's end. Nothing
    /// recorded, or beyond the last bucket: longer than anything.
    pub(super) fn percentile(&self, percent: u64) -> Duration {
        let wanted = (self.total * percent).div_ceil(100).max(1);
        let mut seen = 0;
        for (end, count) in (1..).zip(&self.counts[..BUCKETS]) {
            seen += count;
            if seen >= wanted {
                return Duration::from_micros(end * 20);
            }
        }
        Duration::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_never_too_low() {
        let mut histogram = Histogram::new();
        assert_eq!(histogram.percentile(99), Duration::MAX);
        for milliseconds in 1..=100 {
            histogram.record(Duration::from_millis(milliseconds));
        }
        assert_eq!(histogram.percentile(50), Duration::from_micros(50_020));
        assert_eq!(histogram.percentile(99), Duration::from_micros(99_020));
        histogram.record(Duration::from_secs(9));
        assert_eq!(histogram.percentile(100), Duration::MAX);
        assert_eq!(histogram.total(), 101);
    }
}
