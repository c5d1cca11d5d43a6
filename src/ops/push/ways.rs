//! The ways in which an image can go to a host, best first (DESIGN section 5).

use super::inventory::Held;
use crate::model::names::Digest;
use crate::model::plan::{Mode, ModeChoice};
use crate::ops::export::Codec;
use std::collections::BTreeSet;

/// What a host lacks of an image, and what can be built on there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lack {
    /// The layers that it has not got.
    pub(super) layers: BTreeSet<Digest>,
    /// How many different layers the image has.
    pub(super) of: usize,
    /// Its images that a delta can be made against; none where the helper may not be used.
    pub(super) bases: Vec<Held>,
    /// The compression that it can undo.
    pub(super) codec: Codec,
}

impl Lack {
    /// The modes to try, in this order. A mode that the operator forces is the only one.
    pub(super) fn modes(&self, choice: ModeChoice) -> Vec<Mode> {
        match choice {
            ModeChoice::Only(mode) => vec![mode],
            ModeChoice::Best => {
                let mut modes = Vec::new();
                if !self.bases.is_empty() {
                    modes.push(Mode::Delta);
                }
                if self.layers.len() < self.of {
                    modes.push(Mode::Layers);
                }
                modes.push(Mode::Full);
                modes
            }
        }
    }

    /// What it has in words: `it has 3 of 4 layers`.
    pub(super) fn told(&self) -> String {
        match (self.of - self.layers.len().min(self.of), self.of) {
            (0, _) => "it has no layer of it".to_owned(),
            (has, of) => format!("it has {has} of {of} layers"),
        }
    }
}
