//! The restart planner: which container is replaced by one on which image, and in which order.

mod answers;
mod target;

pub use target::{Replacement, RestartTarget};

use super::push::usable;
use super::{Conditions, count};
use crate::model::compose::ComposePlace;
use crate::model::failure::Refusal;
use crate::model::fleet::{ContainerState, Fleet, Host, Session};
use crate::model::job::Target;
use crate::model::names::{HostName, ImageId, ImageRef, SessionName, Tag};
use crate::model::rollout::RolloutOrder;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

impl RestartPlan {
    /// Whether a session of it may have to wait, for others, for quiet or for the operator.
    pub fn may_wait(&self) -> bool {
        self.sessions.len() > 1 || self.conditions.when_idle.is_some()
    }

    /// The images that these sessions get, with a tag of each, host by host.
    pub fn images_of(&self, targets: &[Target]) -> BTreeMap<HostName, BTreeMap<ImageId, ImageRef>> {
        let mut needed: BTreeMap<HostName, BTreeMap<_, _>> = BTreeMap::new();
        for one in self.sessions.iter().filter(|one| targets.contains(&one.target())) {
            let of_host = needed.entry(one.host.clone()).or_default();
            of_host.insert(one.onto_id.clone(), one.onto.clone());
        }
        needed
    }
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
    let by = replacement(host, &session)?;
    let onto = wanted_reference(host, onto)?;
    let image = host.image(&onto).ok_or_else(|| {
        refuse(
            format!("{onto} is not there"),
            format!("tagboat push {onto} --host {host_name}; the session runs on"),
        )
    })?;
    Ok(RestartTarget::of(host, &session, onto, image.id.clone(), by))
}

/// A session of a host that can be worked with.
pub(in crate::model::plan) fn session_on<'a>(
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

/// Whose it is to replace the container. One of Compose is not replaced behind its back: it would put the old image back.
pub(in crate::model::plan) fn replacement(
    host: &Host,
    session: &Session<'_>,
) -> Result<Replacement, Refusal> {
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
pub(in crate::model::plan) fn restartable(host: &Host, session: &Session<'_>) -> Result<(), Refusal> {
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

/// `1 session is`, `3 sessions are`.
fn of_these(n: usize) -> String {
    format!("{} {}", count(n, "session"), if n == 1 { "is" } else { "are" })
}
