//! States as a sign, a word and a role: the one place that decides how each state is said.

use super::Look;
use crate::model::fleet::{Connection, Container, ContainerState, Freshness, Health, Host, Session, Stamp};
use crate::model::job::{JobState, StepState, Track, TrackResult, Verdict};
use crate::ui::format;
use crate::ui::theme::Role;
use jiff::Timestamp;

/// A sign, a word, and what they mean.
pub(super) struct Said {
    pub(super) role: Role,
    pub(super) sign: &'static str,
    pub(super) word: String,
}

impl Said {
    fn new(role: Role, sign: &'static str, word: impl Into<String>) -> Self {
        Self {
            role,
            sign,
            word: word.into(),
        }
    }

    /// The sign before the word.
    pub(super) fn text(&self) -> String {
        format!("{} {}", self.sign, self.word)
    }
}

/// What a container does, and how old that knowledge is.
pub(super) fn of_container(container: &Container, host: &Host, now: Timestamp, look: &Look<'_>) -> Said {
    let g = look.glyphs;
    let word = container.state.word();
    let age = match host.freshness(now) {
        Freshness::Stale(age) => Some(age),
        // Nobody can know what became of it since the host was lost.
        Freshness::Fresh(age) if !host.connection.is_usable() => Some(age),
        Freshness::Fresh(_) | Freshness::Never => None,
    };
    if let Some(age) = age {
        return Said::new(
            Role::Muted,
            g.stale,
            format!("{word} {} ago", format::minutes(age)),
        );
    }
    match (container.state, container.health) {
        (ContainerState::Running, Health::Unhealthy) => {
            Said::new(Role::Bad, g.failed, format!("{word}, unhealthy"))
        }
        (ContainerState::Running, Health::Starting) => {
            Said::new(Role::Busy, g.busy, format!("{word}, starting"))
        }
        (ContainerState::Running, _) => Said::new(Role::Good, g.running, word),
        (ContainerState::Restarting | ContainerState::Removing, _) => Said::new(Role::Busy, g.busy, word),
        (ContainerState::Dead, _) => Said::new(Role::Bad, g.failed, word),
        (ContainerState::Paused, _) => Said::new(Role::Warn, g.idle, word),
        (ContainerState::Created | ContainerState::Exited, _) => Said::new(Role::Muted, g.idle, word),
    }
}

/// How a session stands to the tags of its host.
pub(super) fn of_session(session: &Session<'_>, host: &Host, look: &Look<'_>) -> Said {
    let g = look.glyphs;
    let standing = session.standing();
    let mut words = Vec::new();
    if standing.behind == Some(true) {
        words.push("behind");
    }
    if standing.moved {
        words.push("moved");
    }
    if standing.missing {
        words.push("missing");
    }
    match (words.is_empty(), standing.behind) {
        (false, _) => Said::new(Role::Warn, g.warn, words.join(", ")),
        (true, Some(_)) => Said::new(Role::Good, g.done, "on active"),
        (true, None) if session.pinned().is_none() => Said::new(Role::Warn, g.warn, "no tag"),
        (true, None) => match host.stamp {
            Stamp::Unknown => Said::new(Role::Muted, g.stale, "stamp unknown"),
            Stamp::Missing => Said::new(Role::Warn, g.warn, "no stamp"),
            _ => Said::new(Role::Warn, g.warn, "bad stamp"),
        },
    }
}

/// How a host can be reached, and how old the knowledge of it is.
pub(super) fn of_host(host: &Host, now: Timestamp, look: &Look<'_>) -> Said {
    let g = look.glyphs;
    let word = host.connection.word();
    match (&host.connection, host.freshness(now)) {
        (Connection::Connected, Freshness::Stale(age)) => {
            Said::new(Role::Warn, g.stale, format!("stale {}", format::minutes(age)))
        }
        (Connection::Connected, Freshness::Never) => Said::new(Role::Busy, g.busy, "listing"),
        (Connection::Connected, Freshness::Fresh(_)) => Said::new(Role::Good, g.running, word),
        (Connection::Waiting | Connection::Connecting, _) => Said::new(Role::Busy, g.busy, word),
        (Connection::Failed { .. }, _) => Said::new(Role::Bad, g.failed, word),
    }
}

/// By how much the clock of a host is off from the one here, and whether it is `ahead` or `behind`.
pub(super) fn of_clock(host: &Host) -> Option<(String, &'static str)> {
    let off = host.moment.clock_off;
    let which = if off > 0 { "ahead" } else { "behind" };
    (off != 0).then(|| (format::seconds(off.unsigned_abs()), which))
}

/// Where a job is in its life.
pub(super) fn of_job(state: JobState, look: &Look<'_>) -> Said {
    let g = look.glyphs;
    let word = state.word();
    match state {
        JobState::Running => Said::new(Role::Busy, g.running, word),
        JobState::Cancelling | JobState::Elsewhere => Said::new(Role::Busy, g.busy, word),
        JobState::Ended(Verdict::Done) => Said::new(Role::Good, g.done, word),
        JobState::Interrupted | JobState::Ended(Verdict::Partly) => Said::new(Role::Warn, g.warn, word),
        JobState::Ended(Verdict::Failed) => Said::new(Role::Bad, g.failed, word),
        JobState::Ended(Verdict::Cancelled) => Said::new(Role::Muted, g.skipped, word),
    }
}

/// The state of a step.
pub(super) fn of_step(state: &StepState, look: &Look<'_>) -> Said {
    let g = look.glyphs;
    let word = state.word();
    match state {
        StepState::Waiting => Said::new(Role::Muted, g.idle, word),
        StepState::Running => Said::new(Role::Busy, g.running, word),
        StepState::Done(_) => Said::new(Role::Good, g.done, word),
        StepState::Skipped(_) => Said::new(Role::Muted, g.skipped, word),
        StepState::Failed(_) => Said::new(Role::Bad, g.failed, word),
    }
}

/// A target that has not ended, with the word for where it is.
pub(super) fn of_open_track(track: &Track, word: &str, look: &Look<'_>) -> Said {
    let g = look.glyphs;
    if track.running().is_some() {
        Said::new(Role::Busy, g.running, word)
    } else if track.is_under_way() {
        Said::new(Role::Busy, g.busy, word)
    } else {
        Said::new(Role::Muted, g.idle, word)
    }
}

/// How a job ended for one target.
pub(super) fn of_result(result: &TrackResult, look: &Look<'_>) -> Said {
    let g = look.glyphs;
    let word = result.word();
    match result {
        TrackResult::Done(_) => Said::new(Role::Good, g.done, word),
        TrackResult::Failed(_) => Said::new(Role::Bad, g.failed, word),
        TrackResult::Cancelled(_) | TrackResult::NotBegun(_) | TrackResult::Skipped(_) => {
            Said::new(Role::Muted, g.skipped, word)
        }
    }
}
