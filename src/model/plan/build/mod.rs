//! The build planner: an image from a context, at the source, under a tag that nobody has yet.

mod answers;
mod context;
mod secret;
mod settings;
mod wish;

pub use context::{BuildContext, ContextFrom};
pub use secret::looks_secret;
pub use settings::{BuildSettings, Builder, UnknownBuilder};
pub use wish::{BuildDraft, BuildWish};

use crate::model::failure::Refusal;
use crate::model::fleet::Platform;
use crate::model::names::{ImageId, ImageRef};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the operator wants built, and what was seen on the way to the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildIntent {
    /// The tag that the image gets.
    pub reference: ImageRef,
    /// What it is built from.
    pub context: BuildContext,
    /// How.
    pub settings: BuildSettings,
    /// The labels that it gets.
    pub labels: BTreeMap<String, String>,
    /// Whether a tag that is there may be moved.
    pub replace_tag: bool,
    /// The engine that builds.
    pub platform: Platform,
    /// What has the tag now.
    pub there: Option<TagThere>,
}

/// A tag that is at the source already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagThere {
    /// What it names.
    pub image_id: ImageId,
    /// When that was built.
    pub created_at: Option<Timestamp>,
    /// The containers of this engine that were made of it.
    pub containers: Vec<String>,
}

/// A build, ready to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildPlan {
    /// The tag that the image gets when it is good.
    pub reference: ImageRef,
    /// What it is built from, as it was when the plan was made.
    pub context: BuildContext,
    /// How.
    pub settings: BuildSettings,
    /// The labels that it gets.
    pub labels: BTreeMap<String, String>,
    /// What it will run on.
    pub platform: Platform,
    /// What had the tag when the plan was made.
    pub there: Option<TagThere>,
    /// What is left out: nothing, as it is about one image.
    pub refused: Vec<Refusal>,
}

/// Plans a build, or says why it is not possible.
pub fn plan_build(intent: &BuildIntent) -> Result<BuildPlan, Refusal> {
    let argument = intent
        .settings
        .args
        .iter()
        .find(|(key, value)| looks_secret(key, value));
    if let Some((key, _)) = argument {
        return Err(Refusal::of_plan(
            format!(
                "the build argument {key} looks like a secret, and build arguments can be read in the image by everybody who has it"
            ),
            "take it out, and mount it while a step runs: `RUN --mount=type=secret` with `docker buildx build --secret`",
        ));
    }
    if let Some(there) = intent.there.as_ref().filter(|_| !intent.replace_tag) {
        return Err(Refusal::of_plan(
            format!("{} is there already: {}", intent.reference, there.words()),
            "give it another version with --version, or move the tag with --replace-tag",
        ));
    }
    Ok(BuildPlan {
        reference: intent.reference.clone(),
        context: intent.context.clone(),
        settings: intent.settings.clone(),
        labels: intent.labels.clone(),
        platform: intent.platform.clone(),
        there: intent.there.clone(),
        refused: Vec::new(),
    })
}

impl TagThere {
    /// What has the tag, and what uses that.
    pub fn words(&self) -> String {
        let built = self
            .created_at
            .map(|at| format!(", built {}", at.strftime("%Y-%m-%d %H:%M UTC")))
            .unwrap_or_default();
        let used = match self.containers.as_slice() {
            [] => "no container here uses it".to_owned(),
            names => format!("used here by {}", names.join(", ")),
        };
        format!("it names {}{built}, {used}", self.image_id.short())
    }
}

#[cfg(test)]
pub(super) mod tests;
