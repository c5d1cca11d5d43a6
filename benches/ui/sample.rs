//! A set of measured values and its percentiles.

use std::time::Duration;

/// The values.
#[derive(Debug, Default, Clone)]
pub(crate) struct Sample(Vec<f64>);

impl Sample {
    /// Adds a time, in milliseconds.
    pub(crate) fn note_time(&mut self, time: Duration) {
        self.0.push(time.as_secs_f64() * 1000.0);
    }

    /// Adds a count.
    #[expect(clippy::cast_precision_loss, reason = "the bytes of a frame are few")]
    pub(crate) fn note_count(&mut self, count: usize) {
        self.0.push(count as f64);
    }

    /// Whether nothing was measured.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value that so many per cent of all do not exceed (nearest rank); 100 is the largest.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted.get(rank - 1).copied().unwrap_or(f64::NAN)
    }

    /// Several percentiles.
    pub(crate) fn percentiles(&self, percents: &[usize]) -> Vec<f64> {
        percents.iter().map(|percent| self.percentile(*percent)).collect()
    }
}
