//! Hosts that are found and not written in the config file: Docker contexts, convocate's agents, or this machine alone.

use super::agent_keys::agent_keys;
use super::docker_contexts::docker_contexts;
use crate::model::names::HostName;
use crate::model::profile::{Address, Guard, HostSettings, KnownFrom, Profile};
use crate::ops::environment::{Environment, path_from};
use std::path::{Path, PathBuf};

/// Where convocate keeps the keys of its agents.
const AGENT_KEYS: &str = "/etc/convocate/agent-keys";

/// What hosts get that are found.
pub(super) struct Found<'a> {
    pub(super) profile: &'a Profile,
    pub(super) guard: Guard,
    pub(super) helper: bool,
}

/// The hosts of a config file, and after them those that are found.
pub(super) struct Discovery<'a> {
    pub(super) hosts: Vec<HostSettings>,
    pub(super) left_out: Vec<String>,
    found: Found<'a>,
}

impl<'a> Discovery<'a> {
    /// Begins with the hosts of the file: what is written there comes before what is found.
    pub(super) fn onto(hosts: Vec<HostSettings>, found: Found<'a>) -> Self {
        Self {
            hosts,
            left_out: Vec::new(),
            found,
        }
    }

    /// Adds the Docker contexts of the operator.
    pub(super) fn add_docker_contexts(&mut self, environment: Environment<'_>) {
        let folder = path_from(environment, "DOCKER_CONFIG")
            .or_else(|| path_from(environment, "HOME").map(|home| home.join(".docker")));
        let found = folder.as_deref().map(docker_contexts).unwrap_or_default();
        for (name, address) in found {
            self.add(name, address, KnownFrom::DockerContext);
        }
    }

    /// Adds the agents that convocate keeps keys of, where this is its shell host.
    pub(super) fn add_agent_keys(&mut self, environment: Environment<'_>) {
        let folder = path_from(environment, "TAGBOAT_AGENT_KEYS_DIR");
        let folder = folder.unwrap_or_else(|| PathBuf::from(AGENT_KEYS));
        for entry in agent_keys(&folder) {
            match entry {
                Ok(agent) => self.add(agent.name, agent.address, KnownFrom::AgentKeys(agent.id)),
                Err(why) => self.leave_out(&folder, &why),
            }
        }
    }

    /// Adds the engine of this machine.
    pub(super) fn add_this_machine(&mut self) {
        self.add(HostName::local(), Address::Local, KnownFrom::ThisMachine);
    }

    /// A host that is there already, under this name or at this machine, is not added again: one that is in the fleet twice
    /// would be pushed to twice.
    fn add(&mut self, name: HostName, address: Address, known_from: KnownFrom) {
        let is_known = |host: &HostSettings| host.name == name || is_same_machine(&host.address, &address);
        if self.hosts.iter().any(is_known) {
            return;
        }
        self.hosts.push(HostSettings {
            name,
            address,
            known_from,
            groups: Vec::new(),
            guard: self.found.guard,
            helper: self.found.helper,
            profile: self.found.profile.clone(),
        });
    }

    fn leave_out(&mut self, folder: &Path, why: &str) {
        tracing::warn!(folder = %folder.display(), why, "an agent is left out");
        self.left_out.push(format!("{}: {why}", folder.display()));
    }
}

/// Whether two addresses lead to the same machine as far as their text tells: the login may differ, the port may not.
fn is_same_machine(one: &Address, other: &Address) -> bool {
    match (one, other) {
        (Address::Local, Address::Local) => true,
        (Address::Ssh(one), Address::Ssh(other)) => host_and_port(one) == host_and_port(other),
        _ => false,
    }
}

fn host_and_port(address: &str) -> (&str, &str) {
    let (destination, has_port) = match address.strip_prefix("ssh://") {
        Some(rest) => (rest.trim_end_matches('/'), true),
        None => (address, false),
    };
    let host = destination.rsplit_once('@').map_or(destination, |(_, host)| host);
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) if has_port && !port.contains(']') => (host, port),
        _ => (host, "22"),
    };
    (host.trim_start_matches('[').trim_end_matches(']'), port)
}

#[cfg(test)]
mod tests {
    use super::{Address, is_same_machine};

    #[test]
    fn the_login_of_an_address_does_not_make_another_machine_of_it_and_the_port_does() {
        for (one, other, expected) in [
            ("root@eu-01", "eu-01", true),
            ("root@eu-01", "ssh://ops@eu-01", true),
            ("ssh://ops@eu-01:22/", "eu-01", true),
            ("ssh://ops@eu-01:2222", "eu-01", false),
            ("ssh://[fd00::1]:22", "root@fd00::1", true),
            ("eu-01", "eu-02", false),
        ] {
            let address = |text: &str| Address::Ssh(text.to_owned());
            assert_eq!(
                is_same_machine(&address(one), &address(other)),
                expected,
                "{one} {other}"
            );
        }
        assert!(!is_same_machine(
            &Address::Local,
            &Address::Ssh("local".to_owned())
        ));
    }
}
