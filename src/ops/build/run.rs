//! The steps of a build: check, pack, build under a staging tag, confirm, tag, index.

use super::buildx::find_buildx;
use super::pack::pack;
use super::place::BuildPlace;
use super::source_files::BadContext;
use crate::model::amount::bytes;
use crate::model::fleet::{STAGING_IMAGE, SourceImage};
use crate::model::job::{Step, StepKind, TrackResult};
use crate::model::names::{ImageId, ImageRef, JobId};
use crate::model::plan::{BuildPlan, Builder};
use crate::ops::export::Exports;
use crate::ops::ports::{EngineError, ImageDetails};
use crate::ops::report::{Outcome, StepError, TrackReporter};
use serde_json::Value;
use std::fs::{self, File};
use std::io::{BufWriter, Seek, Write};
use tokio::task::spawn_blocking;

/// What the source is like as long as nothing was tagged.
pub(super) const NOTHING_TAGGED: &str = "No tag was changed.";

/// Why a step is not needed in a run that goes on after an interruption.
const BUILT_BEFORE: &str = "the image was built before this was interrupted";

/// What is given to the builder.
enum Packed {
    Archive(File),
    /// The image is there already.
    NotNeeded,
}

/// Builds what a plan says, and takes the image in.
pub(crate) async fn build_at_source(
    plan: &BuildPlan,
    job: &JobId,
    place: &BuildPlace,
    exports: &Exports,
    reporter: &TrackReporter,
) -> TrackResult {
    match Build::new(plan, job, place, exports, reporter).run().await {
        Ok(image) => TrackResult::Done(Some(format!(
            "{} is {}, {}",
            plan.reference,
            image.id.short(),
            bytes(image.size)
        ))),
        Err(result) => result,
    }
}

/// A build at the source. Until it is let go, its image has a staging tag, by which a run that is taken up knows it again.
pub(crate) struct Build<'a> {
    pub(super) plan: &'a BuildPlan,
    /// What the image is called until it is good.
    pub(super) staging: String,
    pub(super) place: &'a BuildPlace,
    pub(super) exports: &'a Exports,
    pub(super) reporter: &'a TrackReporter,
}

impl<'a> Build<'a> {
    pub(crate) fn new(
        plan: &'a BuildPlan,
        job: &JobId,
        place: &'a BuildPlace,
        exports: &'a Exports,
        reporter: &'a TrackReporter,
    ) -> Self {
        Self {
            plan,
            staging: format!("{STAGING_IMAGE}:build-{job}"),
            place,
            exports,
            reporter,
        }
    }

    async fn run(&self) -> Result<SourceImage, TrackResult> {
        let image = self.make().await?;
        self.give_tag(&image.id).await?;
        let image = SourceImage::from(image);
        self.take_in(&image).await?;
        self.let_go().await;
        Ok(image)
    }

    /// Builds the image, unless it was before this was interrupted, and confirms it. It has no tag but for staging then.
    pub(crate) async fn make(&self) -> Result<ImageDetails, TrackResult> {
        let step = Step::of;
        self.reporter.step(step(StepKind::Check), self.check()).await?;
        let is_built = self.reporter.step(step(StepKind::Pack), self.pack()).await?;
        self.reporter
            .step(step(StepKind::Build), async {
                match is_built {
                    Packed::NotNeeded => Ok(Outcome::skipped((), BUILT_BEFORE)),
                    Packed::Archive(context) => self.build(context).await,
                }
            })
            .await?;
        let confirmed = self.reporter.step(step(StepKind::Confirm), self.confirm()).await;
        if matches!(confirmed, Err(TrackResult::Failed(_))) {
            // The next run builds it anew.
            self.let_go().await;
        }
        confirmed
    }

    /// What the image is called until it is let go.
    pub(crate) fn staging(&self) -> &str {
        &self.staging
    }

