//! What went wrong, said so that the operator knows where, why, what state things are in, and what to do next.

use crate::model::job::StepKind;
use crate::model::names::HostName;
use serde::{Deserialize, Serialize};

/// A step that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Where; none when it was on the operator's machine.
    pub host: Option<HostName>,
    /// In which step.
    pub step: StepKind,
    /// Why, in one or two lines, with what the host or the engine said, made harmless.
    pub cause: String,
    /// What state things are in now.
    pub state: String,
    /// The next command or action.
    pub advice: String,
    /// Whether the same job can succeed when it is simply run again.
    pub retryable: bool,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = self.host.as_ref().map_or("here", HostName::as_str);
        write!(
            f,
            "{place}: {}: {}. {} Next: {}",
            self.step.word(),
            self.cause,
            self.state,
            self.advice
        )
    }
}

impl std::error::Error for Failure {}

/// A change that was declined before anything happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}{reason}. Nothing was changed. Next: {advice}", .host.as_ref().map(|host| format!("{host}: ")).unwrap_or_default())]
pub struct Refusal {
    /// The host that it is about; none when it is about the whole plan.
    pub host: Option<HostName>,
    /// Why.
    pub reason: String,
    /// What to do about it.
    pub advice: String,
}

impl Refusal {
    /// A refusal of the whole plan.
    pub fn of_plan(reason: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            host: None,
            reason: reason.into(),
            advice: advice.into(),
        }
    }

    /// A refusal that is about one host.
    pub fn of_host(host: &HostName, reason: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            host: Some(host.clone()),
            reason: reason.into(),
            advice: advice.into(),
        }
    }

    /// The refusal of a plan for which nothing is left, with the reason of each target; `noun` is what was to be chosen.
    pub fn of_all(refused: &[Self], noun: &str) -> Self {
        match refused {
            [] => Self::of_plan(
                format!("no {noun} was chosen"),
                format!("name a {noun}, or use --all"),
            ),
            [only] => only.clone(),
            [first, ..] => {
                let reason = |one: &Self| match &one.host {
                    Some(host) => format!("{host}: {}", one.reason),
                    None => one.reason.clone(),
                };
                let reasons: Vec<_> = refused.iter().map(reason).collect();
                Self::of_plan(
                    format!(
                        "none of the {} can be done: {}",
                        refused.len(),
                        reasons.join("; ")
                    ),
                    &*first.advice,
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;
    use crate::model::names::HostName;

    #[test]
    fn a_plan_for_which_nothing_is_left_names_every_host_and_its_reason() {
        let of = |name: &str, why: &str| Refusal::of_host(&HostName::parse(name).unwrap(), why, "mend it");
        let all = Refusal::of_all(&[of("eu-1", "unreachable"), of("eu-2", "no space")], "host");
        assert!(all.reason.contains("eu-1: unreachable; eu-2: no space"), "{all}");
        let one = of("eu-1", "unreachable");
        assert_eq!(Refusal::of_all(std::slice::from_ref(&one), "host"), one);
        assert_eq!(Refusal::of_all(&[], "host").reason, "no host was chosen");
    }
}
