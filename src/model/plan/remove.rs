//! The remove planner: everything of a session goes but its volumes, and those too where the operator says so.

use super::push::usable;
use super::{Gate, PlanLine, count, session_word, the_session};
use crate::model::failure::Refusal;
use crate::model::fleet::{ContainerState, Fleet, Host, Session, Storage};
use crate::model::job::{Step, StepKind, Target};
use crate::model::names::{ContainerId, HostName, SessionLabel, SessionName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Which sessions the operator wants removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoveIntent {
    /// The sessions, in the order given.
    pub sessions: Vec<(HostName, SessionName)>,
    /// Whether their volumes go too.
    pub with_volumes: bool,
}

/// A removal, ready to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovePlan {
    /// The sessions in their order.
    pub sessions: Vec<RemoveTarget>,
    /// Whether volumes go too, which asks for a word of its own.
    pub with_volumes: bool,
    /// What is left out.
    pub refused: Vec<Refusal>,
}

/// One session of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveTarget {
    /// Where.
    pub host: HostName,
    /// Which.
    pub session: SessionName,
    /// Its container when the plan was made: another one is not removed.
    pub container: ContainerId,
    /// Whether it runs, and is stopped first.
    pub was_up: bool,
    /// What restarts left of it.
    pub leftovers: Vec<Leftover>,
    /// Its volumes, and what becomes of each.
    pub volumes: Vec<PlannedVolume>,
    /// The label that goes with it.
    pub label: Option<SessionLabel>,
    /// What must be typed.
    pub word: String,
}

/// A predecessor, or a successor that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    /// Its id.
    pub container: ContainerId,
    /// Its name when the plan was made.
    pub name: String,
}

/// A volume of a session that goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedVolume {
    /// Its name.
    pub name: String,
    /// What becomes of it.
    pub fate: VolumeFate,
}

/// What becomes of a volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fate", content = "by", rename_all = "snake_case")]
pub enum VolumeFate {
    /// It stays, with its data.
    Kept,
    /// It stays, because this container uses it too.
    Shared(String),
    /// It is removed.
    Removed,
    /// The engine removes it together with its container, which was started with `--rm`.
    GoesWithIt,
}

/// Plans a removal, or says why none is possible.
pub fn plan_remove(intent: &RemoveIntent, fleet: &Fleet) -> Result<RemovePlan, Refusal> {
    let (mut sessions, mut refused) = (Vec::new(), Vec::new());
    for (host, session) in &intent.sessions {
        match target(fleet, host, session, intent) {
            Ok(target) => sessions.push(target),
            Err(refusal) => refused.push(refusal),
        }
    }
    if sessions.is_empty() {
        return Err(Refusal::of_all(&refused, "session"));
    }
    Ok(RemovePlan {
        sessions,
        with_volumes: intent.with_volumes,
        refused,
    })
}

fn target(
    fleet: &Fleet,
    host: &HostName,
    name: &SessionName,
    intent: &RemoveIntent,
) -> Result<RemoveTarget, Refusal> {
    let host = fleet.host(host).ok_or_else(|| super::push::unknown_host(host))?;
    usable(host)?;
    let session = the_session(host, name)?;
    let container = session.container();
    removable(&host.name, &session)?;
    let leftover = |one: &&crate::model::fleet::Container| Leftover {
        container: one.id.clone(),
        name: one.name.clone(),
    };
    Ok(RemoveTarget {
        host: host.name.clone(),
        session: name.clone(),
        container: container.id.clone(),
        was_up: container.state.is_up(),
        leftovers: session.leftovers().iter().map(leftover).collect(),
        volumes: volumes(host, &session, intent.with_volumes),
        label: session.label().cloned(),
        word: session_word(host, name),
    })
}

fn removable(host: &HostName, session: &Session<'_>) -> Result<(), Refusal> {
    let (name, container) = (session.name(), session.container());
    if let Some(owner) = &container.compose {
        return Err(Refusal::of_host(
            host,
            format!(
                "{name} belongs to Compose ({}), which would make it again",
                owner.name
            ),
            "take the service out of the Compose project, or `docker compose rm` it there",
        ));
    }
    match container.state {
        ContainerState::Paused => super::stop::stoppable(host, session),
        ContainerState::Removing => Err(Refusal::of_host(
            host,
            format!("{name} is being removed"),
            "wait until the engine has removed it",
        )),
        _ => Ok(()),
    }
}

/// Every volume of the session, those of its leftovers too, each once.
fn volumes(host: &Host, session: &Session<'_>, with_volumes: bool) -> Vec<PlannedVolume> {
    let container = session.container();
    let own: Vec<_> = std::iter::once(container).chain(session.leftovers()).collect();
    let names: BTreeSet<&String> = own.iter().flat_map(|one| &one.storage.volumes).collect();
    let others = || {
        host.containers()
            .filter(|other| !own.iter().any(|one| one.id == other.id))
    };
    let fate = |name: &String| {
        let goes_with_it = container.storage.removes_itself
            && container.state.is_up()
            && Storage::is_anonymous(name)
            && container.storage.volumes.contains(name);
        match others().find(|other| other.storage.volumes.contains(name)) {
            Some(other) => VolumeFate::Shared(other.name.clone()),
            None if goes_with_it => VolumeFate::GoesWithIt,
            None if with_volumes => VolumeFate::Removed,
            None => VolumeFate::Kept,
        }
    };
    names
        .into_iter()
        .map(|name| PlannedVolume {
            name: name.clone(),
            fate: fate(name),
        })
        .collect()
}

