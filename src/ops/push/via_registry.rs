//! The way through a registry: the host's engine pulls the image by its digest, and gets the login with the request alone.

use super::attempt::Attempt;
use super::compare::{self, Need, is_same};
use super::context::Push;
use super::load;
use super::pulled::Pulled;
use crate::model::amount::bytes;
use crate::model::job::{StepKind, TrackResult};
use crate::model::names::{ImageId, RegistryDigest};
use crate::model::plan::Via;
use crate::ops::registry::{Asking, Keychain, LayerBytes, Problem, Publications, Question, TRIES, failed};
use crate::ops::report::{Outcome, StepError};
use std::path::Path;

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
        let note = self.stamp_now(id, "").await?;
        self.skip(StepKind::CleanUp, "nothing was pulled").await?;
        Ok(Some(note))
    }

    async fn pull_whole(&self, via: &Via) -> Result<Option<String>, TrackResult> {
        let pulled = self.step(StepKind::Pull, self.pull_image(via)).await?;
        let confirmed = self.step(StepKind::Confirm, self.confirm_pulled(&pulled)).await;
        if !matches!(confirmed, Ok(Attempt::Went(_))) {
            pulled.unname(&*self.link.engine).await;
        }
        match confirmed? {
            Attempt::Went(id) => {
                let note = self.stamp_now(&id, "").await?;
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
        let pulled = Pulled::before(&*self.link.engine, &image).await;
        let pulled = pulled.map_err(|error| self.engine_failed(&error, self.nothing_sent()))?;
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
        let answer = tokio::select! {
            answer = asking.ask(Question::Pull(&image), &mut heard) => answer,
            () = self.reporter.cancel().cancelled() => return Err(StepError::Cancelled(state())),
        };
        answer.map_err(|error| {
            let is_untried = matches!(error.problem, Problem::Plain | Problem::Login);
            let state = if is_untried { self.nothing_sent() } else { state() };
            failed(&error, &image.repository, false, state, &self.again())
        })?;
        let note = match layers.moved() {
            0 => image.to_string(),
            moved => format!("{image}; {} pulled", bytes(moved)),
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
        let is_whole = image.is_whole(&*self.link.engine, &pulled.id).await;
        if !is_whole.map_err(|error| self.engine_failed(&error, state.clone()))? {
            let why = "the host has some of its layers unpacked only, and its store does not get them anew";
            return Ok(Outcome::refused(why));
        }
        let outcome = load::give_tag(self, &pulled.id, name.clone(), state).await;
        Ok(outcome?.map(Attempt::Went))
    }

    /// Takes off the name that the pull has left; the image keeps its tag.
    async fn clean_up_pull(&self, image: &Pulled) -> Result<Outcome<()>, StepError> {
        Ok(match image.unname(&*self.link.engine).await {
            None => Outcome::done(()),
            Some(why) => Outcome::noted((), format!("the name {} stays there: {why}", image.name)),
        })
    }
}
