//! The stop planner: sessions whose containers are stopped and stay, unless they were started with `--rm`.

use super::push::usable;
use super::{Gate, PlanLine, count, session_word, strict_word, the_session};
use crate::model::failure::Refusal;
use crate::model::fleet::{ContainerState, Fleet, Session, Storage};
use crate::model::job::{Step, StepKind, Target};
use crate::model::names::{ContainerId, HostName, SessionName};
use crate::model::profile::Guard;
use serde::{Deserialize, Serialize};

/// Which sessions the operator wants stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopIntent {
    /// The sessions, in the order given.
    pub sessions: Vec<(HostName, SessionName)>,
}

/// Stops, ready to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopPlan {
    /// The sessions in their order.
    pub sessions: Vec<StopTarget>,
    /// What is left out.
    pub refused: Vec<Refusal>,
}

/// One session of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopTarget {
    /// Where.
    pub host: HostName,
    /// Which.
    pub session: SessionName,
    /// Its container when the plan was made: another one is not stopped.
    pub container: ContainerId,
    /// What it holds: a container that removes itself takes its anonymous volumes with it.
    pub storage: Storage,
    /// What must be typed where its stop cannot be taken back.
    pub word: String,
    /// Whether its host wants every change typed.
    pub guard: Guard,
}

impl StopTarget {
    /// The volumes that the engine removes with it.
    pub fn lost_volumes(&self) -> usize {
        let lost = self
            .storage
            .volumes
            .iter()
            .filter(|name| Storage::is_anonymous(name));
        if self.storage.removes_itself {
            lost.count()
        } else {
            0
        }
    }
}

/// Plans stops, or says why none is possible.
pub fn plan_stop(intent: &StopIntent, fleet: &Fleet) -> Result<StopPlan, Refusal> {
    let (mut sessions, mut refused) = (Vec::new(), Vec::new());
    for (host, session) in &intent.sessions {
        match target(fleet, host, session) {
            Ok(target) => sessions.push(target),
            Err(refusal) => refused.push(refusal),
        }
    }
    if sessions.is_empty() {
        return Err(Refusal::of_all(&refused, "session"));
    }
    Ok(StopPlan { sessions, refused })
}

fn target(fleet: &Fleet, host: &HostName, name: &SessionName) -> Result<StopTarget, Refusal> {
    let host = fleet.host(host).ok_or_else(|| super::push::unknown_host(host))?;
    usable(host)?;
    let session = the_session(host, name)?;
    stoppable(&host.name, &session)?;
    let container = session.container();
    Ok(StopTarget {
        host: host.name.clone(),
        session: name.clone(),
        container: container.id.clone(),
        storage: container.storage.clone(),
        word: session_word(host, name),
        guard: host.settings.guard,
    })
}

/// The states in which a container can be stopped.
pub(super) fn stoppable(host: &HostName, session: &Session<'_>) -> Result<(), Refusal> {
    let name = session.name();
    match session.container().state {
        ContainerState::Running | ContainerState::Restarting => Ok(()),
        ContainerState::Paused => Err(Refusal::of_host(
            host,
            format!("{name} is paused, and would be killed without a word when it is stopped"),
            format!("`docker unpause {name}` on the host first"),
        )),
        ContainerState::Created | ContainerState::Exited => Err(Refusal::of_host(
            host,
            format!("{name} does not run"),
            format!("tagboat session start {name} --host {host} starts it"),
        )),
        ContainerState::Removing | ContainerState::Dead => Err(Refusal::of_host(
            host,
            format!("{name} is {}", session.container().state.word()),
            "wait until the engine has removed it",
        )),
    }
}

impl StopPlan {
    pub(super) fn title(&self) -> String {
        match self.sessions.as_slice() {
            [one] => format!("stop {} on {}", one.session, one.host),
            many => format!("stop {}", count(many.len(), "session")),
        }
    }

    pub(super) fn targets(&self) -> Vec<Target> {
        let target = |one: &StopTarget| Target::session(one.host.clone(), one.session.clone());
        self.sessions.iter().map(target).collect()
    }

    pub(super) fn steps(&self, _target: &Target) -> Vec<Step> {
        [StepKind::Check, StepKind::Stop].map(Step::of).into()
    }

    pub(super) fn lines(&self) -> Vec<PlanLine> {
        let line = |one: &StopTarget| {
            let (after, note) = match (one.storage.removes_itself, one.lost_volumes()) {
                (false, _) => (
                    "stopped",
                    "its container stays, with all that is in it".to_owned(),
                ),
                (true, 0) => (
                    "gone",
                    "it runs with --rm: the engine removes its container, with its writable layer".to_owned(),
                ),
                (true, lost) => (
                    "gone",
                    format!(
                        "it runs with --rm: the engine removes its container, its writable layer and {}",
                        count(lost, "anonymous volume")
                    ),
                ),
            };
            PlanLine {
                target: Target::session(one.host.clone(), one.session.clone()),
                before: "running".to_owned(),
                after: after.to_owned(),
                costs: Vec::new(),
                note,
            }
        };
        self.sessions.iter().map(line).collect()
    }

    pub(super) fn untouched(&self) -> Vec<String> {
        vec![
            "its named volumes, its predecessors and its tag stay".to_owned(),
            "every other session keeps running as it is".to_owned(),
        ]
    }

    pub(super) fn undo(&self) -> String {
        if self.sessions.iter().any(|one| one.storage.removes_itself) {
            "what the engine removes is gone; a new session can be made from a template".to_owned()
        } else {
            "tagboat session start; what the processes held in memory is gone".to_owned()
        }
    }

    pub(super) fn gate(&self) -> Gate {
        let is_lossy = self.sessions.iter().any(|one| one.storage.removes_itself);
        match self.sessions.as_slice() {
            [one] if one.storage.removes_itself => Gate::Typed(one.word.clone()),
            many if is_lossy => Gate::Typed(many.len().to_string()),
            many => strict_word(many.iter().map(|one| (&one.host, one.guard))).unwrap_or(match many {
                [_] => Gate::Bar,
                _ => Gate::Plan,
            }),
        }
    }
}