    /// Gives the image its tag.
    pub(crate) async fn give_tag(&self, image: &ImageId) -> Result<(), TrackResult> {
        self.reporter.step(Step::of(StepKind::Tag), self.tag(image)).await
    }

    /// Takes the image in, so that a push finds it ready.
    pub(crate) async fn take_in(&self, image: &SourceImage) -> Result<(), TrackResult> {
        self.reporter
            .step(Step::of(StepKind::Index), self.index(image))
            .await
    }

    /// Takes the staging tag off; with its last tag an image goes, too.
    pub(crate) async fn let_go(&self) {
        if let Err(error) = self.exports.source().untag(&self.staging).await {
            let told = format!("{} could not be removed: {error}", self.staging);
            self.reporter.log(told).await;
        }
    }

    /// The engine builds for what was planned, and the tag names what it named.
    async fn check(&self) -> Result<Outcome<()>, StepError> {
        let advice = "start Docker here, or point DOCKER_HOST at the engine that is to build";
        let engine = self.exports.source();
        let facts = engine.facts().await;
        let facts = facts.map_err(|error| StepError::of_engine(&error, NOTHING_TAGGED, advice))?;
        if facts.platform != self.plan.platform {
            let cause = format!(
                "the engine builds for {}, and {} was planned",
                facts.platform, self.plan.platform
            );
            return Err(StepError::trouble(cause, NOTHING_TAGGED, "plan it again"));
        }
        self.same_tag().await?;
        let mut note = format!("Docker {}", facts.version);
        if self.plan.settings.builder == Builder::Buildkit {
            let version = find_buildx().await.map_err(|why| {
                StepError::trouble(
                    why.to_string(),
                    NOTHING_TAGGED,
                    "plan it again, with --builder classic",
                )
            })?;
            note = format!("{note}, buildx {version}");
        }
        Ok(Outcome::noted((), note))
    }

    /// Refuses a tag that somebody else has given or moved since the plan was made.
    async fn same_tag(&self) -> Result<(), StepError> {
        let reference = &self.plan.reference;
        let now = self.id_of(&reference.to_string()).await?;
        let planned = self.plan.there.as_ref().map(|there| &there.image_id);
        // A build that was interrupted after it had given the tag goes on from there.
        if now.as_ref() == planned || (now.is_some() && now == self.id_of(&self.staging).await?) {
            return Ok(());
        }
        let cause = match now {
            Some(id) => format!(
                "{reference} names {} now, and did not when this was planned",
                id.short()
            ),
            None => format!("{reference} is gone since this was planned"),
        };
        Err(StepError::trouble(
            cause,
            NOTHING_TAGGED,
            "look what it is, and plan the build again",
        ))
    }

    async fn id_of(&self, name: &str) -> Result<Option<ImageId>, StepError> {
        let image = self.exports.source().image(name).await;
        let image = image.map_err(|error| engine_trouble(&error))?;
        Ok(image.map(|image| image.id))
    }

