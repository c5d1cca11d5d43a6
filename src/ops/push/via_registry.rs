//! The way through a registry: the host's engine pulls the image by its digest, and gets the login with the request alone.

use super::attempt::Attempt;
use super::compare::{self, Need, is_same};
use super::context::Push;
use super::load;
use crate::model::amount::bytes;
use crate::model::fleet::Store;
use crate::model::job::{StepKind, TrackResult};
use crate::model::names::{ImageId, RegistryDigest};
use crate::model::plan::Via;
use crate::ops::ports::{ContainerEngine, EngineError, Removal};
use crate::ops::registry::{Asking, Keychain, LayerBytes, Problem, Publications, Question, TRIES, failed};
use crate::ops::report::{Outcome, StepError};
use std::path::Path;
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

impl Pulls {
    /// Those of a console with this state directory.
    pub fn of(keychain: Keychain, state: &Path) -> Self {
        Self {
            keychain,
            publications: Publications::within(state),
        }
    }
}

impl Push<'_> {
    /// The steps of a host that pulls. One that cannot keep what it pulls gets the image as in every other push.
    pub(super) async fn pull(&self, via: &Via) -> Result<Option<String>, TrackResult> {
        self.step(StepKind::Check, compare::check(self)).await?;
        match self.step(StepKind::Compare, compare::compare_names(self)).await? {
            Some(Need::Nothing(id)) => {
                self.skip(StepKind::Pull, "the host has it").await?;
                self.skip(StepKind::Confirm, "it was just compared").await?;
                self.finish_without_pull(&id).await
            }
            Some(Need::Tag(id)) => {
                self.skip(StepKind::Pull, "the host has it under another tag")
                    .await?;
                let source = id.to_string();
                let tagged = load::give_tag(self, &id, source, self.unpulled());
                let id = self.step(StepKind::Confirm, tagged).await?;
                self.finish_without_pull(&id).await
            }
            Some(Need::Image(_)) | None => self.pull_whole(via).await,
        }
    }

    async fn finish_without_pull(&self, id: &ImageId) -> Result<Option<String>, TrackResult> {
        let note = self.step(StepKind::Stamp, self.stamp(id, "")).await?;
        self.skip(StepKind::CleanUp, "nothing was pulled").await?;
        Ok(Some(note))
    }

    async fn pull_whole(&self, via: &Via) -> Result<Option<String>, TrackResult> {
        let pulled = self.step(StepKind::Pull, self.pull_image(via)).await?;
        let confirmed = self.step(StepKind::Confirm, self.confirm_pulled(&pulled)).await;
        if !matches!(confirmed, Ok(Attempt::Went(_))) {
            self.unname(&pulled).await;
        }
        match confirmed? {
            Attempt::Went(id) => {
                let note = self.step(StepKind::Stamp, self.stamp(&id, "")).await?;
                self.step(StepKind::CleanUp, self.clean_up_pull(&pulled)).await?;
                Ok(Some(note))
            }
            Attempt::Refused(why) => {
                self.reporter
                    .log(format!("{why}; it is sent from here instead"))
                    .await;
                self.send_checked().await
            }
        }
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

    async fn pull_image(&self, via: &Via) -> Result<Outcome<Pulled>, StepError> {
        let no_pulls = || self.refuse("nothing is known of registries here", "start tagboat anew");
        let pulls = self.pulls.ok_or_else(no_pulls)?;
        let image = self.published(via, pulls)?;
        let before = self.link.engine.image(&image.to_string()).await;
        let before = before.map_err(|error| self.engine_failed(&error, self.nothing_sent()))?;
        let counter = self.reporter.byte_counter(None);
        let mut layers = LayerBytes::default();
        let mut heard = |news| layers.take(news, &counter);
        let asking = Asking {
            engine: &*self.link.engine,
            keychain: &pulls.keychain,
            reporter: Some(self.reporter),
            tries: TRIES,
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
        pulled.map_err(|error| {
            let is_untried = matches!(error.problem, Problem::Plain | Problem::Login);
            let state = if is_untried { self.nothing_sent() } else { state() };
            failed(&error, &image.repository, false, state, &self.again())
        })?;
        let note = match layers.moved() {
            0 => image.to_string(),
            moved => format!("{image}; {} pulled", bytes(moved)),
        };
        let pulled = Pulled {
            name: image.to_string(),
            is_of_host: before.is_some(),
        };
        Ok(Outcome::noted(pulled, note))
    }

    /// What was pulled is the image of the source, as after every push; then it gets its tag.
    async fn confirm_pulled(&self, image: &Pulled) -> Result<Outcome<Attempt<ImageId>>, StepError> {
        let name = &image.name;
        let state = self
            .unpulled()
            .replace("Nothing was pulled", "What was pulled has no tag");
        let pulled = self.link.engine.image(name).await;
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
        let is_whole = is_whole(&*self.link.engine, name, &pulled.id).await;
        if !is_whole.map_err(|error| self.engine_failed(&error, state.clone()))? {
            let why = "the host has some of its layers unpacked only, and its store does not get them anew";
            return Ok(Outcome::refused(why));
        }
        let outcome = load::give_tag(self, &pulled.id, name.clone(), state).await;
        Ok(outcome?.map(Attempt::Went))
    }

    /// Takes off the name that the pull has left; the image keeps its tag.
    async fn clean_up_pull(&self, image: &Pulled) -> Result<Outcome<()>, StepError> {
        Ok(match self.unname(image).await {
            None => Outcome::done(()),
            Some(why) => Outcome::noted((), format!("the name {} stays there: {why}", image.name)),
        })
    }

    /// Why the name stays, if it does. One that the host had before is not tagboat's.
    async fn unname(&self, image: &Pulled) -> Option<String> {
        if image.is_of_host {
            return Some("the host had it before".to_owned());
        }
        match timeout(UNNAME, self.link.engine.remove_image(&image.name)).await {
            Ok(Ok(Removal::Removed | Removal::WasGone)) => None,
            Ok(Ok(Removal::InUse(why))) => Some(why),
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("the engine does not answer".to_owned()),
        }
    }
}

/// Whether a store has the bytes of all layers. A containerd store pulls no layer that it has unpacked, from wherever that came, and
/// does not list, save or publish an image that lacks one.
pub(in crate::ops) async fn is_whole(
    engine: &dyn ContainerEngine,
    name: &str,
    id: &ImageId,
) -> Result<bool, EngineError> {
    if let Some(told) = engine.is_complete(name).await? {
        return Ok(told);
    }
    if engine.facts().await?.store == Store::Classic {
        return Ok(true);
    }
    Ok(engine.images().await?.iter().any(|listed| listed.id == *id))
}

/// What a host has pulled.
struct Pulled {
    /// By its digest.
    name: String,
    /// Whether the host had it under that name before.
    is_of_host: bool,
}
