//! The image of a bootstrap that comes from a registry: pulled by its digest, under which the pin names it, and stamped in the end.

use super::Bootstrapping;
use crate::model::amount::bytes;
use crate::model::job::{Step, StepKind, TrackResult};
use crate::model::names::{ImageId, ImageRef, RegistryDigest};
use crate::model::plan::BootstrapImage;
use crate::ops::activate::{EITHER, failed as stamp_failed};
use crate::ops::push::Pulled;
use crate::ops::registry::{Asking, Keychain, LayerBytes, Problem, Question, TRIES, failed};
use crate::ops::report::{Outcome, StepError};
use crate::ops::stamp::{Stamped, stamp};

/// What there is while nothing was pulled whole.
const UNPULLED: &str =
    "Nothing of the project is there; layers that the host has got by now are not pulled again.";

impl Bootstrapping<'_> {
    /// Has the host pull the image, where that is its way.
    pub async fn pull(&self, keychain: &Keychain) -> Result<(), TrackResult> {
        let BootstrapImage::Pull { from, tag, .. } = &self.plan.image else {
            return Ok(());
        };
        let pull = self.pull_image(keychain, from, tag);
        self.reporter.step(Step::of(StepKind::Pull), pull).await
    }

    async fn pull_image(
        &self,
        keychain: &Keychain,
        from: &RegistryDigest,
        tag: &ImageRef,
    ) -> Result<Outcome<()>, StepError> {
        let engine = &*self.link.engine;
        let image = Pulled::before(engine, from).await;
        let image = image
            .map_err(|error| StepError::of_engine(&error, self.restart().told.untouched, self.again()))?;
        let counter = self.reporter.byte_counter(None);
        let mut layers = LayerBytes::default();
        let mut heard = |news| layers.take(news, &counter);
        let asking = Asking {
            engine,
            keychain,
            reporter: Some(self.reporter),
            tries: TRIES,
        };
        let pulled = tokio::select! {
            pulled = asking.ask(Question::Pull(from), &mut heard) => pulled,
            () = self.reporter.cancel().cancelled() => return Err(StepError::Cancelled(UNPULLED.to_owned())),
        };
        pulled.map_err(|error| {
            let state = match error.problem {
                Problem::Plain | Problem::Login => self.restart().told.untouched,
                _ => UNPULLED,
            };
            failed(&error, &from.repository, false, state.to_owned(), &self.again())
        })?;
        if let Err(why) = self.confirm(&image, tag).await {
            image.unname(engine).await;
            return Err(why);
        }
        let tagged = engine.tag(&image.name, tag).await;
        tagged.map_err(|error| StepError::of_engine(&error, UNPULLED, self.again()))?;
        let note = match layers.moved() {
            0 => image.name,
            moved => format!("{}; {} pulled", image.name, bytes(moved)),
        };
        Ok(Outcome::noted((), note))
    }

    /// The store has all of what was pulled, and nothing else has its tag.
    async fn confirm(&self, image: &Pulled, tag: &ImageRef) -> Result<(), StepError> {
        let name = &image.name;
        let pulled = self.image(name).await?;
        let pulled = pulled.ok_or_else(|| self.refuse(format!("the engine pulled, but has no {name}")))?;
        let whole = image.is_whole(&*self.link.engine, &pulled).await;
        if !whole.map_err(|error| StepError::of_engine(&error, UNPULLED, self.again()))? {
            return Err(self.restart().refuse(
                "the host has some of its layers unpacked only, and its store does not get them anew",
                "send it from here instead: the same without --via and without a digest",
            ));
        }
        let there = self.image(&tag.to_string()).await?;
        if let Some(there) = there.filter(|there| *there != pulled) {
            return Err(self.restart().refuse(
                format!("{tag} names another image there already ({})", there.short()),
                format!(
                    "take that tag off (`docker rmi {tag}`) where nothing needs it, then {}",
                    self.again()
                ),
            ));
        }
        Ok(())
    }

    async fn image(&self, name: &str) -> Result<Option<ImageId>, StepError> {
        let image = self.link.engine.image(name).await;
        let image = image
            .map_err(|error| StepError::of_engine(&error, self.restart().told.untouched, self.again()))?;
        Ok(image.map(|image| image.id))
    }

    /// Stamps what was pulled or pushed, once the project runs on it.
    pub async fn stamp(&self, note: Option<String>) -> TrackResult {
        let Some((tag, before)) = self.plan.to_stamp() else {
            return TrackResult::Done(note);
        };
        let work = async {
            let up = "The project runs; the stamp is as it was.";
            let id = self.image(&tag.to_string()).await?;
            let id = id.ok_or_else(|| {
                StepError::trouble(format!("{tag} is gone from the host"), up, self.again())
            })?;
            let stamped = stamp(self.link, before, tag, &id, self.operator, self.job).await;
            let again = format!("tagboat activate {tag} --host {}", self.plan.host);
            match stamped.map_err(|error| stamp_failed(&error, up, EITHER, &again))? {
                Stamped::Now => Ok(Outcome::noted((), format!("{tag} is active"))),
                Stamped::Already => Ok(Outcome::skipped((), format!("{tag} was active already"))),
            }
        };
        match self.reporter.step(Step::of(StepKind::Stamp), work).await {
            Ok(()) => TrackResult::Done(note),
            Err(result) => result,
        }
    }
}
