//! What sessions write: which of it is wanted, its lines, how a stream of it ends, and the bounded memory of a screen.

mod ring;
mod splitter;

pub use ring::LogRing;
pub use splitter::LineSplitter;

use crate::model::names::{ContainerId, HostName};
use jiff::Timestamp;
use serde::Serialize;

/// Names one stream of lines among those of a front end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LogStream(pub u32);

/// Which lines of which container are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRequest {
    /// Where.
    pub host: HostName,
    /// Of which container.
    pub container: ContainerId,
    /// Whether lines that come later are wanted too, until the container ends.
    pub follow: bool,
    /// Only lines from this time on, by the host's clock.
    pub since: Option<Timestamp>,
    /// At most so many of the lines that are there; none for all.
    pub tail: Option<u32>,
}

/// One line that a container wrote, made harmless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// Whether it was written to the standard error.
    pub is_error: bool,
    /// The line without its end.
    pub text: String,
}

/// What a stream of lines tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogNews {
    /// These lines, in their order.
    Lines(Vec<LogLine>),
    /// No more will come.
    Ended(LogEnd),
}

/// Why no more lines come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogEnd {
    /// All that was asked for was told.
    Complete,
    /// The container ended; the text says how.
    Stopped(String),
    /// They cannot be read, or not any more.
    Failed {
        /// Why.
        cause: String,
        /// What to do about it.
        advice: String,
    },
}

impl std::fmt::Display for LogEnd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Complete => f.write_str("that is all"),
            Self::Stopped(how) => f.write_str(how),
            Self::Failed { cause, advice } => write!(f, "{cause}. Next: {advice}"),
        }
    }
}

/// Whether a line holds a text; a text without capitals is found in any case.
pub fn holds(line: &str, wanted: &str) -> bool {
    if wanted.chars().any(char::is_uppercase) {
        line.contains(wanted)
    } else {
        line.to_lowercase().contains(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn a_text_without_capitals_is_found_in_any_case() {
        assert!(holds("An ERROR came", "error"));
        assert!(!holds("an error came", "Error"));
        assert!(holds("an Error came", "Error"));
    }
}
