//! The data stream of a recipe: new files and patches in the order in which they are needed, compressed as one.

use std::io::{self, Read, Write};
use zstd::zstd_safe::CParameter;

/// Up to so many new bytes a high level costs at most a few seconds.
const FEW: u64 = 16 << 20;

/// Up to so many a middle one does.
const MANY: u64 = 128 << 20;

/// The largest window: what compressor and helper hold of the past, 32 MiB.
const WINDOW_LOG: u32 = 25;

/// The smallest that zstd has.
const LEAST_WINDOW_LOG: u32 = 10;

/// From this window on, the tables of the levels are not larger than it needs.
const LEAST_LARGE_WINDOW_LOG: u32 = 22;

/// Packs the stream into `output`; `expected` is about how many bytes will come.
pub(crate) fn writer<W: Write>(
    output: W,
    expected: u64,
) -> io::Result<zstd::stream::write::Encoder<'static, W>> {
    let (level, workers) = match expected {
        0..FEW => (17, 0),
        FEW..MANY => (9, 2),
        _ => (5, 2),
    };
    let mut encoder = zstd::stream::write::Encoder::new(output, level)?;
    encoder.multithread(workers)?;
    encoder.long_distance_matching(expected >= FEW)?;
    let window = expected.next_power_of_two().trailing_zeros();
    let window = window.clamp(LEAST_WINDOW_LOG, WINDOW_LOG);
    encoder.set_parameter(CParameter::WindowLog(window))?;
    // Tables of 50 MB take longer to clear than a few bytes to compress, and zstd makes smaller ones by itself only for a length
    // that it is told before, to the byte.
    if window < LEAST_LARGE_WINDOW_LOG {
        encoder.set_parameter(CParameter::HashLog(window + 1))?;
        encoder.set_parameter(CParameter::ChainLog(window + 1))?;
    }
    encoder.include_checksum(true)?;
    Ok(encoder)
}

/// Unpacks the stream.
pub(crate) fn reader<R: Read>(input: R) -> io::Result<impl Read> {
    let mut decoder = zstd::stream::read::Decoder::new(input)?;
    decoder.window_log_max(WINDOW_LOG)?;
    Ok(decoder)
}
