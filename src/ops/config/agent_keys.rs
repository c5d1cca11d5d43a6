//! Hosts from the shell host of convocate: every folder of agent-keys with a key and the address of its agent.
//!
//! The key in it opens the agent's own protocol on port 222, and where it opens a shell, that is `claude`'s, who may not
//! stamp: it is only looked for, as the sign of an agent that was set up. The login is the operator's own, as for every host.

use super::address::parse_address;
use crate::model::names::HostName;
use crate::model::profile::Address;
use std::path::Path;

/// An agent that is a host.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Agent {
    /// Its id, the name of its folder.
    pub(super) id: String,
    /// What operators know it by: the host part of its address, or its id where that cannot be a name.
    pub(super) name: HostName,
    /// Where it is.
    pub(super) address: Address,
}

/// The key that convocate makes for each agent.
const KEY: &str = "shell_to_agent_ed25519_key";

/// Long enough for every address; a file that is longer is something else.
const LONGEST: usize = 1024;

/// The agents below the folder in the order of their ids; what is incomplete, with the reason. No folder, no agents.
pub(super) fn agent_keys(folder: &Path) -> Vec<Result<Agent, String>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => return vec![Err(format!("it cannot be read: {error}"))],
    };
    let mut folders: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders.iter().map(|folder| agent_of(folder)).collect()
}

fn agent_of(folder: &Path) -> Result<Agent, String> {
    let id = folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let left_out = |why: &dyn std::fmt::Display| format!("the agent {id:?} is left out: {why}");
    // A folder that only root may enter hides its key: it is told as what it is, and not as a missing one.
    std::fs::symlink_metadata(folder.join(KEY)).map_err(|error| left_out(&format!("{KEY}: {error}")))?;
    let text = std::fs::read_to_string(folder.join("agent-host"))
        .map_err(|error| left_out(&format!("agent-host: {error}")))?;
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return Err(left_out(&"agent-host has no address in it"));
    }
    let address = parse_address(text).map_err(|problem| left_out(&problem))?;
    let host = text.rsplit_once('@').map_or(text, |(_, host)| host);
    let name = HostName::parse(host)
        .or_else(|_| HostName::parse(&id))
        .map_err(|invalid| left_out(&invalid))?;
    Ok(Agent { id, name, address })
}

#[cfg(test)]
mod tests {
    use super::{KEY, agent_keys};
    use crate::model::profile::Address;

    #[test]
    fn a_folder_with_a_key_and_an_address_is_a_host_and_every_other_one_says_why_not() {
        let keys = tempfile::tempdir().unwrap();
        for (id, host, has_key) in [
            ("b2345678abcd", Some("root@eu-01.example\n"), true),
            ("a2345678abcd", Some("local\n"), true),
            ("c2345678abcd", Some("root@fd00::7"), true),
            ("d2345678abcd", Some("root@eu-02\n"), false),
            ("e2345678abcd", Some(" \n"), true),
            ("f2345678abcd", None, true),
            ("g2345678abcd", Some("-oProxyCommand=x\n"), true),
        ] {
            let folder = keys.path().join(id);
            std::fs::create_dir(&folder).unwrap();
            if let Some(host) = host {
                std::fs::write(folder.join("agent-host"), host).unwrap();
            }
            if has_key {
                std::fs::write(folder.join(KEY), "key").unwrap();
            }
        }
        std::fs::write(keys.path().join("README"), "not a folder").unwrap();
        let found = agent_keys(keys.path());
        let hosts: Vec<_> = found
            .iter()
            .flatten()
            .map(|agent| (agent.id.as_str(), agent.name.as_str(), agent.address.clone()))
            .collect();
        let ssh = |address: &str| Address::Ssh(address.to_owned());
        assert_eq!(
            hosts,
            [
                ("a2345678abcd", "local", Address::Local),
                ("b2345678abcd", "eu-01.example", ssh("root@eu-01.example")),
                ("c2345678abcd", "c2345678abcd", ssh("root@fd00::7")),
            ]
        );
        let reasons: Vec<_> = found.iter().filter_map(|entry| entry.as_ref().err()).collect();
        for (reason, said) in reasons.iter().zip([
            "\"d2345678abcd\" is left out: shell_to_agent_ed25519_key:",
            "has no address in it",
            "agent-host: No such file",
            "is not an address",
        ]) {
            assert!(reason.contains(said), "{reason}");
        }
        assert_eq!(reasons.len(), 4);
    }

    #[test]
    fn where_convocate_is_not_there_are_no_agents_and_nothing_is_said() {
        assert!(agent_keys(std::path::Path::new("/nowhere/agent-keys")).is_empty());
    }
}
