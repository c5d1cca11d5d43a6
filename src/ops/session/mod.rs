//! What is done with single sessions beside restarting them: start, stop, remove, label. One file for each.
//!
//! Everything is checked again by id under the host's lease. None of it works on a session whose restart is not over: the
//! host's journal has it then, and what it holds must not be changed by others.

mod host_look;
mod label;
mod probe;
mod remove;
mod start;
mod start_new;
mod stop;

use crate::model::fleet::ContainerState;
use crate::model::job::{Target, TrackResult};
use crate::model::names::{ContainerId, HostName, JobId, SessionName};
use crate::model::plan::Plan;
use crate::ops::host_link::HostLink;
use crate::ops::report::{StepError, TrackReporter};
use serde_json::Value;

/// What a step says where nothing was done yet.
const UNCHANGED: &str = "Nothing was changed.";

/// Does one target of a plan about sessions. `is_resumed` tells that an earlier run of the job had begun with it.
pub async fn on_session(
    plan: &Plan,
    target: &Target,
    job: &JobId,
    is_resumed: bool,
    link: &HostLink,
    reporter: &TrackReporter,
) -> TrackResult {
    let not_planned = || TrackResult::NotBegun("the plan has nothing for it".to_owned());
    let Some(session) = &target.session else {
        return not_planned();
    };
    let work = Work {
        host: &target.host,
        session,
        job,
        is_resumed,
        link,
        reporter,
    };
    let is_it = |host: &HostName, name: &SessionName| *host == target.host && name == session;
    let result = match plan {
        Plan::Start(plan) => match plan.sessions.iter().find(|one| is_it(&one.host, &one.session)) {
            Some(one) => work.start(one).await,
            None => return not_planned(),
        },
        Plan::Stop(plan) => match plan.sessions.iter().find(|one| is_it(&one.host, &one.session)) {
            Some(one) => work.stop(one).await,
            None => return not_planned(),
        },
        Plan::Remove(plan) => match plan.sessions.iter().find(|one| is_it(&one.host, &one.session)) {
            Some(one) => work.remove(one).await,
            None => return not_planned(),
        },
        Plan::Rename(plan) => work.rename(plan).await,
        _ => return not_planned(),
    };
    match result {
        Ok(note) => TrackResult::Done(note),
        Err(result) => result,
    }
}

/// One change of one session and what it works with.
struct Work<'a> {
    host: &'a HostName,
    session: &'a SessionName,
    job: &'a JobId,
    is_resumed: bool,
    link: &'a HostLink,
    reporter: &'a TrackReporter,
}

impl Work<'_> {
    /// The container of the plan as the engine has it; none when it is gone.
    async fn container(&self, id: &ContainerId) -> Result<Option<Value>, StepError> {
        let found = self.link.engine.inspect(id.as_str()).await;
        found.map_err(|error| StepError::of_engine(&error, UNCHANGED, self.look_again()))
    }

    /// The container that is the session now; it must be the one of the plan.
    async fn session_container(&self, planned: &ContainerId) -> Result<Value, StepError> {
        let found = self.link.engine.inspect(self.session.as_str()).await;
        let found = found.map_err(|error| StepError::of_engine(&error, UNCHANGED, self.look_again()))?;
        let Some(container) = found else {
            return Err(self.refuse(
                format!(
                    "the session {} has no container any more: somebody removed it",
                    self.session
                ),
                "see `tagboat session list`",
            ));
        };
        if container.get("Id").and_then(Value::as_str) == Some(planned.as_str()) {
            return Ok(container);
        }
        Err(self.refuse(
            "the session has another container than when this was planned",
            self.look_again(),
        ))
    }

    /// A step that is not possible; nothing was changed by it or before it.
    fn refuse(&self, cause: impl AsRef<str>, advice: impl Into<String>) -> StepError {
        StepError::trouble(cause, UNCHANGED, advice)
    }

    fn look_again(&self) -> String {
        format!(
            "look at it with `tagboat session list --host {}`, then plan it again",
            self.host
        )
    }

    fn resume(&self) -> String {
        format!("tagboat job resume {}", self.job)
    }
}

/// What the engine does with a container; none for a word that is not known.
fn state_of(container: &Value) -> Option<ContainerState> {
    let word = container.pointer("/State/Status").and_then(Value::as_str)?;
    ContainerState::read(word)
}
