//! The publish operation: the source engine publishes one image to one tag of a registry, and what the registry has is read back.

use super::asking::{Asking, Question, TRIES};
use super::failed;
use super::keychain::Keychain;
use super::layer_bytes::LayerBytes;
use super::look::Eyes;
use super::problem::{Problem, RegistryError};
use super::publications::Publications;
use crate::model::amount::bytes;
use crate::model::fleet::{Publication, There};
use crate::model::job::{Step, StepKind, TrackResult};
use crate::model::names::{Digest, JobId};
use crate::model::plan::{PublishPlan, ReleasePlan};
use crate::ops::ports::{ContainerEngine, ImageDetails, Removal};
use crate::ops::report::{Outcome, StepError, TrackReporter};
use std::time::Duration;
use tokio::time::timeout;

/// How long the name that a publication needed may take to go.
const UNNAME: Duration = Duration::from_secs(30);

/// What a publication works with.
pub(crate) struct Publishing<'a> {
    pub(crate) plan: &'a PublishPlan,
    pub(crate) job: &'a JobId,
    pub(crate) source: &'a dyn ContainerEngine,
    pub(crate) keychain: &'a Keychain,
    pub(crate) publications: &'a Publications,
    pub(crate) reporter: &'a TrackReporter,
    /// The command that does it again.
    pub(crate) again: &'a str,
    /// Whether its steps name the registry: where it is a part of something that has steps of the same kinds.
    pub(crate) names_registry: bool,
}

/// Publishes. Every precondition of the plan is checked again before the step that relies on it.
pub(crate) async fn publish(work: Publishing<'_>) -> TrackResult {
    match work.run().await {
        Ok(note) => TrackResult::Done(Some(note)),
        Err(end) => end,
    }
}

