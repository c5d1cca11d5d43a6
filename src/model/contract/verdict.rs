//! What came of the check of an image, kept short: what a plan, a list of images and a refused push say of it.

use super::report::{Finding, Outcome, Report};
use crate::model::plan::count;
use serde::{Deserialize, Serialize};

/// What came of the check of an image.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// How many requirements are broken so that it does not work, or harms.
    pub fails: usize,
    /// How many are broken in another way.
    pub warnings: usize,
    /// The first of those that fail.
    pub first: Vec<BrokenRequirement>,
}

/// A requirement that fails. It has no values, only what a report prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenRequirement {
    /// Its name.
    pub id: String,
    /// What is required.
    pub requirement: String,
    /// What was found.
    pub found: String,
}

impl Verdict {
    /// Requirements that are kept by name: whoever wants all of them checks the image.
    const FIRST: usize = 3;

    /// The short form of a report.
    pub fn of(report: &Report) -> Self {
        let failed = |finding: &&Finding| finding.outcome == Outcome::Fail;
        let broken = |finding: &Finding| BrokenRequirement {
            id: finding.id.clone(),
            requirement: finding.requirement.clone(),
            found: finding.found.clone(),
        };
        let first = report.findings.iter().filter(failed).take(Self::FIRST);
        Self {
            fails: report.count(Outcome::Fail),
            warnings: report.count(Outcome::Warning),
            first: first.map(broken).collect(),
        }
    }

    /// Whether the image may go to hosts: warnings do not stop it.
    pub fn is_met(&self) -> bool {
        self.fails == 0
    }

    /// In a few words: `ok`, `2 warnings`, `1 FAIL, 2 warnings`.
    pub fn words(&self) -> String {
        let warnings = count(self.warnings, "warning");
        match (self.fails, self.warnings) {
            (0, 0) => "ok".to_owned(),
            (0, _) => warnings,
            (fails, 0) => format!("{fails} FAIL"),
            (fails, _) => format!("{fails} FAIL, {warnings}"),
        }
    }

    /// The first requirements that fail, in one line.
    pub fn first_words(&self) -> String {
        let mut words: Vec<String> = self.first.iter().map(ToString::to_string).collect();
        let more = self.fails.saturating_sub(self.first.len());
        if more > 0 {
            words.push(format!("and {more} more"));
        }
        words.join("; ")
    }
}

impl std::fmt::Display for BrokenRequirement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.id, self.requirement)?;
        if self.found.is_empty() {
            return Ok(());
        }
        write!(f, ": {}", self.found)
    }
}

/// How an image stands to a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContractState<'a> {
    /// It was not checked yet, or not since it or the contract changed.
    Unchecked,
    /// The contract cannot be used, and why.
    Unusable(&'a str),
    /// It was checked.
    Checked(&'a Verdict),
}

#[cfg(test)]
mod tests {
    use super::Verdict;
    use crate::model::contract::{Finding, Report, Requirement, Rule, Severity};

    fn rule(id: &str, severity: Severity) -> Rule {
        Rule {
            id: id.to_owned(),
            severity,
            fix: String::new(),
            requirement: Requirement::Program(id.to_owned()),
        }
    }

    #[test]
    fn a_verdict_counts_what_is_broken_and_names_the_first_that_fail() {
        let mut findings = vec![Finding::broken(&rule("late", Severity::Warning), "it is old")];
        assert_eq!(
            Verdict::of(&Report::new("c", findings.clone())).words(),
            "1 warning"
        );
        for id in ["a", "b", "c", "d"] {
            findings.push(Finding::broken(&rule(id, Severity::Fail), "it is not there"));
        }
        let verdict = Verdict::of(&Report::new("c", findings));
        assert!(!verdict.is_met());
        assert_eq!(verdict.words(), "4 FAIL, 1 warning");
        assert_eq!(
            verdict.first_words(),
            "a: a on PATH: it is not there; b: b on PATH: it is not there; c: c on PATH: it is not there; and 1 more"
        );
        let good = Verdict::of(&Report::new("c", Vec::new()));
        assert!(good.is_met());
        assert_eq!(
            (good.words(), good.first_words()),
            ("ok".to_owned(), String::new())
        );
    }
}
