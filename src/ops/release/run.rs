//! The steps of a release: the project once more, build, confirm, contract, tag, publish, read back, record, index.

use super::contract::hold_against;
use crate::model::fleet::SourceImage;
use crate::model::job::{Step, StepKind, TrackResult};
use crate::model::names::{ImageId, JobId};
use crate::model::plan::{ContextFrom, Made, ProjectState, ReleasePlan};
use crate::ops::build::{Build, BuildPlace, project_state};
use crate::ops::check::Checker;
use crate::ops::export::Exports;
use crate::ops::push::Pulls;
use crate::ops::registry::Publishing;
use crate::ops::report::{Outcome, StepError, TrackReporter};
use std::path::PathBuf;
use tokio::task::spawn_blocking;

/// What a release works with.
pub(crate) struct Releasing<'a> {
    pub(crate) plan: &'a ReleasePlan,
    pub(crate) job: &'a JobId,
    pub(crate) place: &'a BuildPlace,
    pub(crate) exports: &'a Exports,
    pub(crate) checker: &'a Checker,
    pub(crate) pulls: &'a Pulls,
    pub(crate) reporter: &'a TrackReporter,
    /// The command that does it again.
    pub(crate) again: &'a str,
}

/// Releases. Every step that was done before an interruption is seen to be done, and not done twice.
pub(crate) async fn release(work: Releasing<'_>) -> TrackResult {
    match work.run().await {
        Ok(note) => TrackResult::Done(Some(note)),
        Err(end) => end,
    }
}

const UNTOUCHED: &str = "Nothing was built, tagged or published.";

impl Releasing<'_> {
    async fn run(&self) -> Result<String, TrackResult> {
        self.reporter
            .step(ReleasePlan::project_step(), self.project())
            .await?;
        match &self.plan.made {
            Made::There(image) => {
                let confirm = Step::of(StepKind::Confirm);
                self.reporter.step(confirm, self.same_image(&image.id)).await?;
                self.check(image, &self.plan.reference.to_string()).await?;
                self.publish(image).await
            }
            Made::Built(plan) => {
                let build = Build::new(plan, self.job, self.place, self.exports, self.reporter);
                let image = SourceImage::from(build.make().await?);
                if let Err(end) = self.check(&image, build.staging()).await {
                    // Nothing uses an image that is not good; the next run builds it anew.
                    if matches!(end, TrackResult::Failed(_)) {
                        build.let_go().await;
                    }
                    return Err(end);
                }
                build.give_tag(&image.id).await?;
                let note = self.publish(&image).await?;
                build.take_in(&image).await?;
                build.let_go().await;
                Ok(note)
            }
        }
    }

    /// The project is as it was when the release was planned.
    async fn project(&self) -> Result<Outcome<()>, StepError> {
        let planned = &self.plan.project;
        let refuse =
            |cause: String| StepError::trouble(cause, UNTOUCHED, "look at the project, and plan it again");
        let now = match self.look_at_project().await {
            Ok(now) => now,
            Err(why) => return Err(refuse(why)),
        };
        if now == *planned {
            return Ok(Outcome::noted((), planned.words()));
        }
        Err(refuse(format!(
            "the project is not as it was when this was planned: then {}; now {}",
            planned.words(),
            now.words()
        )))
    }

    async fn look_at_project(&self) -> Result<ProjectState, String> {
        let Made::Built(build) = &self.plan.made else {
            // What is there was built from that commit; what is checked out by now does not matter any more.
            return Ok(self.plan.project.clone());
        };
        let (origin, version) = (build.context.origin.clone(), self.plan.reference.tag.clone());
        let is_said_by_file = !matches!(origin, ContextFrom::Embedded)
            || self.plan.project.version_from != ProjectState::CARRIED;
        let file = is_said_by_file.then(|| PathBuf::from(&self.plan.project.version_from));
        let looked = spawn_blocking(move || project_state(&origin, file.as_deref(), &version)).await;
        looked
            .map_err(|error| error.to_string())?
            .map_err(|error| error.to_string())
    }

    /// The tag still names the image that was planned.
    async fn same_image(&self, planned: &ImageId) -> Result<Outcome<()>, StepError> {
        let reference = &self.plan.reference;
        let image = self.exports.source().image(&reference.to_string()).await;
        let image = image.map_err(|error| StepError::of_engine(&error, UNTOUCHED, self.again))?;
        match image {
            Some(image) if image.id == *planned => Ok(Outcome::noted((), planned.short())),
            other => {
                let now = other.map_or("nothing".to_owned(), |image| image.id.short().to_string());
                Err(StepError::trouble(
                    format!(
                        "{reference} names {now} by now, and {} was planned",
                        planned.short()
                    ),
                    UNTOUCHED,
                    "look what it is, and plan it again",
                ))
            }
        }
    }

    async fn check(&self, image: &SourceImage, name: &str) -> Result<(), TrackResult> {
        let Some(wanted) = &self.plan.contract else {
            return Ok(());
        };
        let held = hold_against(wanted, (image, name), (self.checker, self.exports), self.reporter);
        self.reporter.step(ReleasePlan::contract_step(), held).await
    }

    /// Publishes it, where it is to be; what it is then.
    async fn publish(&self, image: &SourceImage) -> Result<String, TrackResult> {
        let is = format!("{} is {}", self.plan.reference, image.id.short());
        let Some(plan) = self.plan.publication(image.clone()) else {
            return Ok(is);
        };
        let publication = Publishing {
            plan: &plan,
            job: self.job,
            source: self.exports.source(),
            keychain: &self.pulls.keychain,
            publications: &self.pulls.publications,
            reporter: self.reporter,
            again: self.again,
            names_registry: true,
        };
        Ok(format!("{is}, published as {}", publication.run().await?))
    }
}
