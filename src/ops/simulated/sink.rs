//! A job sink that keeps everything in memory.

use crate::model::job::{JobEvent, Progress, Step, StepState, Target};
use crate::ops::report::JobSink;
use async_trait::async_trait;
use std::sync::Mutex;

/// What a job told.
#[derive(Default)]
pub(crate) struct MemorySink {
    events: Mutex<Vec<JobEvent>>,
    progress: Mutex<Vec<Progress>>,
}

impl MemorySink {
    /// How each step ended, in the order in which they did.
    pub(crate) fn ends(&self) -> Vec<(Step, StepState)> {
        let events = self.events.lock().unwrap();
        let over = |event: &JobEvent| match event {
            JobEvent::Step { step, state, .. } if state.is_over() => Some((step.clone(), state.clone())),
            _ => None,
        };
        events.iter().filter_map(over).collect()
    }

    /// The last progress.
    pub(crate) fn last_progress(&self) -> Option<Progress> {
        self.progress.lock().unwrap().last().copied()
    }
}

#[async_trait]
impl JobSink for MemorySink {
    async fn record(&self, event: JobEvent) -> Result<(), String> {
        self.events.lock().unwrap().push(event);
        Ok(())
    }

    fn progress(&self, _: &Target, progress: Progress) {
        self.progress.lock().unwrap().push(progress);
    }
}
