//! Where a host is known from: who wants to take it out of the fleet must know where it stands.

use super::names::HostName;

/// Where a host is known from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum KnownFrom {
    /// A `[[hosts]]` table of the config file.
    #[default]
    ConfigFile,
    /// A Docker context of the host's name.
    DockerContext,
    /// The keys that convocate keeps of its agents, under this agent's id.
    AgentKeys(String),
    /// Nobody named any host: the engine of this machine.
    ThisMachine,
}

impl KnownFrom {
    /// It in a few words, for tables and JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::ConfigFile => "config file",
            Self::DockerContext => "Docker context",
            Self::AgentKeys(_) => "agent-keys",
            Self::ThisMachine => "this machine",
        }
    }

    /// What takes the host out of the fleet, where that is not the removal of its table from the config file.
    pub fn way_out(&self, host: &HostName) -> Option<String> {
        match self {
            Self::ConfigFile => None,
            Self::DockerContext => Some(format!(
                "remove the context with `docker context rm {host}`, or set docker_contexts = false under [discovery]"
            )),
            Self::AgentKeys(agent) => Some(format!(
                "remove the folder of agent {agent} from convocate's agent-keys, or set agent_keys = false under [discovery]"
            )),
            Self::ThisMachine => Some("add a host: this one is shown only while there is none".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::KnownFrom;
    use crate::model::names::HostName;

    #[test]
    fn every_host_that_is_in_no_file_says_what_takes_it_out() {
        let host = HostName::parse("eu-01").unwrap();
        for (from, said) in [
            (KnownFrom::DockerContext, "docker context rm eu-01"),
            (
                KnownFrom::AgentKeys("abcdefghjkmn".to_owned()),
                "agent abcdefghjkmn",
            ),
            (KnownFrom::ThisMachine, "add a host"),
        ] {
            assert!(from.way_out(&host).unwrap().contains(said), "{from:?}");
        }
        assert_eq!(KnownFrom::ConfigFile.way_out(&host), None);
    }
}
