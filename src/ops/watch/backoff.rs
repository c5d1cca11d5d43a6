//! How long to wait before a host is tried again: doubling to a minute, spread so that a fleet does not knock at once.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// The longest wait (DESIGN section 4).
const MOST: Duration = Duration::from_mins(1);

/// Counts failed attempts of one host.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The wait after one more failure: 1 s, 2 s, 4 s ... 60 s, shortened by up to a third at random.
    pub(super) fn next(&mut self) -> Duration {
        let whole = Duration::from_secs(1)
            .saturating_mul(1 << self.failures.min(6))
            .min(MOST);
        self.failures = self.failures.saturating_add(1);
        let spread = u32::try_from(RandomState::new().build_hasher().finish() % 1000).unwrap_or_default();
        whole.saturating_sub(whole * spread / 3000)
    }

    /// The host answered.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::Backoff;
    use std::time::Duration;

    #[test]
    fn the_wait_grows_to_a_minute_and_no_further_and_starts_anew_after_an_answer() {
        let mut backoff = Backoff::default();
        let waits: Vec<_> = (0..10).map(|_| backoff.next()).collect();
        assert!(waits[0] <= Duration::from_secs(1) && waits[9] >= Duration::from_secs(40));
        assert!(waits.iter().all(|wait| *wait <= Duration::from_mins(1)));
        backoff.reset();
        assert!(backoff.next() <= Duration::from_secs(1));
    }
}