impl Publishing<'_> {
    /// Publishes as a part of something; what the registry has then.
    pub(crate) async fn run(&self) -> Result<String, TrackResult> {
        let image = self.step(StepKind::Check, self.check()).await?;
        let there = self.step(StepKind::Compare, self.compare(&image)).await?;
        let digest = match there {
            There::Same(digest) => {
                let why = || async { Ok(Outcome::skipped((), "the registry has it")) };
                self.step(StepKind::Publish, why()).await?;
                self.step(StepKind::Confirm, why()).await?;
                digest
            }
            There::Nothing | There::Other(_) | There::Untold => {
                let digest = self.step(StepKind::Publish, self.publish()).await?;
                self.step(StepKind::Confirm, self.confirm(&digest)).await?;
                digest
            }
        };
        self.step(StepKind::Record, self.record(&digest)).await?;
        self.step(StepKind::CleanUp, self.clean_up()).await?;
        Ok(format!("{}@{digest}", self.plan.to))
    }

    /// The image here is the planned one, its new name is free, and there is a way to the registry that is not in the clear.
    async fn check(&self) -> Result<Outcome<ImageDetails>, StepError> {
        let plan = self.plan;
        let of_engine = |error| StepError::of_engine(&error, UNTOUCHED, self.again);
        let refuse = |cause: String, mend: &str| {
            Err(StepError::trouble(
                cause,
                UNTOUCHED,
                format!("{mend}, then {}", self.again),
            ))
        };
        let image = self.source.image(&plan.reference.to_string()).await;
        let image = match image.map_err(of_engine)? {
            Some(image) if image.id == plan.image.id => image,
            Some(image) => {
                let (was, is) = (plan.image.id.short(), image.id.short());
                let cause = format!(
                    "{} changed here since the plan was made: it was {was} and is {is}",
                    plan.reference
                );
                return refuse(cause, "look at the image");
            }
            None => {
                return refuse(
                    format!("{} is not here any more", plan.reference),
                    "build or tag it again",
                );
            }
        };
        let named = self.source.image(&plan.to.to_string()).await.map_err(of_engine)?;
        if named.is_some_and(|named| named.id != image.id) {
            let cause = format!("{} names another image here by now", plan.to);
            return refuse(cause, "take the name off it");
        }
        let registry = plan.to.repository.registry();
        let asking = self.asking();
        asking
            .refuse_clear(registry)
            .await
            .map_err(|error| self.failed(&error, UNTOUCHED))?;
        let has_login = asking.has_login(registry).await;
        let login = if has_login.map_err(|error| self.failed(&error, UNTOUCHED))? {
            "with a login"
        } else {
            "without a login"
        };
        let note = format!("{} here, {}, {login}", image.id.short(), bytes(image.size));
        Ok(Outcome::noted(image, note))
    }

    /// The tag in the registry is what it was when the plan was made, or the image itself by now.
    async fn compare(&self, image: &ImageDetails) -> Result<Outcome<There>, StepError> {
        let eyes = Eyes {
            source: self.source,
            keychain: self.keychain,
            publications: self.publications,
        };
        let there = eyes.there(Some(image), &self.plan.to).await;
        let there = there.map_err(|error| self.failed(&error, UNTOUCHED))?;
        let note = match &there {
            There::Nothing => "the registry has no such tag",
            There::Same(_) => "the registry has it under this tag",
            There::Untold => "the registry does not tell whether it has such a tag",
            There::Other(_) if there == self.plan.there && self.plan.replace_tag => {
                "the tag is moved from another image"
            }
            There::Other(digest) => {
                let cause = format!("{} is in the registry by now, as {digest}", self.plan.to);
                let advice = "publish under a new tag, or plan it again with --replace-tag".to_owned();
                return Err(StepError::trouble(cause, UNTOUCHED, advice));
            }
        };
        Ok(Outcome::noted(there, note))
    }

    async fn publish(&self) -> Result<Outcome<Digest>, StepError> {
        let (plan, reporter) = (self.plan, self.reporter);
        if !plan.has_name {
            let named = self.source.name_for(plan.image.id.as_str(), &plan.to).await;
            named.map_err(|error| StepError::of_engine(&error, UNTOUCHED, self.again))?;
        }
        let counter = reporter.byte_counter(None);
        let mut layers = LayerBytes::default();
        let mut heard = |news| layers.take(news, &counter);
        let asking = self.asking();
        let pushed = tokio::select! {
            pushed = asking.ask(Question::Publish(&plan.to), &mut heard) => pushed.map_err(|error| self.failed(&error, PARTLY)),
            () = reporter.cancel().cancelled() => Err(StepError::Cancelled(PARTLY.to_owned())),
        };
        let digest = match pushed {
            Ok(Some(digest)) => digest,
            Ok(None) => {
                let error = RegistryError {
                    problem: Problem::Engine,
                    said: "the engine told no digest".to_owned(),
                };
                self.unname().await;
                return Err(self.failed(&error, PARTLY));
            }
            Err(error) => {
                self.unname().await;
                return Err(error);
            }
        };
        Ok(match layers.moved() {
            0 => Outcome::done(digest),
            moved => Outcome::noted(digest, format!("{} moved", bytes(moved))),
        })
    }

    /// What the registry has under the tag is what the engine says that it has published.
    async fn confirm(&self, digest: &Digest) -> Result<Outcome<()>, StepError> {
        let read = self.asking().digest(&self.plan.to).await;
        let read = read.map_err(|error| self.failed(&error, "It is published, and was not read back."))?;
        if read.as_ref() == Some(digest) {
            return Ok(Outcome::noted((), digest.to_string()));
        }
        let has = read.map_or_else(|| "nothing".to_owned(), |read| read.to_string());
        Err(StepError::trouble(
            format!(
                "{} was published as {digest}, and the registry has {has} under this tag",
                self.plan.to
            ),
            "Somebody else may have published under the same tag; no host was touched.",
            format!("see who else publishes there, then {}", self.again),
        ))
    }

    async fn record(&self, digest: &Digest) -> Result<Outcome<()>, StepError> {
        let publication = Publication {
            time: self.reporter.now(),
            job: self.job.clone(),
            reference: self.plan.reference.clone(),
            image_id: self.plan.image.id.clone(),
            content: self.plan.image.content.clone(),
            published: self.plan.to.clone(),
            digest: digest.clone(),
        };
        let file = self.publications.clone();
        let written = tokio::task::spawn_blocking(move || file.append(&publication)).await;
        let why = match written {
            Ok(Ok(())) => return Ok(Outcome::done(())),
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        Err(StepError::passing(
            format!("{} cannot be written: {why}", self.publications.path().display()),
            format!(
                "{}@{digest} is published, and nobody here will know.",
                self.plan.to
            ),
            format!("free space in the state directory, then {}", self.again),
        ))
    }

    async fn clean_up(&self) -> Result<Outcome<()>, StepError> {
        Ok(match self.unname().await {
            None => Outcome::done(()),
            Some(why) => Outcome::noted((), why),
        })
    }

    /// Takes off the name that only the publication needed; tells why it stays, if it does. An image that has no other name any
    /// more keeps it: with its last name it would be gone.
    async fn unname(&self) -> Option<String> {
        let plan = self.plan;
        if plan.has_name {
            return None;
        }
        let name = plan.to.to_string();
        let stays = |why: String| Some(format!("the source keeps the name {name}: {why}"));
        let removal = async {
            let own = self.source.image(&plan.reference.to_string()).await?;
            if own.is_none_or(|own| own.id != plan.image.id) {
                return Ok(Removal::InUse(format!(
                    "{} is another image by now",
                    plan.reference
                )));
            }
            self.source.remove_image(&name).await
        };
        match timeout(UNNAME, removal).await {
            Ok(Ok(Removal::Removed | Removal::WasGone)) => None,
            Ok(Ok(Removal::InUse(why))) => stays(why),
            Ok(Err(error)) => stays(error.to_string()),
            Err(_) => stays("the engine does not answer".to_owned()),
        }
    }

    fn asking(&self) -> Asking<'_> {
        Asking {
            engine: self.source,
            keychain: self.keychain,
            reporter: Some(self.reporter),
            tries: TRIES,
        }
    }

    fn failed(&self, error: &RegistryError, state: &str) -> StepError {
        failed(
            error,
            &self.plan.to.repository,
            true,
            state.to_owned(),
            self.again,
        )
    }

    async fn step<T>(
        &self,
        kind: StepKind,
        work: impl Future<Output = Result<Outcome<T>, StepError>>,
    ) -> Result<T, TrackResult> {
        let step = if self.names_registry {
            ReleasePlan::registry_step(kind, self.plan.to.repository.registry())
        } else {
            Step::of(kind)
        };
        self.reporter.step(step, work).await
    }
}

/// The state before anything was published.
const UNTOUCHED: &str = "Nothing was published.";

/// The state after a publication that did not come to its end.
const PARTLY: &str =
    "Layers that the registry has got by now are not sent again; the next run looks whether it has the tag.";
