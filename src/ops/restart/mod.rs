//! Replaces the container of one session by one on another image, so that nothing is lost whatever dies meanwhile.
//!
//! The console checks, records and creates; from there on the host goes on alone (`assets/host/restart`), and the console
//! only follows. An abort counts until the commit: it then is as if the restart had never begun. After the commit it
//! is too late, and the restart comes to its end.

mod back;
mod check;
mod compose;
mod crash_point;
mod create;
mod follow;
mod journal;
mod probe;
mod quiet;
mod scripts;
mod status;
mod told;

pub(in crate::ops) use journal::take_up_advice;

pub use compose::{BOOTSTRAP, Bootstrapping, COMPOSE_TRANSACTION, MIGRATION, migrate_on_host};
pub use crash_point::CONSOLE_CRASH_POINTS;
pub use follow::Heard;
pub use quiet::{ensure_clean, wait_for_quiet};
pub use scripts::TRANSACTION;

use crash_point::crash_point;

use crate::model::failure::Failure;
use crate::model::job::{Step, StepKind, TrackResult};
use crate::model::names::{ContainerRole, ImageRef, JobId, Operator};
use crate::model::plan::{PIN_IMAGE, Replacement, RestartTarget};
use crate::ops::host_link::HostLink;
use crate::ops::ports::{Script, ScriptCall, ScriptOutput, ShellError};
use crate::ops::report::{StepError, TrackReporter};
use std::time::Duration;
use told::Told;

/// How long the host may take to undo what was made before it took over: it removes containers that never ran.
const BACK_OUT: Duration = Duration::from_mins(2);

/// What the session is like as long as the host has not taken over.
const UNTOUCHED: &str = "The session runs on as it was.";

/// What came of a restart, as far as this console knows.
#[derive(Debug)]
pub enum Restarted {
    /// It is over.
    Over(TrackResult),
    /// The host has put back what was, for no other reason than an interruption: it can begin anew.
    PutBack(TrackResult),
    /// The host, which goes on alone, cannot be heard any more: what it did is told by its journal, from where it was heard last.
    Lost(TrackResult, Heard),
}

impl Restarted {
    /// How it ended, where nobody waits for more.
    pub fn result(self) -> TrackResult {
        match self {
            Self::Over(result) | Self::PutBack(result) | Self::Lost(result, _) => result,
        }
    }
}

/// What ends a restart for this console, whatever its host does.
impl From<TrackResult> for Restarted {
    fn from(result: TrackResult) -> Self {
        Self::Over(result)
    }
}

/// Restarts one session.
pub async fn restart_session(
    target: &RestartTarget,
    job: &JobId,
    operator: &Operator,
    link: &HostLink,
    reporter: &TrackReporter,
) -> Restarted {
    let restart = Restart {
        target,
        job,
        operator,
        link,
        reporter,
        again: None,
        told: told_of(target),
    };
    match restart.run().await {
        Ok(restarted) | Err(restarted) => restarted,
    }
}

/// Brings a restart that was interrupted to its end, or back, as the host's journal says; one that had not got to its
/// journal begins now. `heard` is what this process has heard of it already.
pub async fn resume_restart(
    target: &RestartTarget,
    job: &JobId,
    operator: &Operator,
    link: &HostLink,
    reporter: &TrackReporter,
    heard: Heard,
) -> Restarted {
    let restart = Restart {
        target,
        job,
        operator,
        link,
        reporter,
        again: None,
        told: told_of(target),
    };
    match Box::pin(restart.follow_interrupted(heard)).await {
        Ok(restarted) | Err(restarted) => restarted,
    }
}

/// One restart and what it works with.
struct Restart<'a> {
    target: &'a RestartTarget,
    job: &'a JobId,
    operator: &'a Operator,
    link: &'a HostLink,
    reporter: &'a TrackReporter,
    /// The command that does it again, where it is not the restart of a session.
    again: Option<String>,
    /// What is said of what it works on.
    told: &'static Told,
}

fn told_of(target: &RestartTarget) -> &'static Told {
    match target.by {
        Replacement::Compose { .. } => &told::OF_COMPOSE,
        Replacement::Restart | Replacement::Predecessor(_) => &told::SESSION,
    }
}

