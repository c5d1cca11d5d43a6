//! How each file of a new layer is best made from a base, by the indexes alone.

use crate::base::{BaseFile, BaseView};
use crate::digest::Sha256Digest;
use crate::index::{EntryKind, LayerIndex};

/// The source of one body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Match<'a> {
    /// The base has it at the same path.
    Same,
    /// The base has it at another path.
    Elsewhere(&'a [u8]),
    /// The base has an earlier version of it.
    Earlier(&'a [u8], &'a BaseFile),
    /// The base has nothing like it.
    None,
}

/// A file with content in a new layer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Body<'a> {
    pub(crate) path: &'a [u8],
    pub(crate) offset: u64,
    pub(crate) size: u64,
    pub(crate) sha256: Sha256Digest,
}

/// The bodies of a layer in their order; files without content have none.
pub(crate) fn bodies(layer: &LayerIndex) -> impl Iterator<Item = Body<'_>> {
    layer.entries.iter().filter_map(|entry| match entry.kind {
        EntryKind::File { offset, size, sha256 } if size > 0 => Some(Body {
            path: &entry.path,
            offset,
            size,
            sha256,
        }),
        _ => None,
    })
}

/// The best source of a body in a base.
pub(crate) fn find<'a>(body: &Body<'_>, base: &'a BaseView) -> Match<'a> {
    if base
        .by_path(body.path)
        .is_some_and(|file| file.sha256 == body.sha256 && file.size == body.size)
    {
        return Match::Same;
    }
    if let Some(path) = base.by_content(&body.sha256) {
        return Match::Elsewhere(path);
    }
    match base.earlier(body.path, body.size) {
        Some((path, file)) => Match::Earlier(path, file),
        None => Match::None,
    }
}

/// About how many bytes a recipe of a layer against a base has, from the indexes alone: new files compress to a third, patches
/// to a tenth. Good enough to choose between bases.
pub fn estimate(layer: &LayerIndex, base: &BaseView) -> u64 {
    let of_bodies = bodies(layer).map(|body| match find(&body, base) {
        Match::Same => 0,
        Match::Elsewhere(path) => path.len() as u64,
        Match::Earlier(..) => body.size / 10 + 16,
        Match::None => body.size / 3 + 16,
    });
    layer.meta_size() as u64 + of_bodies.sum::<u64>()
}
