//! A look at one image of the source: what it has of a contract, requirement by requirement. It is never taken unasked.

use super::Fleet;
use crate::model::contract::Report;
use crate::model::names::{Digest, ImageId};
use serde::{Deserialize, Serialize};

/// A look at one image for one contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageLook {
    /// The image.
    pub image: ImageId,
    /// The contract.
    pub contract: String,
    /// How far it is.
    pub state: ImageLookState,
}

/// How far a look at an image is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "look", content = "value", rename_all = "snake_case")]
pub enum ImageLookState {
    /// The image is being read.
    UnderWay,
    /// It was read.
    Done {
        /// The digest of the contract then: of another one it says nothing.
        digest: Digest,
        /// What was found.
        report: Report,
    },
    /// It could not be read, and why.
    Failed(String),
}

/// Looks that are remembered: an operator has a few images in mind.
const LOOKS: usize = 16;

impl Fleet {
    /// The last look at an image for a contract; none where it is about another state of the contract than the one that is known.
    pub fn image_look(&self, image: &ImageId, contract: &str) -> Option<&ImageLookState> {
        let mut looks = self.source.looks.iter();
        let look = looks.find(|look| look.image == *image && look.contract == contract)?;
        let known = self.source.stock.contracts.get(contract);
        let is_old = |digest: &Digest| known.is_some_and(|known| known.digest.as_ref() != Ok(digest));
        match &look.state {
            ImageLookState::Done { digest, .. } if is_old(digest) => None,
            state => Some(state),
        }
    }

    pub(super) fn remember_look(&mut self, look: ImageLook) {
        let looks = &mut self.source.looks;
        looks.retain(|known| (&known.image, &known.contract) != (&look.image, &look.contract));
        looks.truncate(LOOKS - 1);
        looks.insert(0, look);
    }
}
