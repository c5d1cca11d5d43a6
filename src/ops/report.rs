//! How an operation tells what it does: each step goes to the journal first and then to the front ends.

use crate::model::clean::clean;
use crate::model::failure::Failure;
use crate::model::job::{JobEvent, Meter, Progress, Step, StepState, Target, TrackResult, Transfer};
use crate::ops::lease::Lease;
use crate::ops::ports::{Clock, EngineError, ShellError};
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio_util::sync::CancellationToken;

/// Where the events of one job go. Recording returns only when the journal has them on disk.
#[async_trait]
pub trait JobSink: Send + Sync {
    /// Keeps an event, then tells it. An event that could not be kept is an error: no step runs without its record.
    async fn record(&self, event: JobEvent) -> Result<(), String>;

    /// Tells progress without keeping it; may drop it when the front end is behind.
    fn progress(&self, target: &Target, progress: Progress);
}

/// Why a step did not succeed, without host and step, which the reporter adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepError {
    /// The operator ended it; the text says what state things are in.
    Cancelled(String),
    /// It is not possible.
    Trouble(Trouble),
}

/// What went wrong in a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Why.
    pub cause: String,
    /// What state things are in now.
    pub state: String,
    /// The next command or action.
    pub advice: String,
    /// Whether running the job again can help.
    pub retryable: bool,
}

impl StepError {
    /// A failure that only the operator can mend.
    pub fn trouble(cause: impl AsRef<str>, state: impl Into<String>, advice: impl Into<String>) -> Self {
        let cause = clean(cause.as_ref());
        Self::Trouble(Trouble {
            cause,
            state: state.into(),
            advice: advice.into(),
            retryable: false,
        })
    }

    /// A failure that may pass by itself.
    pub fn passing(cause: impl AsRef<str>, state: impl Into<String>, advice: impl Into<String>) -> Self {
        let cause = clean(cause.as_ref());
        Self::Trouble(Trouble {
            cause,
            state: state.into(),
            advice: advice.into(),
            retryable: true,
        })
    }

    /// Why it did not succeed.
    pub fn cause(&self) -> &str {
        match self {
            Self::Cancelled(state) => state,
            Self::Trouble(trouble) => &trouble.cause,
        }
    }

    /// What a shell error means in a step: a cancellation stays one, a lost connection may pass.
    pub fn of_shell(error: &ShellError, state: impl Into<String>, advice: impl Into<String>) -> Self {
        match error {
            ShellError::Cancelled => Self::Cancelled(state.into()),
            ShellError::Lost(_) | ShellError::Deadline(_) | ShellError::Crowded(_) => {
                Self::passing(error.to_string(), state, advice)
            }
            _ => Self::trouble(error.to_string(), state, advice),
        }
    }

    /// What an engine error means in a step.
    pub fn of_engine(error: &EngineError, state: impl Into<String>, advice: impl Into<String>) -> Self {
        match error {
            EngineError::Unreachable(_) | EngineError::Deadline(_) => {
                Self::passing(error.to_string(), state, advice)
            }
            _ => Self::trouble(error.to_string(), state, advice),
        }
    }
}

/// What a step found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome<T> {
    value: T,
    state: StepState,
}

impl<T> Outcome<T> {
    /// Done, and nothing to say about it.
    pub fn done(value: T) -> Self {
        Self {
            value,
            state: StepState::Done(None),
        }
    }

    /// Done, with a note for the operator.
    pub fn noted(value: T, note: impl AsRef<str>) -> Self {
        Self {
            value,
            state: StepState::Done(Some(clean(note.as_ref()))),
        }
    }

    /// What it found.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The same with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Outcome<U> {
        Outcome {
            value: change(self.value),
            state: self.state,
        }
    }

    /// Not needed, and why.
    pub fn skipped(value: T, why: impl Into<String>) -> Self {
        Self {
            value,
            state: StepState::Skipped(why.into()),
        }
    }
}

/// Reports one target of a job.
#[derive(Clone)]
pub struct TrackReporter {
    target: Target,
    sink: Arc<dyn JobSink>,
    clock: Arc<dyn Clock>,
    cancel: CancellationToken,
    /// The lease without which it begins no step.
    under: Arc<Mutex<Weak<Lease>>>,
}

impl TrackReporter {
    /// A reporter of `target`, whose job ends early by `cancel`.
    pub fn new(
        target: Target,
        sink: Arc<dyn JobSink>,
        clock: Arc<dyn Clock>,
        cancel: CancellationToken,
    ) -> Self {
        Self {
            target,
            sink,
            clock,
            cancel,
            under: Arc::default(),
        }
    }

    /// From here on no step begins once this lease is lost.
    pub(crate) fn work_under(&self, lease: Weak<Lease>) {
        *self.under.lock().unwrap_or_else(PoisonError::into_inner) = lease;
    }

