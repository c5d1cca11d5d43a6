//! One session of a restart: what must still hold when its turn comes, and who replaces its container.

use super::Aim;
use crate::model::compose::ComposeService;
use crate::model::cost::Cost;
use crate::model::fleet::{Host, RunsOn, Session};
use crate::model::job::Target;
use crate::model::names::{ContainerId, HostName, ImageId, ImageRef, PinKey, SessionName};
use crate::model::profile::{Guard, ProbeRules};
use serde::{Deserialize, Serialize};

/// One session of it, with what must still hold when its turn comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestartTarget {
    /// Where.
    pub host: HostName,
    /// Which.
    pub session: SessionName,
    /// Its container when the plan was made: if it has another one now, the restart is refused.
    pub container: ContainerId,
    /// What it was created from.
    pub from: String,
    /// The image that it runs.
    pub from_id: ImageId,
    /// The tag that it gets.
    pub onto: ImageRef,
    /// The image that this tag named when the plan was made.
    pub onto_id: ImageId,
    /// Whether it runs; a stopped session is replaced and stays stopped.
    pub was_up: bool,
    /// How its successor is probed.
    pub probe: ProbeRules,
    /// Whether its host wants every change typed.
    pub guard: Guard,
    /// Who replaces its container.
    #[serde(default)]
    pub by: Replacement,
    /// What it costs; none until its host was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
}

/// Who replaces the container of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replacement {
    /// The restart itself, by a new one.
    #[default]
    Restart,
    /// Its predecessor, which is there, stopped, with its own layer.
    Predecessor(ContainerId),
    /// Compose on the host, once the pin of the project names the image.
    Compose {
        /// The service that the session is.
        service: ComposeService,
        /// The variable that pins its image.
        pin: PinKey,
    },
}

impl RestartTarget {
    /// A session with what must still hold when its turn comes.
    pub(in crate::model::plan) fn of(
        host: &Host,
        session: &Session<'_>,
        onto: ImageRef,
        onto_id: ImageId,
        by: Replacement,
    ) -> Self {
        let container = session.container();
        Self {
            host: host.name.clone(),
            session: session.name().clone(),
            container: container.id.clone(),
            from: match &container.runs_on {
                RunsOn::Reference(reference) => reference.to_string(),
                RunsOn::Other(text) => text.clone(),
            },
            from_id: container.image_id.clone(),
            onto,
            onto_id,
            was_up: container.state.is_up(),
            probe: host.settings.profile.probe.clone(),
            guard: host.settings.guard,
            by,
            cost: None,
        }
    }

    /// The part of the job that is about it.
    pub fn target(&self) -> Target {
        Target::session(self.host.clone(), self.session.clone())
    }

    /// How many predecessors it keeps. Compose removes the container that it replaces.
    pub(in crate::model::plan) fn keeps(&self) -> usize {
        match self.by {
            Replacement::Compose { .. } => 0,
            Replacement::Restart | Replacement::Predecessor(_) => self.probe.keep_predecessors,
        }
    }

    /// What its host told of its cost.
    pub(super) fn told(&self) -> Vec<String> {
        let lines = |cost: &Cost| cost.lines(self.keeps());
        self.cost.as_ref().map(lines).unwrap_or_default()
    }

    /// What is done with it.
    pub(super) fn note(&self, aim: Aim) -> String {
        let probe = self.probe.words();
        match (&self.by, aim, self.was_up, self.from_id == self.onto_id) {
            (Replacement::Predecessor(id), _, is_up, _) => format!(
                "its predecessor {} comes back, with its layer{}",
                id.short(),
                if is_up {
                    ""
                } else {
                    "; it is stopped and stays stopped"
                }
            ),
            (Replacement::Compose { service, pin }, _, is_up, _) => {
                let then = if is_up {
                    format!("{probe}, put back if it fails")
                } else {
                    "it stays stopped".to_owned()
                };
                format!("by Compose ({service}, {pin}): what is outside its volumes is lost; {then}")
            }
            (Replacement::Restart, _, false, _) => "it is stopped and stays stopped".to_owned(),
            (Replacement::Restart, Aim::Back, true, _) => {
                format!("it has no predecessor: a new container on the image of before, {probe}")
            }
            (Replacement::Restart, Aim::Onto, true, true) => "same image, new container".to_owned(),
            (Replacement::Restart, Aim::Onto, true, false) => {
                format!("{probe}, the old one is put back if it fails")
            }
        }
    }

    /// The tag that it is on, or whatever else it was created from.
    pub fn from_tag(&self) -> &str {
        self.from.rsplit(':').next().unwrap_or(&self.from)
    }

    /// Whether it is pinned to that tag and runs that image.
    pub(super) fn is_there(&self) -> bool {
        self.from == self.onto.to_string() && self.from_id == self.onto_id
    }
}
