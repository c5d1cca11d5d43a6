//! Why a run ended before its work was done: the cause, what state things are in, and what to do next.

use super::exit_code::Exit;
use crate::model::clean::clean;
use crate::model::failure::Refusal;
use crate::ops::config::ConfigError;
use serde::Serialize;

/// An end without a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stop {
    /// The code that the process ends with.
    pub exit: Exit,
    /// Why.
    pub cause: String,
    /// What state things are in.
    pub state: String,
    /// The next command or action.
    pub next: String,
}

const UNCHANGED: &str = "Nothing was changed.";

impl Stop {
    /// The command line or the config is wrong.
    pub fn usage(cause: impl AsRef<str>, next: impl AsRef<str>) -> Self {
        Self::new(Exit::Usage, cause, UNCHANGED, next)
    }

    /// It was declined.
    pub fn refused(cause: impl AsRef<str>, next: impl AsRef<str>) -> Self {
        Self::new(Exit::Refused, cause, UNCHANGED, next)
    }

    /// It failed before anything was changed.
    pub fn failed(cause: impl AsRef<str>, next: impl AsRef<str>) -> Self {
        Self::new(Exit::Failed, cause, UNCHANGED, next)
    }

    /// The operator stopped it.
    pub fn interrupted(state: impl AsRef<str>, next: impl AsRef<str>) -> Self {
        Self::new(Exit::Interrupted, "stopped", state, next)
    }

    /// Causes hold what hosts and files said, so they are made harmless here, once for every printer.
    fn new(exit: Exit, cause: impl AsRef<str>, state: impl AsRef<str>, next: impl AsRef<str>) -> Self {
        Self {
            exit,
            cause: clean(cause.as_ref()),
            state: clean(state.as_ref()),
            next: clean(next.as_ref()),
        }
    }
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "tagboat: {}. {}", self.cause.trim_end_matches('.'), self.state)?;
        if !self.next.is_empty() {
            write!(f, "\n  next: {}", self.next)?;
        }
        Ok(())
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        let place = refusal.host.map(|host| format!("{host}: ")).unwrap_or_default();
        Self::refused(format!("{place}{}", refusal.reason), refusal.advice)
    }
}

impl From<ConfigError> for Stop {
    fn from(error: ConfigError) -> Self {
        Self::usage(error.to_string(), error.advice)
    }
}

/// An output that cannot be written is a failure; a reader that went away is not, and never comes here.
impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::failed(format!("the output cannot be written: {error}"), "")
    }
}