    /// Whether no step may begin any more. A lease is looked at now: nobody may have had the time to tell that it is lost.
    fn is_over(&self) -> bool {
        let under = self.under.lock().unwrap_or_else(PoisonError::into_inner);
        self.cancel.is_cancelled() || under.upgrade().is_some_and(|lease| lease.is_lost())
    }

    /// What it reports on.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Ends the job early.
    pub fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Runs one step: records that it runs, does the work, records how it ended. A job that is cancelled, or
    /// has lost its host, begins no step.
    pub async fn step<T>(
        &self,
        step: Step,
        work: impl Future<Output = Result<Outcome<T>, StepError>>,
    ) -> Result<T, TrackResult> {
        if self.is_over() {
            return Err(TrackResult::Cancelled(format!("before {step}")));
        }
        self.record(&step, StepState::Running).await?;
        match work.await {
            Ok(Outcome { value, state }) => {
                self.record(&step, state).await?;
                Ok(value)
            }
            Err(StepError::Cancelled(state)) => {
                self.record(&step, StepState::Skipped("cancelled".to_owned()))
                    .await?;
                Err(TrackResult::Cancelled(state))
            }
            Err(StepError::Trouble(trouble)) => {
                let failure = self.failure(&step, trouble);
                self.record(&step, StepState::Failed(failure.clone())).await?;
                Err(TrackResult::Failed(failure))
            }
        }
    }

    /// Records a state that a step reached elsewhere, such as in a transaction that the host runs alone.
    pub async fn record(&self, step: &Step, state: StepState) -> Result<(), TrackResult> {
        let left = match state {
            StepState::Running | StepState::Waiting => "The step was not begun.",
            _ => "What the step did is done; only its record is missing.",
        };
        let event = JobEvent::Step {
            target: self.target.clone(),
            step: step.clone(),
            state,
            at: self.clock.now(),
        };
        self.sink.record(event).await.map_err(|cause| {
            let trouble = Trouble {
                cause: format!("the journal cannot be written: {cause}"),
                state: left.to_owned(),
                advice: "free space in the state directory here, then run the job again".to_owned(),
                retryable: true,
            };
            TrackResult::Failed(Failure {
                host: None,
                ..self.failure(step, trouble)
            })
        })
    }

    /// Keeps one line for the operator.
    pub async fn log(&self, line: impl AsRef<str>) {
        let event = JobEvent::Log {
            target: self.target.clone(),
            line: clean(line.as_ref()),
        };
        if let Err(cause) = self.sink.record(event).await {
            tracing::warn!(%cause, "a log line of a job could not be kept");
        }
    }

    /// Keeps how the image came to the host.
    pub async fn transferred(&self, transfer: Transfer) {
        let event = JobEvent::Transferred {
            target: self.target.clone(),
            transfer,
            at: self.clock.now(),
        };
        if let Err(cause) = self.sink.record(event).await {
            tracing::warn!(%cause, "the account of a transfer could not be kept");
        }
    }

    /// Counts the bytes of the running step, told at most ten times a second.
    pub fn byte_counter(&self, total: Option<u64>) -> ByteCounter {
        let now = self.clock.now();
        ByteCounter {
            reporter: self.clone(),
            meter: Arc::new(Mutex::new((Meter::new(total, now), now))),
        }
    }

    fn failure(&self, step: &Step, trouble: Trouble) -> Failure {
        Failure {
            host: self.target.host.unless_source(),
            step: step.kind,
            cause: trouble.cause,
            state: trouble.state,
            advice: trouble.advice,
            retryable: trouble.retryable,
        }
    }
}

/// Counts bytes of a step and tells progress from them.
#[derive(Clone)]
pub struct ByteCounter {
    reporter: TrackReporter,
    meter: Arc<Mutex<(Meter, Timestamp)>>,
}

/// At most ten progress events a second for one target (R4 of research/tui.md).
const TELL_EVERY: SignedDuration = SignedDuration::from_millis(100);

impl ByteCounter {
    /// Learns how many bytes there are in all.
    pub fn expect(&self, total: u64) {
        self.meter
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .0
            .expect_in_all(total);
    }

    /// Takes the number of bytes that are done in all.
    pub fn set(&self, done: u64) {
        let now = self.reporter.clock.now();
        let mut guard = self.meter.lock().unwrap_or_else(PoisonError::into_inner);
        let (meter, told_at) = &mut *guard;
        if done > 0 && now.duration_since(*told_at) < TELL_EVERY {
            return;
        }
        *told_at = now;
        let progress = meter.read(done, now);
        self.reporter.sink.progress(&self.reporter.target, progress);
    }
}
