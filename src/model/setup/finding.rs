//! What is wrong with a host, how bad it is, and what mends it.

use super::change::Change;
use serde::Serialize;

/// One thing that the operator should know about a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// What it is about, in one or two words.
    pub subject: String,
    /// What was found.
    pub found: String,
    /// The command or action that mends it.
    pub advice: String,
    /// What `--fix` does about it; empty where only the operator can mend it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mends: Vec<Change>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Something does not work, or will lose something.
    Problem,
    /// Something will not work as it should, in the end.
    Warning,
    /// Good to know.
    Note,
}

impl Level {
    /// The level as one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Problem => "problem",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl Finding {
    /// Something that only the operator can mend.
    pub(super) fn new(
        level: Level,
        subject: &str,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            level,
            subject: subject.to_owned(),
            found: found.into(),
            advice: advice.into(),
            mends: Vec::new(),
        }
    }

    /// The same, which these changes mend.
    pub(super) fn mended_by(mut self, mends: Vec<Change>) -> Self {
        self.mends = mends;
        self
    }
}

/// How many findings of each level there are, in one line.
pub fn summary(findings: &[Finding]) -> String {
    let words: Vec<String> = [Level::Problem, Level::Warning, Level::Note]
        .into_iter()
        .filter_map(|level| {
            let count = findings.iter().filter(|one| one.level == level).count();
            (count > 0).then(|| crate::model::plan::count(count, level.word()))
        })
        .collect();
    if words.is_empty() {
        "nothing is wrong".to_owned()
    } else {
        words.join(", ")
    }
}
