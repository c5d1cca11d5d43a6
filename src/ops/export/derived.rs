//! Archives for hosts without zstd: made once from the one that is packed with zstd, and kept.

use super::codec::GZIP_LEVEL;
use super::failure::ExportError;
use super::growth::{Growth, ParcelContents};
use super::hashing_writer::HashingWriter;
use crate::model::names::Digest;
use crate::ops::layers::{LayerStore, StoreError, unfinished};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;
use tokio_util::sync::CancellationToken;

/// What is known of a kept archive; beside it.
#[derive(Serialize, Deserialize)]
struct Facts {
    size: u64,
    sha256: Digest,
    contents: ParcelContents,
}

/// The archive `name`, packed with gzip, with the bytes of `whole`, whose `contents` are known. Blocks for as long as gzip takes,
/// unless it was made before.
pub(super) fn derive(
    store: &LayerStore,
    name: &str,
    whole: &Arc<Growth>,
    contents: &ParcelContents,
    cancel: &CancellationToken,
) -> Result<Growth, ExportError> {
    let folder = store.derived_folder();
    let (path, facts) = (
        folder.join(format!("{name}.tar.gz")),
        folder.join(format!("{name}.tar.gz.json")),
    );
    let kept = open(&path, &facts, contents, cancel);
    let (file, size) = match kept {
        Some(kept) => kept,
        None => make(&path, &facts, whole, contents, cancel)?,
    };
    let growth = Growth::new();
    growth.push_file(&Arc::new(file), 0, size);
    growth.finish(contents.clone());
    Ok(growth)
}

/// A kept archive whose bytes are those that were written.
fn open(
    path: &Path,
    facts: &Path,
    contents: &ParcelContents,
    cancel: &CancellationToken,
) -> Option<(File, u64)> {
    let known: Facts = serde_json::from_slice(&fs::read(facts).ok()?).ok()?;
    let file = File::open(path).ok().filter(|_| known.contents == *contents)?;
    let mut hash = HashingWriter::new(io::sink());
    copy(&file, &mut hash, cancel).ok()?;
    let (_, sha256, size) = hash.finish();
    if let Err(error) = File::open(facts).and_then(|file| file.set_modified(SystemTime::now())) {
        tracing::debug!(%error, "the use of a kept archive could not be noted");
    }
    (sha256 == known.sha256 && size == known.size).then_some((file, size))
}

fn make(
    path: &Path,
    facts: &Path,
    whole: &Arc<Growth>,
    contents: &ParcelContents,
    cancel: &CancellationToken,
) -> Result<(File, u64), ExportError> {
    let failed = |error: io::Error| StoreError::new(path, error);
    let folder = path.parent().unwrap_or(path);
    let output = BufWriter::with_capacity(1 << 20, unfinished::create(folder)?);
    let level = flate2::Compression::new(GZIP_LEVEL);
    let mut encoder = flate2::write::GzEncoder::new(HashingWriter::new(output), level);
    let input = zstd::stream::read::Decoder::new(GrowthReader { whole, at: 0 }).map_err(unreadable)?;
    copy(input, &mut encoder, cancel).map_err(|error| match error {
        Copy::Cancelled => ExportError::Cancelled,
        Copy::Read(error) => unreadable(error),
        Copy::Write(error) => failed(error).into(),
    })?;
    let (output, sha256, size) = encoder.finish().map_err(failed)?.finish();
    let file = output.into_inner().map_err(|error| failed(error.into_error()))?;
    file.as_file().sync_all().map_err(failed)?;
    unfinished::remove(facts);
    let file = file.persist(path).map_err(|error| failed(error.error))?;
    let known = Facts {
        size,
        sha256,
        contents: contents.clone(),
    };
    let text = serde_json::to_vec(&known).map_err(|error| StoreError::new(facts, error))?;
    unfinished::write_whole(facts, &text)?;
    Ok((file, size))
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
fn unreadable(error: io::Error) -> ExportError {
    ExportError::Unreadable(error.to_string())
}

/// Why a copy ended early.
enum Copy {
    Cancelled,
    Read(io::Error),
    Write(io::Error),
}

fn copy(mut input: impl Read, output: &mut impl Write, cancel: &CancellationToken) -> Result<(), Copy> {
    let mut buffer = vec![0; 1 << 20];
    loop {
        if cancel.is_cancelled() {
            return Err(Copy::Cancelled);
        }
        let count = input.read(&mut buffer).map_err(Copy::Read)?;
        if count == 0 {
            return Ok(());
        }
        output.write_all(&buffer[..count]).map_err(Copy::Write)?;
    }
}

/// Reads a parcel that is whole.
struct GrowthReader<'a> {
    whole: &'a Growth,
    at: u64,
}

impl Read for GrowthReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.whole.read(self.at, buffer.len())?;
        buffer[..bytes.len()].copy_from_slice(&bytes);
        self.at += bytes.len() as u64;
        Ok(bytes.len())
    }
}
