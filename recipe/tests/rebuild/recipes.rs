//! Recipes made and followed, with bytes before and after the layer.

use std::io::{Cursor, Write};
use std::path::Path;
use tagboat_recipe::{ApplyError, Base, BaseView, Indexer, LayerIndex, Part, ReadAt, Summary, apply, make};

/// A recipe, and what is in it.
pub(crate) struct Recipe {
    pub(crate) bytes: Vec<u8>,
    pub(crate) summary: Summary,
}

/// The index of a tar that comes in pieces of this length.
pub(crate) fn index(tar: &[u8], piece: usize) -> LayerIndex {
    let mut indexer = Indexer::new();
    for bytes in tar.chunks(piece.max(1)) {
        indexer.write_all(bytes).unwrap();
    }
    indexer.finish().unwrap()
}

/// The recipe of `new` against a base of these layers.
pub(crate) fn recipe(new: &[u8], layers: &[Vec<u8>], has_bytes: bool) -> Recipe {
    let indexes: Vec<_> = layers.iter().map(|tar| index(tar, 4096)).collect();
    let view = BaseView::of(&indexes.iter().collect::<Vec<_>>());
    let base = Base {
        view: &view,
        layers: layers
            .iter()
            .map(|tar| has_bytes.then_some(tar as &dyn ReadAt))
            .collect(),
    };
    let index = index(new, 1000);
    let parts = [
        Part::Bytes(b"before".to_vec()),
        Part::Layer {
            index: &index,
            bytes: &new.to_vec(),
        },
        Part::Bytes(b"after".to_vec()),
    ];
    let mut bytes = Vec::new();
    let summary = make(&parts, &base, &mut bytes, || false).unwrap();
    assert_eq!(summary.size, bytes.len() as u64);
    Recipe { bytes, summary }
}

/// What a recipe makes below a root.
pub(crate) fn applied(recipe: &[u8], root: &Path) -> Result<Vec<u8>, ApplyError> {
    let mut output = Vec::new();
    apply(&mut Cursor::new(recipe), root, &mut output)?;
    Ok(output)
}

/// What the recipe of a layer must make.
pub(crate) fn expected(new: &[u8]) -> Vec<u8> {
    [b"before", new, b"after"].concat()
}

/// Makes the recipe of `new` against a base of these layers, and follows it below the root.
pub(crate) fn rebuilt(new: &[u8], layers: &[Vec<u8>], root: &Path) -> Recipe {
    let recipe = recipe(new, layers, true);
    assert!(
        applied(&recipe.bytes, root).unwrap() == expected(new),
        "another tar came out"
    );
    recipe
}

/// Bytes that do not compress; the same for the same seed.
pub(crate) fn noise(seed: u32, length: usize) -> Vec<u8> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}
