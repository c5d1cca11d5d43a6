//! The restart planner: which container is replaced by one on which image, one session after the other.

use super::push::usable;
use super::{Gate, PlanLine, count};
use crate::model::compose::{ComposePlace, ComposeService};
use crate::model::failure::Refusal;
use crate::model::fleet::{ContainerState, Fleet, Host, Session};
use crate::model::job::{Step, StepKind, Target};
use crate::model::names::{ContainerId, HostName, ImageId, ImageRef, PinKey, SessionName, Tag};
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
}

/// Who replaces the container of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replacement {
    /// The restart itself.
    #[default]
    Restart,
    /// Compose on the host, once the pin of the project names the image.
    Compose {
        /// The service that the session is.
        service: ComposeService,
        /// The variable that pins its image.
        pin: PinKey,
    },
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
    Ok(RestartPlan { sessions, refused })
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
    let by = replacement(host, &session)?;
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
        by,
    })
}

/// Whose it is to replace the container. One of Compose is not replaced behind its back: it would put the old image back.
fn replacement(host: &Host, session: &Session<'_>) -> Result<Replacement, Refusal> {
    match &session.container().compose {
        None => Ok(Replacement::Restart),
        Some(owner) => match &owner.place {
            ComposePlace::Known(service) => Ok(Replacement::Compose {
                service: service.clone(),
                pin: host.settings.profile.compose_pin.clone(),
            }),
            ComposePlace::Unknown(why) => Err(Refusal::of_host(
                &host.name,
                format!(
                    "{} belongs to Compose ({}), and {why}",
                    session.name(),
                    owner.name
                ),
                "change the image in the Compose project and run `docker compose up -d --no-deps` there",
            )),
        },
    }
}

/// The states in which a container can be replaced.
fn restartable(host: &Host, session: &Session<'_>) -> Result<(), Refusal> {
    let container = session.container();
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

    pub(super) fn steps(&self, target: &Target) -> Vec<Step> {
        use StepKind::{
            Check, CleanUp, Commit, Create, Hold, Probe, Record, Rename, Start, Stop, Up, WritePin,
        };
        let is_it = |one: &&RestartTarget| Target::session(one.host.clone(), one.session.clone()) == *target;
        let kinds: &[StepKind] = match self.sessions.iter().find(is_it).map(|one| &one.by) {
            Some(Replacement::Compose { .. }) => &[Check, Record, Hold, WritePin, Up, Probe, Commit, CleanUp],
            Some(Replacement::Restart) | None => &[
                Check, Record, Create, Hold, Stop, Rename, Start, Probe, Commit, CleanUp,
            ],
        };
        kinds.iter().copied().map(Step::of).collect()
    }

    pub(super) fn lines(&self) -> Vec<PlanLine> {
        let line = |one: &RestartTarget| PlanLine {
            target: Target::session(one.host.clone(), one.session.clone()),
            before: one.from.rsplit(':').next().unwrap_or(&one.from).to_owned(),
            after: one.onto.tag.to_string(),
            note: one.note(),
        };
        self.sessions.iter().map(line).collect()
    }

    pub(super) fn untouched(&self) -> Vec<String> {
        let mut all = vec![
            "its volumes, network, environment and name stay".to_owned(),
            "every other session keeps running as it is".to_owned(),
        ];
        if self.composed().next().is_some() {
            all.push("every other byte of a Compose project's .env stays".to_owned());
            all.push(
                "other services of the same pin run on, and get the image at their next `up`".to_owned(),
            );
        }
        all
    }

    pub(super) fn undo(&self) -> String {
        let kept = "the old container is kept, stopped, beside the new one";
        match self.composed().count() {
            0 => kept.to_owned(),
            all if all == self.sessions.len() => {
                "restart onto the tag before, whose image is held; Compose keeps no old container".to_owned()
            }
            _ => format!(
                "{kept}; of Compose's no container is kept, only the image: restart onto the tag before"
            ),
        }
    }

    /// The sessions that Compose replaces.
    fn composed(&self) -> impl Iterator<Item = &RestartTarget> {
        let is_composed = |one: &&RestartTarget| matches!(one.by, Replacement::Compose { .. });
        self.sessions.iter().filter(is_composed)
    }

    pub(super) fn gate(&self) -> Gate {
        match self.sessions.as_slice() {
            [one] if one.guard == Guard::Strict => Gate::Typed(one.host.to_string()),
            many if many.iter().any(|one| one.guard == Guard::Strict) => Gate::Typed(many.len().to_string()),
            [one] if one.from_id == one.onto_id => Gate::Bar,
            _ => Gate::Plan,
        }
    }
}

impl RestartTarget {
    /// What a restart does to it.
    fn note(&self) -> String {
        let stable = self.probe.stable.as_secs();
        match (&self.by, self.was_up, self.from_id == self.onto_id) {
            (Replacement::Compose { service, pin }, is_up, _) => {
                let then = if is_up {
                    format!("probe {stable} s, put back if it fails")
                } else {
                    "it stays stopped".to_owned()
                };
                format!("by Compose ({service}, {pin}): what is outside its volumes is lost; {then}")
            }
            (Replacement::Restart, true, true) => "same image, new container".to_owned(),
            (Replacement::Restart, true, false) => {
                format!("probe {stable} s, the old one is put back if it fails")
            }
            (Replacement::Restart, false, _) => "it is stopped and stays stopped".to_owned(),
        }
    }
}
