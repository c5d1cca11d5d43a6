//! What goes to a host in one attempt, and the account of it.

use super::inventory::Held;
use crate::model::job::Transfer;
use crate::model::names::ImageId;
use crate::model::plan::Mode;
use crate::ops::export::Parcel;
use std::sync::Arc;

/// What goes to a host.
pub(super) struct Shipment {
    pub(super) parcel: Arc<Parcel>,
    pub(super) way: Way,
    /// Bytes of the whole image, compressed where that is known.
    pub(super) whole: u64,
}

/// How it is made into an image there.
pub(super) enum Way {
    /// All of it is loaded.
    Full,
    /// The layers that the host lacks are loaded.
    Layers,
    /// The helper makes the layers from this image.
    Delta(Held),
}

impl Shipment {
    /// The account of it, when so many bytes were sent in all.
    pub(super) fn transfer(&self, bytes_sent: u64, image_id: ImageId) -> Transfer {
        let (mode, base) = match &self.way {
            Way::Full => (Mode::Full, None),
            Way::Layers => (Mode::Layers, None),
            Way::Delta(base) => (Mode::Delta, Some(base.name())),
        };
        Transfer {
            mode,
            base,
            bytes_sent,
            bytes_whole: self.whole,
            image_id,
        }
    }
}