    /// The archive of the context, in a file that is gone when nobody reads it any more.
    async fn pack(&self) -> Result<Outcome<Packed>, StepError> {
        if self.id_of(&self.staging).await?.is_some() {
            return Ok(Outcome::skipped(Packed::NotNeeded, BUILT_BEFORE));
        }
        let planned = &self.plan.context;
        let folder = self.exports.store().folder().to_owned();
        let (origin, dockerfile) = (planned.origin.clone(), planned.dockerfile.clone());
        let (epoch, cancel) = (self.plan.settings.epoch, self.reporter.cancel().clone());
        let packed = spawn_blocking(move || {
            fs::create_dir_all(&folder).map_err(BadContext::Unwritable)?;
            let mut file = tempfile::tempfile_in(&folder).map_err(BadContext::Unwritable)?;
            let mut out = BufWriter::new(&mut file);
            let context = pack(origin, &dockerfile, epoch, &mut out, &cancel)?;
            out.flush().map_err(BadContext::Unwritable)?;
            drop(out);
            file.rewind().map_err(BadContext::Unwritable)?;
            Ok((file, context))
        });
        let packed: Result<_, BadContext> = packed.await.unwrap_or_else(|_| Err(BadContext::Ended));
        let (file, context) = packed.map_err(|error| match error {
            BadContext::Ended => StepError::Cancelled(NOTHING_TAGGED.to_owned()),
            BadContext::Unwritable(_) => {
                let advice =
                    "free space in the cache directory here (`tagboat cache show`), then run it again";
                StepError::passing(error.to_string(), NOTHING_TAGGED, advice)
            }
            error => StepError::trouble(
                error.to_string(),
                NOTHING_TAGGED,
                "mend the context, then run it again",
            ),
        })?;
        if context.digest != planned.digest {
            let cause = format!("{} is not as it was when this was planned", planned.origin);
            return Err(StepError::trouble(cause, NOTHING_TAGGED, "plan it again"));
        }
        Ok(Outcome::noted(Packed::Archive(file), context.amount()))
    }

    /// What was built runs where it was planned for, and has its labels.
    async fn confirm(&self) -> Result<Outcome<ImageDetails>, StepError> {
        let image = self.exports.source().image(&self.staging).await;
        let image = image.map_err(|error| engine_trouble(&error))?.ok_or_else(|| {
            StepError::trouble(
                "the builder said that it was done, and the engine has no image of it",
                NOTHING_TAGGED,
                "build it again, with --builder classic or with another engine",
            )
        })?;
        if image.platform != self.plan.platform {
            let cause = format!(
                "the image is for {}, and {} was planned",
                image.platform, self.plan.platform
            );
            return Err(StepError::trouble(
                cause,
                NOTHING_TAGGED,
                "look at the base image: it is for another platform",
            ));
        }
        let labels = image.raw.pointer("/Config/Labels").cloned().unwrap_or_default();
        let lacks = self
            .plan
            .labels
            .iter()
            .find(|(key, value)| labels.get(key).and_then(Value::as_str) != Some(value));
        if let Some((key, _)) = lacks {
            let cause = format!("the image has not the label {key} that it was to get");
            return Err(StepError::trouble(
                cause,
                NOTHING_TAGGED,
                "look at the LABEL lines of the Dockerfile",
            ));
        }
        let note = format!(
            "{}, {} layers, {}",
            image.id.short(),
            image.layers.len(),
            bytes(image.size)
        );
        Ok(Outcome::noted(image, note))
    }

    async fn tag(&self, image: &ImageId) -> Result<Outcome<()>, StepError> {
        self.same_tag().await?;
        let engine = self.exports.source();
        let tagged = engine.tag(image.as_str(), &self.plan.reference).await;
        tagged.map_err(|error| engine_trouble(&error))?;
        Ok(Outcome::noted((), self.plan.reference.to_string()))
    }

    /// A push finds it ready. What cannot be taken in now is taken in by the push.
    async fn index(&self, image: &SourceImage) -> Result<Outcome<()>, StepError> {
        if !self.place.takes_in {
            let why = "the config has background = false: the first push takes it in";
            return Ok(Outcome::skipped((), why));
        }
        let reference: &ImageRef = &self.plan.reference;
        let prepared = tokio::select! {
            prepared = self.exports.prepare(image, reference) => prepared,
            () = self.reporter.cancel().cancelled() => {
                return Ok(Outcome::skipped((), "cancelled: the first push takes it in"));
            }
        };
        Ok(match prepared {
            Ok(_) => Outcome::done(()),
            Err(error) => Outcome::skipped((), format!("the first push takes it in: {error}")),
        })
    }
}

pub(super) fn engine_trouble(error: &EngineError) -> StepError {
    StepError::of_engine(error, NOTHING_TAGGED, "look at the engine, then run it again")
}
