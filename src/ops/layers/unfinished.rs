//! Files that are being written: under a name of their own until they are whole and on the disk.

use super::failure::StoreError;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, SystemTime};
use tempfile::NamedTempFile;

/// How they are called; a console that dies leaves one behind.
const PREFIX: &str = ".unfinished-";

/// What an earlier console left unfinished goes after this long; a live one is never so old.
const LEFTOVER_AGE: Duration = Duration::from_hours(24);

/// An unfinished file in `folder`, which is made where it is missing. It goes when it is dropped.
pub(crate) fn create(folder: &Path) -> Result<NamedTempFile, StoreError> {
    let failed = |error| StoreError::new(folder, error);
    fs::create_dir_all(folder).map_err(failed)?;
    tempfile::Builder::new()
        .prefix(PREFIX)
        .tempfile_in(folder)
        .map_err(failed)
}

/// Writes a small file so that its old or its new content is there, whatever happens.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = create(folder)?;
    let failed = |error| StoreError::new(path, error);
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    sync_folder(folder)
}

/// Makes sure that renamed files keep their names.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| StoreError::new(folder, error))
}

/// Removes what killed consoles left in a folder.
pub(super) fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_unfinished = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if is_unfinished && is_left_over(&entry.path()) {
            remove(&entry.path());
        }
    }
}

/// Whether nobody has written to a file for so long that nobody will.
pub(super) fn is_left_over(path: &Path) -> bool {
    let touched = fs::metadata(path).and_then(|facts| facts.modified()).ok();
    let age = touched.and_then(|touched| SystemTime::now().duration_since(touched).ok());
    age.is_some_and(|age| age > LEFTOVER_AGE)
}

/// Removes a file of the cache. Another console may do the same at the same moment.
pub(crate) fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path) {
        tracing::debug!(%error, path = %path.display(), "a file of the cache stays");
    }
}
