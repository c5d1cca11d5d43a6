//! The start planner: sessions that are stopped, and new ones from a template of the host's profile.

use super::new_session::{NewSession, NewWish, anew, shape_note};
use super::push::usable;
use super::{Gate, PlanLine, count, strict_word};
use crate::model::failure::Refusal;
use crate::model::fleet::{ContainerState, Fleet, Host, RunsOn, Session};
use crate::model::job::{Step, StepKind, Target};
use crate::model::names::{ContainerId, HostName, ImageRef, SessionName};
use crate::model::probe::ProbeRules;
use crate::model::profile::Guard;
use serde::{Deserialize, Serialize};

/// What the operator wants to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartIntent {
    /// Sessions that are there and stopped, in the order given.
    Again(Vec<(HostName, SessionName)>),
    /// A new one.
    New(NewWish),
}

/// Starts, ready to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartPlan {
    /// The sessions in their order.
    pub sessions: Vec<StartTarget>,
    /// What is left out.
    pub refused: Vec<Refusal>,
}

/// One session of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartTarget {
    /// Where.
    pub host: HostName,
    /// Which.
    pub session: SessionName,
    /// From what.
    pub from: StartFrom,
    /// How it is decided that it runs.
    pub probe: ProbeRules,
    /// Whether its host wants every change typed.
    pub guard: Guard,
}

/// What a session is started from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum StartFrom {
    /// The container that it has.
    Container {
        /// Its id when the plan was made: another one is not started.
        container: ContainerId,
        /// What it was created from.
        pinned: String,
    },
    /// A template.
    Template(Box<NewSession>),
}

/// Plans starts, or says why none is possible.
pub fn plan_start(intent: &StartIntent, fleet: &Fleet) -> Result<StartPlan, Refusal> {
    let (mut sessions, mut refused) = (Vec::new(), Vec::new());
    let targets: Vec<_> = match intent {
        StartIntent::Again(wanted) => wanted
            .iter()
            .map(|(host, name)| again(fleet, host, name))
            .collect(),
        StartIntent::New(wish) => vec![anew(fleet, wish)],
    };
    for target in targets {
        match target {
            Ok(target) => sessions.push(target),
            Err(refusal) => refused.push(refusal),
        }
    }
    if sessions.is_empty() {
        return Err(Refusal::of_all(&refused, "session"));
    }
    Ok(StartPlan { sessions, refused })
}

fn again(fleet: &Fleet, host: &HostName, name: &SessionName) -> Result<StartTarget, Refusal> {
    let host = fleet.host(host).ok_or_else(|| super::push::unknown_host(host))?;
    usable(host)?;
    let session = super::the_session(host, name)?;
    startable(&host.name, &session)?;
    let container = session.container();
    let pinned = match &container.runs_on {
        RunsOn::Reference(reference) => reference.to_string(),
        RunsOn::Other(text) => text.clone(),
    };
    let from = StartFrom::Container {
        container: container.id.clone(),
        pinned,
    };
    Ok(target(host, name.clone(), from))
}

/// One session of it, with what its host says of probes and confirmations.
pub(super) fn target(host: &Host, session: SessionName, from: StartFrom) -> StartTarget {
    StartTarget {
        host: host.name.clone(),
        session,
        from,
        probe: host.settings.profile.probe.clone(),
        guard: host.settings.guard,
    }
}

fn startable(host: &HostName, session: &Session<'_>) -> Result<(), Refusal> {
    let name = session.name();
    let (reason, advice) = match session.container().state {
        ContainerState::Created | ContainerState::Exited => return Ok(()),
        ContainerState::Running | ContainerState::Restarting => (
            format!("{name} runs already"),
            format!("tagboat session restart {name} --host {host} replaces its container"),
        ),
        ContainerState::Paused => (
            format!("{name} is paused"),
            format!("`docker unpause {name}` on the host"),
        ),
        ContainerState::Removing | ContainerState::Dead => (
            format!("{name} is {}", session.container().state.word()),
            "wait until the engine has removed it, then start it anew from a template".to_owned(),
        ),
    };
    Err(Refusal::of_host(host, reason, advice))
}

impl StartPlan {
    pub(super) fn title(&self) -> String {
        match self.sessions.as_slice() {
            [one] => match &one.from {
                StartFrom::Container { .. } => format!("start {} on {}", one.session, one.host),
                StartFrom::Template(new) => {
                    format!("start {} on {}, new from {}", one.session, one.host, new.onto)
                }
            },
            many => format!("start {}", count(many.len(), "session")),
        }
    }

    pub(super) fn targets(&self) -> Vec<Target> {
        let target = |one: &StartTarget| Target::session(one.host.clone(), one.session.clone());
        self.sessions.iter().map(target).collect()
    }

    /// The tags that new sessions are about to be created from: a prune keeps them.
    pub(super) fn needed_tags(&self) -> Vec<(HostName, ImageRef)> {
        let needed = |one: &StartTarget| match &one.from {
            StartFrom::Container { .. } => None,
            StartFrom::Template(new) => Some((one.host.clone(), new.onto.clone())),
        };
        self.sessions.iter().filter_map(needed).collect()
    }

    pub(super) fn steps(&self, target: &Target) -> Vec<Step> {
        use StepKind::{Check, Create, Probe, Start};
        let found = self
            .sessions
            .iter()
            .find(|one| one.host == target.host && Some(&one.session) == target.session.as_ref());
        match found.map(|one| &one.from) {
            None => Vec::new(),
            Some(StartFrom::Container { .. }) => [Check, Start, Probe].map(Step::of).into(),
            Some(StartFrom::Template(_)) => [Check, Create, Start, Probe].map(Step::of).into(),
        }
    }

    pub(super) fn lines(&self) -> Vec<PlanLine> {
        let line = |one: &StartTarget| {
            let (before, after, note) = match &one.from {
                StartFrom::Container { pinned, .. } => (
                    "stopped",
                    "running".to_owned(),
                    format!("its own container, on {pinned}"),
                ),
                StartFrom::Template(new) => ("-", new.onto.tag.to_string(), shape_note(new)),
            };
            PlanLine {
                target: Target::session(one.host.clone(), one.session.clone()),
                before: before.to_owned(),
                after,
                costs: Vec::new(),
                note,
            }
        };
        self.sessions.iter().map(line).collect()
    }

    pub(super) fn untouched(&self) -> Vec<String> {
        vec!["nothing is pulled, and every other session keeps running as it is".to_owned()]
    }

    pub(super) fn undo(&self) -> String {
        if self
            .sessions
            .iter()
            .all(|one| matches!(one.from, StartFrom::Container { .. }))
        {
            "tagboat session stop".to_owned()
        } else {
            "tagboat session remove".to_owned()
        }
    }

    pub(super) fn gate(&self) -> Gate {
        let strict = strict_word(self.sessions.iter().map(|one| (&one.host, one.guard)));
        strict.unwrap_or(match self.sessions.as_slice() {
            [one] if matches!(one.from, StartFrom::Container { .. }) => Gate::Bar,
            _ => Gate::Plan,
        })
    }
}
