//! The push operation: copies an image to one host and, when it is verified and loaded, stamps it. No session is touched.

mod compare;
mod context;
mod counted;
mod find;
mod load;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod script_tests;
mod scripts;
mod send;
#[cfg(test)]
mod tests;

use crate::model::job::{Step, StepKind, TrackResult};
use crate::model::names::{ImageId, JobId, Operator};
use crate::model::plan::{PushPlan, PushTarget};
use crate::ops::activate::{EITHER, failed};
use crate::ops::export::{Codec, Exports};
use crate::ops::host_link::HostLink;
use crate::ops::report::{Outcome, StepError, TrackReporter};
use crate::ops::stamp::{Stamped, stamp};
use compare::Need;
use context::Push;

/// Pushes to one host. Every precondition of the plan is checked again before the step that relies on it.
pub async fn push_to_host(
    plan: &PushPlan,
    target: &PushTarget,
    job: &JobId,
    operator: &Operator,
    link: &HostLink,
    exports: &Exports,
    reporter: &TrackReporter,
) -> TrackResult {
    let push = Push {
        plan,
        target,
        job,
        operator,
        link,
        exports,
        reporter,
    };
    match push.run().await {
        Ok(note) => TrackResult::Done(note),
        Err(end) => end,
    }
}

impl Push<'_> {
    async fn run(&self) -> Result<Option<String>, TrackResult> {
        self.step(StepKind::Check, compare::check(self)).await?;
        match self.step(StepKind::Compare, compare::compare(self)).await? {
            Need::Archive(codec) => self.by_archive(codec).await,
            Need::Tag(id) => {
                self.skip_transfer("the host has it under another tag").await?;
                let source = id.to_string();
                let state = format!(
                    "Nothing was sent; {} is not tagged there; {}.",
                    self.plan.reference,
                    self.still()
                );
                let id = self
                    .step(StepKind::Confirm, load::give_tag(self, &id, source, state))
                    .await?;
                self.finish_without_archive(&id).await
            }
            Need::Nothing(id) => {
                self.skip_transfer("the host has it").await?;
                self.skip(StepKind::Confirm, "it was just compared").await?;
                self.finish_without_archive(&id).await
            }
        }
    }

    async fn by_archive(&self, codec: Codec) -> Result<Option<String>, TrackResult> {
        let parcel = self.step(StepKind::Export, send::export(self, codec)).await?;
        let arrived = self.step(StepKind::Send, send::send(self, &parcel)).await?;
        drop(parcel);
        if arrived.is_verified {
            self.skip(StepKind::Verify, "its SHA-256 was compared before the send")
                .await?;
        } else {
            self.step(StepKind::Verify, send::verify(self, &arrived)).await?;
        }
        self.step(StepKind::Load, load::load(self, &arrived)).await?;
        let id = self
            .step(StepKind::Confirm, load::confirm(self, &arrived))
            .await?;
        let place = format!("; the archive stays at {}", arrived.file);
        let note = self.step(StepKind::Stamp, self.stamp(&id, &place)).await?;
        self.step(StepKind::CleanUp, load::clean_up(self, &arrived))
            .await?;
        Ok(Some(note))
    }

    async fn finish_without_archive(&self, id: &ImageId) -> Result<Option<String>, TrackResult> {
        let note = self.step(StepKind::Stamp, self.stamp(id, "")).await?;
        self.skip(StepKind::CleanUp, "nothing was staged").await?;
        Ok(Some(note))
    }

    async fn stamp(&self, id: &ImageId, place: &str) -> Result<Outcome<String>, StepError> {
        let reference = &self.plan.reference;
        let state = format!("{reference} is on the host{place}; {}.", self.still());
        let lost = format!("{reference} is on the host{place}. {EITHER}");
        let stamped = stamp(
            self.link,
            &self.target.before,
            reference,
            id,
            self.operator,
            self.job,
        )
        .await;
        match stamped.map_err(|error| failed(&error, &state, &lost, &self.again()))? {
            Stamped::Now => Ok(Outcome::done(format!("{reference} is active"))),
            Stamped::Already => {
                let note = format!("{reference} was active already");
                Ok(Outcome::skipped(note.clone(), note))
            }
        }
    }

    async fn step<T>(
        &self,
        kind: StepKind,
        work: impl Future<Output = Result<Outcome<T>, StepError>>,
    ) -> Result<T, TrackResult> {
        self.reporter.step(Step::of(kind), work).await
    }

    async fn skip(&self, kind: StepKind, why: &str) -> Result<(), TrackResult> {
        self.step(kind, async { Ok(Outcome::skipped((), why)) }).await
    }

    async fn skip_transfer(&self, why: &str) -> Result<(), TrackResult> {
        for kind in [StepKind::Export, StepKind::Send, StepKind::Verify, StepKind::Load] {
            self.skip(kind, why).await?;
        }
        Ok(())
    }
}
