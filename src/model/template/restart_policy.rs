//! When an engine starts a container again by itself.

use serde::{Deserialize, Serialize};

/// The restart policy of a container.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RestartPolicy {
    /// Never.
    #[default]
    No,
    /// Whenever it ends, and with the engine.
    Always,
    /// The same, unless somebody stopped it.
    UnlessStopped,
    /// When it fails, at most so often; 0 for without end.
    OnFailure(u32),
}

/// A word that is no restart policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no restart policy: there are no, always, unless-stopped, on-failure and on-failure:TIMES")]
pub struct UnknownPolicy(pub String);

impl RestartPolicy {
    /// The engine's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Always => "always",
            Self::UnlessStopped => "unless-stopped",
            Self::OnFailure(_) => "on-failure",
        }
    }

    /// How often at most.
    pub fn most(self) -> u32 {
        match self {
            Self::OnFailure(most) => most,
            Self::No | Self::Always | Self::UnlessStopped => 0,
        }
    }
}

impl TryFrom<String> for RestartPolicy {
    type Error = UnknownPolicy;

    fn try_from(text: String) -> Result<Self, UnknownPolicy> {
        let times = text
            .strip_prefix("on-failure:")
            .and_then(|times| times.parse().ok());
        match (text.as_str(), times) {
            ("no", _) => Ok(Self::No),
            ("always", _) => Ok(Self::Always),
            ("unless-stopped", _) => Ok(Self::UnlessStopped),
            ("on-failure", _) => Ok(Self::OnFailure(0)),
            (_, Some(times)) => Ok(Self::OnFailure(times)),
            _ => Err(UnknownPolicy(text)),
        }
    }
}

impl From<RestartPolicy> for String {
    fn from(policy: RestartPolicy) -> Self {
        match policy.most() {
            0 => policy.word().to_owned(),
            most => format!("{}:{most}", policy.word()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RestartPolicy;

    #[test]
    fn a_policy_reads_back_from_the_word_that_docker_has_for_it() {
        for text in ["no", "always", "unless-stopped", "on-failure", "on-failure:3"] {
            let policy = RestartPolicy::try_from(text.to_owned()).unwrap();
            assert_eq!(String::from(policy), text);
        }
        assert!(RestartPolicy::try_from("on-failure:x".to_owned()).is_err());
        assert!(RestartPolicy::try_from("sometimes".to_owned()).is_err());
    }
}
