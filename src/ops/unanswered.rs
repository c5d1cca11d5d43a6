//! Hosts that did not answer lately: a look at the fleet need not wait for each of them as long again.

use crate::model::names::HostName;
use crate::ops::ssh::{CONNECT, Heard};
use crate::ops::watch::Watching;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long a host that did not answer lately may take to answer now. A machine that is up again answers at once; one
/// packet may be lost.
const AGAIN: Duration = Duration::from_secs(2);

/// After this long a host is given all of its time again: it may just be slow.
const FORGET: Duration = Duration::from_mins(10);

/// The memory: an empty file for each host, from when it did not answer within all of its time. Other processes of the
/// operator share it.
#[derive(Debug)]
pub struct Unanswered {
    folder: PathBuf,
    is_hasty: bool,
}

impl Unanswered {
    /// Kept in a folder of the state directory. Whoever watches on waits for nobody, so only a single look is hasty.
    pub fn kept_in(state: &Path, watching: Watching) -> Self {
        Self {
            folder: state.join("unanswered"),
            is_hasty: watching == Watching::Once,
        }
    }

    /// How long this host may take to answer. It is never less because all others were faster, so a first look at a fast fleet
    /// takes the 5 s of its dead hosts: ssh does not tell whether a connection came about until it ends, and a slow line, a slow login
    /// or a turn at a jump host would pass for a dead host. A second connection, only to see, is what sshd punishes
    /// (`PerSourcePenalties noauth`); and what plans a change looks in the same way.
    pub(crate) fn patience(&self, host: &HostName) -> Duration {
        if self.is_hasty && self.is_recent(host) {
            AGAIN
        } else {
            CONNECT
        }
    }

    /// Remembers what came of an attempt that was given so much time.
    pub(crate) fn note(&self, host: &HostName, patience: Duration, heard: Heard) {
        let changed = match heard {
            // A short attempt proves nothing new: once in a while a full one is due.
            Heard::Silence if patience < CONNECT => Ok(()),
            Heard::Silence => self.remember(host),
            Heard::Unknown => Ok(()),
            Heard::Something => self.forget(host),
        };
        if let Err(error) = changed {
            tracing::debug!(%host, %error, "whether it answers cannot be remembered");
        }
    }

    fn is_recent(&self, host: &HostName) -> bool {
        let noted = fs::metadata(self.file(host)).and_then(|meta| meta.modified());
        let age = noted
            .ok()
            .and_then(|noted| SystemTime::now().duration_since(noted).ok());
        age.is_some_and(|age| age < FORGET)
    }

    fn remember(&self, host: &HostName) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        fs::write(self.file(host), [])
    }

    fn forget(&self, host: &HostName) -> io::Result<()> {
        match fs::remove_file(self.file(host)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn file(&self, host: &HostName) -> PathBuf {
        self.folder.join(host.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{AGAIN, FORGET, Unanswered};
    use crate::model::names::HostName;
    use crate::ops::ssh::{CONNECT, Heard};
    use crate::ops::watch::Watching;
    use std::fs::File;
    use std::time::SystemTime;

    #[test]
    fn a_host_that_did_not_answer_gets_little_time_at_the_next_look_and_all_of_it_once_it_did_or_later() {
        let state = tempfile::tempdir().unwrap();
        let look = Unanswered::kept_in(state.path(), Watching::Once);
        let host = HostName::parse("eu-1").unwrap();
        assert_eq!(look.patience(&host), CONNECT);
        look.note(&host, CONNECT, Heard::Unknown);
        assert_eq!(look.patience(&host), CONNECT, "nothing is known of it");
        look.note(&host, CONNECT, Heard::Silence);
        assert_eq!(look.patience(&host), AGAIN);
        let console = Unanswered::kept_in(state.path(), Watching::Live);
        assert_eq!(console.patience(&host), CONNECT);
        look.note(&host, AGAIN, Heard::Something);
        assert_eq!(look.patience(&host), CONNECT, "it answered");

        look.note(&host, CONNECT, Heard::Silence);
        let long_ago = SystemTime::now() - FORGET;
        let file = File::options().write(true).open(look.file(&host)).unwrap();
        file.set_modified(long_ago).unwrap();
        look.note(&host, AGAIN, Heard::Silence);
        assert_eq!(
            look.patience(&host),
            CONNECT,
            "a short attempt proves nothing new"
        );
    }
}
