//! The steps of a build: check, pack, build under a staging tag, confirm, tag, index.

use super::buildx::{self, Ended, find_buildx};
use super::classic::ClassicReader;
use super::news::{Account, News, Said};
use super::pack::pack;
use super::place::BuildPlace;
use super::source_files::BadContext;
use crate::model::amount::bytes;
use crate::model::fleet::{STAGING_IMAGE, SourceImage};
use crate::model::job::{Progress, Step, StepKind, TrackResult};
use crate::model::names::{ImageId, ImageRef, JobId};
use crate::model::plan::{BuildPlan, Builder, ContextFrom};
use crate::ops::export::Exports;
use crate::ops::ports::{BuildRequest, EngineError, ImageDetails};
use crate::ops::report::{Outcome, StepError, TrackReporter};
use futures_util::StreamExt;
use serde_json::Value;
use std::fs::{self, File};
use std::io::{BufWriter, Seek, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

/// News that may wait to be told.
const WAITING: usize = 64;

/// What the source is like as long as nothing was tagged.
const NOTHING_TAGGED: &str = "No tag was changed.";

/// Builds what a plan says, and takes the image in.
pub(crate) async fn build_at_source(
    plan: &BuildPlan,
    job: &JobId,
    place: &BuildPlace,
    exports: &Exports,
    reporter: &TrackReporter,
) -> TrackResult {
    let build = Build {
        plan,
        staging: format!("{STAGING_IMAGE}:build-{job}"),
        place,
        exports,
        reporter,
    };
    match build.run().await {
        Ok(image) => TrackResult::Done(Some(format!(
            "{} is {}, {}",
            plan.reference,
            image.id.short(),
            bytes(image.size)
        ))),
        Err(result) => result,
    }
}

struct Build<'a> {
    plan: &'a BuildPlan,
    /// What the image is called until it is good.
    staging: String,
    place: &'a BuildPlace,
    exports: &'a Exports,
    reporter: &'a TrackReporter,
}

impl Build<'_> {
    async fn run(&self) -> Result<SourceImage, TrackResult> {
        let step = |kind| Step::of(kind);
        self.reporter.step(step(StepKind::Check), self.check()).await?;
        let context = self.reporter.step(step(StepKind::Pack), self.pack()).await?;
        self.reporter
            .step(step(StepKind::Build), self.build(context))
            .await?;
        let image = self
            .reporter
            .step(step(StepKind::Confirm), self.confirm())
            .await?;
        self.reporter.step(step(StepKind::Tag), self.tag(&image)).await?;
        let image = SourceImage::from(image);
        self.reporter
            .step(step(StepKind::Index), self.index(&image))
            .await?;
        Ok(image)
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
    async fn pack(&self) -> Result<Outcome<File>, StepError> {
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
        Ok(Outcome::noted(file, context.amount()))
    }

    async fn build(&self, context: File) -> Result<Outcome<()>, StepError> {
        let account = Mutex::new(Account::default());
        let (tell, mut told) = mpsc::channel(WAITING);
        let work = async {
            match self.plan.settings.builder {
                Builder::Classic => self.build_classic(context, tell).await,
                Builder::Buildkit => self.build_buildkit(context, tell).await,
            }
        };
        let telling = async {
            while let Some(news) = told.recv().await {
                let said = account.lock().unwrap_or_else(PoisonError::into_inner).hear(news);
                self.say(said).await;
            }
        };
        // Who builds lets go of its end when it is done, so both end.
        let (built, ()) = tokio::join!(work, telling);
        let account = account.into_inner().unwrap_or_else(PoisonError::into_inner);
        match built {
            Ok(Ended::Built) => Ok(Outcome::done(())),
            Ok(Ended::Cancelled) => Err(StepError::Cancelled(format!(
                "{NOTHING_TAGGED} The engine has ended the build."
            ))),
            Ok(Ended::Failed(said)) => {
                for line in account.untold() {
                    self.reporter.log(line).await;
                }
                let advice = "mend what the last lines say, and build again: the steps before are taken from this build";
                Err(StepError::trouble(
                    account.cause(&said, self.dockerfile().as_deref()),
                    NOTHING_TAGGED,
                    advice,
                ))
            }
            Err(error) => Err(engine_trouble(&error)),
        }
    }

    async fn say(&self, said: Said) {
        if let Some((done, of)) = said.steps {
            self.reporter.tell(Progress {
                done: u64::from(done),
                total: Some(u64::from(of)),
                rate: 0,
            });
        }
        if let Some(line) = said.line {
            self.reporter.log(line).await;
        }
    }

    async fn build_classic(&self, context: File, tell: mpsc::Sender<News>) -> Result<Ended, EngineError> {
        let settings = &self.plan.settings;
        let mut args = settings.args.clone();
        if let Some(epoch) = settings.epoch {
            args.insert("SOURCE_DATE_EPOCH".to_owned(), epoch.to_string());
        }
        let request = BuildRequest {
            dockerfile: self.plan.context.dockerfile.clone(),
            reference: self.staging.clone(),
            args,
            labels: self.plan.labels.clone(),
            target: settings.target.clone(),
            no_cache: settings.no_cache,
            network: settings.network.clone(),
        };
        let mut pieces = self.exports.source().build(request, context);
        let mut reader = ClassicReader::default();
        loop {
            let piece = tokio::select! {
                piece = pieces.next() => piece,
                () = self.reporter.cancel().cancelled() => return Ok(Ended::Cancelled),
            };
            let news = match piece {
                Some(Ok(piece)) => reader.take(&piece),
                Some(Err(EngineError::Answered { code: _, message })) => {
                    if let Some(rest) = reader.rest() {
                        let _ = tell.send(rest).await;
                    }
                    return Ok(Ended::Failed(message));
                }
                Some(Err(error)) => return Err(error),
                None => return Ok(Ended::Built),
            };
            for news in news {
                // Who tells goes on until this ends.
                let _ = tell.send(news).await;
            }
        }
    }

    async fn build_buildkit(&self, context: File, tell: mpsc::Sender<News>) -> Result<Ended, EngineError> {
        let cancel = self.reporter.cancel();
        let built = buildx::build(
            self.plan,
            &self.staging,
            &self.place.engine,
            context,
            tell,
            cancel,
        )
        .await;
        built.map_err(|error| EngineError::Unreachable(format!("docker buildx: {error}")))
    }

    /// The text of the Dockerfile, to find the line of a step in it.
    fn dockerfile(&self) -> Option<String> {
        match &self.plan.context.origin {
            ContextFrom::Embedded => {
                let is_it = |file: &&super::embedded::EmbeddedFile| file.path == self.plan.context.dockerfile;
                super::embedded::EMBEDDED
                    .iter()
                    .find(is_it)
                    .map(|file| file.text.to_owned())
            }
            ContextFrom::Directory(path) => {
                fs::read_to_string(Path::new(path).join(&self.plan.context.dockerfile)).ok()
            }
        }
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

    async fn tag(&self, image: &ImageDetails) -> Result<Outcome<()>, StepError> {
        self.same_tag().await?;
        let engine = self.exports.source();
        let tagged = engine.tag(image.id.as_str(), &self.plan.reference).await;
        tagged.map_err(|error| engine_trouble(&error))?;
        if let Err(error) = engine.remove_image(&self.staging).await {
            let told = format!("{} could not be removed: {error}", self.staging);
            self.reporter.log(told).await;
        }
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

fn engine_trouble(error: &EngineError) -> StepError {
    StepError::of_engine(error, NOTHING_TAGGED, "look at the engine, then run it again")
}
