//! What makes a host a member: looks at it, and changes it piece by piece. One file for each kind of change.

mod enable;
mod examine;
#[cfg(test)]
mod fake_root;
mod put;
mod remove;
#[cfg(test)]
mod script_tests;
mod take_up;

use crate::model::job::{Step, StepKind, TrackResult};
use crate::model::names::HostName;
use crate::model::plan::{SetupPlan, SetupTarget, SetupWork};
use crate::model::setup::{Change, Examination, Piece};
use crate::ops::host_link::HostLink;
use crate::ops::ports::{Script, ScriptCall, ShellError};
use crate::ops::report::{Outcome, StepError, TrackReporter};
pub use examine::examine;
use std::time::Duration;

/// How long one change may take: a busy disk syncs slowly, and a restart that is taken up waits for its stop and its probe.
const CHANGE: Duration = Duration::from_mins(5);

/// The exit code of a script that found something else than the plan expects.
const OTHERWISE: i32 = 3;

/// Changes one host as its plan says. What is as it is to be already is skipped, so an interrupted job goes on where it was.
pub async fn set_up_host(
    plan: &SetupPlan,
    target: &SetupTarget,
    link: &HostLink,
    reporter: &TrackReporter,
) -> TrackResult {
    let setup = Setup {
        plan,
        target,
        link,
        reporter,
    };
    match setup.run().await {
        Ok(note) => TrackResult::Done(note),
        Err(end) => end,
    }
}

/// One host and what it works with.
struct Setup<'a> {
    plan: &'a SetupPlan,
    target: &'a SetupTarget,
    link: &'a HostLink,
    reporter: &'a TrackReporter,
}

/// Whether a change was needed.
enum Changed {
    Now,
    Already(String),
}

impl Setup<'_> {
    async fn run(&self) -> Result<Option<String>, TrackResult> {
        if self.target.changes.is_empty() {
            return Ok(None);
        }
        let check = Step::about(StepKind::Check, "setup");
        let told = self.reporter.step(check, examine::check(self)).await?;
        for change in &self.target.changes {
            let work = async {
                Ok(match self.change(change, &told).await? {
                    Changed::Now => Outcome::done(()),
                    Changed::Already(why) => Outcome::skipped((), why),
                })
            };
            self.reporter.step(change.step(), work).await?;
        }
        let count = self.target.changes.len();
        Ok(Some(format!("{count} changes made")))
    }

    async fn change(&self, change: &Change, told: &Examination) -> Result<Changed, StepError> {
        match change {
            Change::Put {
                piece: Piece::Enabled { unit, now, .. },
                ..
            } => enable::enable(self, "enable", unit, *now).await,
            Change::Take {
                piece: Piece::Enabled { unit, now, .. },
                ..
            } => enable::enable(self, "disable", unit, *now).await,
            Change::Put { piece, before } => put::put(self, piece, before).await,
            Change::Take { piece, before } => remove::take(self, piece, before).await,
            // What the plan saw may be in use by now: a push goes on from what an earlier one has left.
            Change::RemoveFile { path, .. } if !told.is_left_over(path) => {
                Ok(Changed::Already("it is gone, or in use again".to_owned()))
            }
            Change::RemoveFile { path, .. } => remove::remove_file(self, path).await,
            Change::TakeUpRestarts { .. } => take_up::take_up(self).await,
        }
    }

    fn host(&self) -> &HostName {
        &self.target.host
    }

    /// The command that does it again.
    fn again(&self) -> String {
        let fix = match self.plan.work {
            SetupWork::Mend => return format!("tagboat host doctor {} --fix", self.host()),
            work => work.verb(),
        };
        format!("tagboat {fix} {}", self.host())
    }

    /// Runs a script that changes one thing, as root; what it answers. `what` is the thing.
    async fn ask(
        &self,
        script: Script,
        arguments: Vec<String>,
        input: Option<&[u8]>,
        what: &str,
    ) -> Result<String, StepError> {
        let state = || match script.name {
            "setup take up" => "The host goes on with them alone, whatever is heard of it here.".to_owned(),
            "setup enable" => format!("What was done before stays; {what} may be enabled and not started."),
            _ => format!("What was done before stays; {what} is as it was."),
        };
        let mut call = ScriptCall::question(script, arguments)
            .as_root()
            .within(CHANGE)
            .until(self.reporter.cancel());
        let mut bytes = input.unwrap_or_default();
        if input.is_some() {
            call.input = Some(&mut bytes);
        }
        let output = self.link.shell.run(call).await.map_err(|error| {
            let lost = matches!(error, ShellError::Lost(_) | ShellError::Deadline(_));
            let state = if lost {
                format!("{what} is either as it was or as it is to be, never in between.")
            } else {
                state()
            };
            StepError::of_shell(&error, state, self.again())
        })?;
        let code = output.code;
        output
            .success()
            .map(|said| said.trim().to_owned())
            .map_err(|why| {
                let next = match code {
                    OTHERWISE => format!(
                        "look at {what} on the host, then make the plan again: {}",
                        self.again()
                    ),
                    _ => format!("mend that on the host, then {}", self.again()),
                };
                StepError::trouble(why, state(), next)
            })
    }
}
