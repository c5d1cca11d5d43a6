//! The way to a host as the ssh config has it: whose sshd the first connection goes to, and which jump hosts are between.

use super::{SshSettings, hop};
use crate::model::destination::destination_words;
use std::process::Stdio;
use std::time::Duration;
use tokio::time::timeout;

/// How long ssh may take to read its config; `Match exec` runs programs.
const READ: Duration = Duration::from_secs(5);

/// Jump hosts that are only reached through another one: so deep is looked.
const DEPTH: usize = 4;

/// How a host is reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Route {
    /// The host's own sshd, and the one (or the proxy command) that every connection on this way goes through first.
    pub(super) gates: [String; 2],
    /// The jump hosts as the config names them.
    pub(super) jump: Option<String>,
    /// The machine and port that are connected from here; none where a proxy does that.
    pub(super) door: Option<(String, u16)>,
    /// What `known_hosts` files call it.
    pub(super) known_as: String,
}

impl Route {
    /// Whether what fails on the way is told: by ssh itself, or by the ssh of a jump host.
    pub(super) fn is_told(&self) -> bool {
        self.door.is_some() || self.jump.is_some()
    }

    /// What `known_hosts` files call the last of some jump hosts.
    pub(super) async fn known_name(jump: &str, settings: &SshSettings) -> String {
        let route = ask(&hop::words(jump), settings).await;
        route.map_or_else(|| jump.to_owned(), |route| route.known_as)
    }

    /// Asks ssh. What cannot be found out is the address alone: then it has turns of its own, and no jump host is named.
    pub(super) async fn of(address: &str, settings: &SshSettings) -> Self {
        let Some(mut route) = ask(&destination_words(address), settings).await else {
            return Self {
                gates: [address.to_owned(), address.to_owned()],
                known_as: address.to_owned(),
                ..Self::default()
            };
        };
        let mut next = route.jump.clone();
        for _ in 0..DEPTH {
            let Some(hop) = next.as_deref().and_then(first_hop).map(hop::words) else {
                break;
            };
            let Some(on_the_way) = ask(&hop, settings).await else {
                break;
            };
            let [_, first] = on_the_way.gates;
            route.gates[1] = first;
            next = on_the_way.jump;
        }
        route
    }
}

async fn ask(words: &[String], settings: &SshSettings) -> Option<Route> {
    let mut ssh = settings.ssh();
    ssh.args(["-G", "-T"]).args(words).stderr(Stdio::null());
    let answer = timeout(READ, ssh.output()).await.ok()?.ok()?;
    answer
        .status
        .success()
        .then(|| read(&String::from_utf8_lossy(&answer.stdout)))
        .flatten()
}

fn read(config: &str) -> Option<Route> {
    let value = |key: &str| {
        let mut lines = config.lines().filter_map(|line| line.split_once(' '));
        lines.find(|(name, _)| *name == key).map(|(_, value)| value)
    };
    let (host, port) = (value("hostname")?, value("port")?.parse().ok()?);
    let jump = value("proxyjump").filter(|jump| *jump != "none");
    let proxy = value("proxycommand").filter(|command| *command != "none");
    let known_as = match (value("hostkeyalias"), port) {
        (Some(alias), _) => alias.to_owned(),
        (None, 22) => host.to_owned(),
        (None, port) => format!("[{host}]:{port}"),
    };
    let own = format!("{host}:{port}");
    // Behind another gate the same address is another machine.
    let gates = match (jump, proxy) {
        (Some(by), _) | (None, Some(by)) => [format!("{own} by {by}"), by.to_owned()],
        (None, None) => [own.clone(), own],
    };
    let is_direct = jump.is_none() && proxy.is_none();
    Some(Route {
        gates,
        jump: jump.map(str::to_owned),
        door: is_direct.then(|| (host.to_owned(), port)),
        known_as,
    })
}

/// The jump host that is connected from here.
fn first_hop(jump: &str) -> Option<&str> {
    jump.split(',').map(str::trim).find(|hop| !hop.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Route, read};
    use crate::model::destination::destination_words;

    #[test]
    fn hosts_behind_one_jump_host_share_its_gate_and_others_have_their_own() {
        let gates = |config: &str| read(config).unwrap().gates.join(" | ");
        let direct = "host eu-1\nuser root\nhostname 10.0.0.1\nport 22\n";
        assert_eq!(gates(direct), "10.0.0.1:22 | 10.0.0.1:22");
        assert_eq!(
            gates(&format!("{direct}proxyjump ops@door:2222,inner\n")),
            "10.0.0.1:22 by ops@door:2222,inner | ops@door:2222,inner"
        );
        assert_eq!(
            gates(&format!("{direct}proxycommand ssh -W %h:%p door\n")),
            "10.0.0.1:22 by ssh -W %h:%p door | ssh -W %h:%p door"
        );
    }

    #[test]
    fn a_key_is_known_by_its_alias_its_name_or_its_name_and_port() {
        let known_as = |config: &str| read(config).unwrap().known_as;
        assert_eq!(known_as("hostname eu-1\nport 22\n"), "eu-1");
        assert_eq!(known_as("hostname eu-1\nport 2222\n"), "[eu-1]:2222");
        assert_eq!(known_as("hostname eu-1\nport 22\nhostkeyalias fleet\n"), "fleet");
        assert_eq!(read("no config at all"), None::<Route>);
    }

    #[test]
    fn ssh_itself_reads_user_machine_and_port_out_of_them() {
        for (address, told) in [
            (
                "ssh://ops@[2001:db8::1]:2222",
                ["user ops", "hostname 2001:db8::1", "port 2222"],
            ),
            (
                "ops@[fe80::1%lo]:22",
                ["user ops", "hostname fe80::1%lo", "port 22"],
            ),
            (
                "ssh://ops@10.0.0.1:2222",
                ["user ops", "hostname 10.0.0.1", "port 2222"],
            ),
            ("ops@2001:db8::1", ["user ops", "hostname 2001:db8::1", "port 22"]),
        ] {
            let mut ssh = std::process::Command::new("ssh");
            ssh.args(["-G", "-T", "-F", "/dev/null"])
                .args(destination_words(address));
            let output = String::from_utf8(ssh.output().unwrap().stdout).unwrap();
            for line in told {
                assert!(output.lines().any(|other| other == line), "{address}: {output}");
            }
        }
    }
}
