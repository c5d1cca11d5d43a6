//! What a host has of images: the layers that need not be sent, and the images whose files a delta can be made against.

use super::context::Push;
use crate::model::fleet::Store;
use crate::model::names::{Digest, ImageId, ImageRef};
use crate::ops::ports::EngineError;
use crate::ops::report::StepError;
use futures_util::{StreamExt, TryStreamExt, stream};
use std::collections::BTreeSet;

/// Inspects of one host that may be under way at the same time.
const ASKING: usize = 4;

/// An image of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) id: ImageId,
    pub(super) references: Vec<ImageRef>,
    pub(super) layers: Vec<Digest>,
}

impl Held {
    /// What it is called where it is told: its first reference, or its id.
    pub(super) fn name(&self) -> String {
        match self.references.first() {
            Some(reference) => reference.to_string(),
            None => self.id.short().to_owned(),
        }
    }
}

/// Every image of the host with its layers, those of other names and untagged ones too.
pub(super) async fn inventory(push: &Push<'_>) -> Result<Vec<Held>, StepError> {
    let engine = &push.link.engine;
    let failed = |error: EngineError| push.engine_failed(&error, push.nothing_sent());
    let listed = engine.images().await.map_err(failed)?;
    stream::iter(listed)
        .map(|image| async move {
            let details = engine.image(image.id.as_str()).await?;
            // An image that is gone since the list cannot be relied on.
            Ok(details.map(|details| Held {
                id: image.id,
                references: image.references,
                layers: details.layers,
            }))
        })
        .buffered(ASKING)
        .try_filter_map(|held| async move { Ok(held) })
        .try_collect()
        .await
        .map_err(failed)
}

/// The layers of an image that a host lacks.
///
/// A classic store finds a layer by its `ChainID`: itself and all layers below it. A containerd store finds it by the digest of
/// its blob, which is the `DiffID` only if it came uncompressed: `loaded_plain` tells the images of which that is known.
pub(super) fn missing(
    store: Store,
    wanted: &[Digest],
    held: &[Held],
    loaded_plain: impl Fn(&Held) -> bool,
) -> BTreeSet<Digest> {
    match store {
        Store::Classic => {
            let shared = |held: &Held| {
                let pairs = held.layers.iter().zip(wanted);
                pairs.take_while(|(there, here)| there == here).count()
            };
            let has = held.iter().map(shared).max().unwrap_or_default();
            wanted[has..].iter().cloned().collect()
        }
        Store::Containerd => {
            let there: BTreeSet<_> = held
                .iter()
                .filter(|held| loaded_plain(held))
                .flat_map(|held| &held.layers)
                .collect();
            wanted
                .iter()
                .filter(|layer| !there.contains(layer))
                .cloned()
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Held, missing};
    use crate::model::fleet::Store;
    use crate::model::names::{Digest, ImageId};
    use std::collections::BTreeSet;

    fn digest(letter: char) -> Digest {
        let number = u32::from(letter) % 16;
        Digest::parse(&format!("sha256:{}", format!("{number:x}").repeat(64))).unwrap()
    }

    fn digests(letters: &str) -> Vec<Digest> {
        letters.chars().map(digest).collect()
    }

    fn held(layers: &str) -> Held {
        Held {
            id: ImageId(digest('i')),
            references: Vec::new(),
            layers: digests(layers),
        }
    }

    fn set(letters: &str) -> BTreeSet<Digest> {
        digests(letters).into_iter().collect()
    }

    #[test]
    fn a_classic_store_has_a_layer_only_on_the_same_layers_below() {
        let has = [held("ab"), held("c")];
        let missing = |wanted: &str| missing(Store::Classic, &digests(wanted), &has, |_| true);
        assert_eq!(missing("abd"), set("d"));
        assert_eq!(missing("adb"), set("db"));
        assert_eq!(missing("ca"), set("a"));
        assert_eq!(missing("ab"), set(""));
        assert_eq!(missing("ba"), set("ba"));
    }

    #[test]
    fn a_containerd_store_has_the_uncompressed_layers_wherever_they_are() {
        let has = [held("ab")];
        let wanted = digests("bd");
        assert_eq!(missing(Store::Containerd, &wanted, &has, |_| true), set("d"));
        assert_eq!(missing(Store::Containerd, &wanted, &has, |_| false), set("bd"));
    }
}
