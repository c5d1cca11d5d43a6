//! What the plans about single sessions share: how a session is found, and the words that they ask for.

use super::{Gate, Plan, StartFrom};
use crate::model::failure::Refusal;
use crate::model::fleet::{Fleet, Host, Session};
use crate::model::names::{ContainerId, HostName, SessionName};
use crate::model::profile::{Guard, SessionSelector};

/// The session of a host, or why there is none.
pub(super) fn the_session<'a>(host: &'a Host, name: &SessionName) -> Result<Session<'a>, Refusal> {
    host.session(name).ok_or_else(|| {
        Refusal::of_host(
            &host.name,
            format!("there is no session {name}"),
            "see `tagboat session list`",
        )
    })
}

/// What is typed to confirm what cannot be taken back: what is the session's own in its name, of a long one the beginning.
pub(super) fn session_word(host: &Host, name: &SessionName) -> String {
    let name = name.as_str();
    let own = match &host.settings.profile.sessions {
        SessionSelector::NamePrefix(prefix) => name.strip_prefix(prefix.as_str()),
        SessionSelector::Label(_) | SessionSelector::AnyOfImage => None,
    };
    let own = own.filter(|own| !own.is_empty()).unwrap_or(name);
    match own.split_once('-') {
        Some((first, _)) if own.len() > 20 && first.len() >= 4 => first.to_owned(),
        _ => own.to_owned(),
    }
}

/// The gate of a plan that touches a strict host: the host for one session, the count for many; none where no host is strict.
pub(super) fn strict_word<'a>(targets: impl ExactSizeIterator<Item = (&'a HostName, Guard)>) -> Option<Gate> {
    let count = targets.len();
    let mut strict = targets.filter(|(_, guard)| *guard == Guard::Strict);
    let (host, _) = strict.next()?;
    Some(Gate::Typed(if count == 1 {
        host.to_string()
    } else {
        count.to_string()
    }))
}

impl Plan {
    /// What a plan about single sessions was made with and what is not so any more.
    pub fn session_changed(&self, fleet: &Fleet) -> Option<String> {
        let changed = |host, name, container| changed(fleet, host, name, container);
        match self {
            Self::Stop(plan) => plan
                .sessions
                .iter()
                .find_map(|one| changed(&one.host, &one.session, Some(&one.container))),
            Self::Remove(plan) => plan
                .sessions
                .iter()
                .find_map(|one| changed(&one.host, &one.session, Some(&one.container))),
            Self::Rename(plan) => changed(&plan.host, &plan.session, None),
            Self::Start(plan) => plan.sessions.iter().find_map(|one| match &one.from {
                StartFrom::Container { container, .. } => changed(&one.host, &one.session, Some(container)),
                StartFrom::Template(_) => {
                    let is_there = fleet.host(&one.host)?.session(&one.session).is_some();
                    is_there.then(|| format!("{}/{} is there now", one.host, one.session))
                }
            }),
            _ => None,
        }
    }
}

fn changed(
    fleet: &Fleet,
    host: &HostName,
    name: &SessionName,
    container: Option<&ContainerId>,
) -> Option<String> {
    let session = fleet.host(host).and_then(|host| host.session(name));
    match (session, container) {
        (None, _) => Some(format!("{host}/{name} is gone")),
        (Some(now), Some(container)) if now.container().id != *container => {
            Some(format!("{host}/{name} was re-created meanwhile"))
        }
        (Some(_), _) => None,
    }
}
