//! Looks at a registry and at the source for a plan. Nothing is changed by it.

use super::asking::{Asking, LOOKS};
use super::keychain::Keychain;
use super::problem::{Problem, RegistryError};
use super::publications::Publications;
use crate::model::failure::Refusal;
use crate::model::fleet::{RegistryLook, SourceImage, There};
use crate::model::names::{Digest, ImageRef, RegistryDigest, RegistryTag};
use crate::ops::ports::{ContainerEngine, EngineError, ImageDetails};
use serde_json::Value;

/// What is looked with.
pub(crate) struct Eyes<'a> {
    pub(crate) source: &'a dyn ContainerEngine,
    pub(crate) keychain: &'a Keychain,
    pub(crate) publications: &'a Publications,
}

impl Eyes<'_> {
    /// Looks at what the registry has under a tag, and at what the source has under both names.
    pub(crate) async fn look(&self, reference: &ImageRef, to: &RegistryTag) -> RegistryLook {
        let mut look = RegistryLook {
            reference: reference.clone(),
            image: None,
            to: to.clone(),
            name_here: None,
            there: Ok(There::Nothing),
        };
        let image = match self.at_source(reference, to).await {
            Ok((image, name_here)) => {
                look.name_here = name_here.map(|image| image.id);
                image
            }
            Err(error) => {
                look.there = Err(Refusal::of_plan(
                    format!("the source engine cannot be asked: {error}"),
                    "start Docker here, or point DOCKER_HOST at the engine that has the image",
                ));
                return look;
            }
        };
        let there = self.there(image.as_ref(), to).await;
        look.there = there.map_err(|error| refusal(&error, to));
        look.image = image.map(SourceImage::from);
        look
    }

    async fn at_source(
        &self,
        reference: &ImageRef,
        to: &RegistryTag,
    ) -> Result<(Option<ImageDetails>, Option<ImageDetails>), EngineError> {
        let image = self.source.image(&reference.to_string()).await?;
        Ok((image, self.source.image(&to.to_string()).await?))
    }

    /// What the registry has under a tag, beside this image; where there is none, whatever it has is another one.
    pub(crate) async fn there(
        &self,
        image: Option<&ImageDetails>,
        to: &RegistryTag,
    ) -> Result<There, RegistryError> {
        let asking = Asking {
            engine: self.source,
            keychain: self.keychain,
            reporter: None,
            tries: LOOKS,
        };
        match asking.digest(to).await {
            Ok(None) => Ok(There::Nothing),
            Ok(Some(digest)) if image.is_some_and(|image| self.is_of(&digest, image, to)) => {
                Ok(There::Same(digest))
            }
            Ok(Some(digest)) => Ok(There::Other(digest)),
            // To who has a login, this is the answer of Docker Hub and others about what is not there.
            Err(error)
                if error.problem == Problem::Forbidden
                    && asking.has_login(to.repository.registry()).await? =>
            {
                Ok(There::Untold)
            }
            Err(error) => Err(error),
        }
    }

    /// Whether a digest is known to be that of an image: the source engine has seen it at the registry, or tagboat has.
    fn is_of(&self, digest: &Digest, image: &ImageDetails, to: &RegistryTag) -> bool {
        let seen = image.raw.get("RepoDigests").and_then(Value::as_array);
        let mut seen = seen.into_iter().flatten().filter_map(Value::as_str);
        let is_it = |text: &str| {
            RegistryDigest::parse(text)
                .is_ok_and(|one| one.repository == to.repository && one.digest == *digest)
        };
        // What a containerd store calls an image is the digest that it publishes.
        if image.id.0 == *digest || seen.any(is_it) {
            return true;
        }
        match self.publications.digests(&to.repository, &image.content) {
            Ok(digests) => digests.contains(digest),
            Err(error) => {
                tracing::warn!(%error, "what was published cannot be read");
                false
            }
        }
    }
}

fn refusal(error: &RegistryError, to: &RegistryTag) -> Refusal {
    Refusal::of_plan(
        format!("{to} cannot be looked at: {error}"),
        error.advice(&to.repository, true),
    )
}
