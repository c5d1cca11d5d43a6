//! In which portions the sessions of a rollout are taken, and how many may fail.

use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;

/// How a rollout goes over its sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutOrder {
    /// The sessions that go first; none where it begins with the waves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<Canary>,
    /// The most sessions of one wave: they are restarted at the same time, and the next wave waits for all of them.
    pub wave: NonZeroUsize,
    /// So many sessions may fail and it still goes on; one more ends it. A canary may never fail.
    pub max_failures: usize,
}

/// The sessions that try a tag before the others get it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canary {
    /// How many.
    pub sessions: NonZeroUsize,
    /// Whether the operator looks at them before it goes on.
    pub approval: bool,
}

impl Default for RolloutOrder {
    /// One session after the other, and the first failure ends it: a bad image costs one session and not all.
    fn default() -> Self {
        Self {
            canary: None,
            wave: NonZeroUsize::MIN,
            max_failures: 0,
        }
    }
}

impl RolloutOrder {
    /// `1 canary and your approval, then waves of 5; the first failure ends it`.
    pub fn words(&self) -> String {
        let canary = self.canary.map(|canary| {
            let noun = if canary.sessions.get() == 1 {
                "canary"
            } else {
                "canaries"
            };
            let approval = if canary.approval { " and your approval" } else { "" };
            format!("{} {noun}{approval}, then ", canary.sessions)
        });
        let waves = match self.wave.get() {
            1 => "one after the other".to_owned(),
            n => format!("waves of {n}"),
        };
        let failures = match self.max_failures {
            0 => "the first failure ends it".to_owned(),
            1 => "it goes on after one failure, a second one ends it".to_owned(),
            n => format!("it goes on after up to {n} failures"),
        };
        format!("{}{waves}; {failures}", canary.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::{Canary, RolloutOrder};
    use std::num::NonZeroUsize;

    #[test]
    fn an_order_is_told_in_one_line() {
        let n = |n: usize| NonZeroUsize::new(n).unwrap();
        let order = |canary: Option<(usize, bool)>, wave, max_failures| RolloutOrder {
            canary: canary.map(|(sessions, approval)| Canary {
                sessions: n(sessions),
                approval,
            }),
            wave: n(wave),
            max_failures,
        };
        for (order, words) in [
            (
                RolloutOrder::default(),
                "one after the other; the first failure ends it",
            ),
            (
                order(Some((1, true)), 5, 0),
                "1 canary and your approval, then waves of 5; the first failure ends it",
            ),
            (
                order(Some((2, false)), 3, 1),
                "2 canaries, then waves of 3; it goes on after one failure, a second one ends it",
            ),
            (order(None, 4, 7), "waves of 4; it goes on after up to 7 failures"),
        ] {
            assert_eq!(order.words(), words);
        }
    }
}
