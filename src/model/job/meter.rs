//! Progress of bytes: fraction, rate and time left, from counts and the times at which they were taken.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Bytes done.
    pub done: u64,
    /// Bytes in all; none while it is not known.
    pub total: Option<u64>,
    /// Bytes per second, smoothed over the last seconds.
    pub rate: u64,
}

impl Progress {
    /// Thousandths of the whole.
    pub fn permille(&self) -> Option<u16> {
        let total = self.total?.max(1);
        let permille = u128::from(self.done.min(total)) * 1000 / u128::from(total);
        u16::try_from(permille).ok()
    }

    /// Time left at the present rate, in whole seconds.
    pub fn seconds_left(&self) -> Option<u64> {
        let left = self.total?.saturating_sub(self.done);
        (self.rate > 0).then(|| left.div_ceil(self.rate))
    }
}

/// Turns byte counts into progress.
#[derive(Debug, Clone)]
pub struct Meter {
    total: Option<u64>,
    done: u64,
    rate: Option<f64>,
    rated: (u64, Timestamp),
}

/// The weight of the past halves in this many seconds.
const HALF_LIFE: f64 = 2.0;

impl Meter {
    /// A meter that starts at `at` with nothing done.
    pub fn new(total: Option<u64>, at: Timestamp) -> Self {
        Self {
            total,
            done: 0,
            rate: None,
            rated: (0, at),
        }
    }

    /// Learns how many bytes there are in all.
    pub fn expect_in_all(&mut self, total: u64) {
        self.total = Some(total);
    }

    /// Takes the count at a moment; never goes back.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )]
    pub fn read(&mut self, done: u64, at: Timestamp) -> Progress {
        self.done = self.done.max(done);
        let (rated_done, rated_at) = self.rated;
        let seconds = at.duration_since(rated_at).as_secs_f64();
        if seconds > 0.0 {
            let now = (self.done - rated_done) as f64 / seconds;
            let keep = 0.5_f64.powf(seconds / HALF_LIFE);
            self.rate = Some(self.rate.map_or(now, |past| past * keep + now * (1.0 - keep)));
            self.rated = (self.done, at);
        }
        Progress {
            done: self.done,
            total: self.total,
            rate: self.rate.unwrap_or_default().round() as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Meter, Progress};
    use jiff::{SignedDuration, Timestamp};
    use proptest::prelude::*;

    #[test]
    fn a_steady_stream_shows_its_rate_and_the_time_left() {
        let start = Timestamp::UNIX_EPOCH;
        let mut meter = Meter::new(Some(1000), start);
        let mut last = meter.read(0, start);
        for second in 1..=5_u32 {
            last = meter.read(
                u64::from(second) * 100,
                start + SignedDuration::from_secs(second.into()),
            );
        }
        assert_eq!(
            last,
            Progress {
                done: 500,
                total: Some(1000),
                rate: 100
            }
        );
        assert_eq!((last.permille(), last.seconds_left()), (Some(500), Some(5)));
    }

    proptest! {
        #[test]
        fn progress_never_goes_back_and_never_passes_the_whole(
            counts in prop::collection::vec((0_u64..1 << 40, 0_i64..10_000), 1..50), total in 1_u64..1 << 40,
        ) {
            let mut at = Timestamp::UNIX_EPOCH;
            let mut meter = Meter::new(Some(total), at);
            let mut last = 0;
            for (count, millis) in counts {
                at += SignedDuration::from_millis(millis);
                let progress = meter.read(count, at);
                prop_assert!(progress.done >= last);
                prop_assert!(progress.permille().unwrap() <= 1000);
                last = progress.done;
            }
        }
    }
}
