//! What other processes do with their jobs: journals that came, grew, or lost their process since they were last looked at.

use super::file;
use super::list::{self, Journal};
use crate::model::job::{Job, JobEvent, JobState};
use crate::model::names::JobId;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// The journals, and how far each was told. A look reads what grew and nothing else.
#[derive(Debug)]
pub struct JournalWatch {
    journal: Journal,
    seen: BTreeMap<JobId, Seen>,
}

/// Something that the journals tell and that was not told before.
#[derive(Debug, Clone, PartialEq)]
pub enum JournalNews {
    /// A job as it is now: it is new, was taken up again, or lost its process.
    Known(Box<Job>),
    /// Something happened in a job that another process runs.
    Happened(JobId, Box<JobEvent>),
}

/// How far a journal was read, and what that said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    read: u64,
    as_what: AsWhat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AsWhat {
    /// This process runs it and tells of it.
    Own,
    /// Another process runs it.
    Elsewhere,
    /// It ended, or nobody runs it.
    AtRest,
    /// It is not understood.
    Damaged,
}

impl JournalWatch {
    /// Nothing was told yet.
    pub fn new(journal: Journal) -> Self {
        Self {
            journal,
            seen: BTreeMap::new(),
        }
    }

    /// Looks at all journals but those of this process, which tells of its jobs itself.
    pub fn look(&mut self, is_own: impl Fn(&JobId) -> bool) -> io::Result<Vec<JournalNews>> {
        let mut news = Vec::new();
        for (id, path) in self.journal.files()? {
            let before = self.seen.get(&id).copied();
            let now = if is_own(&id) {
                Some(Seen {
                    read: 0,
                    as_what: AsWhat::Own,
                })
            } else {
                look_at(&id, &path, before, &mut news)
            };
            if let Some(now) = now {
                self.seen.insert(id, now);
            }
        }
        Ok(news)
    }
}

/// Looks at one journal; none where it has no whole line yet.
fn look_at(id: &JobId, path: &Path, before: Option<Seen>, news: &mut Vec<JournalNews>) -> Option<Seen> {
    let Some(seen) = before.filter(|seen| seen.as_what != AsWhat::Own) else {
        return whole(id, path, news);
    };
    let length = match path.metadata() {
        Ok(entry) => entry.len(),
        // Gone meanwhile: it is not listed next time.
        Err(_) => return before,
    };
    match seen.as_what {
        AsWhat::Damaged if length == seen.read => before,
        _ if length < seen.read => whole(id, path, news),
        AsWhat::Elsewhere => further(id, path, seen, length, news),
        // The first line after a rest says that it was taken up, by whomever.
        AsWhat::AtRest if has_whole_line(path, seen, length) => whole(id, path, news),
        AsWhat::AtRest => before,
        AsWhat::Damaged | AsWhat::Own => whole(id, path, news),
    }
}

/// What was written since to the journal of a job that another process runs, or ran.
fn further(id: &JobId, path: &Path, seen: Seen, length: u64, news: &mut Vec<JournalNews>) -> Option<Seen> {
    // Looked at before the lines are read: a process writes the end before it lets go.
    let is_locked = list::is_locked(path);
    if is_locked && length == seen.read {
        return Some(seen);
    }
    let Ok((events, read)) = file::read_from(path, seen.read) else {
        return whole(id, path, news);
    };
    let was_taken_up = |event: &JobEvent| matches!(event, JobEvent::Started { .. });
    if events.iter().any(was_taken_up) {
        return whole(id, path, news);
    }
    let has_ended = matches!(events.last(), Some(JobEvent::Ended { .. }));
    let happened = |event| JournalNews::Happened(id.clone(), Box::new(event));
    news.extend(events.into_iter().map(happened));
    if !has_ended && !is_locked {
        return whole(id, path, news);
    }
    let as_what = if has_ended {
        AsWhat::AtRest
    } else {
        AsWhat::Elsewhere
    };
    Some(Seen { read, as_what })
}

/// A torn line stays for ever where a process died in it, and says nothing.
fn has_whole_line(path: &Path, seen: Seen, length: u64) -> bool {
    length > seen.read && file::read_from(path, seen.read).map_or(true, |(_, read)| read > seen.read)
}

