//! The restart planner: which container is replaced by one on which image, one session after the other.

use super::push::usable;
use super::{Conditions, Gate, PlanLine, count};
use crate::model::cost::Cost;
use crate::model::failure::Refusal;
use crate::model::fleet::{ContainerState, Fleet, Host, Session};
use crate::model::job::{Step, StepKind, Target};
use crate::model::names::{ContainerId, HostName, ImageId, ImageRef, SessionName, Tag};
use crate::model::profile::{Guard, ProbeRules};
use serde::{Deserialize, Serialize};

/// Which sessions the operator wants restarted, and onto what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestartIntent {
    /// The sessions, in the order given.
    pub sessions: Vec<(HostName, SessionName)>,
    /// The tag; none for the active tag of each host.
    pub onto: Option<Tag>,
}

/// Restarts, ready to be confirmed. They run one after the other and stop at the first failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestartPlan {
    /// The sessions in their order.
    pub sessions: Vec<RestartTarget>,
    /// What is left out.
    pub refused: Vec<Refusal>,
    /// What else must hold before a session is touched.
    #[serde(default)]
    pub conditions: Conditions,
}

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
    /// What it costs; none until its host was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
}

/// Plans restarts, or says why none is possible.
pub fn plan_restart(intent: &RestartIntent, fleet: &Fleet) -> Result<RestartPlan, Refusal> {
    let (mut sessions, mut refused) = (Vec::new(), Vec::new());
    for (host, session) in &intent.sessions {
        match target(fleet, host, session, intent.onto.as_ref()) {
            Ok(target) => sessions.push(target),
            Err(refusal) => refused.push(refusal),
        }
    }
    if sessions.is_empty() {
        return Err(Refusal::of_all(&refused, "session"));
    }
    Ok(RestartPlan {
        sessions,
        refused,
        conditions: Conditions::default(),
    })
}

fn target(
    fleet: &Fleet,
    host_name: &HostName,
    name: &SessionName,
    onto: Option<&Tag>,
) -> Result<RestartTarget, Refusal> {
    let refuse = |reason: String, advice: String| Refusal::of_host(host_name, reason, advice);
    let host = fleet
        .host(host_name)
        .ok_or_else(|| super::push::unknown_host(host_name))?;
    usable(host)?;
    let session = host.session(name).ok_or_else(|| {
        refuse(
            format!("there is no session {name}"),
            "see `tagboat session list`".into(),
        )
    })?;
    restartable(host, &session)?;
    let onto = wanted_reference(host, onto)?;
    let image = host.image(&onto).ok_or_else(|| {
        refuse(
            format!("{onto} is not there"),
            format!("tagboat push {onto} --host {host_name}; the session runs on"),
        )
    })?;
    let container = session.container();
    Ok(RestartTarget {
        host: host_name.clone(),
        session: name.clone(),
        container: container.id.clone(),
        from: match &container.runs_on {
            crate::model::fleet::RunsOn::Reference(reference) => reference.to_string(),
            crate::model::fleet::RunsOn::Other(text) => text.clone(),
        },
        from_id: container.image_id.clone(),
        onto,
        onto_id: image.id.clone(),
        was_up: container.state.is_up(),
        probe: host.settings.profile.probe.clone(),
        guard: host.settings.guard,
        cost: None,
    })
}

/// The states in which a container can be replaced, and who may replace it.
fn restartable(host: &Host, session: &Session<'_>) -> Result<(), Refusal> {
    let container = session.container();
    if let Some(owner) = &container.compose {
        return Err(Refusal::of_host(
            &host.name,
            format!(
                "{} belongs to Compose ({owner}), which would put its old image back",
                session.name()
            ),
            "change the image in the Compose project and run `docker compose up -d --no-deps` there",
        ));
    }
    match container.state {
        ContainerState::Removing | ContainerState::Dead => Err(Refusal::of_host(
            &host.name,
            format!("{} is {}", session.name(), container.state.word()),
            "wait until the engine has removed it, then start the session anew",
        )),
        ContainerState::Paused => Err(Refusal::of_host(
            &host.name,
            format!(
                "{} is paused, and a restart would lose what it holds in memory",
                session.name()
            ),
            format!("`docker unpause {}` on the host first", session.name()),
        )),
        _ => Ok(()),
    }
}