impl Restart<'_> {
    async fn run(&self) -> Result<Restarted, Restarted> {
        match &self.target.by {
            Replacement::Restart => self.replace().await,
            Replacement::Compose { service, pin } => self.compose(service, pin).await,
            Replacement::Predecessor(id) => self.go_back(id).await,
        }
    }

    async fn replace(&self) -> Result<Restarted, Restarted> {
        crash_point("check");
        let ready = self
            .reporter
            .step(Step::of(StepKind::Check), self.check())
            .await?;
        crash_point("checked");
        let begun = async {
            self.reporter
                .step(Step::of(StepKind::Record), self.record(&ready))
                .await?;
            let made = self
                .reporter
                .step(Step::of(StepKind::Create), self.create(&ready))
                .await?;
            crash_point("created");
            if self.reporter.cancel().is_cancelled() {
                return Err(TrackResult::Cancelled(UNTOUCHED.to_owned()));
            }
            Ok(made)
        };
        let made = match begun.await {
            Ok(made) => made,
            Err(result) => return Err(self.back_out(result).await.into()),
        };
        self.hand_over(made.arguments()).await?;
        crash_point("handed_over");
        let result = Box::pin(self.follow()).await;
        crash_point("followed");
        result
    }

    /// Removes what was made before the host took over, and the journal with it. Nothing was touched so far.
    async fn back_out(&self, result: TrackResult) -> TrackResult {
        let undone = self.command("recover", &[], BACK_OUT).await;
        match undone.map(ScriptOutput::success) {
            Ok(Ok(_)) => result,
            Ok(Err(why)) => self.left_behind(result, &why),
            Err(error) => self.left_behind(result, &error.to_string()),
        }
    }

    fn left_behind(&self, result: TrackResult, why: &str) -> TrackResult {
        let advice = self.resume_advice();
        let left = format!(
            "{} What was made for the restart is still there ({why}).",
            self.told.untouched
        );
        match result {
            TrackResult::Failed(failure) => TrackResult::Failed(Failure {
                state: left,
                advice,
                ..failure
            }),
            TrackResult::Cancelled(_) => TrackResult::Cancelled(format!("{left} {advice}")),
            other => other,
        }
    }

    /// Names what was made, and lets the host go on alone.
    async fn hand_over(&self, made: Vec<String>) -> Result<(), Restarted> {
        let arguments = std::iter::once(self.directory()).chain(made);
        let answer = self.run_script(scripts::HAND_OVER, arguments, BACK_OUT).await;
        match answer.map(ScriptOutput::success) {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(why)) => {
                let failed = self.failed(
                    StepKind::Hold,
                    &why,
                    self.told.untouched,
                    &self.again_advice(),
                    true,
                );
                Err(self.back_out(failed).await.into())
            }
            // Whether the host has begun is not known.
            Err(error) => {
                let lost = self.failed(
                    StepKind::Hold,
                    &error.to_string(),
                    self.told.handing_over,
                    &self.resume_advice(),
                    true,
                );
                Err(Restarted::Lost(lost, Heard::default()))
            }
        }
    }

    /// A command of the script in the journal.
    async fn command(
        &self,
        command: &str,
        arguments: &[String],
        within: Duration,
    ) -> Result<ScriptOutput, ShellError> {
        let all = [command.to_owned(), self.directory()]
            .into_iter()
            .chain(arguments.iter().cloned());
        self.run_script(scripts::COMMAND, all, within).await
    }

    /// A script with root's rights: journals are root's, and hold the environment of sessions.
    async fn run_script(
        &self,
        script: Script,
        arguments: impl IntoIterator<Item = String>,
        within: Duration,
    ) -> Result<ScriptOutput, ShellError> {
        let call = ScriptCall::question(script, arguments).as_root().within(within);
        self.link.shell.run(call).await
    }

    /// The journal's name, by which the containers of this restart are labelled.
    fn journal_name(&self) -> String {
        format!("{}-{}", self.job, self.target.session)
    }

    fn directory(&self) -> String {
        format!(
            "{}/restarts/{}",
            self.link.profile().paths.state,
            self.journal_name()
        )
    }

    fn container_name(&self, role: &dyn Fn(JobId) -> ContainerRole) -> String {
        role(self.job.clone()).container_name(&self.target.session)
    }

    /// A reference that keeps the new image from a prune. One for each restart: those of a job may run at the same time.
    fn pin(&self) -> Result<ImageRef, StepError> {
        let text = format!("{PIN_IMAGE}:{}-{}", self.job, self.target.container.short());
        ImageRef::parse(&text).map_err(|error| self.refuse(error.to_string(), self.again_advice()))
    }

    /// A step that is not possible; the session is as it was.
    fn refuse(&self, cause: impl AsRef<str>, advice: impl Into<String>) -> StepError {
        StepError::trouble(cause, self.told.untouched, advice)
    }

    fn again_advice(&self) -> String {
        if let Some(again) = &self.again {
            return again.clone();
        }
        format!(
            "tagboat session restart {} --host {} --tag {}",
            self.target.session, self.target.host, self.target.onto.tag
        )
    }

    fn resume_advice(&self) -> String {
        format!("tagboat job resume {}", self.job)
    }

    fn failed(&self, step: StepKind, cause: &str, state: &str, advice: &str, retryable: bool) -> TrackResult {
        TrackResult::Failed(self.failure(step, cause, state, advice, retryable))
    }

    fn failure(&self, step: StepKind, cause: &str, state: &str, advice: &str, retryable: bool) -> Failure {
        Failure {
            host: Some(self.target.host.clone()),
            step,
            cause: cause.to_owned(),
            state: state.to_owned(),
            advice: advice.to_owned(),
            retryable,
        }
    }

    /// The host cannot be heard any more, but it goes on by itself.
    fn lost(&self, step: StepKind, error: &ShellError) -> TrackResult {
        self.failed(
            step,
            &error.to_string(),
            self.told.alone,
            &self.resume_advice(),
            true,
        )
    }
}
