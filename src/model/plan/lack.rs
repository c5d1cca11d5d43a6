//! Which layers of an image a host lacks, by what its image store can find again.

use crate::model::fleet::Store;
use crate::model::names::Digest;
use std::collections::BTreeSet;

/// An image that a host has, as far as its layers matter.
#[derive(Debug, Clone, Copy)]
pub struct HeldLayers<'a> {
    /// Its layers, base first.
    pub layers: &'a [Digest],
    /// Whether it is known that a containerd store has them uncompressed.
    pub is_plain: bool,
}

/// The layers of an image that a host lacks.
///
/// A classic store finds a layer by its `ChainID`: itself and all layers below it. A containerd store finds it by the digest of
/// its blob, which is the `DiffID` only if it came uncompressed.
pub fn missing<'a>(
    store: Store,
    wanted: &[Digest],
    held: impl IntoIterator<Item = HeldLayers<'a>>,
) -> BTreeSet<Digest> {
    match store {
        Store::Classic => {
            let shared = |held: HeldLayers<'_>| {
                let pairs = held.layers.iter().zip(wanted);
                pairs.take_while(|(there, here)| there == here).count()
            };
            let has = held.into_iter().map(shared).max().unwrap_or_default();
            wanted[has..].iter().cloned().collect()
        }
        Store::Containerd => {
            let plain = held.into_iter().filter(|held| held.is_plain);
            let there: BTreeSet<_> = plain.flat_map(|held| held.layers).collect();
            let lacked = wanted.iter().filter(|layer| !there.contains(layer));
            lacked.cloned().collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HeldLayers, missing};
    use crate::model::fleet::Store;
    use crate::model::names::Digest;
    use std::collections::BTreeSet;

    fn digests(letters: &str) -> Vec<Digest> {
        letters
            .bytes()
            .map(|letter| Digest::from_bytes(&[letter; 32]))
            .collect()
    }

    fn set(letters: &str) -> BTreeSet<Digest> {
        digests(letters).into_iter().collect()
    }

    fn missing_of(store: Store, wanted: &str, held: &[&str], is_plain: bool) -> BTreeSet<Digest> {
        let held: Vec<_> = held.iter().map(|layers| digests(layers)).collect();
        let held = held.iter().map(|layers| HeldLayers { layers, is_plain });
        missing(store, &digests(wanted), held)
    }

    #[test]
    fn a_classic_store_has_a_layer_only_on_the_same_layers_below() {
        for (wanted, lacked) in [
            ("abd", "d"),
            ("adb", "db"),
            ("ca", "a"),
            ("ab", ""),
            ("ba", "ba"),
            ("aba", "a"),
        ] {
            assert_eq!(
                missing_of(Store::Classic, wanted, &["ab", "c"], false),
                set(lacked),
                "{wanted}"
            );
        }
    }

    #[test]
    fn a_containerd_store_has_the_uncompressed_layers_wherever_they_are() {
        assert_eq!(missing_of(Store::Containerd, "bd", &["ab"], true), set("d"));
        assert_eq!(missing_of(Store::Containerd, "bd", &["ab"], false), set("bd"));
    }
}
