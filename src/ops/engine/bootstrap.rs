//! A project that is put on a host, in one job: its image by whatever way it comes, then its files and its services.

use super::run_job::{Runner, not_planned};
use crate::model::job::{Target, Track, TrackResult};
use crate::model::plan::{BootstrapImage, BootstrapPlan};
use crate::ops::host_link::HostLink;
use crate::ops::report::TrackReporter;
use crate::ops::restart::Bootstrapping;

impl Runner {
    /// Puts a project on its host. What an earlier run of the job has handed over is followed to its end.
    pub(super) async fn bootstrap(
        &self,
        plan: &BootstrapPlan,
        target: &Target,
        link: &HostLink,
        reporter: &TrackReporter,
    ) -> TrackResult {
        let (id, operator) = (&self.job.id, &self.workshop.operator);
        let Some(work) = Bootstrapping::of(plan, id, operator, link, reporter) else {
            return not_planned();
        };
        // What was put back begins anew.
        let is_to_follow = self.sink.job().track(target).is_some_and(Track::is_to_follow);
        let followed = if self.is_resumed && is_to_follow {
            work.follow().await
        } else {
            None
        };
        let ended = match followed {
            Some(result) => result,
            None => match self.bring_image(plan, target, link, (&work, reporter)).await {
                Ok(()) => work.begin().await,
                Err(result) => result,
            },
        };
        match ended {
            TrackResult::Done(note) => work.stamp(note).await,
            other => other,
        }
    }

    async fn bring_image(
        &self,
        plan: &BootstrapPlan,
        target: &Target,
        link: &HostLink,
        (work, reporter): (&Bootstrapping<'_>, &TrackReporter),
    ) -> Result<(), TrackResult> {
        work.check().await?;
        match &plan.image {
            BootstrapImage::There { .. } => Ok(()),
            BootstrapImage::Pull { .. } => work.pull(&self.workshop.pulls.keychain).await,
            BootstrapImage::Push(push) => match self.push(push, target, link, reporter).await {
                TrackResult::Done(_) => Ok(()),
                other => Err(other),
            },
        }
    }
}
