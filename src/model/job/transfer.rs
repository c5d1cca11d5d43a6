//! What went to a host: how, against what, and how much.

use crate::model::amount::bytes;
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

impl Transfer {
    /// How it went in one line: `delta against convocate:v1.0.0: 182 kB instead of 445 MB`.
    pub fn words(&self) -> String {
        let base = self.base.as_ref().map(|base| format!(" against {base}"));
        let sent = Sent {
            bytes: self.bytes_sent,
            whole: self.bytes_whole,
        };
        format!("{}{}: {}", self.mode, base.unwrap_or_default(), sent.words())
    }
}

/// Bytes that went to hosts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// So many were sent.
    pub bytes: u64,
    /// So many are the whole images, compressed where that is known.
    pub whole: u64,
}

impl Sent {
    /// `182 kB instead of 445 MB`; `445 MB` where nothing was saved.
    pub fn words(self) -> String {
        if self.bytes < self.whole / 100 * 99 {
            format!("{} instead of {}", bytes(self.bytes), bytes(self.whole))
        } else {
            bytes(self.bytes)
        }
    }
}
