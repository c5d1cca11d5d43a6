//! The journals while the engine runs: what other processes do with their jobs is told to the front end.

use super::workshop::Workshop;
use crate::model::event::Event;
use crate::ops::journal::{Journal, JournalNews, JournalWatch};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Notify, OwnedMutexGuard, mpsc};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// How often the journals are looked at: a directory and a length for each.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The journals, and how far they were told.
#[derive(Clone)]
pub(super) struct Journals {
    /// Where jobs are written.
    pub(super) journal: Journal,
    watch: Arc<Mutex<JournalWatch>>,
    again: Arc<Notify>,
}

impl Journals {
    /// The journals under a state directory.
    pub(super) fn open(state: &Path) -> io::Result<Self> {
        let journal = Journal::open(state)?;
        Ok(Self {
            watch: Arc::new(Mutex::new(JournalWatch::new(journal.clone()))),
            journal,
            again: Arc::new(Notify::new()),
        })
    }

    /// Nothing is told of journals while this is held: who begins a job here or takes one up holds it until he has told that, so
    /// that no job of this process is told as that of another.
    pub(super) async fn hold(&self) -> OwnedMutexGuard<JournalWatch> {
        self.watch.clone().lock_owned().await
    }

    /// Looks again now.
    pub(super) fn look_again(&self) {
        self.again.notify_one();
    }

    /// Looks once, and tells what is new.
    pub(super) async fn look(
        &self,
        workshop: &Arc<Workshop>,
        events: &mpsc::Sender<Event>,
    ) -> io::Result<()> {
        let mut watch = self.hold().await;
        let jobs = workshop.clone();
        let looking = spawn_blocking(move || (watch.look(|id| jobs.jobs.has(id)), watch));
        let (news, _held) = looking.await.map_err(io::Error::other)?;
        for news in news? {
            let event = match news {
                JournalNews::Known(job) => Event::Known(job),
                JournalNews::Happened(id, event) => Event::Job { id, event: *event },
            };
            if events.send(event).await.is_err() {
                break;
            }
        }
        Ok(())
    }

    /// Looks again and again, until nobody listens to the engine any more.
    pub(super) async fn watch(self, workshop: Arc<Workshop>, events: mpsc::Sender<Event>) {
        let mut has_failed = false;
        loop {
            tokio::select! {
                () = sleep(LOOK_EVERY) => {}
                () = self.again.notified() => {}
                () = events.closed() => return,
            }
            match self.look(&workshop, &events).await {
                Ok(()) => has_failed = false,
                Err(_) if has_failed => {}
                Err(error) => {
                    has_failed = true;
                    let notice = format!("jobs of other processes cannot be read: {error}");
                    if events.send(Event::Notice(notice)).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}
