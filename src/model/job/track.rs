//! The part of a job that is about one target: its steps, its progress, its last words, its result.

use super::{Progress, Step, StepKind, StepState, Target, Transfer};
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
    /// The operator left it out; the text says who and when.
    Skipped(String),
}

impl TrackResult {
    /// The result in the words of the interface.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done(_) => "done",
            Self::Failed(_) => "failed",
            Self::Cancelled(_) => "cancelled",
            Self::NotBegun(_) => "not begun",
            Self::Skipped(_) => "skipped",
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
    /// When it first began.
    pub began_at: Option<Timestamp>,
    /// When its last attempt began.
    pub tried_at: Option<Timestamp>,
    /// When it was over; none while another attempt runs.
    pub over_at: Option<Timestamp>,
    /// How long the attempts took that are over, all together; pauses between them do not count.
    pub spent: SignedDuration,
    /// How often it began.
    pub attempts: u32,
}

impl StepRecord {
    fn waiting(step: Step) -> Self {
        Self {
            step,
            state: StepState::Waiting,
            began_at: None,
            tried_at: None,
            over_at: None,
            spent: SignedDuration::ZERO,
            attempts: 0,
        }
    }

    fn enter(&mut self, state: StepState, at: Timestamp) {
        if state == StepState::Running {
            self.began_at = self.began_at.or(Some(at));
            self.tried_at = Some(at);
            self.over_at = None;
            self.attempts += 1;
        } else if state.is_over() {
            if self.state == StepState::Running
                && let Some(tried_at) = self.tried_at
            {
                self.spent += at.duration_since(tried_at);
            }
            self.over_at = Some(at);
        }
        self.state = state;
    }

    /// How long it took until `now`, the attempt that runs among it.
    pub fn spent_until(&self, now: Timestamp) -> SignedDuration {
        match (&self.state, self.tried_at) {
            (StepState::Running, Some(tried_at)) => {
                self.spent + now.duration_since(tried_at).max(SignedDuration::ZERO)
            }
            _ => self.spent,
        }
    }
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
        let steps = plan.steps(&target).into_iter().map(StepRecord::waiting).collect();
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

    /// Whether something was begun on it that has not ended. Waiting for quiet touches nothing, and what was put back waits for its
    /// turn.
    pub fn is_under_way(&self) -> bool {
        let is_begun =
            |record: &StepRecord| record.state != StepState::Waiting && record.step.kind != StepKind::Quiet;
        self.result.is_none() && !self.was_put_back() && self.steps.iter().any(is_begun)
    }

    /// Whether it waits for its session to be quiet.
    pub fn waits_for_quiet(&self) -> bool {
        let waits = |record: &StepRecord| record.step.kind == StepKind::Quiet;
        self.result.is_none() && self.running().is_some_and(waits)
    }

    /// Whether its host may have something of it that is to be followed to its end: it got past what only looks, and was not put back.
    pub fn is_to_follow(&self) -> bool {
        let is_past_looks = |record: &StepRecord| {
            !matches!(record.step.kind, StepKind::Quiet | StepKind::Check)
                && record.state != StepState::Waiting
        };
        self.steps.iter().any(is_past_looks) && !self.was_put_back()
    }

    /// Whether its old container is the session again, and nothing of the try is left to follow.
    fn was_put_back(&self) -> bool {
        let is_back = |record: &StepRecord| {
            record.step.kind == StepKind::PutBack && matches!(record.state, StepState::Done(_))
        };
        self.steps.iter().any(is_back)
    }

    /// Whether there is something to do when its job is taken up: it did not end as planned, and was not left out on purpose.
    pub fn is_left(&self) -> bool {
        !matches!(self.result, Some(TrackResult::Done(_) | TrackResult::Skipped(_)))
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
        let known = self.steps.iter().position(|record| record.step == *step);
        let index = known.unwrap_or_else(|| {
            self.steps.push(StepRecord::waiting(step.clone()));
            self.steps.len() - 1
        });
        if state == StepState::Running && step.kind == StepKind::Export && self.steps[index].attempts > 0 {
            self.begin_another_way();
        }
        if state == StepState::Running && step.kind == StepKind::Check && self.was_put_back() {
            self.begin_anew();
        }
        if state.is_over() {
            self.progress = None;
        }
        self.steps[index].enter(state, at);
    }

    /// Another way to send an image begins with its export: the steps of the way before it are to be done again.
    fn begin_another_way(&mut self) {
        use StepKind::{Confirm, Load, Send, Verify};
        for record in &mut self.steps {
            if matches!(record.step.kind, Send | Verify | Load | Confirm) {
                record.state = StepState::Waiting;
            }
        }
    }

    pub(super) fn log(&mut self, line: String) {
        if self.lines.len() == Self::LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    /// Open again: from its first step on if its host is done with it, and otherwise what was lost sight of is followed to its end.
    pub(super) fn take_up(&mut self) {
        self.result = None;
        if !self.is_to_follow() {
            self.begin_anew();
        }
    }

    fn begin_anew(&mut self) {
        for record in &mut self.steps {
            record.state = StepState::Waiting;
        }
    }

    pub(super) fn end(&mut self, result: TrackResult) {
        self.result = Some(result);
        self.progress = None;
    }
}

#[cfg(test)]
mod tests {
    use super::{Step, StepKind, StepState, Target, Track};
    use crate::model::names::HostName;
    use jiff::{SignedDuration, Timestamp};
    use std::collections::VecDeque;

    fn track() -> Track {
        Track {
            target: Target::host(HostName::local()),
            steps: Vec::new(),
            progress: None,
            transfer: None,
            result: None,
            lines: VecDeque::new(),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
    }

    fn run(track: &mut Track, kind: StepKind, from: i64, to: i64) {
        track.enter(&Step::of(kind), StepState::Running, at(from));
        track.enter(&Step::of(kind), StepState::Done(None), at(to));
    }

    #[test]
    fn a_step_that_is_tried_again_keeps_its_begin_and_adds_up_its_times() {
        let mut track = track();
        for (from, to) in [(0, 3), (10, 14)] {
            run(&mut track, StepKind::Export, from, to);
        }
        let export = &track.steps[0];
        assert_eq!((export.began_at, export.tried_at), (Some(at(0)), Some(at(10))));
        assert_eq!((export.spent, export.attempts), (SignedDuration::from_secs(7), 2));
        track.enter(&Step::of(StepKind::Export), StepState::Running, at(20));
        let export = &track.steps[0];
        assert_eq!((export.spent_until(at(25)).as_secs(), export.over_at), (12, None));
    }

    #[test]
    fn another_way_begins_with_the_steps_after_its_export_still_to_do() {
        let mut track = track();
        run(&mut track, StepKind::Check, 0, 1);
        run(&mut track, StepKind::Export, 1, 2);
        run(&mut track, StepKind::Send, 2, 5);
        let refused = StepState::Skipped("the helper has no place".to_owned());
        track.enter(&Step::of(StepKind::Load), StepState::Running, at(5));
        track.enter(&Step::of(StepKind::Load), refused, at(6));
        assert_eq!(track.steps_over(), (4, 4));
        track.enter(&Step::of(StepKind::Export), StepState::Running, at(7));
        assert_eq!(track.steps_over(), (1, 4), "only the check is over");
        assert_eq!(track.running().unwrap().step.kind, StepKind::Export);
        run(&mut track, StepKind::Send, 8, 9);
        assert_eq!(track.steps[2].spent.as_secs(), 4);
        assert_eq!(track.took(), SignedDuration::from_secs(9));
    }
}
