//! What came of a check, requirement by requirement.

use super::requirement::{Rule, Severity};
use crate::model::secret::printable;
use serde::{Deserialize, Serialize};

/// All that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The contract.
    pub contract: String,
    /// One for each requirement that is met or cannot be told, and one for each time that one is broken.
    pub findings: Vec<Finding>,
}

/// What came of one requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The requirement.
    pub id: String,
    /// What came of it.
    pub outcome: Outcome,
    /// What is required, in words.
    pub requirement: String,
    /// What was found; empty where it is what is required.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub found: String,
    /// What mends it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fix: String,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// What came of a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It is broken.
    Fail,
    /// It is broken, and that does no harm yet.
    Warning,
    /// What was looked at does not tell.
    Unknown,
    /// It is broken, and the author says why that is good.
    Ignored,
    /// It is met.
    Ok,
}

impl Outcome {
    /// In one word, the worst one in capitals.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fail => "FAIL",
            Self::Warning => "warning",
            Self::Unknown => "unknown",
            Self::Ignored => "ignored",
            Self::Ok => "ok",
        }
    }
}

/// Where something was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// On this line of the Dockerfile.
    Line(usize),
    /// In this layer of the image, from 1 with the base first.
    Layer(usize),
    /// In this step of the image's history, from 1 with the base first.
    Step(usize),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Layer(number) => write!(f, "layer {number}"),
            Self::Step(number) => write!(f, "history {number}"),
        }
    }
}

impl Report {
    /// Findings of one contract, the worst first.
    pub fn new(contract: &str, mut findings: Vec<Finding>) -> Self {
        findings.sort_by_key(|finding| finding.outcome);
        Self {
            contract: contract.to_owned(),
            findings,
        }
    }

    /// The same with more findings.
    #[must_use]
    pub fn with(mut self, more: Vec<Finding>) -> Self {
        self.findings.extend(more);
        Self::new(&self.contract, self.findings)
    }

    /// Whether something fails.
    pub fn has_failed(&self) -> bool {
        self.count(Outcome::Fail) > 0
    }

    /// How many findings are so.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.outcome == outcome)
            .count()
    }

    /// How many findings there are of each kind, in one line.
    pub fn summary(&self) -> String {
        let all = [
            Outcome::Fail,
            Outcome::Warning,
            Outcome::Unknown,
            Outcome::Ignored,
            Outcome::Ok,
        ];
        let words = all.into_iter().filter_map(|outcome| {
            let count = self.count(outcome);
            (count > 0).then(|| format!("{count} {}", outcome.word()))
        });
        words.collect::<Vec<_>>().join(", ")
    }
}

impl Finding {
    fn new(rule: &Rule, outcome: Outcome, found: &str, fix: &str, place: Option<Place>) -> Self {
        Self {
            id: rule.id.clone(),
            outcome,
            requirement: printable(&rule.requirement.words()),
            found: printable(found),
            fix: printable(fix),
            place,
        }
    }

    /// The requirement is met.
    pub(super) fn ok(rule: &Rule) -> Self {
        Self::new(rule, Outcome::Ok, "", "", None)
    }

    /// What was looked at does not tell.
    pub fn unknown(rule: &Rule, why: impl AsRef<str>) -> Self {
        Self::new(rule, Outcome::Unknown, why.as_ref(), "", None)
    }

    /// The requirement is broken.
    pub fn broken(rule: &Rule, found: impl AsRef<str>) -> Self {
        let outcome = match rule.severity {
            Severity::Fail => Outcome::Fail,
            Severity::Warning => Outcome::Warning,
        };
        Self::new(rule, outcome, found.as_ref(), &rule.fix, None)
    }

    /// The requirement is met, or broken in this way.
    pub fn of(rule: &Rule, broken: Option<String>) -> Self {
        match broken {
            Some(found) => Self::broken(rule, found),
            None => Self::ok(rule),
        }
    }

    /// The same at a place.
    pub(super) fn at(self, place: Option<Place>) -> Self {
        Self { place, ..self }
    }

    /// The same on a line of the Dockerfile.
    pub(super) fn on(self, line: Option<usize>) -> Self {
        self.at(line.map(Place::Line))
    }

    /// The same under a name of its own, with what mends it.
    pub(super) fn named(self, id: &str, fix: &str) -> Self {
        Self {
            id: id.to_owned(),
            fix: fix.to_owned(),
            ..self
        }
    }
}
