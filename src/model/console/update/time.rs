//! Time as it is told: what ends with it, and when it must be told next.

use crate::model::console::{Dirty, Overlay, State};
use jiff::{SignedDuration, Timestamp};

/// Ages are shown in minutes, so an idle screen is drawn once a minute.
const AGES: SignedDuration = SignedDuration::from_mins(1);
/// While a job runs, its elapsed time is shown in seconds.
const JOBS: SignedDuration = SignedDuration::from_secs(1);

/// Takes note of the time; only what is visibly different makes the screen dirty.
pub(super) fn pass(state: &mut State, now: Timestamp) {
    let earlier = state.clock.now;
    state.clock.now = now;
    if state.messages.expire(now) {
        state.touch(Dirty::Normal);
    }
    let armed_at = state.overlays.last().and_then(Overlay::armed_at);
    if armed_at.is_some_and(|armed_at| earlier < armed_at && armed_at <= now) {
        state.touch(Dirty::Normal);
    }
    let ages_are_due = now >= state.clock.ages_at + AGES || now < state.clock.ages_at;
    let jobs_are_due = now >= state.clock.ages_at + JOBS && state.live_jobs().next().is_some();
    if ages_are_due {
        // A host can go stale with time alone, and filters can ask for that.
        state.touch_rows();
    }
    if ages_are_due || jobs_are_due {
        state.clock.ages_at = now;
        state.touch(Dirty::Progress);
    }
}

impl State {
    /// When the time must be told next, if nothing else happens.
    pub fn next_wakeup(&self) -> Timestamp {
        let step = if self.live_jobs().next().is_some() {
            JOBS
        } else {
            AGES
        };
        let now = self.clock.now;
        let armed_at = self
            .overlays
            .last()
            .and_then(Overlay::armed_at)
            .filter(|at| *at > now);
        [
            Some(self.clock.ages_at + step),
            self.messages.toast_until(),
            armed_at,
        ]
        .into_iter()
        .flatten()
        .min()
        .unwrap_or(now + AGES)
    }
}
