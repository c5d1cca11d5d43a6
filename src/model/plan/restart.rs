//! The restart planner: which container is replaced by one on which image, one session after the other.

use super::push::usable;
use super::{Conditions, Gate, PlanLine, count};
use crate::model::cost::Cost;
use crate::model::failure::Refusal;
use crate::model::fleet::{ContainerState, Fleet, Host, RunsOn, Session};
use crate::model::job::{Step, StepKind, Target};
use crate::model::names::{ContainerId, HostName, ImageId, ImageRef, SessionName, Tag};
use crate::model::profile::{Guard, ProbeRules};
use crate::model::rollout::RolloutOrder;
use serde::{Deserialize, Serialize};

/// Which sessions the operator wants restarted, and onto what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestartIntent {
    /// The sessions, in the order given.
    pub sessions: Vec<(HostName, SessionName)>,
    /// The tag; none for the active tag of each host.
    pub onto: Option<Tag>,
    /// How they follow each other.
    pub order: RolloutOrder,
    /// Whether sessions that are on that very image and tag already are left as they are.
    pub only_others: bool,
}

/// Restarts, ready to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestartPlan {
    /// The sessions in their order.
    pub sessions: Vec<RestartTarget>,
    /// How they follow each other. Jobs of earlier versions have no word of it: one after the other.
    #[serde(default)]
    pub order: RolloutOrder,
    /// How many sessions that were chosen are left as they are, because they are there already.
    #[serde(default)]
    pub there_already: usize,
    /// Where they go.
    #[serde(default)]
    pub aim: Aim,
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
}

/// Where sessions go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// Onto a tag.
    #[default]
    Onto,
    /// To what they were before.
    Back,
}

/// Plans restarts, or says why none is possible.
pub fn plan_restart(intent: &RestartIntent, fleet: &Fleet) -> Result<RestartPlan, Refusal> {
    let (mut sessions, mut refused, mut there_already) = (Vec::new(), Vec::new(), 0);
    for (host, session) in &intent.sessions {
        match target(fleet, host, session, intent.onto.as_ref()) {
            Ok(target) if intent.only_others && target.is_there() => there_already += 1,
            Ok(target) => sessions.push(target),
            Err(refusal) => refused.push(refusal),
        }
    }
    if sessions.is_empty() && refused.is_empty() {
        return Err(match there_already {
            0 => Refusal::of_plan("no session is chosen", "see `tagboat session list`"),
            n => Refusal::of_plan(
                format!("{} there already", of_these(n)),
                "nothing is left to do; `tagboat session restart` makes a new container all the same",
            ),
        });
    }
    if sessions.is_empty() {
        return Err(Refusal::of_all(&refused, "session"));
    }
    Ok(RestartPlan {
        there_already,
        ..RestartPlan::new(sessions, refused, intent.order.clone(), Aim::Onto)
    })
}

fn target(
    fleet: &Fleet,
    host_name: &HostName,
    name: &SessionName,
    onto: Option<&Tag>,
) -> Result<RestartTarget, Refusal> {
    let refuse = |reason: String, advice: String| Refusal::of_host(host_name, reason, advice);
    let (host, session) = session_on(fleet, host_name, name)?;
    restartable(host, &session)?;
    let onto = wanted_reference(host, onto)?;
    let image = host.image(&onto).ok_or_else(|| {
        refuse(
            format!("{onto} is not there"),
            format!("tagboat push {onto} --host {host_name}; the session runs on"),
        )
    })?;
    Ok(RestartTarget::of(
        host,
        &session,
        onto,
        image.id.clone(),
        Replacement::Restart,
    ))
}

/// A session of a host that can be worked with.
pub(super) fn session_on<'a>(
    fleet: &'a Fleet,
    host: &HostName,
    name: &SessionName,
) -> Result<(&'a Host, Session<'a>), Refusal> {
    let host = fleet.host(host).ok_or_else(|| super::push::unknown_host(host))?;
    usable(host)?;
    let session = host.session(name).ok_or_else(|| {
        Refusal::of_host(
            &host.name,
            format!("there is no session {name}"),
            "see `tagboat session list`",
        )
    })?;
    Ok((host, session))
}

/// The states in which a container can be replaced, and who may replace it.
pub(super) fn restartable(host: &Host, session: &Session<'_>) -> Result<(), Refusal> {
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

/// `1 session is`, `3 sessions are`.
fn of_these(n: usize) -> String {
    format!("{} {}", count(n, "session"), if n == 1 { "is" } else { "are" })
}

impl RestartTarget {
    /// A session with what must still hold when its turn comes.
    pub(super) fn of(
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

    /// What is done with it.
    fn note(&self, aim: Aim) -> String {
        let probe = self.probe.words();
        match (&self.by, aim, self.was_up, self.from_id == self.onto_id) {
            (Replacement::Predecessor(id), _, is_up, _) => format!(
                "its predecessor {} comes back with its own layer{}",
                id.short(),
                if is_up {
                    ""
                } else {
                    "; it is stopped and stays stopped"
                }
            ),
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
    fn is_there(&self) -> bool {
        self.from == self.onto.to_string() && self.from_id == self.onto_id
    }
}

impl RestartPlan {
    pub(super) fn new(
        sessions: Vec<RestartTarget>,
        refused: Vec<Refusal>,
        order: RolloutOrder,
        aim: Aim,
    ) -> Self {
        Self {
            sessions,
            order,
            there_already: 0,
            aim,
            refused,
            conditions: Conditions::default(),
        }
    }

    pub(super) fn title(&self) -> String {
        match (self.aim, self.sessions.as_slice()) {
            (Aim::Back, [one]) => format!("roll back {} on {} to {}", one.session, one.host, one.onto),
            (Aim::Back, many) => format!("roll back {}", count(many.len(), "session")),
            (Aim::Onto, [one]) => format!("restart {} on {} onto {}", one.session, one.host, one.onto),
            (Aim::Onto, many) => {
                let first = &many[0].onto;
                let onto = if many.iter().all(|one| one.onto == *first) {
                    format!(" onto {first}")
                } else {
                    String::new()
                };
                format!("restart {}{onto}", count(many.len(), "session"))
            }
        }
    }

    /// How its sessions follow each other, where there is more than one.
    pub(super) fn sequence(&self) -> Option<String> {
        (self.sessions.len() > 1).then(|| self.order.words())
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
            before: one.from_tag().to_owned(),
            after: one.onto.tag.to_string(),
            note: self.conditions.note() + &one.note(self.aim),
            costs: one
                .cost
                .as_ref()
                .map(|cost| cost.lines(one.probe.keep_predecessors))
                .unwrap_or_default(),
        };
        self.sessions.iter().map(line).collect()
    }

    pub(super) fn untouched(&self) -> Vec<String> {
        let there =
            (self.there_already > 0).then(|| format!("{} there already", of_these(self.there_already)));
        [
            "its volumes, network, environment and name stay".to_owned(),
            "every other session keeps running as it is".to_owned(),
        ]
        .into_iter()
        .chain(there)
        .collect()
    }

    pub(super) fn undo(&self) -> String {
        if self.aim == Aim::Back {
            return "the container of now is kept, stopped: roll back again to return to it".to_owned();
        }
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