/// Reads a journal from its beginning.
fn whole(id: &JobId, path: &Path, news: &mut Vec<JournalNews>) -> Option<Seen> {
    match list::job(id.clone(), path) {
        Ok((None, _)) => None,
        Ok((Some(job), read)) => {
            let as_what = match job.state {
                JobState::Elsewhere => AsWhat::Elsewhere,
                _ => AsWhat::AtRest,
            };
            news.push(JournalNews::Known(Box::new(job)));
            Some(Seen { read, as_what })
        }
        Err(error) => {
            tracing::warn!(%error, "a journal cannot be read");
            Some(Seen {
                read: path.metadata().map_or(0, |entry| entry.len()),
                as_what: AsWhat::Damaged,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{JournalNews, JournalWatch};
    use crate::model::job::{JobEvent, JobState, Target, Verdict};
    use crate::model::names::{HostName, JobId, Operator};
    use crate::model::plan::{Plan, PrunePlan};
    use crate::ops::journal::{Journal, JournalFile};
    use jiff::Timestamp;
    use std::fs::OpenOptions;
    use std::io::Write;
    use tempfile::TempDir;

    struct Scene {
        state: TempDir,
        journal: Journal,
        watch: JournalWatch,
    }

    impl Scene {
        fn new() -> Self {
            let state = tempfile::tempdir().unwrap();
            let journal = Journal::open(state.path()).unwrap();
            Self {
                watch: JournalWatch::new(journal.clone()),
                journal,
                state,
            }
        }

        fn look(&mut self) -> Vec<JournalNews> {
            self.watch.look(|_| false).unwrap()
        }

        fn states(&mut self) -> Vec<JobState> {
            let state = |news| match news {
                JournalNews::Known(job) => job.state,
                JournalNews::Happened(_, event) => panic!("{event:?}"),
            };
            self.look().into_iter().map(state).collect()
        }

        fn begun(&self) -> JournalFile {
            let mut file = self.journal.create(&id()).unwrap();
            file.append(&started()).unwrap();
            file
        }

        fn write(&self, text: &[u8]) {
            let path = self.state.path().join("jobs").join(format!("{}.jsonl", id()));
            let mut file = OpenOptions::new().append(true).open(path).unwrap();
            file.write_all(text).unwrap();
        }
    }

    fn id() -> JobId {
        JobId::new(Timestamp::UNIX_EPOCH, 7)
    }

    fn started() -> JobEvent {
        JobEvent::Started {
            plan: Box::new(Plan::Prune(PrunePlan {
                hosts: Vec::new(),
                refused: Vec::new(),
            })),
            operator: Operator::parse("me@desk").unwrap(),
            patience: crate::model::job::Patience::NONE,
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn said(line: &str) -> JobEvent {
        JobEvent::Log {
            target: Target::host(HostName::local()),
            line: line.to_owned(),
        }
    }

    fn ended() -> JobEvent {
        JobEvent::Ended {
            verdict: Verdict::Done,
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_job_that_began_elsewhere_is_told_once_and_then_what_happens_in_it_until_its_end() {
        let mut scene = Scene::new();
        assert_eq!(scene.look(), []);
        let mut file = scene.begun();
        assert_eq!(scene.states(), [JobState::Elsewhere]);
        assert_eq!(scene.look(), []);
        for event in [said("one"), said("two")] {
            file.append(&event).unwrap();
        }
        let happened = |event| JournalNews::Happened(id(), Box::new(event));
        assert_eq!(scene.look(), [happened(said("one")), happened(said("two"))]);
        file.append(&ended()).unwrap();
        drop(file);
        assert_eq!(scene.look(), [happened(ended())]);
        assert_eq!(scene.look(), []);
    }

    #[test]
    fn half_a_line_says_nothing_until_the_rest_of_it_is_there() {
        let mut scene = Scene::new();
        let _file = scene.begun();
        assert_eq!(scene.states(), [JobState::Elsewhere]);
        let line = br#"{"v":1,"event":"log","target":{"host":"local"},"line":"whole"}"#;
        scene.write(&line[..30]);
        assert_eq!(scene.look(), []);
        scene.write(&line[30..]);
        assert_eq!(scene.look(), [], "only its end makes a line");
        scene.write(b"\n");
        assert_eq!(
            scene.look(),
            [JournalNews::Happened(id(), Box::new(said("whole")))]
        );
    }

    #[test]
    fn a_job_whose_process_died_is_told_as_interrupted_once_even_where_it_died_in_a_line() {
        let mut scene = Scene::new();
        let file = scene.begun();
        assert_eq!(scene.states(), [JobState::Elsewhere]);
        scene.write(b"{\"v\":1,\"ev");
        drop(file);
        assert_eq!(scene.states(), [JobState::Interrupted]);
        assert_eq!(scene.look(), []);
    }

    #[test]
    fn a_job_that_somebody_takes_up_again_runs_elsewhere() {
        let mut scene = Scene::new();
        drop(scene.begun());
        assert_eq!(scene.states(), [JobState::Interrupted]);
        let (mut file, _) = scene.journal.reopen(&id()).unwrap();
        file.append(&started()).unwrap();
        assert_eq!(scene.states(), [JobState::Elsewhere]);
        file.append(&ended()).unwrap();
        drop(file);
        assert_eq!(scene.look(), [JournalNews::Happened(id(), Box::new(ended()))]);
        let (mut file, _) = scene.journal.reopen(&id()).unwrap();
        file.append(&started()).unwrap();
        assert_eq!(scene.states(), [JobState::Elsewhere]);
    }

    #[test]
    fn what_began_and_ended_between_two_looks_is_told_with_its_end() {
        let mut scene = Scene::new();
        let mut file = scene.begun();
        file.append(&ended()).unwrap();
        drop(file);
        assert_eq!(scene.states(), [JobState::Ended(Verdict::Done)]);
    }

    #[test]
    fn the_jobs_of_this_process_are_left_to_it_until_it_does_not_run_them_any_more() {
        let mut scene = Scene::new();
        let mut file = scene.begun();
        assert_eq!(scene.watch.look(|own| *own == id()).unwrap(), []);
        file.append(&ended()).unwrap();
        drop(file);
        assert_eq!(scene.states(), [JobState::Ended(Verdict::Done)]);
    }

    #[test]
    fn a_journal_that_is_not_understood_is_left_out_until_it_changes() {
        let mut scene = Scene::new();
        let _file = scene.begun();
        assert_eq!(scene.states(), [JobState::Elsewhere]);
        scene.write(b"{\"v\":2}\n");
        assert_eq!(scene.look(), []);
        assert_eq!(scene.look(), []);
    }
}
