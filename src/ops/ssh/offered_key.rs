//! The key that a host shows before anybody trusts it, and its way into the operator's known hosts.
//!
//! ssh itself asks for it, with the operator's config: so names, ports, aliases and jump hosts are those of every later
//! connection. It writes the key into a file of its own and logs in nowhere.

use super::{HostKey, SshSettings, problem};
use crate::model::clean::clean;
use crate::model::destination::destination_words;
use crate::model::fleet::ConnectionProblem;
use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;
use tokio::process::Command;
use tokio::time::timeout;

/// How long ssh may take for it, jump hosts included.
const WHOLE: Duration = Duration::from_secs(20);

/// A key that is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedKey {
    /// The key.
    pub key: HostKey,
    /// The file that it belongs into: the first one that ssh looks into for this host.
    pub known_hosts: PathBuf,
}

/// Why there is no key to trust.
#[derive(Debug, thiserror::Error)]
pub enum KeyProblem {
    /// The host was not reached, or its key is not the known one.
    #[error("{0}")]
    Connection(ConnectionProblem),
    /// The way leads through another host, whose own key is not known.
    #[error("the host key of its jump host {0} is not known")]
    JumpHost(String),
    /// The host is known by a key of another kind, which it does not show any more.
    #[error("it shows a {kind} key ({fingerprint}), and {} knows it by another kind of key", .file.display())]
    OtherKind {
        /// What it shows.
        kind: String,
        /// The fingerprint of that.
        fingerprint: String,
        /// Where the other one is.
        file: PathBuf,
    },
    /// The operator's ssh config keeps no known hosts.
    #[error("the ssh config names no file for known hosts")]
    NoFile,
    /// ssh could not be asked.
    #[error("ssh cannot be asked: {0}")]
    Ssh(String),
}

/// What ssh makes of an address.
struct Destination {
    /// The name under which its key is known.
    known_as: String,
    jump_host: Option<String>,
    user_files: Vec<PathBuf>,
    all_files: Vec<PathBuf>,
}

/// Asks a host that is not known for its key.
pub async fn offered_key(address: &str, settings: &SshSettings) -> Result<OfferedKey, KeyProblem> {
    let destination = destination(address, settings).await?;
    let known_hosts = destination
        .user_files
        .first()
        .cloned()
        .ok_or(KeyProblem::NoFile)?;
    let key = shown_key(address, settings, &destination).await?;
    for file in &destination.all_files {
        if is_known_in(&destination.known_as, file).await? {
            return Err(KeyProblem::OtherKind {
                kind: key.kind,
                fingerprint: key.fingerprint,
                file: file.clone(),
            });
        }
    }
    Ok(OfferedKey { key, known_hosts })
}

/// The jump host on the way to a host that is not known itself. What is said of the host then is only that it went away.
pub async fn unknown_jump_host(address: &str, settings: &SshSettings) -> Option<KeyProblem> {
    let destination = destination(address, settings).await.ok()?;
    destination.jump_host.as_ref()?;
    let problem = shown_key(address, settings, &destination).await.err()?;
    Some(problem).filter(|problem| matches!(problem, KeyProblem::JumpHost(_)))
}

impl OfferedKey {
    /// Writes it into the operator's known hosts, after what is there.
    pub fn remember(&self) -> io::Result<()> {
        if let Some(folder) = self.known_hosts.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let mut file = fs::OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.known_hosts)?;
        let mut text = String::new();
        if file.metadata()?.len() > 0 {
            let mut last = [0];
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                text.push('\n');
            }
        }
        text.push_str(&self.key.line);
        text.push('\n');
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }
}

async fn destination(address: &str, settings: &SshSettings) -> Result<Destination, KeyProblem> {
    let mut command = settings.ssh();
    command.arg("-G").args(destination_words(address));
    let output = run(command).await?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(KeyProblem::Ssh(clean(said.trim())));
    }
    Ok(read_destination(&String::from_utf8_lossy(&output.stdout)))
}

fn read_destination(text: &str) -> Destination {
    let value = |key: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(' '))
    };
    let name = value("hostkeyalias")
        .or_else(|| value("hostname"))
        .unwrap_or_default();
    let port = value("port").unwrap_or("22");
    let files = |key| value(key).map(paths).unwrap_or_default();
    let user_files = files("userknownhostsfile");
    let mut all_files = user_files.clone();
    all_files.extend(files("globalknownhostsfile"));
    let has_alias = value("hostkeyalias").is_some();
    Destination {
        known_as: if port == "22" || has_alias {
            name.to_owned()
        } else {
            format!("[{name}]:{port}")
        },
        jump_host: value("proxyjump").map(str::to_owned),
        user_files,
        all_files,
    }
}

/// The absolute paths of a list in which ssh tells a blank in a path from one between two only by the slash behind it.
fn paths(list: &str) -> Vec<PathBuf> {
    list.split(" /")
        .enumerate()
        .map(|(index, path)| match index {
            0 => path.to_owned(),
            _ => format!("/{path}"),
        })
        .filter(|path| path.starts_with('/') && path != "/dev/null")
        .map(PathBuf::from)
        .collect()
}

