//! The log: a file in the state directory, never the screen. `TAGBOAT_LOG` sets its level.

use crate::ops::environment::{Environment, text_from};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use tracing_subscriber::EnvFilter;

/// A log that is larger than this when a run starts becomes `tagboat.log.1`, and a new one is begun.
const LARGEST: u64 = 8 << 20;

/// The path of the log in a state directory.
pub fn log_path(state: &Path) -> PathBuf {
    state.join("tagboat.log")
}

/// Starts to log; once per process.
pub fn start_log(state: &Path, environment: Environment<'_>) -> io::Result<()> {
    let wanted = text_from(environment, "TAGBOAT_LOG").unwrap_or_else(|| "tagboat=info".to_owned());
    // A bare level is about tagboat; the libraries below it are only interesting where they are named.
    let directives = if wanted.contains(['=', ',']) {
        wanted
    } else {
        format!("tagboat={wanted}")
    };
    let filter = EnvFilter::try_new(&directives)
        .map_err(|error| io::Error::other(format!("TAGBOAT_LOG={directives:?} is not a level: {error}")))?;
    let file = open(&log_path(state))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(std::sync::Mutex::new(file))
        .try_init()
        .map_err(io::Error::other)
}

fn open(path: &Path) -> io::Result<File> {
    if path.metadata().is_ok_and(|file| file.len() > LARGEST) {
        std::fs::rename(path, path.with_extension("log.1"))?;
    }
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
}

#[cfg(test)]
mod tests {
    use super::{LARGEST, log_path, open};

    #[test]
    fn a_log_that_has_grown_is_put_aside_and_one_old_log_is_kept() {
        let state = tempfile::tempdir().unwrap();
        let path = log_path(state.path());
        open(&path).unwrap().set_len(LARGEST + 1).unwrap();
        assert_eq!(open(&path).unwrap().metadata().unwrap().len(), 0);
        assert!(state.path().join("tagboat.log.1").exists());
    }
}
