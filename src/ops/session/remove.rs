//! Removes a session: what restarts left of it first, its own container last, then the volumes that the plan names.
//!
//! An interrupted removal leaves the session itself until the end, so it is still seen and can be gone on with.

use super::stop::is_up;
use super::{Work, state_of};
use crate::model::fleet::ContainerState;
use crate::model::job::{Step, StepKind, TrackResult};
use crate::model::names::ContainerId;
use crate::model::plan::{LABEL_SUBJECT, RemoveTarget, VolumeFate, volume_subject};
use crate::ops::ports::Removal;
use crate::ops::report::{Outcome, StepError};
use serde_json::Value;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long the engine may take over a removal that it is at already.
const REMOVAL: Duration = Duration::from_mins(1);

const LOOK_EVERY: Duration = Duration::from_millis(200);

impl Work<'_> {
    pub(super) async fn remove(&self, target: &RemoveTarget) -> Result<Option<String>, TrackResult> {
        let check = self.check_remove(target);
        let container = self.reporter.step(Step::of(StepKind::Check), check).await?;
        if target.was_up {
            let work = self.stop_first(target, container.as_ref());
            self.reporter.step(Step::of(StepKind::Stop), work).await?;
        }
        for one in &target.leftovers {
            let step = Step::about(StepKind::Remove, &one.name);
            self.reporter
                .step(step, self.remove_container(&one.container))
                .await?;
        }
        let step = Step::about(StepKind::Remove, self.session.as_str());
        self.reporter
            .step(step, self.remove_container(&target.container))
            .await?;
        let mut kept = 0;
        for volume in target.removed_volumes() {
            let step = Step::about(StepKind::Remove, volume_subject(&volume.name));
            kept += usize::from(!self.reporter.step(step, self.remove_volume(&volume.name)).await?);
        }
        if let Some(label) = &target.label {
            let step = Step::about(StepKind::Remove, LABEL_SUBJECT);
            self.reporter.step(step, self.take_label(label)).await?;
        }
        let stays = target
            .volumes
            .iter()
            .filter(|one| matches!(one.fate, VolumeFate::Kept | VolumeFate::Shared(_)));
        Ok(match stays.count() + kept {
            0 => None,
            1 => Some("1 volume of it stays".to_owned()),
            n => Some(format!("{n} volumes of it stay")),
        })
    }

    /// The session's container; none where an earlier run of this job has removed it.
    async fn check_remove(&self, target: &RemoveTarget) -> Result<Outcome<Option<Value>>, StepError> {
        self.no_open_restart().await?;
        if self.is_resumed && self.container(&target.container).await?.is_none() {
            return Ok(Outcome::noted(None, "its container is gone already"));
        }
        let container = self.session_container(&target.container).await?;
        if state_of(&container) == Some(ContainerState::Paused) {
            return Err(self.refuse(
                "it is paused",
                format!("`docker unpause {}` on {} first", self.session, self.host),
            ));
        }
        // A stop that the operator did not see in the plan is not done.
        if is_up(&container) && !target.was_up {
            return Err(self.refuse("somebody started it meanwhile", self.look_again()));
        }
        Ok(Outcome::done(Some(container)))
    }

    async fn stop_first(
        &self,
        target: &RemoveTarget,
        container: Option<&Value>,
    ) -> Result<Outcome<String>, StepError> {
        match container {
            Some(container) if is_up(container) => {
                let removes_itself = container.pointer("/HostConfig/AutoRemove") == Some(&Value::Bool(true));
                self.stop_container(&target.container, container, removes_itself)
                    .await
            }
            _ => Ok(Outcome::skipped(String::new(), "it is stopped already")),
        }
    }

    async fn remove_container(&self, id: &ContainerId) -> Result<Outcome<()>, StepError> {
        let deadline = Instant::now() + REMOVAL;
        loop {
            let state = || format!("{} is still there; what was removed before is gone.", id.short());
            match self.link.engine.remove(id).await {
                Ok(Removal::Removed) => return Ok(Outcome::done(())),
                Ok(Removal::WasGone) => return Ok(Outcome::skipped((), "it was gone already")),
                Ok(Removal::InUse(why)) => {
                    let now = self.link.engine.inspect(id.as_str()).await;
                    let now = now.map_err(|error| StepError::of_engine(&error, state(), self.resume()))?;
                    if now.as_ref().is_some_and(is_up) {
                        return Err(StepError::trouble(
                            "somebody started it meanwhile",
                            state(),
                            self.look_again(),
                        ));
                    }
                    if now.is_some() && Instant::now() >= deadline {
                        return Err(StepError::passing(why, state(), self.resume()));
                    }
                    sleep(LOOK_EVERY).await;
                }
                Err(error) => return Err(StepError::of_engine(&error, state(), self.resume())),
            }
        }
    }

    /// Whether the volume is gone. One that something uses now stays, and that is told.
    async fn remove_volume(&self, name: &str) -> Result<Outcome<bool>, StepError> {
        match self.link.engine.remove_volume(name).await {
            Ok(Removal::Removed) => Ok(Outcome::done(true)),
            Ok(Removal::WasGone) => Ok(Outcome::skipped(true, "it was gone already")),
            Ok(Removal::InUse(why)) => Ok(Outcome::skipped(false, format!("kept, the engine says: {why}"))),
            Err(error) => {
                let state = "The session is removed; this volume is still there.";
                Err(StepError::of_engine(&error, state, self.resume()))
            }
        }
    }
}
