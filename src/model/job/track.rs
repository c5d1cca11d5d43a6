//! The part of a job that is about one target: its steps, its progress, its last words, its result.

use super::{Progress, Step, StepState, Target, Transfer};
use crate::model::failure::Failure;
use crate::model::plan::Plan;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// How a job ended for one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", content = "detail", rename_all = "snake_case")]
pub enum TrackResult {
    /// It is as planned; the note says what was found or done.
    Done(Option<String>),
    /// It failed.
    Failed(Failure),
    /// It was cancelled; the text says what state it is in.
    Cancelled(String),
    /// It was not begun, because an earlier target failed.
    NotBegun(String),
}

impl TrackResult {
    /// The result in the words of the interface.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done(_) => "done",
            Self::Failed(_) => "failed",
            Self::Cancelled(_) => "cancelled",
            Self::NotBegun(_) => "not begun",
        }
    }
}

/// A step with its state and its times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRecord {
    /// Which step.
    pub step: Step,
    /// Its state.
    pub state: StepState,
    /// When it began.
    pub began_at: Option<Timestamp>,
    /// When it was over.
    pub over_at: Option<Timestamp>,
    /// How long it took, all attempts together.
    pub spent: SignedDuration,
}

/// The part of a job that is about one target.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// On what.
    pub target: Target,
    /// The steps in their order.
    pub steps: Vec<StepRecord>,
    /// How far the running step is, where bytes tell.
    pub progress: Option<Progress>,
    /// How the image came to the host, where it did.
    pub transfer: Option<Transfer>,
    /// How it ended.
    pub result: Option<TrackResult>,
    /// The last lines that were said, oldest first.
    pub lines: VecDeque<String>,
}

impl Track {
    /// Lines kept for one target; older ones are in the journal.
    pub const LINES: usize = 200;

    /// A target of which nothing is done yet.
    pub(super) fn new(plan: &Plan, target: Target) -> Self {
        let waiting = |step| StepRecord {
            step,
            state: StepState::Waiting,
            began_at: None,
            over_at: None,
            spent: SignedDuration::ZERO,
        };
        let steps = plan.steps(&target).into_iter().map(waiting).collect();
        Self {
            target,
            steps,
            progress: None,
            transfer: None,
            result: None,
            lines: VecDeque::new(),
        }
    }

    /// The step that runs now.
    pub fn running(&self) -> Option<&StepRecord> {
        self.steps
            .iter()
            .rev()
            .find(|record| record.state == StepState::Running)
    }

    /// Whether it ended as planned.
    pub fn is_done(&self) -> bool {
        matches!(self.result, Some(TrackResult::Done(_)))
    }

    /// From its first step to its last, pauses between two attempts among it.
    pub fn took(&self) -> SignedDuration {
        let began = self.steps.iter().filter_map(|record| record.began_at).min();
        let over = self.steps.iter().filter_map(|record| record.over_at).max();
        match (began, over) {
            (Some(began), Some(over)) => over.duration_since(began),
            _ => SignedDuration::ZERO,
        }
    }

    /// The steps that are over, of all.
    pub fn steps_over(&self) -> (usize, usize) {
        (
            self.steps.iter().filter(|record| record.state.is_over()).count(),
            self.steps.len(),
        )
    }

    pub(super) fn enter(&mut self, step: &Step, state: StepState, at: Timestamp) {
        let index = self
            .steps
            .iter()
            .position(|record| record.step == *step)
            .unwrap_or_else(|| {
                self.steps.push(StepRecord {
                    step: step.clone(),
                    state: StepState::Waiting,
                    began_at: None,
                    over_at: None,
                    spent: SignedDuration::ZERO,
                });
                self.steps.len() - 1
            });
        let record = &mut self.steps[index];
        if state.is_over() {
            if record.state == StepState::Running
                && let Some(began_at) = record.began_at
            {
                record.spent += at.duration_since(began_at);
            }
            record.over_at = Some(at);
            self.progress = None;
        } else {
            record.began_at = Some(at);
            record.over_at = None;
        }
        self.steps[index].state = state;
    }

    pub(super) fn log(&mut self, line: String) {
        if self.lines.len() == Self::LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    pub(super) fn end(&mut self, result: TrackResult) {
        self.result = Some(result);
        self.progress = None;
    }
}
