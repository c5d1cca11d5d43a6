//! The way through a registry: the host's engine pulls the image by its digest, and gets the login with the request alone.

use super::compare::{self, Need, is_same};
use super::context::Push;
use super::load;
use crate::model::amount::bytes;
use crate::model::job::{StepKind, TrackResult};
use crate::model::names::{ImageId, RegistryDigest};
use crate::model::plan::Via;
use crate::ops::ports::Removal;
use crate::ops::registry::{Asking, Keychain, LayerBytes, Publications, Question, failed};
use crate::ops::report::{Outcome, StepError};
use std::time::Duration;
use tokio::time::timeout;

/// How long the name that a pull has left may take to go.
const UNNAME: Duration = Duration::from_secs(30);

/// What hosts that pull are given.
#[derive(Debug, Clone)]
pub struct Pulls {
    /// Where logins come from.
    pub keychain: Keychain,
    /// What was published from here.
    pub publications: Publications,
}

impl Push<'_> {
    /// The steps of a host that pulls.
    pub(super) async fn pull(&self, via: &Via) -> Result<Option<String>, TrackResult> {
        self.step(StepKind::Check, compare::check(self)).await?;
        let need = self.step(StepKind::Compare, compare::compare_names(self)).await?;
        let mut left = None;
        let id = match need {
            Some(Need::Nothing(id)) => {
                self.skip(StepKind::Pull, "the host has it").await?;
                self.skip(StepKind::Confirm, "it was just compared").await?;
                id
            }
            Some(Need::Tag(id)) => {
                self.skip(StepKind::Pull, "the host has it under another tag")
                    .await?;
                let source = id.to_string();
                self.step(
                    StepKind::Confirm,
                    load::give_tag(self, &id, source, self.unpulled()),
                )
                .await?
            }
            Some(Need::Image(_)) | None => {
                let image = self.step(StepKind::Pull, self.pull_image(via)).await?;
                let confirmed = self.step(StepKind::Confirm, self.confirm_pulled(&image)).await;
                if confirmed.is_err() {
                    self.unname(&image).await;
                }
                left = Some(image);
                confirmed?
            }
        };
        let note = self.step(StepKind::Stamp, self.stamp(&id, "")).await?;
        match left {
            Some(image) => self.step(StepKind::CleanUp, self.clean_up_pull(&image)).await?,
            None => self.skip(StepKind::CleanUp, "nothing was pulled").await?,
        }
        Ok(Some(note))
    }

    fn unpulled(&self) -> String {
        format!(
            "Nothing was pulled; {} is not tagged there; {}.",
            self.plan.reference,
            self.still()
        )
    }

    /// What the host pulls: the digest that the plan names, or the one that was published in this job.
    fn published(&self, via: &Via, pulls: &Pulls) -> Result<RegistryDigest, StepError> {
        if let Some(published) = via.publish.published() {
            return Ok(published);
        }
        let (repository, content) = (&via.publish.to.repository, &self.plan.image.content);
        let unknown = |why: String| {
            let advice = format!(
                "publish it: tagboat publish {}, then {}",
                self.plan.reference,
                self.again()
            );
            StepError::trouble(why, self.nothing_sent(), advice)
        };
        let digests = pulls.publications.digests(repository, content);
        let digests =
            digests.map_err(|error| unknown(format!("what was published cannot be read: {error}")))?;
        let newest = digests.into_iter().next();
        newest
            .map(|digest| repository.with_digest(digest))
            .ok_or_else(|| unknown(format!("{} was not published", self.plan.reference)))
    }

    async fn pull_image(&self, via: &Via) -> Result<Outcome<RegistryDigest>, StepError> {
        let pulls = self
            .pulls
            .ok_or_else(|| self.refuse("nothing is known of registries here", "start it anew"))?;
        let image = self.published(via, pulls)?;
        let counter = self.reporter.byte_counter(None);
        let mut layers = LayerBytes::default();
        let mut heard = |news| layers.take(news, &counter);
        let asking = Asking {
            engine: &*self.link.engine,
            keychain: &pulls.keychain,
            reporter: Some(self.reporter),
        };
        let state = || {
            format!(
                "{} is not tagged there; layers that the host has got by now are not pulled again; {}.",
                self.plan.reference,
                self.still()
            )
        };
        let pulled = tokio::select! {
            pulled = asking.ask(Question::Pull(&image), &mut heard) => pulled,
            () = self.reporter.cancel().cancelled() => return Err(StepError::Cancelled(state())),
        };
        pulled.map_err(|error| failed(&error, &image.repository, false, state(), &self.again()))?;
        let note = match layers.moved() {
            0 => format!("{image}; the host had every layer"),
            moved => format!("{image}; {} pulled", bytes(moved)),
        };
        Ok(Outcome::noted(image, note))
    }

    /// What was pulled is the image of the source, as after every push; then it gets its tag.
    async fn confirm_pulled(&self, image: &RegistryDigest) -> Result<Outcome<ImageId>, StepError> {
        let name = image.to_string();
        let state = self
            .unpulled()
            .replace("Nothing was pulled", "What was pulled has no tag");
        let pulled = self.link.engine.image(&name).await;
        let pulled = pulled.map_err(|error| self.engine_failed(&error, state.clone()))?;
        let Some(pulled) = pulled else {
            let cause = format!("the engine pulled, but has no {name}");
            return Err(StepError::passing(cause, state, self.again()));
        };
        let difference = if pulled.layers != self.plan.image.layers {
            Some("other layers")
        } else if !is_same(&pulled, &self.plan.image.content) {
            Some("another config")
        } else {
            None
        };
        if let Some(difference) = difference {
            let advice = format!(
                "publish it anew from here: tagboat publish {}, then {}",
                self.plan.reference,
                self.again()
            );
            let cause = format!(
                "{name} has {difference} than {} at the source",
                self.plan.reference
            );
            return Err(StepError::trouble(cause, state, advice));
        }
        load::give_tag(self, &pulled.id, name, state).await
    }

    /// Takes off the name that the pull has left; the image keeps its tag.
    async fn clean_up_pull(&self, image: &RegistryDigest) -> Result<Outcome<()>, StepError> {
        Ok(match self.unname(image).await {
            None => Outcome::done(()),
            Some(why) => Outcome::noted((), format!("the name {image} stays there: {why}")),
        })
    }

    async fn unname(&self, image: &RegistryDigest) -> Option<String> {
        let name = image.to_string();
        match timeout(UNNAME, self.link.engine.remove_image(&name)).await {
            Ok(Ok(Removal::Removed | Removal::WasGone)) => None,
            Ok(Ok(Removal::InUse(why))) => Some(why),
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("the engine does not answer".to_owned()),
        }
    }
}
