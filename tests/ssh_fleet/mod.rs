//! Connections to hosts of the lab by other names and ways than its own: many names of one sshd, jump hosts, accounts.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test binary uses its own part of this"
)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tagboat::model::fleet::{ConnectionProblem, Listing};
use tagboat::model::names::HostName;
use tagboat::model::profile::{Address, Guard, HostSettings, KnownFrom, Profile};
use tagboat::ops::connector::{Connected, Connector};
use tagboat::ops::lister::Lister;
use tagboat::ops::ssh::SshSettings;
use tempfile::TempDir;

/// A folder with an ssh config, a config of tagboat, and all of its directories.
pub struct Names {
    folder: TempDir,
    ssh: String,
    fleet: String,
}

impl Names {
    /// No names yet but those that the lab itself has.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("tb").tempdir().unwrap();
        let ssh = folder.path().join("ssh_config");
        let fleet = format!(
            "[ssh]\nconfig_file = \"{}\"\n\n[defaults]\nprofile = \"convocate\"\n",
            ssh.display()
        );
        Self {
            folder,
            ssh: String::new(),
            fleet,
        }
    }

    /// One more host of the fleet: another name for a host of the lab, with further lines of ssh config before.
    pub fn host(&mut self, name: &str, host: &str, lines: &str) {
        self.name(name, host, lines);
        let _ = write!(self.fleet, "\n[[hosts]]\nname = \"{name}\"\n");
    }

    /// Another name for a host of the lab that is no host of the fleet, such as a jump host.
    pub fn name(&mut self, name: &str, host: &str, lines: &str) {
        let theirs = std::fs::read_to_string(lab_config()).unwrap();
        let block = theirs
            .split("Host ")
            .find(|block| block.lines().next() == Some(host))
            .unwrap();
        let block = block.lines().skip(1).collect::<Vec<_>>().join("\n") + "\n";
        let _ = write!(self.ssh, "Host {name}\n{lines}\n  HostKeyAlias {host}\n{block}");
    }

    /// A file of this folder with this text.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn write(&self) -> PathBuf {
        let theirs = std::fs::read_to_string(lab_config()).unwrap();
        self.file("config.toml", &self.fleet);
        self.file("ssh_config", &format!("{}{theirs}", self.ssh))
    }

    /// Runs tagboat on these hosts.
    pub fn tagboat(&self, arguments: &[&str]) -> Output {
        self.write();
        let of = |name: &str| self.folder.path().join(name);
        Command::new(env!("CARGO_BIN_EXE_tagboat"))
            .args(arguments)
            .env("TAGBOAT_CONFIG", of("config.toml"))
            .env("TAGBOAT_STATE_DIR", of("s"))
            .env("TAGBOAT_CACHE_DIR", of("c"))
            .env("TAGBOAT_RUNTIME_DIR", of("r"))
            .output()
            .unwrap()
    }

    /// What `status --json` says of each host: its name, its state and why.
    pub fn status(&self) -> Vec<(String, String, String)> {
        let output = self.tagboat(&["status", "--json"]);
        let status: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let text = |host: &serde_json::Value, key: &str| host[key].as_str().unwrap_or_default().to_owned();
        let hosts = status["hosts"].as_array().unwrap().iter();
        hosts
            .map(|host| (text(host, "name"), text(host, "state"), text(host, "reason")))
            .collect()
    }

    /// A connector that knows these names.
    pub fn connector(&self) -> Connector {
        let config = self.write();
        let runtime = self.folder.path().join("c-r");
        Connector::new(SshSettings::prepare(&runtime, Some(&config), None).unwrap(), None)
    }

    /// Connects one address.
    pub async fn connect(&self, address: &str) -> Result<Connected, ConnectionProblem> {
        self.connector().connect(&settings(address)).await
    }

    /// Connects one address and lists all of it, as every look at a fleet does.
    pub async fn list(&self, address: &str) -> Result<Listing, ConnectionProblem> {
        // The sockets of a connection live as long as its connector.
        let connector = self.connector();
        let connected = connector.connect(&settings(address)).await?;
        Lister::new(connected).await?.list().await
    }
}

fn lab_config() -> PathBuf {
    let config = std::env::var_os("TAGBOAT_LAB_SSH_CONFIG");
    Path::new(&config.unwrap_or_else(|| "run `eval \"$(tests/lab/lab env)\"` first".into())).to_owned()
}

/// A host of the profile of the lab at this address.
pub fn settings(address: &str) -> HostSettings {
    HostSettings {
        name: HostName::parse(address.rsplit('@').next().unwrap()).unwrap(),
        address: Address::Ssh(address.to_owned()),
        groups: Vec::new(),
        guard: Guard::Normal,
        helper: true,
        profile: Profile::convocate(),
        known_from: KnownFrom::ConfigFile,
    }
}
