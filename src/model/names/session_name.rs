//! Session names, and what the name of a container tells about its part in a restart.

use super::{InvalidName, JobId, text_form};
use serde::{Deserialize, Serialize};

/// The name under which a session is known across re-creations of its container.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SessionName(String);

const RULE: &str = "2 to 200 letters, digits, '_', '.' or '-', starting with a letter or digit";

impl SessionName {
    /// Accepts the container name grammar `[a-zA-Z0-9][a-zA-Z0-9_.-]+`, short enough that a restart can add a suffix.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        if starts_well && (2..=200).contains(&text.len()) && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName::new("session name", text, RULE))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_form!(SessionName);

/// What a container is to its session. A restart keeps this in the name, the one thing an engine lets it change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContainerRole {
    /// It is the session.
    Session,
    /// Made by a restart that has not swapped it in yet.
    Successor(JobId),
    /// Replaced by a restart and kept, stopped, so that a rollback is instant.
    Predecessor(JobId),
    /// Did not pass its probe; kept, stopped, for its logs.
    Failed(JobId),
    /// Made by a restart to take the place of a container that removes itself, should the successor fail.
    StandIn(JobId),
}

impl ContainerRole {
    const SUCCESSOR: &'static str = ".tagboat-new-";
    const PREDECESSOR: &'static str = ".tagboat-old-";
    const FAILED: &'static str = ".tagboat-failed-";
    const STAND_IN: &'static str = ".tagboat-spare-";

    /// The container name that a session has in this role.
    pub fn container_name(&self, session: &SessionName) -> String {
        match self {
            Self::Session => session.to_string(),
            Self::Successor(job) => format!("{session}{}{job}", Self::SUCCESSOR),
            Self::Predecessor(job) => format!("{session}{}{job}", Self::PREDECESSOR),
            Self::Failed(job) => format!("{session}{}{job}", Self::FAILED),
            Self::StandIn(job) => format!("{session}{}{job}", Self::STAND_IN),
        }
    }

    /// Reads the session and the role back from a container name.
    pub fn read(container_name: &str) -> Result<(SessionName, Self), InvalidName> {
        for mark in [Self::SUCCESSOR, Self::PREDECESSOR, Self::FAILED, Self::STAND_IN] {
            if let Some((session, job)) = container_name.rsplit_once(mark) {
                let job = JobId::parse(job)?;
                let role = match mark {
                    Self::SUCCESSOR => Self::Successor(job),
                    Self::PREDECESSOR => Self::Predecessor(job),
                    Self::FAILED => Self::Failed(job),
                    _ => Self::StandIn(job),
                };
                return Ok((SessionName::parse(session)?, role));
            }
        }
        Ok((SessionName::parse(container_name)?, Self::Session))
    }
}

#[cfg(test)]
mod tests {
    use super::{ContainerRole, SessionName};
    use crate::model::names::JobId;

    #[test]
    fn the_role_of_a_container_is_read_back_from_its_name() {
        let session = SessionName::parse("convocate-session-1").unwrap();
        let job = JobId::parse("20261121-013000-a1b2").unwrap();
        for role in [
            ContainerRole::Session,
            ContainerRole::Successor(job.clone()),
            ContainerRole::Predecessor(job.clone()),
            ContainerRole::Failed(job.clone()),
            ContainerRole::StandIn(job),
        ] {
            assert_eq!(
                ContainerRole::read(&role.container_name(&session)),
                Ok((session.clone(), role))
            );
        }
    }
}
