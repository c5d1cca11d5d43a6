//! All jobs that the journal holds, and whether somebody runs them.

use super::file::{self, JournalError, JournalFile};
use crate::model::job::{Job, JobEvent, JobState};
use crate::model::names::JobId;
use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// The directory of all journals.
#[derive(Debug, Clone)]
pub struct Journal {
    directory: PathBuf,
}

impl Journal {
    /// The journal under the state directory, made where it is missing.
    pub fn open(state: &Path) -> io::Result<Self> {
        let directory = state.join("jobs");
        DirBuilder::new().recursive(true).mode(0o700).create(&directory)?;
        Ok(Self { directory })
    }

    /// Begins the journal of a new job.
    pub fn create(&self, id: &JobId) -> Result<JournalFile, JournalError> {
        JournalFile::create(&self.directory, id)
    }

    /// Takes up the journal of an interrupted job.
    pub fn reopen(&self, id: &JobId) -> Result<(JournalFile, Vec<JobEvent>), JournalError> {
        JournalFile::reopen(&self.directory, id)
    }

    /// All jobs, oldest first. A journal that cannot be read is left out and logged.
    pub fn jobs(&self) -> io::Result<Vec<Job>> {
        let mut jobs = Vec::new();
        for (id, path) in self.files()? {
            match job(id, &path) {
                Ok((job, _)) => jobs.extend(job),
                Err(error) => tracing::warn!(%error, "a journal cannot be read"),
            }
        }
        Ok(jobs)
    }

    /// The journals, oldest job first.
    pub(super) fn files(&self) -> io::Result<BTreeMap<JobId, PathBuf>> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(&self.directory)? {
            let path = entry?.path();
            let is_journal = path.extension().is_some_and(|extension| extension == "jsonl");
            let id = path
                .file_stem()
                .and_then(|stem| JobId::parse(stem.to_str()?).ok());
            if let (true, Some(id)) = (is_journal, id) {
                files.insert(id, path);
            }
        }
        Ok(files)
    }

    /// Where a job is in its life; none where its journal cannot be read.
    pub fn state_of(&self, id: &JobId) -> Option<JobState> {
        let (job, _) = job(id.clone(), &JournalFile::path(&self.directory, id)).ok()?;
        Some(job?.state)
    }

    /// What leads to the socket of the process that runs a job: a link beside its journal, because processes of one operator
    /// may have other directories for sockets.
    pub fn address(&self, id: &JobId) -> PathBuf {
        self.directory.join(format!("{id}.words"))
    }
}

/// All jobs under a state directory; none when there is none yet.
pub fn list(state: &Path) -> io::Result<Vec<Job>> {
    if state.join("jobs").is_dir() {
        Journal::open(state)?.jobs()
    } else {
        Ok(Vec::new())
    }
}

/// A job as its journal has it, and how much of that was read.
pub(super) fn job(id: JobId, path: &Path) -> Result<(Option<Job>, u64), JournalError> {
    // Looked at first: who held it then may have written the end before it let go, and that is read below.
    let is_locked = is_locked(path);
    let (events, whole) = file::read(path)?;
    let mut job = Job::fold(id, events);
    if let Some(job) = &mut job
        && job.is_live()
    {
        job.state = if is_locked {
            JobState::Elsewhere
        } else {
            JobState::Interrupted
        };
    }
    Ok((job, whole))
}

/// Whether a process holds the lock of a journal. A shared lock is tried, so that two lists do not see each other.
pub(super) fn is_locked(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| file.try_lock_shared().is_err())
}

#[cfg(test)]
mod tests {
    use super::Journal;
    use crate::model::job::{JobEvent, JobState, Target, Verdict};
    use crate::model::names::{HostName, JobId, Operator};
    use crate::model::plan::{Plan, PrunePlan};
    use jiff::Timestamp;

    fn events() -> [JobEvent; 3] {
        let plan = Box::new(Plan::Prune(PrunePlan {
            hosts: Vec::new(),
            refused: Vec::new(),
        }));
        let at = Timestamp::UNIX_EPOCH;
        let target = Target::host(HostName::local());
        [
            JobEvent::Started {
                plan,
                operator: Operator::parse("me@desk").unwrap(),
                patience: crate::model::job::Patience::NONE,
                at,
            },
            JobEvent::Log {
                target,
                line: "a \"line\"\\x1b".to_owned(),
            },
            JobEvent::Ended {
                verdict: Verdict::Done,
                at,
            },
        ]
    }

    fn id() -> JobId {
        JobId::new(Timestamp::UNIX_EPOCH, 7)
    }

    #[test]
    fn a_job_whose_console_died_is_interrupted_and_one_that_runs_is_elsewhere() {
        let state = tempfile::tempdir().unwrap();
        let journal = Journal::open(state.path()).unwrap();
        let mut file = journal.create(&id()).unwrap();
        file.append(&events()[0]).unwrap();
        assert_eq!(journal.jobs().unwrap()[0].state, JobState::Elsewhere);
        assert!(journal.reopen(&id()).is_err(), "a running job was taken up twice");
        drop(file);
        assert_eq!(journal.jobs().unwrap()[0].state, JobState::Interrupted);
        let (mut file, read) = journal.reopen(&id()).unwrap();
        assert_eq!(read, events()[..1]);
        file.append(&events()[2]).unwrap();
        assert_eq!(journal.jobs().unwrap()[0].state, JobState::Ended(Verdict::Done));
    }

    #[test]
    fn a_line_that_a_crash_tore_is_cut_off_and_all_before_it_is_read() {
        let state = tempfile::tempdir().unwrap();
        let journal = Journal::open(state.path()).unwrap();
        let path = state.path().join("jobs").join(format!("{}.jsonl", id()));
        for event in &events()[..2] {
            match journal.reopen(&id()) {
                Ok((mut file, _)) => file.append(event).unwrap(),
                Err(_) => journal.create(&id()).unwrap().append(event).unwrap(),
            }
        }
        let whole = std::fs::read(&path).unwrap();
        let last = whole.iter().rposition(|byte| *byte == b'{').unwrap();
        for length in last + 1..whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            let (_, read) = journal.reopen(&id()).unwrap();
            assert_eq!(read, events()[..1], "torn at {length}");
            std::fs::write(&path, &whole).unwrap();
        }
    }

    #[test]
    fn a_journal_of_a_newer_version_is_not_guessed_at() {
        let state = tempfile::tempdir().unwrap();
        let journal = Journal::open(state.path()).unwrap();
        journal.create(&id()).unwrap().append(&events()[0]).unwrap();
        let path = state.path().join("jobs").join(format!("{}.jsonl", id()));
        let newer = std::fs::read_to_string(&path)
            .unwrap()
            .replace("{\"v\":1,", "{\"v\":2,");
        std::fs::write(&path, newer).unwrap();
        assert!(
            journal
                .reopen(&id())
                .unwrap_err()
                .to_string()
                .contains("version 2")
        );
    }
}
