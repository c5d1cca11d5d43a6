//! Profiles and host settings: where a host keeps its stamp and archives, and which containers are sessions.

use crate::model::contract::usual_contract;
use crate::model::names::{
    ContainerRole, HostName, ImageName, InvalidName, PinKey, RegistryRepository, SessionName, UnitName,
};
use crate::model::template::SessionTemplate;
use serde::{Deserialize, Serialize};
use std::time::Duration;

pub use crate::model::known_from::KnownFrom;
pub use crate::model::probe::ProbeRules;

/// The paths, the image and the session selector of one kind of deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The word for it in the config.
    pub name: String,
    /// The image name that sessions run.
    pub image: ImageName,
    /// Where that image is published; none where nothing was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<RegistryRepository>,
    /// Which containers are sessions.
    pub sessions: SessionSelector,
    /// Where the files of tagboat are on a host.
    pub paths: HostPaths,
    /// How prune decides.
    pub prune: PruneRules,
    /// How a restart decides that a successor is good.
    pub probe: ProbeRules,
    /// The variable in the `.env` of a Compose project that pins the image of its sessions.
    pub compose_pin: PinKey,
    /// What new sessions are made from; the first is taken where none is named.
    pub templates: Vec<SessionTemplate>,
    /// What an operator is attached to in a session, as program and arguments; empty for a shell.
    #[serde(default)]
    pub attach: Vec<String>,
    /// Units that hosts with systemd run beside what tagboat needs.
    #[serde(default)]
    pub units: Vec<ProfileUnit>,
    /// The contract that its image must meet, by its name.
    #[serde(default)]
    pub contract: Option<String>,
}

/// A unit that a profile gives its hosts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileUnit {
    /// Its name.
    pub name: UnitName,
    /// Its file.
    pub text: String,
}

impl ProfileUnit {
    /// Whether the service manager is to start it: it says when.
    pub fn is_started(&self) -> bool {
        self.text.lines().any(|line| line.trim() == "[Install]")
    }
}

/// Which containers are sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionSelector {
    /// Those whose name starts so.
    NamePrefix(String),
    /// Those with this label, `key` or `key=value`.
    Label(String),
    /// Those that run the profile's image, whatever they are called.
    AnyOfImage,
}

/// Absolute paths on a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostPaths {
    /// The stamp file.
    pub stamp: String,
    /// The append-only history of stamps.
    pub history: String,
    /// The directory where archives are staged.
    pub staging: String,
    /// The directory of journals, leases and scripts on the host, root's alone.
    pub state: String,
    /// The engine's socket.
    pub docker_socket: String,
}

impl HostPaths {
    /// The file of the labels that operators gave to sessions. It is beside the stamp because everybody may read it there: the
    /// state directory is root's alone, and a login without root lists sessions too.
    pub fn session_labels(&self) -> String {
        self.beside_the_stamp("session-labels")
    }

    /// The file that says who changes the host now, for everybody who looks; what counts is the lease in the state directory.
    pub fn lease_notice(&self) -> String {
        self.beside_the_stamp("lease")
    }

    fn beside_the_stamp(&self, name: &str) -> String {
        let folder = self.stamp.rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{folder}/{name}")
    }
}

/// How prune decides what to keep, apart from what is in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PruneRules {
    /// How many previously active tags stay.
    pub keep: usize,
    /// Images younger than this stay; zero switches it off.
    pub min_age: Duration,
    /// Which containers keep their tag.
    pub rule: PruneRule,
}

/// Which containers keep their tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PruneRule {
    /// Every container in whatever state.
    AnyContainer,
    /// Running containers only, as the seed document has it; the other guards stay on.
    RunningOnly,
}

impl Profile {
    /// The profile of the convocate agents, and the default (DESIGN section 2).
    pub fn convocate() -> Self {
        Self {
            name: "convocate".to_owned(),
            image: ImageName::convocate(),
            registry: None,
            sessions: SessionSelector::NamePrefix("convocate-session-".to_owned()),
            paths: HostPaths {
                stamp: "/etc/convocate-agent/current-image".to_owned(),
                history: "/etc/convocate-agent/image-history".to_owned(),
                staging: "/tmp".to_owned(),
                state: "/var/lib/tagboat".to_owned(),
                docker_socket: "/var/run/docker.sock".to_owned(),
            },
            prune: PruneRules {
                keep: 1,
                min_age: Duration::ZERO,
                rule: PruneRule::AnyContainer,
            },
            compose_pin: PinKey::agents_image(),
            probe: ProbeRules::stable_for(Duration::from_secs(5)),
            templates: SessionTemplate::convocate(),
            // Where the agent's entrypoint runs its program (research/seeds.md 1.6).
            attach: [
                "sudo",
                "-u",
                "claude",
                "--",
                "tmux",
                "attach-session",
                "-t",
                "claude",
            ]
            .map(str::to_owned)
            .into(),
            units: Vec::new(),
            contract: usual_contract("convocate"),
        }
    }

    /// The session that a container belongs to, by its name and labels; none if the profile does not select it.
    pub fn select<'a>(
        &self,
        container_name: &str,
        mut labels: impl Iterator<Item = (&'a str, &'a str)>,
        runs_image: bool,
    ) -> Option<(SessionName, ContainerRole)> {
        let selected = match &self.sessions {
            SessionSelector::NamePrefix(prefix) => container_name.starts_with(prefix.as_str()),
            SessionSelector::Label(wanted) => match wanted.split_once('=') {
                Some(pair) => labels.any(|label| label == pair),
                None => labels.any(|(key, _)| key == wanted),
            },
            SessionSelector::AnyOfImage => runs_image,
        };
        let read: Result<_, InvalidName> = ContainerRole::read(container_name);
        read.ok().filter(|_| selected)
    }
}

/// How strictly a host asks before a change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Guard {
    /// By the risk of the change.
    #[default]
    Normal,
    /// Every change is confirmed by typing.
    Strict,
}

/// One configured host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostSettings {
    /// What the operator calls it.
    pub name: HostName,
    /// Where it is.
    pub address: Address,
    /// Where it is known from.
    pub known_from: KnownFrom,
    /// The groups that it belongs to.
    pub groups: Vec<String>,
    /// How strictly it asks.
    pub guard: Guard,
    /// Whether the helper that rebuilds layers may be put there.
    pub helper: bool,
    /// Its profile, with this host's own paths in it.
    pub profile: Profile,
}

/// Where a host is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// Behind ssh: an alias of the ssh config, `user@host`, or `ssh://user@host:port`.
    Ssh(String),
    /// The engine on the operator's own machine.
    Local,
}

#[cfg(test)]
mod tests {
    use super::Profile;

    #[test]
    fn the_default_profile_selects_sessions_by_their_name() {
        let profile = Profile::convocate();
        assert!(
            profile
                .select("convocate-session-1", std::iter::empty(), true)
                .is_some()
        );
        assert!(profile.select("bystander", std::iter::empty(), true).is_none());
    }
}
