//! What a session writes, on the screen: followed until the operator scrolls, searched, wrapped, saved.

use super::line_input::LineInput;
use crate::model::logs::{LogEnd, LogRing, LogStream, holds};
use crate::model::names::{HostName, SessionName};

/// The lines of one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogView {
    /// Which stream they come from.
    pub stream: LogStream,
    /// Where.
    pub host: HostName,
    /// Of which session.
    pub session: SessionName,
    /// What was read.
    pub ring: LogRing,
    /// Why no more comes.
    pub end: Option<LogEnd>,
    /// The number of the first line that is shown; none while the newest are followed.
    pub top: Option<usize>,
    /// Whether long lines are shown whole.
    pub is_wrapped: bool,
    /// What is searched for; empty for nothing.
    pub search: String,
    /// The number of the line that was found last.
    pub found: Option<usize>,
    /// What is typed at the foot.
    pub entry: Option<LogEntry>,
}

/// Something that is typed at the foot of the lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// What for.
    pub purpose: EntryFor,
    /// What is typed.
    pub input: LineInput,
}

/// What something is typed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryFor {
    /// To find it.
    Search,
    /// To save the lines under it.
    Save,
}

/// Which way is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Towards {
    /// To older lines.
    Older,
    /// To newer lines.
    Newer,
}

impl LogView {
    /// A view of a stream that begins.
    pub fn new(stream: LogStream, host: HostName, session: SessionName) -> Self {
        Self {
            stream,
            host,
            session,
            ring: LogRing::default(),
            end: None,
            top: None,
            is_wrapped: false,
            search: String::new(),
            found: None,
            entry: None,
        }
    }

    /// The number of the first line that is shown, where `rows` lines fit.
    pub fn first_shown(&self, rows: usize) -> usize {
        let last_page = self.ring.end().saturating_sub(rows).max(self.ring.first());
        self.top
            .map_or(last_page, |top| top.clamp(self.ring.first(), last_page))
    }

    /// Shows the lines from `wanted` on; at the end the newest are followed again.
    pub fn go_to(&mut self, wanted: usize, rows: usize) {
        let last_page = self.ring.end().saturating_sub(rows).max(self.ring.first());
        self.top = (wanted < last_page).then(|| wanted.max(self.ring.first()));
    }

    /// How many lines came that are not shown, while the newest are not followed.
    pub fn hidden(&self, rows: usize) -> usize {
        self.ring.end().saturating_sub(self.first_shown(rows) + rows)
    }

    /// Whether a line holds what is searched for.
    pub fn is_match(&self, text: &str) -> bool {
        !self.search.is_empty() && holds(text, &self.search)
    }

    /// The next line that holds what is searched for, from the last one that was found or from what is shown.
    pub fn find(&self, towards: Towards, rows: usize) -> Option<usize> {
        let from = self.first_shown(rows);
        let fits = |number: &usize| {
            self.ring
                .line(*number)
                .is_some_and(|line| self.is_match(&line.text))
        };
        match towards {
            Towards::Newer => {
                let after = self.found.map_or(from, |found| found + 1).max(self.ring.first());
                (after..self.ring.end()).find(fits)
            }
            Towards::Older => {
                let before = self.found.unwrap_or(from).min(self.ring.end());
                (self.ring.first()..before).rev().find(fits)
            }
        }
    }

    /// All lines that are there, as a file has them.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (_, line) in self.ring.lines() {
            text.push_str(&line.text);
            text.push('\n');
        }
        text
    }
}
