//! Which layer is at which path of an engine's archive, as far as that is known before it is read.

use crate::model::fleet::SourceImage;
use crate::model::names::Digest;
use crate::ops::layers::Arrival;
use std::collections::HashMap;

/// What earlier exports tell about the paths in an archive.
pub(super) enum Memo {
    /// What is at these paths, and at paths that are named after a layer of the image.
    Kept(HashMap<String, Arrival>),
    /// Only what was read in this run, because something of the rest was wrong.
    Checked(HashMap<String, Arrival>),
}

impl Memo {
    /// Only what was read in this run.
    pub(super) fn checked(arrivals: Vec<Arrival>) -> Self {
        let by_path = |arrival: Arrival| (arrival.path.clone(), arrival);
        Self::Checked(arrivals.into_iter().map(by_path).collect())
    }

    /// The layer at a path, if that is known.
    pub(super) fn at(&self, path: &str, image: &SourceImage) -> Option<Arrival> {
        let (Self::Kept(known) | Self::Checked(known)) = self;
        let by_name = || {
            let layer = layer_named_by(path, image)?;
            Some(Arrival {
                path: path.to_owned(),
                file: layer.clone(),
                layer: layer.clone(),
            })
        };
        match self {
            Self::Kept(_) => known.get(path).cloned().or_else(by_name),
            Self::Checked(_) => known.get(path).cloned(),
        }
    }
}

/// The layer of the image that a path is named after: `blobs/sha256/<hex>` of Engine 25 and later, `<hex>.tar` of Podman.
pub(super) fn layer_named_by<'a>(path: &str, image: &'a SourceImage) -> Option<&'a Digest> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.strip_suffix(".tar").unwrap_or(name);
    image.layers.iter().find(|layer| layer.hex() == stem)
}
