//! The archives on this machine's disk: one file for each image and codec, with what is known of it beside it.

use super::archive::{Archive, ArchiveFacts};
use super::codec::{Codec, Compressor};
use super::failure::ExportError;
use super::hashing_writer::HashingWriter;
use super::output_file::{OutputFile, WriteTrouble};
use super::rewrite::{Expected, Rewritten, rewrite};
use crate::model::names::{Digest, ImageId};
use sha2::{Digest as _, Sha256};
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tempfile::NamedTempFile;
use tokio_util::sync::CancellationToken;

/// The folder of archives. All of its functions block.
#[derive(Debug, Clone)]
pub(super) struct Cache {
    folder: PathBuf,
}

/// How an archive that is being made is called; a console that dies leaves one behind.
const UNFINISHED: &str = ".unfinished-";

/// What an earlier console left unfinished goes after this long; a live export is never so old.
const UNFINISHED_AGE: Duration = Duration::from_hours(24);

/// An archive that no push has used for so long is made again when one needs it.
const UNUSED_AGE: Duration = Duration::from_hours(30 * 24);

impl Cache {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The archive of an image, if it is there and its bytes are still those that were written.
    ///
    /// The whole file is hashed once for each console that uses it, not while it is sent: a spoilt archive is then made
    /// anew before any host has received it, instead of failing the check of every host each time.
    pub(super) fn open(&self, image: &ImageId, codec: Codec, ended: &CancellationToken) -> Option<Archive> {
        let path = self.path(image, codec);
        let text = fs::read(sidecar(&path)).ok()?;
        let facts: ArchiveFacts = serde_json::from_slice(&text).ok()?;
        let has_form = facts.form == ArchiveFacts::FORM && facts.codec == codec;
        if !has_form || fs::metadata(&path).ok()?.len() != facts.size {
            return None;
        }
        let digest = hash_prefix(&path, facts.size, ended).ok()?;
        let used = File::open(sidecar(&path)).and_then(|file| file.set_modified(SystemTime::now()));
        if let Err(error) = used {
            tracing::debug!(%error, "the use of a kept archive could not be noted");
        }
        (digest == facts.sha256).then_some(Archive { path, facts })
    }

    /// Makes the archive of an image from what `docker save` delivers.
    pub(super) fn make(
        &self,
        input: impl Read,
        expected: &Expected,
        codec: Codec,
    ) -> Result<Archive, ExportError> {
        fs::create_dir_all(&self.folder).map_err(|error| not_written(&self.folder, &error))?;
        self.sweep();
        let path = self.path(&expected.image.id, codec);
        let failed = |error: io::Error| not_written(&path, &error);
        let file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(&self.folder)
            .map_err(failed)?;
        let Written {
            file,
            rewritten,
            sha256,
            size,
        } = write(file, &path, input, expected, codec)?;
        file.as_file().sync_all().map_err(failed)?;
        let facts = ArchiveFacts {
            form: ArchiveFacts::FORM,
            codec,
            size,
            sha256,
            config: rewritten.config,
            manifest: rewritten.manifest,
            layers: expected.image.layers.clone(),
            staging: expected.staging.clone(),
        };
        // The facts go last: an archive without them, or with those of an earlier one, is not used.
        file.persist(&path).map_err(|error| failed(error.error))?;
        self.write_sidecar(&path, &facts).map_err(failed)?;
        Ok(Archive { path, facts })
    }

    fn path(&self, image: &ImageId, codec: Codec) -> PathBuf {
        self.folder
            .join(format!("{}.{}", image.0.hex(), codec.extension()))
    }

    fn write_sidecar(&self, path: &Path, facts: &ArchiveFacts) -> io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(&self.folder)?;
        file.write_all(&serde_json::to_vec_pretty(facts)?)?;
        file.as_file().sync_all()?;
        file.persist(sidecar(path)).map_err(|error| error.error)?;
        File::open(&self.folder)?.sync_all()
    }

    /// Removes what killed consoles left unfinished, and archives that nobody uses any more.
    fn sweep(&self) {
        let age = |entry: &fs::DirEntry| {
            let touched = entry.metadata().and_then(|facts| facts.modified()).ok()?;
            SystemTime::now().duration_since(touched).ok()
        };
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let (path, age) = (entry.path(), age(&entry).unwrap_or_default());
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) && age > UNFINISHED_AGE {
                remove(&path);
            } else if path.extension().is_some_and(|end| end == "json") && age > UNUSED_AGE {
                // Without its facts an archive is not used, so they go first.
                remove(&path);
                remove(&path.with_extension(""));
            }
        }
    }
}

/// Another console may remove the same file at the same moment.
fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path) {
        tracing::debug!(%error, path = %path.display(), "a file of the cache stays");
    }
}

fn not_written(path: &Path, error: &io::Error) -> ExportError {
    ExportError::Cache {
        path: path.display().to_string(),
        cause: error.to_string(),
    }
}

/// An archive that is complete but not in its place yet.
struct Written {
    file: NamedTempFile,
    rewritten: Rewritten,
    sha256: Digest,
    size: u64,
}

fn write(
    file: NamedTempFile,
    path: &Path,
    input: impl Read,
    expected: &Expected,
    codec: Codec,
) -> Result<Written, ExportError> {
    let failed = |error: io::Error| not_written(path, &error);
    let trouble = WriteTrouble::default();
    let file = BufWriter::with_capacity(1 << 20, OutputFile::new(file, trouble.clone()));
    let compressor = Compressor::new(codec, HashingWriter::new(file)).map_err(failed)?;
    let (rewritten, compressor) = rewrite(input, compressor, expected).map_err(|defect| {
        let of_disk = trouble
            .cause()
            .map(|cause| not_written(path, &io::Error::other(cause)));
        of_disk.unwrap_or(ExportError::Archive(defect))
    })?;
    let (output, sha256, size) = compressor.finish().map_err(failed)?.finish();
    let output = output.into_inner().map_err(|error| failed(error.into_error()))?;
    Ok(Written {
        file: output.file,
        rewritten,
        sha256,
        size,
    })
}

fn sidecar(path: &Path) -> PathBuf {
    path.with_added_extension("json")
}

/// The digest of the first `length` bytes of a file; an error if it is shorter or the token is cancelled.
pub(super) fn hash_prefix(path: &Path, length: u64, ended: &CancellationToken) -> io::Result<Digest> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut left = length;
    while left > 0 {
        if ended.is_cancelled() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let want = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let count = file.read(&mut buffer[..want])?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        hash.update(&buffer[..count]);
        left -= count as u64;
    }
    Ok(Digest::from_bytes(&hash.finalize().into()))
}
