//! One line of a check: what was found, where, how bad it is, and what mends it.

use serde::Serialize;

/// How a requirement stands; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckLevel {
    /// It does not hold, and something will be lost or ignored.
    Fail,
    /// It holds for now, or could not be looked at.
    Warning,
    /// It holds.
    Ok,
}

impl CheckLevel {
    /// As it is printed.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fail => "FAIL",
            Self::Warning => "warning",
            Self::Ok => "ok",
        }
    }
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 where only the file is known.
    pub line: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            0 => f.write_str(&self.file),
            line => write!(f, "{}:{line}", self.file),
        }
    }
}

/// One line of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckLine {
    /// How it stands.
    pub level: CheckLevel,
    /// The word for the requirement.
    pub rule: &'static str,
    /// The service that it is about, where it is about one.
    pub service: Option<String>,
    /// Where.
    pub place: Option<Place>,
    /// What was found.
    pub found: String,
    /// What mends it; empty where nothing has to be.
    pub fix: String,
}

impl CheckLine {
    pub(super) fn fail(rule: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(CheckLevel::Fail, rule, found, fix)
    }

    pub(super) fn warning(rule: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(CheckLevel::Warning, rule, found, fix)
    }

    pub(super) fn ok(rule: &'static str, found: impl Into<String>) -> Self {
        Self::new(CheckLevel::Ok, rule, found, "")
    }

    fn new(level: CheckLevel, rule: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            level,
            rule,
            service: None,
            place: None,
            found: found.into(),
            fix: fix.into(),
        }
    }

    pub(super) fn of(mut self, service: &str) -> Self {
        self.service = Some(service.to_owned());
        self
    }

    pub(super) fn at(mut self, place: &Place) -> Self {
        self.place = Some(place.clone());
        self
    }
}
