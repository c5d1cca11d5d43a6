//! The activate operation: stamps a tag that a host has already. No session is touched.

use super::stamp::{StampError, Stamped, look_unchanged, stamp, still};
use crate::model::job::{Step, StepKind, TrackResult};
use crate::model::names::{JobId, Operator};
use crate::model::plan::{ActivatePlan, ActivateTarget};
use crate::ops::host_link::HostLink;
use crate::ops::ports::ShellError;
use crate::ops::report::{Outcome, StepError, TrackReporter};

/// Stamps one host.
pub async fn activate_on_host(
    plan: &ActivatePlan,
    target: &ActivateTarget,
    job: &JobId,
    operator: &Operator,
    link: &HostLink,
    reporter: &TrackReporter,
) -> TrackResult {
    let activation = Activation {
        plan,
        target,
        link,
        again: format!("tagboat activate {} --host {}", plan.reference, target.host),
    };
    let work = async {
        reporter
            .step(Step::of(StepKind::Check), activation.check())
            .await?;
        reporter
            .step(Step::of(StepKind::Stamp), activation.stamp(operator, job))
            .await
    };
    match work.await {
        Ok(note) => TrackResult::Done(note),
        Err(end) => end,
    }
}

struct Activation<'a> {
    plan: &'a ActivatePlan,
    target: &'a ActivateTarget,
    link: &'a HostLink,
    again: String,
}

impl Activation<'_> {
    /// The tag must name what it named when the plan was made, and the stamp must be one that can be written.
    async fn check(&self) -> Result<Outcome<()>, StepError> {
        let reference = &self.plan.reference;
        let there = self.link.engine.image(&reference.to_string()).await;
        let there = there.map_err(|error| StepError::of_engine(&error, self.unchanged(), &self.again))?;
        match there {
            None => {
                return Err(StepError::trouble(
                    format!("{reference} is not there any more"),
                    self.unchanged(),
                    format!("tagboat push {reference} --host {}", self.target.host),
                ));
            }
            Some(image) if image.id != self.target.image_id => {
                return Err(StepError::trouble(
                    format!(
                        "{reference} names {} there now, it named {} when the plan was made",
                        image.id.short(),
                        self.target.image_id.short()
                    ),
                    self.unchanged(),
                    format!("look at the image, then {}", self.again),
                ));
            }
            Some(_) => {}
        }
        let before = look_unchanged(self.link, &self.target.before, reference)
            .await
            .map_err(|error| failed(&error, &self.unchanged(), &self.unchanged(), &self.again))?;
        let note = before.active().map_or_else(
            || before.problem().unwrap_or_default(),
            |tag| format!("active is {tag}"),
        );
        Ok(Outcome::noted((), note))
    }

    async fn stamp(&self, operator: &Operator, job: &JobId) -> Result<Outcome<Option<String>>, StepError> {
        let reference = &self.plan.reference;
        let stamped = stamp(
            self.link,
            &self.target.before,
            reference,
            &self.target.image_id,
            operator,
            job,
        )
        .await;
        match stamped.map_err(|error| failed(&error, &self.unchanged(), EITHER, &self.again))? {
            Stamped::Now => Ok(Outcome::done(Some(format!("{reference} is active")))),
            Stamped::Already => {
                let note = format!("{reference} was active already");
                Ok(Outcome::skipped(Some(note.clone()), note))
            }
        }
    }

    fn unchanged(&self) -> String {
        format!("Nothing was changed; {}.", still(&self.target.before))
    }
}

/// What is known when a connection ends while the stamp is written.
pub(super) const EITHER: &str = "The stamp is either as it was or replaced, never in between.";

/// What a stamp that failed means in a step: `state` holds when the script refused, `lost` when it was not heard of again.
pub(super) fn failed(error: &StampError, state: &str, lost: &str, again: &str) -> StepError {
    match error {
        StampError::NoPrivilege => StepError::trouble(
            error.to_string(),
            state,
            format!("let the login use `sudo -n`, or log in as root, then {again}"),
        ),
        StampError::Changed { .. } => StepError::trouble(
            error.to_string(),
            "The stamp was left as it is now.",
            "see who stamped it in the host's history, then make the plan again",
        ),
        StampError::Refused(why) => {
            StepError::trouble(why, state, format!("mend that on the host, then {again}"))
        }
        StampError::NoHistory { .. } => StepError::trouble(
            error.to_string(),
            "The stamp is written; only its line of history is missing.",
            format!("free space or mend the file on the host, then {again}"),
        ),
        StampError::Shell(shell @ (ShellError::Lost(_) | ShellError::Deadline(_))) => {
            StepError::of_shell(shell, lost, again)
        }
        StampError::Shell(shell) => StepError::of_shell(shell, state, again),
    }
}
