//! Plans about the source: no host is reached or taken for them, and their audit is the one here.

use super::run_job::{Runner, not_planned};
use crate::model::job::TrackResult;
use crate::model::names::HostName;
use crate::model::plan::{BuildPlan, HeldTo, Plan, PublishPlan, PushPlan, ReleasePlan};
use crate::ops::build::build_at_source;
use crate::ops::check::CheckError;
use crate::ops::push::{HeldBack, meets};
use crate::ops::registry::{Publishing, publish};
use crate::ops::release::{Releasing, release};
use crate::ops::report::{StepError, TrackReporter};

impl Runner {
    /// Runs what a plan has for the source. Each kind of plan that is about it has its line here.
    pub(super) async fn at_source(&self, plan: &Plan, reporter: &TrackReporter) -> TrackResult {
        match plan {
            Plan::Build(plan) => self.build(plan, reporter).await,
            Plan::Publish(plan) => self.publish(plan, reporter).await,
            Plan::Release(plan) => self.release(plan, reporter).await,
            Plan::Push(push @ PushPlan { via: Some(via), .. }) => {
                match self.held_back(push, reporter).await {
                    Some(result) => result,
                    None => self.publish(&via.publish, reporter).await,
                }
            }
            plan => {
                let told = format!("{}: nothing of it is done at the source", plan.verb());
                reporter.log(told).await;
                not_planned()
            }
        }
    }

    async fn build(&self, plan: &BuildPlan, reporter: &TrackReporter) -> TrackResult {
        let place = &self.workshop.build_place;
        match self.workshop.exports().await {
            Ok(exports) => build_at_source(plan, &self.job.id, place, exports, reporter).await,
            Err(error) => self.check_failed(&HostName::source(), error, reporter).await,
        }
    }

    /// Why an image that no host takes, because it fails the contracts of all of them, is not even published for them.
    async fn held_back(&self, plan: &PushPlan, reporter: &TrackReporter) -> Option<TrackResult> {
        let exports = match self.workshop.exports().await {
            Ok(exports) => exports,
            Err(error) => return Some(self.check_failed(&HostName::source(), error, reporter).await),
        };
        let mut why = None;
        for host in &plan.hosts {
            let held_to = host.held_to.as_ref()?;
            match meets(
                plan.into(),
                held_to,
                (&self.workshop.kept.checker, exports),
                reporter,
            )
            .await
            {
                Err(held_back) => why = Some(held_back),
                Ok(_) => return None,
            }
        }
        let state = "Nothing was published or sent.";
        let error = match why? {
            HeldBack::Why(why, mend) => StepError::trouble(why, state, mend),
            HeldBack::Unchecked(CheckError::Cancelled) => StepError::Cancelled(state.to_owned()),
            HeldBack::Unchecked(error) => {
                StepError::passing(error.to_string(), state, HeldTo::allow("run it again"))
            }
        };
        Some(self.check_failed(&HostName::source(), error, reporter).await)
    }

    /// The source engine publishes to a registry.
    async fn publish(&self, plan: &PublishPlan, reporter: &TrackReporter) -> TrackResult {
        let exports = match self.workshop.exports().await {
            Ok(exports) => exports,
            Err(error) => return self.check_failed(&HostName::source(), error, reporter).await,
        };
        let again = format!("tagboat job resume {}", self.job.id.short());
        let work = Publishing {
            plan,
            job: &self.job.id,
            source: exports.source(),
            keychain: &self.workshop.pulls.keychain,
            publications: &self.workshop.pulls.publications,
            reporter,
            again: &again,
            names_registry: false,
        };
        publish(work).await
    }

    async fn release(&self, plan: &ReleasePlan, reporter: &TrackReporter) -> TrackResult {
        let exports = match self.workshop.exports().await {
            Ok(exports) => exports,
            Err(error) => return self.check_failed(&HostName::source(), error, reporter).await,
        };
        release(Releasing {
            plan,
            job: &self.job.id,
            place: &self.workshop.build_place,
            exports,
            checker: &self.workshop.kept.checker,
            pulls: &self.workshop.pulls,
            reporter,
            again: &format!("tagboat job resume {}", self.job.id.short()),
        })
        .await
    }
}
