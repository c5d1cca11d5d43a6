//! Stops the container of a session, and waits until it is stopped.

use super::{Work, state_of};
use crate::model::fleet::ContainerState;
use crate::model::job::{Step, StepKind, TrackResult};
use crate::model::names::ContainerId;
use crate::model::plan::StopTarget;
use crate::ops::ports::EngineError;
use crate::ops::report::{Outcome, StepError};
use serde_json::Value;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// What a container has to end in that says nothing itself (the engine's default).
const USUAL_TIMEOUT: u64 = 10;

/// What a stop may take beside its own timeout: the engine kills it then, and a busy disk unmounts slowly.
const AROUND: Duration = Duration::from_mins(1);

/// How long the engine may take to remove a container that was started with `--rm`.
const REMOVAL: Duration = Duration::from_secs(30);

/// How often it is asked whether it has.
const LOOK_EVERY: Duration = Duration::from_millis(200);

impl Work<'_> {
    pub(super) async fn stop(&self, target: &StopTarget) -> Result<Option<String>, TrackResult> {
        let check = self.check_stop(target);
        let container = self.reporter.step(Step::of(StepKind::Check), check).await?;
        let Some(container) = container else {
            return Ok(Some("it had stopped already".to_owned()));
        };
        let work = self.stop_container(&target.container, &container, target.storage.removes_itself);
        self.reporter.step(Step::of(StepKind::Stop), work).await.map(Some)
    }

    /// None where a run that was interrupted had stopped it already.
    async fn check_stop(&self, target: &StopTarget) -> Result<Outcome<Option<Value>>, StepError> {
        self.no_open_restart().await?;
        if self.is_resumed
            && self
                .container(&target.container)
                .await?
                .is_none_or(|it| !is_up(&it))
        {
            return Ok(Outcome::noted(None, "it is stopped"));
        }
        let container = self.session_container(&target.container).await?;
        if !is_up(&container) {
            return Err(self.refuse("it does not run any more", self.look_again()));
        }
        if state_of(&container) == Some(ContainerState::Paused) {
            return Err(self.refuse(
                "it is paused",
                format!("`docker unpause {}` on {} first", self.session, self.host),
            ));
        }
        let policy = container
            .pointer("/HostConfig/RestartPolicy/Name")
            .and_then(Value::as_str);
        if policy == Some("always") {
            let told = "its restart policy is `always`: it comes back when the engine is started again";
            self.reporter.log(told).await;
            return Ok(Outcome::noted(Some(container), told));
        }
        Ok(Outcome::done(Some(container)))
    }

    /// Stops a container; tells how it ended.
    pub(super) async fn stop_container(
        &self,
        id: &ContainerId,
        container: &Value,
        removes_itself: bool,
    ) -> Result<Outcome<String>, StepError> {
        let own = container.pointer("/Config/StopTimeout").and_then(Value::as_u64);
        let limit = Duration::from_secs(own.unwrap_or(USUAL_TIMEOUT)) + AROUND;
        let asked = self.link.engine.stop(id, limit).await;
        match asked {
            // One that was started with --rm may be gone before its stop is answered.
            Ok(()) | Err(EngineError::NotFound(_)) => {}
            Err(EngineError::Conflict(_)) if removes_itself => {}
            Err(error @ (EngineError::Unreachable(_) | EngineError::Deadline(_))) => {
                return Err(StepError::of_engine(
                    &error,
                    "The engine was asked to stop it, and goes on with that.",
                    self.resume(),
                ));
            }
            Err(error) => return Err(StepError::of_engine(&error, "It runs on.", self.look_again())),
        }
        let deadline = Instant::now() + REMOVAL;
        loop {
            let now = self.link.engine.inspect(id.as_str()).await;
            let now = now.map_err(|error| {
                StepError::of_engine(&error, "The engine was asked to stop it.", self.resume())
            })?;
            match now {
                None => return Ok(how("the engine removed its container (--rm)")),
                Some(_) if removes_itself && Instant::now() < deadline => sleep(LOOK_EVERY).await,
                Some(it) if is_up(&it) => {
                    return Err(StepError::trouble(
                        "it was stopped, and runs again",
                        UNCHANGED_SINCE,
                        self.look_again(),
                    ));
                }
                Some(_) if removes_itself => {
                    return Ok(how("it is stopped; the engine has not removed its container yet"));
                }
                Some(it) => return Ok(how(&end_of(&it))),
            }
        }
    }
}

/// What is so when somebody, or a policy, started it anew.
const UNCHANGED_SINCE: &str = "Somebody else, or the engine, started it again.";

fn how(note: &str) -> Outcome<String> {
    Outcome::noted(note.to_owned(), note)
}

fn end_of(container: &Value) -> String {
    match container.pointer("/State/ExitCode").and_then(Value::as_i64) {
        Some(137) => "it did not end when it was asked to, and was killed".to_owned(),
        Some(code) => format!("it ended with exit code {code}"),
        None => "it is stopped".to_owned(),
    }
}

/// Whether a process of it runs.
pub(super) fn is_up(container: &Value) -> bool {
    state_of(container).is_some_and(ContainerState::is_up)
}
