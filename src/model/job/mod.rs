//! Jobs: running and finished plans, folded from the events that the journal keeps and every front end sees.

mod meter;
mod patience;
mod rest;
mod state;
mod step;
mod track;
mod transfer;
mod word;

pub use meter::{Meter, Progress};
pub use patience::Patience;
pub use rest::Rest;
pub use state::JobState;
pub use step::{Step, StepKind, StepState};
pub use track::{StepRecord, Track, TrackResult};
pub use transfer::{Sent, Transfer};
pub use word::{BEING_CANCELLED, Word};

use crate::model::names::{HostName, ImageRef, JobId, Operator, SessionName};
use crate::model::plan::Plan;
use crate::model::rollout::{Steer, Steering};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What one part of a job works on: a host, or one session of it; or the source, where images come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Target {
    /// The host.
    #[serde(deserialize_with = "HostName::deserialize_or_source")]
    pub host: HostName,
    /// The session, where the job is about sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionName>,
}

impl Target {
    /// A whole host.
    pub fn host(host: HostName) -> Self {
        Self { host, session: None }
    }

    /// The source: for it no host is taken.
    pub fn source() -> Self {
        Self::host(HostName::source())
    }

    /// Whether it is the source.
    pub fn is_source(&self) -> bool {
        self.host.is_source()
    }

    /// One session.
    pub fn session(host: HostName, session: SessionName) -> Self {
        Self {
            host,
            session: Some(session),
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.session {
            Some(session) => write!(f, "{}/{session}", self.host),
            None => f.pad(self.host.as_str()),
        }
    }
}

/// Something that happened in a job. All but progress is kept in the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum JobEvent {
    /// It began, or was taken up again after an interruption.
    Started {
        /// What it does.
        plan: Box<Plan>,
        /// Who runs it.
        operator: Operator,
        /// How long it waits for a host that somebody else changes.
        #[serde(default, skip_serializing_if = "Patience::is_none")]
        patience: Patience,
        /// When.
        at: Timestamp,
    },
    /// A step changed its state.
    Step {
        /// On what.
        target: Target,
        /// Which step.
        step: Step,
        /// Its state now.
        state: StepState,
        /// When.
        at: Timestamp,
    },
    /// Bytes moved in the step that runs on this target.
    Progress {
        /// On what.
        target: Target,
        /// How far.
        progress: Progress,
    },
    /// Something worth keeping was said, made harmless.
    Log {
        /// On what.
        target: Target,
        /// One line.
        line: String,
    },
    /// The image is on the host; this is how it came there.
    Transferred {
        /// On what.
        target: Target,
        /// How.
        transfer: Transfer,
        /// When.
        at: Timestamp,
    },
    /// The operator told a rollout something.
    Steered {
        /// What.
        steer: Steer,
        /// Who.
        operator: Operator,
        /// When.
        at: Timestamp,
    },
    /// Somebody told it to end: what runs is ended, and nothing else begins.
    Cancelling {
        /// Who.
        operator: Operator,
        /// When.
        at: Timestamp,
    },
    /// All is done, or given up, for one target.
    TargetEnded {
        /// Which.
        target: Target,
        /// How it ended.
        result: TrackResult,
        /// When.
        at: Timestamp,
    },
    /// The whole job ended.
    Ended {
        /// How.
        verdict: Verdict,
        /// When.
        at: Timestamp,
    },
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All targets are as planned.
    Done,
    /// Some are, some are not.
    Partly,
    /// None is.
    Failed,
    /// The operator stopped it.
    Cancelled,
}

impl Verdict {
    /// The verdict as one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Partly => "partly done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A plan with what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub plan: Plan,
    /// Who started it.
    pub operator: Operator,
    /// How long it waits for a host that somebody else changes.
    pub patience: Patience,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Where it is in its life.
    pub state: JobState,
    /// What the operator has told it, where it can be steered.
    pub steering: Steering,
    /// One part for each target.
    pub tracks: Vec<Track>,
}

impl Job {
    /// A job at its beginning.
    pub fn new(id: JobId, plan: Plan, operator: Operator, started_at: Timestamp) -> Self {
        let tracks = plan
            .targets()
            .into_iter()
            .map(|target| Track::new(&plan, target))
            .collect();
        Self {
            id,
            plan,
            operator,
            patience: Patience::NONE,
            started_at,
            ended_at: None,
            state: JobState::Running,
            steering: Steering::default(),
            tracks,
        }
    }