fn wanted_reference(host: &Host, onto: Option<&Tag>) -> Result<ImageRef, Refusal> {
    match (onto, host.stamp.active()) {
        (Some(tag), _) => Ok(host.settings.profile.image.with_tag(tag.clone())),
        (None, Some(active)) => Ok(active.clone()),
        (None, None) => Err(Refusal::of_host(
            &host.name,
            host.stamp.problem().unwrap_or_default(),
            "name the tag with --tag, or stamp the host with `tagboat activate`",
        )),
    }
}

/// What its host told of its cost.
fn told(one: &RestartTarget) -> Vec<String> {
    let lines = |cost: &Cost| cost.lines(one.probe.keep_predecessors);
    one.cost.as_ref().map(lines).unwrap_or_default()
}

impl RestartPlan {
    pub(super) fn title(&self) -> String {
        match self.sessions.as_slice() {
            [one] => format!("restart {} on {} onto {}", one.session, one.host, one.onto),
            many => format!("restart {}", count(many.len(), "session")),
        }
    }

    pub(super) fn targets(&self) -> Vec<Target> {
        self.sessions
            .iter()
            .map(|one| Target::session(one.host.clone(), one.session.clone()))
            .collect()
    }

    pub(super) fn steps(&self, _target: &Target) -> Vec<Step> {
        use StepKind::{Check, CleanUp, Commit, Create, Hold, Probe, Quiet, Record, Rename, Start, Stop};
        let restart = [
            Check, Record, Create, Hold, Stop, Rename, Start, Probe, Commit, CleanUp,
        ];
        let wait = self.conditions.when_idle.map(|_| Quiet);
        wait.into_iter().chain(restart).map(Step::of).collect()
    }

    pub(super) fn lines(&self) -> Vec<PlanLine> {
        let line = |one: &RestartTarget| PlanLine {
            target: Target::session(one.host.clone(), one.session.clone()),
            before: one.from.rsplit(':').next().unwrap_or(&one.from).to_owned(),
            after: one.onto.tag.to_string(),
            note: match (one.was_up, one.from_id == one.onto_id) {
                (true, true) => "same image, new container".to_owned(),
                (true, false) => format!(
                    "probe {} s, the old one is put back if it fails",
                    one.probe.stable.as_secs()
                ),
                (false, _) => "it is stopped and stays stopped".to_owned(),
            },
            costs: self.conditions.lines().chain(told(one)).collect(),
        };
        self.sessions.iter().map(line).collect()
    }

    pub(super) fn untouched(&self) -> Vec<String> {
        vec![
            "its volumes, network, environment and name stay".to_owned(),
            "every other session keeps running as it is".to_owned(),
        ]
    }

    pub(super) fn undo(&self) -> String {
        let is_gone = |one: &&RestartTarget| {
            one.probe.keep_predecessors == 0 || one.cost.as_ref().is_some_and(|cost| cost.vanishes)
        };
        let gone: Vec<_> = self.sessions.iter().filter(is_gone).collect();
        let why = match gone.first() {
            Some(one) if one.probe.keep_predecessors == 0 => "as the config keeps no predecessor",
            _ => "as it runs with --rm",
        };
        match gone.len() {
            0 => "the old container is kept, stopped, beside the new one".to_owned(),
            n if n == self.sessions.len() => {
                format!("the old container is not kept, {why}: restart onto the old tag to go back")
            }
            n => format!(
                "the old container is kept, stopped, beside the new one; not that of {}, {why}: restart onto the old tag to go back",
                count(n, "session")
            ),
        }
    }

    pub(super) fn gate(&self) -> Gate {
        let word = || match self.sessions.as_slice() {
            [one] => one.host.to_string(),
            many => many.len().to_string(),
        };
        let base = match self.sessions.as_slice() {
            many if many.iter().any(|one| one.guard == Guard::Strict) => Gate::Typed(word()),
            [one] if one.from_id == one.onto_id => Gate::Bar,
            _ => Gate::Plan,
        };
        match base {
            Gate::Bar | Gate::Plan if self.loses_something() => Gate::Typed(word()),
            Gate::Bar if self.is_felt() => Gate::Plan,
            base => base,
        }
    }
}
