//! What the operator wants built, before anybody has looked at the context or asked an engine.

use super::{BuildContext, BuildIntent, BuildSettings, Builder, ContextFrom, TagThere};
use crate::model::fleet::Platform;
use crate::model::names::ImageRef;
use std::collections::BTreeMap;

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildWish {
    /// The tag that the image gets.
    pub reference: ImageRef,
    /// Where the context is.
    pub origin: ContextFrom,
    /// The Dockerfile, from the root of the context.
    pub dockerfile: String,
    /// Who builds; none for BuildKit where it is there.
    pub builder: Option<Builder>,
    /// How, but for the builder, which is looked for; without an epoch, that of the last commit counts.
    pub settings: BuildSettings,
}

/// What is wanted, with what was found of it here: only the engine was not asked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildDraft {
    /// The tag that the image gets.
    pub reference: ImageRef,
    /// The context as it is now.
    pub context: BuildContext,
    /// How it is built.
    pub settings: BuildSettings,
    /// The labels that the image gets.
    pub labels: BTreeMap<String, String>,
}

impl BuildWish {
    /// A build as it usually is.
    pub fn usual(reference: ImageRef, origin: ContextFrom) -> Self {
        Self {
            reference,
            origin,
            dockerfile: "Dockerfile".to_owned(),
            builder: None,
            settings: BuildSettings {
                builder: Builder::Classic,
                args: BTreeMap::new(),
                target: None,
                no_cache: false,
                network: None,
                epoch: None,
            },
        }
    }
}

impl BuildDraft {
    /// What is to be planned, by what the engine has.
    pub fn intent(self, replace_tag: bool, (platform, there): (Platform, Option<TagThere>)) -> BuildIntent {
        BuildIntent {
            reference: self.reference,
            context: self.context,
            settings: self.settings,
            labels: self.labels,
            replace_tag,
            platform,
            there,
        }
    }
}
