//! Checks a Dockerfile against a contract: an early warning, which the image itself confirms.

use super::report::{Finding, Outcome, Report};
use super::requirement::{Contract, Requirement, Rule, Severity};
use super::{dockerfile_secrets, dockerfile_settings, guideline_check};
use crate::model::dockerfile::{BuildContext, Dockerfile, Ignore, StageFacts};

/// A Dockerfile and what is known of it.
pub struct DockerfileFacts<'a> {
    /// The file.
    pub file: &'a Dockerfile,
    /// The image that it makes.
    pub stage: &'a StageFacts,
    /// The folder of the build.
    pub context: &'a BuildContext,
}

/// What a Dockerfile tells of what a contract requires.
pub fn check_dockerfile(contract: &Contract, facts: &DockerfileFacts<'_>) -> Report {
    let findings = contract
        .rules
        .iter()
        .flat_map(|rule| check(rule, facts))
        .collect();
    Report::new(&contract.name, ignore(findings, facts.file))
}

fn check(rule: &Rule, facts: &DockerfileFacts<'_>) -> Vec<Finding> {
    vec![match &rule.requirement {
        Requirement::Starter(wanted) => dockerfile_settings::starter(rule, facts, wanted),
        Requirement::Entrypoint(wanted) => dockerfile_settings::entrypoint(rule, facts, wanted),
        Requirement::Workdir(wanted) => dockerfile_settings::workdir(rule, facts, wanted),
        Requirement::Env {
            name,
            value,
            includes,
        } => dockerfile_settings::env(rule, facts, name, value.as_deref(), includes.as_deref()),
        Requirement::Label { name, is_version } => {
            dockerfile_settings::labelled(rule, facts, name, *is_version)
        }
        Requirement::Volumes(rules) => return dockerfile_settings::volumes(rule, facts, rules),
        Requirement::Secrets(rules) => return dockerfile_secrets::secrets(rule, facts, rules),
        Requirement::Guideline(guideline) => return guideline_check::check(rule, guideline, facts),
        Requirement::Probe(_) => return Vec::new(),
        Requirement::File { .. }
        | Requirement::Absent(_)
        | Requirement::Program(_)
        | Requirement::User { .. }
        | Requirement::Unprivileged { .. }
        | Requirement::Folder { .. }
        | Requirement::Size(_)
        | Requirement::Waste(_) => Finding::unknown(rule, "only the built image tells"),
    }]
}

/// Leaves out what the author looked at, and tells what there is nothing to leave out for.
fn ignore(mut findings: Vec<Finding>, file: &Dockerfile) -> Vec<Finding> {
    let mut more = Vec::new();
    for ignore in &file.ignores {
        let is_bad = |finding: &&mut Finding| matches!(finding.outcome, Outcome::Fail | Outcome::Warning);
        let mut meant = findings
            .iter_mut()
            .filter(is_bad)
            .filter(|finding| is_meant(ignore, finding))
            .peekable();
        if meant.peek().is_none() {
            more.push(unused(ignore));
        }
        for finding in meant {
            if ignore.reason.is_empty() {
                finding.fix = format!(
                    "{}; or give a reason behind the ignore on line {}",
                    finding.fix, ignore.line
                );
            } else {
                finding.outcome = Outcome::Ignored;
                finding.fix = crate::model::secret::printable(&ignore.reason);
            }
        }
    }
    findings.extend(more);
    findings
}

fn is_meant(ignore: &Ignore, finding: &Finding) -> bool {
    use super::report::Place;
    let is_here = match finding.place {
        Some(Place::Line(line)) => ignore.above == Some(line) || line == ignore.line,
        _ => true,
    };
    finding.id == ignore.id && is_here
}

fn unused(ignore: &Ignore) -> Finding {
    let rule = Rule {
        id: "unused-ignore".to_owned(),
        severity: Severity::Warning,
        fix: "put it on the line above the instruction, with the name from the report, or remove it"
            .to_owned(),
        requirement: Requirement::Workdir(String::new()),
    };
    Finding {
        requirement: "ignores have something to ignore".to_owned(),
        ..Finding::broken(&rule, format!("nothing below it breaks {}", ignore.id)).on(Some(ignore.line))
    }
}
