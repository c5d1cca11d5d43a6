//! What tagboat adds to the operator's ssh config: never a prompt, never a forgotten connection.

use super::hop;
use super::unattended::Unattended;
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::process::Command;

/// How ssh is called, prepared once per console.
#[derive(Debug)]
pub struct SshSettings {
    config: PathBuf,
    sockets: PathBuf,
    /// The operator's own config file, where it is not the one that ssh reads anyway.
    unusual: Option<PathBuf>,
    unattended: Unattended,
}

/// How often this process has prepared to call ssh.
static PREPARED: AtomicU32 = AtomicU32::new(0);

/// Options that come first and therefore win, for jump hosts too: their ssh gets this file and nothing else, and must give
/// up before the host's own, which has 5 s, or nobody could tell which of the two is silent. A half-open connection is
/// found when the third question stays unanswered: after 12 s at most (issue 3: within 15 s).
const FIRST: &str = "\
Host *
  BatchMode yes
  StrictHostKeyChecking yes
  ConnectTimeout 4
  ServerAliveInterval 3
  ServerAliveCountMax 3
  ForwardAgent no
  ForwardX11 no
  RequestTTY no
  RemoteCommand none
  PermitLocalCommand no
  ClearAllForwardings yes
  UpdateHostKeys no
  LogLevel ERROR
";

impl SshSettings {
    /// Writes the config that ssh is called with: tagboat's options, then the operator's config (`config_file`, or
    /// `~/.ssh/config`), then the system's. Sockets of consoles that are gone are removed.
    pub fn prepare(runtime: &Path, config_file: Option<&Path>, home: Option<&Path>) -> io::Result<Self> {
        private_dir(runtime)?;
        remove_orphans(runtime);
        // An engine that has ended may still be at closing its connections while the next one opens its own.
        let number = PREPARED.fetch_add(1, Ordering::Relaxed);
        let sockets = runtime.join(format!("{}.{number}", std::process::id()));
        private_dir(&sockets)?;
        let operators = match (config_file, home) {
            (Some(file), _) => Some(file.to_owned()),
            (None, Some(home)) => Some(home.join(".ssh/config")),
            (None, None) => None,
        };
        let mut text = FIRST.to_owned();
        for file in operators
            .iter()
            .map(PathBuf::as_path)
            .chain([Path::new("/etc/ssh/ssh_config")])
        {
            text.push_str("Host *\nInclude \"");
            text.push_str(&file.to_string_lossy());
            text.push_str("\"\n");
        }
        let config = sockets.join("config");
        let options = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&config)?;
        io::Write::write_all(&mut &options, text.as_bytes())?;
        Ok(Self {
            config,
            unattended: Unattended::prepare(&sockets)?,
            sockets,
            unusual: config_file.map(Path::to_owned),
        })
    }

    /// The command by which the operator connects to a host and is asked about its key; `words` are the last ones of the call.
    pub(super) fn by_hand(&self, words: &[String]) -> String {
        let config = self
            .unusual
            .as_ref()
            .map_or_else(String::new, |file| format!("-F '{}' ", file.display()));
        let words = hop::typed(words);
        format!("ssh {config}-o StrictHostKeyChecking=ask {words} true")
    }

    /// A call of ssh with this config, to which every word but `-F` is still missing. Nobody is asked for anything by it, or by
    /// what it starts.
    pub(super) fn ssh(&self) -> Command {
        let mut ssh = self.unattended.ssh();
        ssh.arg("-F").arg(&self.config);
        ssh
    }

    /// The config file for `ssh -F`.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// The directory of this console's control sockets; its path is short, because a socket's path may have 107 bytes.
    pub fn sockets(&self) -> &Path {
        &self.sockets
    }
}

/// Creates a directory that only this user may enter; refuses one that others own or can enter.
fn private_dir(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let meta = fs::symlink_metadata(dir)?;
    let mine = fs::symlink_metadata("/proc/self")?.uid();
    if meta.is_dir() && meta.uid() == mine && meta.permissions().mode().trailing_zeros() >= 6 {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        format!(
            "{} is not a directory that only this user may enter",
            dir.display()
        ),
    ))
}

/// A console that was killed leaves its directories behind; their names begin with the process id.
fn remove_orphans(runtime: &Path) {
    let Ok(entries) = fs::read_dir(runtime) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let process = name.to_str().map(|text| text.split('.').next().unwrap_or(text));
        let is_gone =
            |process: &str| process.parse::<u32>().is_ok() && !Path::new("/proc").join(process).exists();
        if process.is_some_and(is_gone)
            && let Err(error) = fs::remove_dir_all(entry.path())
        {
            tracing::debug!(%error, "the sockets of an ended console stay");
        }
    }
}

impl Drop for SshSettings {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.sockets) {
            tracing::debug!(%error, "the control sockets stay until the next start");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SshSettings;

    #[test]
    fn what_one_engine_leaves_behind_is_its_own_and_that_of_a_process_that_is_gone_is_removed() {
        let runtime = tempfile::tempdir().unwrap();
        let runtime = runtime.path().join("r");
        let first = SshSettings::prepare(&runtime, None, None).unwrap();
        for gone in ["4294967295.0", "4294967295"] {
            std::fs::create_dir(runtime.join(gone)).unwrap();
        }
        std::fs::create_dir(runtime.join("keys")).unwrap();
        let second = SshSettings::prepare(&runtime, None, None).unwrap();
        drop(first);
        assert!(second.config().exists(), "the next one has its own");
        let left = std::fs::read_dir(&runtime).unwrap().count();
        assert_eq!(left, 2, "it, and what is no process");
    }
}
