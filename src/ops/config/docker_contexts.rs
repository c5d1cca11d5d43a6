//! Hosts from Docker contexts: every context whose endpoint is an ssh address.

use super::address::parse_address;
use crate::model::names::HostName;
use crate::model::profile::Address;
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Meta {
    name: String,
    #[serde(default)]
    endpoints: Endpoints,
}

#[derive(Deserialize, Default)]
struct Endpoints {
    docker: Option<Endpoint>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Endpoint {
    #[serde(default)]
    host: String,
}

/// The contexts below Docker's config directory that are hosts behind ssh, in the order of their names.
///
/// A context that cannot be read, or whose name cannot be a host's, is left out and logged: it belongs to Docker.
pub(super) fn docker_contexts(docker_config: &Path) -> Vec<(HostName, Address)> {
    let Ok(entries) = std::fs::read_dir(docker_config.join("contexts/meta")) else {
        return Vec::new();
    };
    let mut hosts: Vec<_> = entries
        .filter_map(|entry| host_of(&entry.ok()?.path().join("meta.json")))
        .collect();
    hosts.sort_by(|a, b| a.0.cmp(&b.0));
    hosts.dedup_by(|a, b| a.0 == b.0);
    hosts
}

fn host_of(meta: &Path) -> Option<(HostName, Address)> {
    let text = std::fs::read_to_string(meta).ok()?;
    let left_out = |why: &dyn std::fmt::Display| tracing::warn!(file = %meta.display(), %why, "a Docker context is left out");
    let meta: Meta = serde_json::from_str(&text)
        .inspect_err(|error| left_out(error))
        .ok()?;
    let endpoint = meta.endpoints.docker?.host;
    if !endpoint.starts_with("ssh://") {
        return None;
    }
    let name = HostName::parse(&meta.name)
        .inspect_err(|error| left_out(error))
        .ok()?;
    let address = parse_address(&endpoint)
        .inspect_err(|error| left_out(error))
        .ok()?;
    Some((name, address))
}

#[cfg(test)]
mod tests {
    use super::docker_contexts;
    use crate::model::profile::Address;

    #[test]
    fn contexts_with_an_ssh_endpoint_are_hosts_and_others_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        for (id, meta) in [
            (
                "1",
                r#"{"Name":"eu-2","Metadata":{},"Endpoints":{"docker":{"Host":"ssh://agent@eu-2","SkipTLSVerify":false}}}"#,
            ),
            (
                "2",
                r#"{"Name":"eu-1","Metadata":{},"Endpoints":{"docker":{"Host":"ssh://eu-1:2222"}}}"#,
            ),
            (
                "3",
                r#"{"Name":"desktop","Endpoints":{"docker":{"Host":"unix:///run/docker.sock"}}}"#,
            ),
            (
                "4",
                r#"{"Name":"bad name","Endpoints":{"docker":{"Host":"ssh://x"}}}"#,
            ),
            ("5", "not JSON"),
        ] {
            let context = folder.path().join("contexts/meta").join(id);
            std::fs::create_dir_all(&context).unwrap();
            std::fs::write(context.join("meta.json"), meta).unwrap();
        }
        let hosts = docker_contexts(folder.path());
        let named: Vec<_> = hosts.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(named, ["eu-1", "eu-2"]);
        assert_eq!(hosts[1].1, Address::Ssh("ssh://agent@eu-2".into()));
        assert!(docker_contexts(&folder.path().join("nothing")).is_empty());
    }
}