/// The key that the host shows. ssh takes only one that contradicts nothing that is known.
async fn shown_key(
    address: &str,
    settings: &SshSettings,
    destination: &Destination,
) -> Result<HostKey, KeyProblem> {
    let unusable = |error: io::Error| KeyProblem::Ssh(error.to_string());
    let folder = tempfile::tempdir_in(settings.sockets()).map_err(unusable)?;
    let shown = folder.path().join("shown");
    let quoted: Vec<_> = std::iter::once(&shown)
        .chain(&destination.user_files)
        .map(|file| format!("\"{}\"", file.display()))
        .collect();
    let files = format!("UserKnownHostsFile={}", quoted.join(" "));
    let mut command = settings.ssh();
    command.args(["-T", "-n"]);
    for option in [
        files.as_str(),
        "StrictHostKeyChecking=accept-new",
        "PreferredAuthentications=none",
        "ControlMaster=no",
        "ControlPath=none",
        "ConnectTimeout=5",
    ] {
        command.args(["-o", option]);
    }
    command.args(destination_words(address)).arg("true");
    let output = run(command).await?;
    let lines = fs::read_to_string(&shown).unwrap_or_default();
    if let Some(key) = lines.lines().find_map(HostKey::read) {
        return Ok(key);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(
        match (
            problem::read(&said, destination.jump_host.as_deref()),
            &destination.jump_host,
        ) {
            (ConnectionProblem::HostKeyUnknown(_), Some(jump)) => KeyProblem::JumpHost(clean(jump)),
            (problem, _) => KeyProblem::Connection(problem),
        },
    )
}

/// Whether a file has a key of a host, of whatever kind. Only a plain one counts: an authority vouches for others.
async fn is_known_in(name: &str, file: &Path) -> Result<bool, KeyProblem> {
    if !file.exists() {
        return Ok(false);
    }
    let mut command = Command::new("ssh-keygen");
    command.args(["-F", name, "-f"]).arg(file);
    let output = run(command).await?;
    let found = String::from_utf8_lossy(&output.stdout);
    Ok(found.lines().any(|line| HostKey::read(line).is_some()))
}

async fn run(mut command: Command) -> Result<Output, KeyProblem> {
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output();
    match timeout(WHOLE, output).await {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(error)) => Err(KeyProblem::Ssh(error.to_string())),
        Err(_) => Err(KeyProblem::Connection(ConnectionProblem::Unreachable(format!(
            "no host key within {} s",
            WHOLE.as_secs()
        )))),
    }
}

#[cfg(test)]
mod tests {
    use super::{HostKey, OfferedKey, paths, read_destination};
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    fn offered(known_hosts: PathBuf) -> OfferedKey {
        OfferedKey {
            key: HostKey::read("[eu-01]:2222 ssh-ed25519 AAAA").unwrap(),
            known_hosts,
        }
    }

    #[test]
    fn a_key_is_written_behind_what_is_known_even_where_the_last_line_has_no_end() {
        let folder = tempfile::tempdir().unwrap();
        for (before, after) in [
            (None, "[eu-01]:2222 ssh-ed25519 AAAA\n"),
            (Some(""), "[eu-01]:2222 ssh-ed25519 AAAA\n"),
            (Some("# mine\n"), "# mine\n[eu-01]:2222 ssh-ed25519 AAAA\n"),
            (Some("# mine"), "# mine\n[eu-01]:2222 ssh-ed25519 AAAA\n"),
        ] {
            let file = folder.path().join("deep/known_hosts");
            if let Some(text) = before {
                std::fs::write(&file, text).unwrap();
            }
            offered(file.clone()).remember().unwrap();
            assert_eq!(std::fs::read_to_string(&file).unwrap(), after, "{before:?}");
            if before.is_none() {
                let mode = std::fs::metadata(&file).unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o600);
            }
        }
    }

    #[test]
    fn a_destination_is_known_as_ssh_knows_it() {
        for (text, name, jump) in [
            ("hostname eu-01\nport 22\n", "eu-01", None),
            (
                "hostname eu-01\nport 2222\nproxyjump gate\n",
                "[eu-01]:2222",
                Some("gate"),
            ),
            ("hostname eu-01\nport 2222\nhostkeyalias cellar\n", "cellar", None),
        ] {
            let destination = read_destination(text);
            assert_eq!(
                (destination.known_as.as_str(), destination.jump_host.as_deref()),
                (name, jump)
            );
        }
    }

    #[test]
    fn the_files_of_known_hosts_are_told_apart_even_with_a_blank_in_a_path() {
        let all = paths("/home/me/.ssh/known hosts /home/me/.ssh/known_hosts2");
        assert_eq!(
            all,
            ["/home/me/.ssh/known hosts", "/home/me/.ssh/known_hosts2"].map(PathBuf::from)
        );
        assert!(paths("/dev/null").is_empty() && paths("none").is_empty());
    }
}
