//! The contract of a host for an image that no push brings there: it is held against the same image on this machine, or it is told that
//! nobody looked.

use crate::model::clean::clean;
use crate::model::failure::Refusal;
use crate::model::fleet::{ContentId, Source, SourceImage};
use crate::model::names::{ImageId, ImageRef};
use crate::model::plan::HeldTo;
use crate::model::profile::HostSettings;
use serde::{Deserialize, Serialize};

/// What is known of an image and the contract of its host. A push holds its image to it by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "vetted", rename_all = "snake_case")]
pub enum Vetted {
    /// This machine has the same image, or has its verdict.
    Here(Box<VettedHere>),
    /// Nothing on this machine is known to be this image, and no host is asked for the files of one.
    NotChecked {
        /// The contract.
        contract: String,
    },
}

/// The same image on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VettedHere {
    /// The contract.
    pub held_to: HeldTo,
    /// What the image is called.
    pub reference: ImageRef,
    /// The image at the source; none where only its verdict is kept, which is in `held_to` then.
    pub image: Option<SourceImage>,
    /// Whether it may fail.
    pub allow_failing: bool,
}

/// What a host has, or will pull.
#[derive(Debug, Clone, Default)]
pub struct Unsent {
    /// What is in it, where this machine can tell.
    pub content: Option<ContentId>,
    /// Ids by which engines may know it.
    pub ids: Vec<ImageId>,
}

/// Holds an image that is not sent to the contract of its host's profile. None where nothing is asked of it.
pub fn vet(
    host: &HostSettings,
    reference: &ImageRef,
    unsent: &Unsent,
    source: &Source,
    allow_failing: bool,
) -> Result<Option<Vetted>, Refusal> {
    let Some(contract) = &host.profile.contract else {
        return Ok(None);
    };
    let is_it =
        |one: &&SourceImage| unsent.content.as_ref() == Some(&one.content) || unsent.ids.contains(&one.id);
    // Under its own name first: that is the one of which a check tells more.
    let own = source
        .images
        .get_key_value(reference)
        .filter(|(_, one)| is_it(one));
    let image = own.or_else(|| source.images.iter().find(|(_, one)| is_it(one)));
    let verdicts = source.stock.contracts.get(contract).map(|known| &known.verdicts);
    let kept = || {
        let ids = unsent.ids.iter();
        ids.clone()
            .find(|id| verdicts.is_some_and(|known| known.contains_key(id)))
    };
    let (called, image, id) = match image {
        Some((called, image)) => (called, Some(image), &image.id),
        None => match kept() {
            Some(id) => (reference, None, id),
            None => {
                return Ok(Some(Vetted::NotChecked {
                    contract: contract.clone(),
                }));
            }
        },
    };
    let held_to = HeldTo::of(host, (called, id), &source.stock, allow_failing)?;
    Ok(held_to.map(|held_to| {
        Vetted::Here(Box::new(VettedHere {
            held_to,
            reference: called.clone(),
            image: image.cloned(),
            allow_failing,
        }))
    }))
}

impl Vetted {
    /// What a plan says of it; nothing where the image meets the contract.
    pub(super) fn note(&self) -> Option<String> {
        match self {
            Self::Here(here) => here.held_to.note(here.allow_failing),
            Self::NotChecked { contract } => Some(format!(
                "not checked: this machine has neither this image nor its verdict for the contract {}",
                clean(contract)
            )),
        }
    }

    /// Whether it goes there although it is not known to meet the contract, because that was allowed.
    pub(super) fn may_fail(&self) -> bool {
        match self {
            Self::Here(here) => here.allow_failing && !here.held_to.is_met(),
            Self::NotChecked { .. } => false,
        }
    }
}
