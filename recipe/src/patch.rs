//! Patches: a part of a new file as zstd with a part of the old file as prefix. Bounded, whatever the size of the files.

use std::ops::Range;
use zstd::zstd_safe::{CCtx, CParameter, DCtx, compress_bound};

/// The most of a new file in one window.
pub(crate) const NEW_WINDOW: u64 = 16 << 20;

/// The most of an old file that a window refers to. Twice as large windows make patches of the same length, take three times
/// as long, and 70 MB more on both sides (measured with programs of 75 and 100 MB).
pub(crate) const OLD_WINDOW: u64 = 32 << 20;

/// Both windows fit in 2^26 bytes.
const WINDOW_LOG: u32 = 26;

/// Up to this size of both files a higher level costs milliseconds.
const SMALL: usize = 4 << 20;

/// The compressor could not be used, or what it made cannot be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the patch of a file is damaged")]
pub(crate) struct BadPatch;

/// The windows of a new file and the parts of the old one that they refer to: around the same place, as far as the sizes tell.
pub(crate) fn windows(old_size: u64, new_size: u64) -> impl Iterator<Item = (Range<u64>, Range<u64>)> {
    let count = new_size.div_ceil(NEW_WINDOW);
    (0..count).map(move |number| {
        let new = number * NEW_WINDOW..((number + 1) * NEW_WINDOW).min(new_size);
        let middle = u128::from(new.start + (new.end - new.start) / 2) * u128::from(old_size)
            / u128::from(new_size.max(1));
        let middle = u64::try_from(middle).unwrap_or(u64::MAX);
        let begin = middle
            .saturating_sub(OLD_WINDOW / 2)
            .min(old_size.saturating_sub(OLD_WINDOW));
        (begin..(begin + OLD_WINDOW).min(old_size), new)
    })
}

/// The patch that makes `new` from `old`.
pub(crate) fn make(old: &[u8], new: &[u8]) -> Result<Vec<u8>, BadPatch> {
    let level = if old.len() + new.len() <= SMALL { 17 } else { 6 };
    let mut context = CCtx::try_create().ok_or(BadPatch)?;
    let settings = [
        CParameter::CompressionLevel(level),
        CParameter::WindowLog(WINDOW_LOG.min(log2_above(old.len() + new.len()))),
        CParameter::EnableLongDistanceMatching(old.len() + new.len() > SMALL),
        CParameter::ChecksumFlag(true),
    ];
    for setting in settings {
        context.set_parameter(setting).map_err(|_| BadPatch)?;
    }
    context.ref_prefix(old).map_err(|_| BadPatch)?;
    let mut patch = Vec::with_capacity(compress_bound(new.len()));
    context.compress2(&mut patch, new).map_err(|_| BadPatch)?;
    Ok(patch)
}

/// Makes the new part again, of exactly `length` bytes.
pub(crate) fn apply(old: &[u8], patch: &[u8], length: usize) -> Result<Vec<u8>, BadPatch> {
    let mut context = DCtx::try_create().ok_or(BadPatch)?;
    context.ref_prefix(old).map_err(|_| BadPatch)?;
    let mut new = Vec::with_capacity(length);
    context.decompress(&mut new, patch).map_err(|_| BadPatch)?;
    if new.len() == length {
        Ok(new)
    } else {
        Err(BadPatch)
    }
}

/// The longest patch that makes so many bytes.
pub(crate) fn longest_patch(new_length: u64) -> u64 {
    usize::try_from(new_length).map_or(0, |length| compress_bound(length) as u64)
}

/// The smallest power of two that holds so many bytes; zstd's own least is 10.
fn log2_above(bytes: usize) -> u32 {
    bytes.max(1024).next_power_of_two().trailing_zeros()
}

#[cfg(test)]
mod tests {
    use super::{NEW_WINDOW, OLD_WINDOW, apply, make, windows};

    #[test]
    fn a_patch_of_a_small_change_is_small_and_makes_the_new_file() {
        let old: Vec<u8> = (0..200_000u32)
            .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
            .collect();
        let mut new = old.clone();
        new[100_000] ^= 1;
        new.splice(300_000..300_000, *b"inserted");
        let patch = make(&old, &new).unwrap();
        assert!(patch.len() < 2000, "{}", patch.len());
        assert_eq!(apply(&old, &patch, new.len()).unwrap(), new);
        assert!(apply(&old, &patch, new.len() + 1).is_err());
        assert!(apply(&old[..old.len() - 1], &patch, new.len()).is_err());
    }

    #[test]
    fn windows_cover_the_new_file_and_stay_inside_the_old_one() {
        let (old, new) = (300 << 20, 200 << 20);
        let mut covered = 0;
        for (from, to) in windows(old, new) {
            assert_eq!(to.start, covered);
            covered = to.end;
            assert!(to.end - to.start <= NEW_WINDOW);
            assert!(from.end - from.start <= OLD_WINDOW && from.end <= old);
        }
        assert_eq!(covered, new);
        assert_eq!(windows(5, 3).collect::<Vec<_>>(), [(0..5, 0..3)]);
    }
}