impl RemoveTarget {
    /// The volumes that this plan removes.
    pub fn removed_volumes(&self) -> impl Iterator<Item = &PlannedVolume> {
        self.volumes
            .iter()
            .filter(|volume| volume.fate == VolumeFate::Removed)
    }

    /// The steps for it.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = vec![Step::of(StepKind::Check)];
        if self.was_up {
            steps.push(Step::of(StepKind::Stop));
        }
        let leftovers = self.leftovers.iter().map(|one| one.name.as_str());
        let all = leftovers.chain(std::iter::once(self.session.as_str()));
        steps.extend(all.map(|name| Step::about(StepKind::Remove, name)));
        let volumes = self.removed_volumes().map(|volume| volume_subject(&volume.name));
        steps.extend(volumes.map(|subject| Step::about(StepKind::Remove, subject)));
        if self.label.is_some() {
            steps.push(Step::about(StepKind::Remove, LABEL_SUBJECT));
        }
        steps
    }

    fn note(&self) -> String {
        let mut goes = vec!["its container and its writable layer".to_owned()];
        if !self.leftovers.is_empty() {
            goes.push(format!(
                "{} of it",
                count(self.leftovers.len(), "earlier container")
            ));
        }
        let first = if self.was_up { "stopped first; " } else { "" };
        let mut told = vec![format!("{first}gone then: {}", goes.join(", "))];
        let names = |wanted: &dyn Fn(&VolumeFate) -> bool| {
            let named = self.volumes.iter().filter(|volume| wanted(&volume.fate));
            named
                .map(|volume| short(&volume.name).to_owned())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let parts = [
            ("volumes removed", names(&|fate| *fate == VolumeFate::Removed)),
            (
                "volumes that the engine removes with it (--rm)",
                names(&|fate| *fate == VolumeFate::GoesWithIt),
            ),
            ("volumes kept", names(&|fate| matches!(fate, VolumeFate::Kept))),
            (
                "volumes kept for others",
                names(&|fate| matches!(fate, VolumeFate::Shared(_))),
            ),
        ];
        let holding = parts.iter().filter(|(_, names)| !names.is_empty());
        told.extend(holding.map(|(what, names)| format!("{what}: {names}")));
        told.join("; ")
    }
}

/// What the step is about that takes the label.
pub const LABEL_SUBJECT: &str = "its label";

/// How a step names a volume.
pub fn volume_subject(name: &str) -> String {
    format!("volume {}", short(name))
}

/// The beginning of a name that nobody gave.
fn short(name: &str) -> &str {
    if Storage::is_anonymous(name) {
        &name[..12]
    } else {
        name
    }
}

impl RemovePlan {
    pub(super) fn title(&self) -> String {
        let what = if self.with_volumes { " and its volumes" } else { "" };
        match self.sessions.as_slice() {
            [one] => format!("remove {}{what} from {}", one.session, one.host),
            many => format!(
                "remove {}{}",
                count(many.len(), "session"),
                if self.with_volumes {
                    " and their volumes"
                } else {
                    ""
                }
            ),
        }
    }

    pub(super) fn targets(&self) -> Vec<Target> {
        let target = |one: &RemoveTarget| Target::session(one.host.clone(), one.session.clone());
        self.sessions.iter().map(target).collect()
    }

    pub(super) fn steps(&self, target: &Target) -> Vec<Step> {
        let found = self
            .sessions
            .iter()
            .find(|one| one.host == target.host && Some(&one.session) == target.session.as_ref());
        found.map(RemoveTarget::steps).unwrap_or_default()
    }

    pub(super) fn lines(&self) -> Vec<PlanLine> {
        let line = |one: &RemoveTarget| PlanLine {
            target: Target::session(one.host.clone(), one.session.clone()),
            before: if one.was_up { "running" } else { "stopped" }.to_owned(),
            after: "removed".to_owned(),
            costs: Vec::new(),
            note: one.note(),
        };
        self.sessions.iter().map(line).collect()
    }

    pub(super) fn untouched(&self) -> Vec<String> {
        let mut untouched = vec!["directories of the host that are mounted in it stay".to_owned()];
        if !self.with_volumes {
            untouched
                .push("its volumes stay, but those that are named above; --volumes removes them".to_owned());
        }
        untouched.push("its image, and every other session".to_owned());
        untouched
    }

    pub(super) fn undo(&self) -> String {
        "there is no way back; a new session can be made from a template on the volumes that are kept"
            .to_owned()
    }

    /// A word in any case; with volumes another one, so that a habit does not take them too.
    pub(super) fn gate(&self) -> Gate {
        let word = match self.sessions.as_slice() {
            [one] => one.word.clone(),
            many => many.len().to_string(),
        };
        Gate::Typed(if self.with_volumes {
            format!("{word} and volumes")
        } else {
            word
        })
    }
}