    /// The same job, which waits so long for a host that somebody else changes.
    #[must_use]
    pub fn waiting(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Folds the events of a journal into a job; none if they do not begin with a start.
    pub fn fold(id: JobId, events: impl IntoIterator<Item = JobEvent>) -> Option<Self> {
        let mut events = events.into_iter();
        let JobEvent::Started {
            plan,
            operator,
            patience,
            at,
        } = events.next()?
        else {
            return None;
        };
        let mut job = Self::new(id, *plan, operator, at).waiting(patience);
        for event in events {
            job.apply(event);
        }
        Some(job)
    }

    /// Applies one event.
    pub fn apply(&mut self, event: JobEvent) {
        match event {
            JobEvent::Started { patience, .. } => {
                self.patience = patience;
                self.take_up();
            }
            JobEvent::Step {
                target,
                step,
                state,
                at,
            } => {
                if let Some(track) = self.track_mut(&target) {
                    track.enter(&step, state, at);
                }
            }
            JobEvent::Progress { target, progress } => {
                if let Some(track) = self.track_mut(&target) {
                    track.progress = Some(progress);
                }
            }
            JobEvent::Log { target, line } => {
                if let Some(track) = self.track_mut(&target) {
                    track.log(line);
                }
            }
            JobEvent::Transferred { target, transfer, .. } => {
                if let Some(track) = self.track_mut(&target) {
                    track.transfer = Some(transfer);
                }
            }
            JobEvent::Steered { steer, operator, .. } => self.steer(steer, &operator),
            JobEvent::Cancelling { .. } => {
                self.steering.is_cancelled = true;
                if self.state == JobState::Running {
                    self.state = JobState::Cancelling;
                }
            }
            JobEvent::TargetEnded { target, result, .. } => {
                if let Some(track) = self.track_mut(&target) {
                    track.end(result);
                }
            }
            JobEvent::Ended { verdict, at } => {
                self.state = JobState::Ended(verdict);
                self.ended_at = Some(at);
            }
        }
    }

    /// Taken up again: what ended as planned stays so, what the operator left out stays out, the rest is open. A pause is
    /// over, or nothing would happen.
    fn take_up(&mut self) {
        self.state = JobState::Running;
        self.ended_at = None;
        self.steering.is_paused = false;
        self.steering.is_cancelled = false;
        self.tracks
            .iter_mut()
            .filter(|track| track.is_left())
            .for_each(Track::take_up);
    }

    fn steer(&mut self, steer: Steer, operator: &Operator) {
        match steer {
            Steer::Pause => self.steering.is_paused = true,
            Steer::Continue => self.steering.is_paused = false,
            Steer::Approve => self.steering.is_approved = true,
            Steer::Skip(target) => {
                if let Some(track) = self.track_mut(&target) {
                    track.end(TrackResult::Skipped(format!("left out by {operator}")));
                }
            }
            Steer::Retry(target) => {
                if let Some(track) = self.track_mut(&target) {
                    track.take_up();
                }
            }
        }
    }

    /// What a resume works on.
    pub fn rest(&self) -> Rest {
        Rest::of(self)
    }

    /// Whether there is something to take up: it was interrupted, or it ended and not everywhere as planned.
    pub fn is_resumable(&self) -> bool {
        match self.state {
            JobState::Interrupted => true,
            JobState::Ended(_) => self.tracks.iter().any(Track::is_left),
            JobState::Running | JobState::Cancelling | JobState::Elsewhere => false,
        }
    }

    /// The tags that it needs until it has ended, whoever runs it: a prune keeps them.
    pub fn needed_tags(&self) -> Vec<(HostName, ImageRef)> {
        match self.state {
            JobState::Ended(_) => Vec::new(),
            _ => self.plan.needed_tags(),
        }
    }

    /// Whether this process works on it now.
    pub fn is_live(&self) -> bool {
        matches!(self.state, JobState::Running | JobState::Cancelling)
    }

    /// The part of it for one target.
    pub fn track(&self, target: &Target) -> Option<&Track> {
        self.tracks.iter().find(|track| track.target == *target)
    }

    /// What went to its hosts, all together; none where nothing is known to have gone.
    pub fn sent(&self) -> Option<Sent> {
        let transfers = self.tracks.iter().filter_map(|track| track.transfer.as_ref());
        transfers.fold(None, |sum: Option<Sent>, transfer| {
            let sum = sum.unwrap_or_default();
            Some(Sent {
                bytes: sum.bytes.saturating_add(transfer.bytes_sent),
                whole: sum.whole.saturating_add(transfer.bytes_whole),
            })
        })
    }

    fn track_mut(&mut self, target: &Target) -> Option<&mut Track> {
        self.tracks.iter_mut().find(|track| track.target == *target)
    }

    /// How it would end now: from the results of its targets.
    pub fn verdict(&self, cancelled: bool) -> Verdict {
        let good = self.tracks.iter().filter(|track| track.is_done()).count();
        match (good, cancelled) {
            (good, _) if good == self.tracks.len() => Verdict::Done,
            (_, true) => Verdict::Cancelled,
            (0, false) => Verdict::Failed,
            (_, false) => Verdict::Partly,
        }
    }
}
