//! A project that is put on a host, in one job: its image by whatever way it comes, then its files and its services.

use super::run_job::{Runner, not_planned};
use crate::model::job::{Target, Track, TrackResult};
use crate::model::plan::{BootstrapImage, BootstrapPlan, HeldTo, Vetted, VettedHere};
use crate::ops::check::CheckError;
use crate::ops::host_link::HostLink;
use crate::ops::push::{Candidate, HeldBack, meets, stands};
use crate::ops::report::{Outcome, StepError, TrackReporter};
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
        if let Some(Vetted::Here(here)) = &plan.vetted {
            let step = BootstrapPlan::contract_step();
            reporter
                .step(step, self.hold_to_contract(here, &plan.again(), reporter))
                .await?;
        }
        match &plan.image {
            BootstrapImage::There { .. } => Ok(()),
            BootstrapImage::Pull { .. } => work.pull(&self.workshop.pulls.keychain).await,
            BootstrapImage::Push(push) => match self.push(push, target, link, reporter).await {
                TrackResult::Done(_) => Ok(()),
                other => Err(other),
            },
        }
    }

    /// An image that is not sent is held to the contract of its host by the same image here.
    async fn hold_to_contract(
        &self,
        here: &VettedHere,
        again: &str,
        reporter: &TrackReporter,
    ) -> Result<Outcome<()>, StepError> {
        let VettedHere {
            held_to,
            reference,
            image,
            allow_failing,
        } = here;
        let checker = &self.workshop.kept.checker;
        let held = match (&held_to.verdict, image) {
            (Some(verdict), _) => stands((reference, *allow_failing), held_to, verdict, checker),
            (None, Some(image)) => {
                let candidate = Candidate {
                    reference,
                    image,
                    allow_failing: *allow_failing,
                };
                let exports = self.workshop.exports().await?;
                meets(candidate, held_to, (checker, exports), reporter).await
            }
            (None, None) => Ok(Some(format!("not checked against {}", held_to.contract))),
        };
        let state = "Nothing of the project was put on the host.";
        let note = held.map_err(|held_back| match held_back {
            HeldBack::Why(why, mend) => StepError::trouble(why, state, format!("{mend}, then {again}")),
            HeldBack::Unchecked(CheckError::Cancelled) => StepError::Cancelled(state.to_owned()),
            HeldBack::Unchecked(error) => {
                StepError::passing(error.to_string(), state, HeldTo::allow("run it again"))
            }
        })?;
        let met = || format!("{reference} meets {}", held_to.contract);
        Ok(Outcome::noted((), note.unwrap_or_else(met)))
    }
}
