//! What the console says to the operator: one line for six seconds, and a list that stays until it was read.

use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;

/// How much a message matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something was noted.
    Info,
    /// Something went well.
    Good,
    /// Something should be looked at.
    Warn,
    /// Something failed.
    Bad,
}

impl Severity {
    /// The severity as one word, so that it can be read without colour.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "note",
            Self::Good => "done",
            Self::Warn => "warning",
            Self::Bad => "error",
        }
    }
}

/// One thing that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// When.
    pub at: Timestamp,
    /// How much it matters.
    pub severity: Severity,
    /// What.
    pub text: String,
    /// Whether the operator opened the list since.
    pub is_read: bool,
}

/// Everything that was said, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Messages {
    list: VecDeque<Message>,
    toast_until: Option<Timestamp>,
}

impl Messages {
    /// How long a message stays at the foot of the screen.
    pub const TOAST: SignedDuration = SignedDuration::from_secs(6);
    /// How many are kept.
    pub const KEPT: usize = 200;

    /// Says something.
    pub fn say(&mut self, at: Timestamp, severity: Severity, text: impl Into<String>) {
        if self.list.len() == Self::KEPT {
            self.list.pop_front();
        }
        self.list.push_back(Message {
            at,
            severity,
            text: text.into(),
            // Notes and successes need no acknowledgement.
            is_read: severity < Severity::Warn,
        });
        self.toast_until = Some(at + Self::TOAST);
    }

    /// All of them, newest first.
    pub fn newest_first(&self) -> impl ExactSizeIterator<Item = &Message> {
        self.list.iter().rev()
    }

    /// The one at the foot of the screen.
    pub fn toast(&self) -> Option<&Message> {
        self.toast_until.and(self.list.back())
    }

    /// When the one at the foot goes away.
    pub fn toast_until(&self) -> Option<Timestamp> {
        self.toast_until
    }

    /// Takes away the one at the foot, if its time is over; tells whether it did.
    pub fn expire(&mut self, now: Timestamp) -> bool {
        let is_over = self.toast_until.is_some_and(|until| until <= now);
        if is_over {
            self.toast_until = None;
        }
        is_over
    }

    /// How many warnings and errors were not read yet.
    pub fn unread(&self) -> usize {
        self.list.iter().filter(|message| !message.is_read).count()
    }

    /// Notes that all of them were read.
    pub fn acknowledge(&mut self) {
        for message in &mut self.list {
            message.is_read = true;
        }
        self.toast_until = None;
    }
}
