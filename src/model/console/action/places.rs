//! The sets of places that the action table speaks of.

use crate::model::console::{Place, Screen};

/// Every list.
pub const LISTS: &[Place] = &[
    Place::List(Screen::Sessions),
    Place::List(Screen::Hosts),
    Place::List(Screen::Images),
    Place::List(Screen::Jobs),
];

/// Every details view.
pub const DETAILS: &[Place] = &[
    Place::Details(Screen::Sessions),
    Place::Details(Screen::Hosts),
    Place::Details(Screen::Images),
    Place::Details(Screen::Jobs),
    Place::Rollout,
];

/// Every place that there is.
pub const EVERYWHERE: &[Place] = &[
    Place::List(Screen::Sessions),
    Place::List(Screen::Hosts),
    Place::List(Screen::Images),
    Place::List(Screen::Jobs),
    Place::Details(Screen::Sessions),
    Place::Details(Screen::Hosts),
    Place::Details(Screen::Images),
    Place::Details(Screen::Jobs),
    Place::Rollout,
    Place::Plan,
    Place::Typed,
    Place::Question,
    Place::Refused,
    Place::Vanished,
    Place::Hosts,
    Place::Choice,
    Place::RolloutOrder,
    Place::Logs,
    Place::LogEntry,
    Place::Messages,
    Place::Help,
    Place::Palette,
    Place::Filter,
    Place::TooSmall,
];

/// Where there is something to move through.
pub(super) const MOVED: &[Place] = &[
    Place::List(Screen::Sessions),
    Place::List(Screen::Hosts),
    Place::List(Screen::Images),
    Place::List(Screen::Jobs),
    Place::Details(Screen::Sessions),
    Place::Details(Screen::Hosts),
    Place::Details(Screen::Images),
    Place::Details(Screen::Jobs),
    Place::Rollout,
    Place::Plan,
    Place::Typed,
    Place::Refused,
    Place::Hosts,
    Place::Choice,
    Place::RolloutOrder,
    Place::Logs,
    Place::Messages,
    Place::Help,
    Place::Palette,
];

/// The same, where letters are not text.
pub(super) const MOVED_BY_LETTERS: &[Place] = &[
    Place::List(Screen::Sessions),
    Place::List(Screen::Hosts),
    Place::List(Screen::Images),
    Place::List(Screen::Jobs),
    Place::Details(Screen::Sessions),
    Place::Details(Screen::Hosts),
    Place::Details(Screen::Images),
    Place::Details(Screen::Jobs),
    Place::Rollout,
    Place::Plan,
    Place::Refused,
    Place::Hosts,
    Place::Choice,
    Place::RolloutOrder,
    Place::Logs,
    Place::Messages,
];

/// Lists and details.
pub(super) const LISTS_AND_DETAILS: &[Place] = &[
    Place::List(Screen::Sessions),
    Place::List(Screen::Hosts),
    Place::List(Screen::Images),
    Place::List(Screen::Jobs),
    Place::Details(Screen::Sessions),
    Place::Details(Screen::Hosts),
    Place::Details(Screen::Images),
    Place::Details(Screen::Jobs),
    Place::Rollout,
];

/// Lists, and a window too small for one.
pub(super) const LISTS_AND_SMALL: &[Place] = &[
    Place::List(Screen::Sessions),
    Place::List(Screen::Hosts),
    Place::List(Screen::Images),
    Place::List(Screen::Jobs),
    Place::TooSmall,
];

/// Where sessions are.
pub(super) const SESSIONS: &[Place] = &[Place::List(Screen::Sessions), Place::Details(Screen::Sessions)];

/// Where images are.
pub(super) const IMAGES: &[Place] = &[Place::List(Screen::Images), Place::Details(Screen::Images)];

/// Where hosts are.
pub(super) const HOSTS: &[Place] = &[Place::List(Screen::Hosts), Place::Details(Screen::Hosts)];

/// Where hosts and images are.
pub(super) const HOSTS_AND_IMAGES: &[Place] = &[
    Place::List(Screen::Hosts),
    Place::Details(Screen::Hosts),
    Place::List(Screen::Images),
    Place::Details(Screen::Images),
];

/// Where jobs are.
pub(super) const JOBS: &[Place] = &[
    Place::List(Screen::Jobs),
    Place::Details(Screen::Jobs),
    Place::Rollout,
];

/// Where something was that can be gone back to.
pub(super) const ROLLED_BACK: &[Place] = &[
    Place::List(Screen::Sessions),
    Place::Details(Screen::Sessions),
    Place::List(Screen::Hosts),
    Place::Details(Screen::Hosts),
    Place::List(Screen::Jobs),
    Place::Details(Screen::Jobs),
    Place::Rollout,
];

/// A rollout.
pub(super) const ROLLOUT: &[Place] = &[Place::Rollout];

/// The choice of how a rollout goes.
pub(super) const ROLLOUT_ORDER: &[Place] = &[Place::RolloutOrder];

/// Where there is something to accept.
pub(super) const ACCEPTING: &[Place] = &[
    Place::Plan,
    Place::Typed,
    Place::Question,
    Place::Refused,
    Place::Vanished,
    Place::Hosts,
    Place::Choice,
    Place::RolloutOrder,
    Place::LogEntry,
    Place::Messages,
    Place::Help,
    Place::Palette,
    Place::Filter,
];

/// Where one key confirms.
pub(super) const CONFIRMED: &[Place] = &[Place::Plan, Place::Question];

/// Where rows can be marked.
pub(super) const MARKED: &[Place] = &[
    Place::List(Screen::Sessions),
    Place::List(Screen::Hosts),
    Place::List(Screen::Images),
    Place::List(Screen::Jobs),
    Place::Hosts,
];

/// The choice of hosts.
pub(super) const PICKER: &[Place] = &[Place::Hosts];

/// Where a push can be allowed what a contract holds back. Where a word is typed, letters are that.
pub(super) const HELD_BACK: &[Place] = &[Place::Hosts, Place::Plan, Place::Refused];

/// Where there is something to copy.
pub(super) const COPIED: &[Place] = &[
    Place::List(Screen::Sessions),
    Place::List(Screen::Hosts),
    Place::List(Screen::Images),
    Place::List(Screen::Jobs),
    Place::Details(Screen::Sessions),
    Place::Details(Screen::Hosts),
    Place::Details(Screen::Images),
    Place::Details(Screen::Jobs),
    Place::Rollout,
    Place::Messages,
    Place::Logs,
    Place::Refused,
];

/// What can be closed.
pub(super) const CLOSED: &[Place] = &[
    Place::Details(Screen::Sessions),
    Place::Details(Screen::Hosts),
    Place::Details(Screen::Images),
    Place::Details(Screen::Jobs),
    Place::Rollout,
    Place::Plan,
    Place::Typed,
    Place::Question,
    Place::Refused,
    Place::Vanished,
    Place::Hosts,
    Place::Choice,
    Place::RolloutOrder,
    Place::Logs,
    Place::LogEntry,
    Place::Messages,
    Place::Help,
    Place::Palette,
    Place::Filter,
];

/// Where sessions or hosts are.
pub(super) const SESSIONS_AND_HOSTS: &[Place] = &[
    Place::List(Screen::Sessions),
    Place::Details(Screen::Sessions),
    Place::List(Screen::Hosts),
    Place::Details(Screen::Hosts),
];

/// What a session writes.
pub(super) const LOGS: &[Place] = &[Place::Logs];
