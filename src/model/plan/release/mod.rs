//! The planner of releases: a version of a project, built, checked against its contract, tagged and published, in this order, so that
//! no tag names what was not found good (issue 6, part 4).

mod answers;
mod project;

pub use project::{ProjectState, Tree};

use super::{BuildIntent, BuildPlan, PublishPlan, plan_build};
use crate::model::contract::Contract;
use crate::model::failure::Refusal;
use crate::model::fleet::{RegistryLook, SourceImage, There};
use crate::model::names::{ImageRef, RegistryTag};
use serde::{Deserialize, Serialize};

/// What the operator wants released, and what was seen on the way to the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleaseIntent {
    /// How it is built; the tag is the version.
    pub build: BuildIntent,
    /// The image that has the tag at the source already.
    pub built: Option<BuiltImage>,
    /// What the project says.
    pub project: ProjectState,
    /// Whether a tree that is not as committed is good enough.
    pub allow_dirty: bool,
    /// What the image must be.
    pub contract: Option<ReleaseContract>,
    /// As what it is published; none to publish it nowhere.
    pub to: Option<RegistryTag>,
}

/// An image that has the tag of a release already, and what its labels say that it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltImage {
    /// The image.
    pub image: SourceImage,
    /// Its version.
    pub version: Option<String>,
    /// The commit that it was built from.
    pub revision: Option<String>,
}

/// What a released image must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseContract {
    /// The requirements, as they were when the plan was made.
    pub contract: Contract,
    /// Whether it is released all the same if it breaks some of them.
    pub allow_failing: bool,
}

/// A release, ready to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleasePlan {
    /// The tag that the image gets, or has.
    pub reference: ImageRef,
    /// What the project says.
    pub project: ProjectState,
    /// Where the image comes from.
    pub made: Made,
    /// What it must be.
    pub contract: Option<ReleaseContract>,
    /// Where it is published.
    pub publish: Option<ReleaseTo>,
    /// Nothing: it is about one image.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refusal>,
}

/// Where the image of a release comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "made", rename_all = "snake_case")]
pub enum Made {
    /// It is built.
    Built(Box<BuildPlan>),
    /// It was built from this commit, as this version, and has its tag.
    There(SourceImage),
}

/// Where a release is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseTo {
    /// As what.
    pub to: RegistryTag,
    /// What the registry had there.
    pub there: There,
    /// Whether the image has that name at the source, too: then it keeps it.
    pub has_name: bool,
}

/// Plans a release by what a look at its registry has told, or says why it is not possible.
pub fn plan_release(intent: &ReleaseIntent, look: Option<&RegistryLook>) -> Result<ReleasePlan, Refusal> {
    let reference = &intent.build.reference;
    let version = reference.tag.as_str();
    intent.project.refuse(version, intent.allow_dirty)?;
    let made = match &intent.built {
        Some(built) => Made::There(built.of(reference, &intent.project)?),
        None => Made::Built(Box::new(plan_build(&intent.build)?)),
    };
    let publish = match &intent.to {
        Some(to) => Some(published(reference, to, look)?),
        None => None,
    };
    Ok(ReleasePlan {
        reference: reference.clone(),
        project: intent.project.clone(),
        made,
        contract: intent.contract.clone(),
        publish,
        refused: Vec::new(),
    })
}

/// Where it is published, unless that version is another image there.
fn published(
    reference: &ImageRef,
    to: &RegistryTag,
    look: Option<&RegistryLook>,
) -> Result<ReleaseTo, Refusal> {
    let Some(look) = look else {
        let cause = format!("nobody has looked at {to} yet");
        return Err(Refusal::of_plan(cause, "run it again"));
    };
    let there = look.there.clone()?;
    if let There::Other(digest) = &there {
        return Err(Refusal::of_plan(
            format!("{to} is in the registry already, and is not known to be this image: {digest}"),
            "a version is released once: release the next one",
        ));
    }
    if let Some(other) = look
        .name_here
        .as_ref()
        .filter(|id| look.image.as_ref().is_none_or(|image| image.id != **id))
    {
        return Err(Refusal::of_plan(
            format!("{to} names another image at the source: {}", other.short()),
            format!("take the name off it (docker rmi {to}), or release the next version"),
        ));
    }
    Ok(ReleaseTo {
        to: to.clone(),
        there,
        has_name: look.name_here.is_some() || to.to_string() == reference.to_string(),
    })
}

impl BuiltImage {
    /// The image, if it is what the release would build.
    fn of(&self, reference: &ImageRef, project: &ProjectState) -> Result<SourceImage, Refusal> {
        let is_version = self.version.as_deref() == Some(reference.tag.as_str());
        let commit = project.clean_commit();
        if is_version && commit.is_some() && self.revision.as_deref() == commit {
            return Ok(self.image.clone());
        }
        Err(Refusal::of_plan(
            format!(
                "{reference} is there already, and its labels do not say that it was built as this version from what is checked out: it names {}, {}",
                self.image.id.short(),
                match &self.revision {
                    Some(revision) => format!("revision {}", revision.get(..12).unwrap_or(revision)),
                    None => "without a revision".to_owned(),
                }
            ),
            format!("release the next version, or take the tag off it: docker rmi {reference}"),
        ))
    }
}

impl ReleasePlan {
    /// The publication of the image that was built.
    pub fn publication(&self, image: SourceImage) -> Option<PublishPlan> {
        let publish = self.publish.as_ref()?;
        Some(PublishPlan {
            reference: self.reference.clone(),
            image,
            to: publish.to.clone(),
            there: publish.there.clone(),
            has_name: publish.has_name,
            replace_tag: false,
            refused: Vec::new(),
        })
    }

    /// Whether it was released before: it is built, and the registry has it.
    pub fn is_released(&self) -> bool {
        let is_there = matches!(self.made, Made::There(_));
        is_there
            && self
                .publish
                .as_ref()
                .is_some_and(|publish| publish.there.digest().is_some())
    }
}

#[cfg(test)]
mod tests;
