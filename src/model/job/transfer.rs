//! What went to a host: how, against what, and how much.

use crate::model::names::ImageId;
use crate::model::plan::Mode;
use serde::{Deserialize, Serialize};

/// The sending of an image to one host, once it is loaded there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// What was sent.
    pub mode: Mode,
    /// The image on the host that a delta was made against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// All bytes that were sent for it, those of attempts that the host refused among them.
    pub bytes_sent: u64,
    /// What the whole image has, compressed where that is known.
    pub bytes_whole: u64,
    /// What the host's engine calls the image.
    pub image_id: ImageId,
}
