//! The planner of publications: one image of the source, to one tag of a registry.

use super::{Gate, PlanLine};
use crate::model::failure::Refusal;
use crate::model::fleet::{RegistryLook, SourceImage, There};
use crate::model::job::{Step, StepKind, Target};
use crate::model::names::{Digest, ImageRef, RegistryDigest, RegistryTag};
use serde::{Deserialize, Serialize};

/// What the operator wants published, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishIntent {
    /// The tag at the source.
    pub reference: ImageRef,
    /// As what.
    pub to: RegistryTag,
    /// Whether a tag that names another image in the registry may be moved.
    pub replace_tag: bool,
}

/// A publication, ready to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishPlan {
    /// The tag at the source.
    pub reference: ImageRef,
    /// The image that it named when the plan was made.
    pub image: SourceImage,
    /// As what it is published.
    pub to: RegistryTag,
    /// What the registry had there.
    pub there: There,
    /// Whether the source has the image under that name, too: then it keeps that name.
    pub has_name: bool,
    /// Whether a tag that names another image in the registry may be moved.
    pub replace_tag: bool,
    /// Nothing: there is one target, and it is in the plan or there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refusal>,
}

/// Plans a publication by what a look at its registry has told, or says why there is none.
pub fn plan_publish(intent: &PublishIntent, look: &RegistryLook) -> Result<PublishPlan, Refusal> {
    let (reference, to) = (&intent.reference, &intent.to);
    let there = look.there.clone()?;
    let Some(image) = &look.image else {
        return Err(Refusal::of_plan(
            format!("{reference} is not at the source"),
            format!("build or tag {reference} first"),
        ));
    };
    if let Some(other) = look.name_here.as_ref().filter(|id| **id != image.id) {
        return Err(Refusal::of_plan(
            format!(
                "{to} names another image at the source ({}, not {})",
                other.short(),
                image.id.short()
            ),
            format!("publish that one as {to}, or take the name off it: docker rmi {to}"),
        ));
    }
    if let (There::Other(digest), false) = (&there, intent.replace_tag) {
        return Err(Refusal::of_plan(
            format!("{to} is in the registry already, and is not known to be this image: {digest}"),
            "publish under a new tag, or move this one with --replace-tag",
        ));
    }
    Ok(PublishPlan {
        reference: reference.clone(),
        image: image.clone(),
        to: to.clone(),
        there,
        has_name: look.name_here.is_some(),
        replace_tag: intent.replace_tag,
        refused: Vec::new(),
    })
}

impl PublishPlan {
    /// The digest that it has in the registry, where it is there already.
    pub fn digest(&self) -> Option<&Digest> {
        self.there.digest()
    }

    /// What hosts pull, where it is there already.
    pub fn published(&self) -> Option<RegistryDigest> {
        let digest = self.digest()?.clone();
        Some(self.to.repository.with_digest(digest))
    }

    pub(super) fn title(&self) -> String {
        format!("publish {} as {}", self.reference, self.to)
    }

    pub(super) fn targets(&self) -> Vec<Target> {
        vec![Target::source()]
    }

    /// None where the registry has it: there is nothing to do then.
    pub(super) fn steps(&self, _target: &Target) -> Vec<Step> {
        use StepKind::{Check, CleanUp, Compare, Confirm, Publish, Record};
        if self.digest().is_some() {
            return Vec::new();
        }
        [Check, Compare, Publish, Confirm, Record, CleanUp]
            .map(Step::of)
            .into()
    }

    pub(super) fn lines(&self) -> Vec<PlanLine> {
        let (before, note) = match &self.there {
            There::Nothing => (
                "nothing".to_owned(),
                format!("the engine here publishes {}", self.to),
            ),
            There::Same(digest) => (
                self.to.tag.to_string(),
                format!("there already: {}@{digest}", self.to),
            ),
            There::Other(digest) => (
                format!("{}…", digest.as_str().split_at(19).0),
                format!("moves {} from another image (--replace-tag)", self.to),
            ),
            There::Untold => (
                "unknown".to_owned(),
                format!("the registry does not tell whether {} is there", self.to),
            ),
        };
        vec![PlanLine {
            costs: Vec::new(),
            target: Target::source(),
            before,
            after: self.to.tag.to_string(),
            note,
        }]
    }

    pub(super) fn untouched(&self) -> Vec<String> {
        vec!["no host is touched; the login is kept nowhere".to_owned()]
    }

    pub(super) fn undo(&self) -> String {
        match &self.there {
            There::Other(digest) => {
                format!("the tag named {digest} before; registries remove tags by their own means")
            }
            _ => "registries remove tags by their own means".to_owned(),
        }
    }

    pub(super) fn gate(&self) -> Gate {
        match &self.there {
            There::Other(_) => Gate::Typed(self.to.tag.to_string()),
            There::Nothing | There::Same(_) | There::Untold => Gate::Plan,
        }
    }
}
