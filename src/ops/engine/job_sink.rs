//! Where the events of a job go: its journal first, then the front end.

use crate::model::event::Event;
use crate::model::job::{Job, JobEvent, Progress, Target};
use crate::model::names::JobId;
use crate::ops::journal::JournalFile;
use crate::ops::report::JobSink;
use async_trait::async_trait;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

/// The sink of one running job; it also folds the job, so that its verdict is that of its events.
pub(super) struct JournalSink {
    id: JobId,
    journal: Arc<Mutex<JournalFile>>,
    job: Mutex<Job>,
    events: mpsc::Sender<Event>,
}

impl JournalSink {
    pub(super) fn new(job: Job, journal: JournalFile, events: mpsc::Sender<Event>) -> Self {
        Self {
            id: job.id.clone(),
            journal: Arc::new(Mutex::new(journal)),
            job: Mutex::new(job),
            events,
        }
    }

    /// The job as its events made it.
    pub(super) fn job(&self) -> Job {
        self.job.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl JobSink for JournalSink {
    async fn record(&self, event: JobEvent) -> Result<(), String> {
        let (journal, kept) = (self.journal.clone(), event.clone());
        let write = move || {
            journal
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .append(&kept)
        };
        let written = spawn_blocking(write).await.map_err(|error| error.to_string());
        let written = written.and_then(|appended| appended.map_err(|error| error.to_string()));
        // How it ended is told even if it cannot be kept: nobody must wait for it for ever.
        let is_end = matches!(event, JobEvent::TargetEnded { .. } | JobEvent::Ended { .. });
        if written.is_ok() || is_end {
            self.job
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .apply(event.clone());
            if self
                .events
                .send(Event::Job {
                    id: self.id.clone(),
                    event,
                })
                .await
                .is_err()
            {
                // The front end is gone; the journal has it, and the job goes on to its next safe end.
                tracing::debug!(job = %self.id, "nobody listens to a job");
            }
        }
        written
    }

    fn progress(&self, target: &Target, progress: Progress) {
        let event = JobEvent::Progress {
            target: target.clone(),
            progress,
        };
        if self
            .events
            .try_send(Event::Job {
                id: self.id.clone(),
                event,
            })
            .is_err()
        {
            tracing::trace!(job = %self.id, "a progress event was dropped: the front end is behind");
        }
    }
}
