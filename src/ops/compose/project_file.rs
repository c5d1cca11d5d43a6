//! Files of a project here: read as text, and replaced as a whole or not at all. A link is never followed: in a folder that others
//! may write to it could lead anywhere.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

/// The most that a Compose file or an env file may hold.
const LARGEST: u64 = 1 << 20;

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {what}", .path.display())]
pub struct FileTrouble {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub what: String,
}

/// Reads a file; none if it is not there.
pub fn read_plain(path: &Path) -> Result<Option<String>, FileTrouble> {
    let Some(entry) = entry(path)? else {
        return Ok(None);
    };
    if entry.len() > LARGEST {
        return Err(trouble(path, "it is too large to be a file of a project"));
    }
    let bytes = fs::read(path).map_err(|error| trouble(path, format!("it cannot be read: {error}")))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(_) => Err(trouble(path, "it is no text")),
    }
}

/// Puts a text in the place of a file, in one step. Mode and owner of what was there stay; a new file gets `mode`, as far as the
/// umask lets it.
pub fn write_plain(path: &Path, text: &str, mode: u32) -> Result<(), FileTrouble> {
    let old = entry(path)?;
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let write = || -> io::Result<()> {
        let mut new = tempfile::Builder::new()
            .prefix(".tagboat-")
            .permissions(fs::Permissions::from_mode(mode))
            .tempfile_in(folder)?;
        new.write_all(text.as_bytes())?;
        if let Some(old) = &old {
            let own = new.as_file().metadata()?;
            if (own.uid(), own.gid()) != (old.uid(), old.gid()) {
                chown(new.path(), Some(old.uid()), Some(old.gid()))?;
            }
            new.as_file()
                .set_permissions(fs::Permissions::from_mode(old.mode() & 0o7777))?;
        }
        new.as_file().sync_all()?;
        new.persist(path).map_err(|error| error.error)?;
        File::open(folder)?.sync_all()
    };
    write().map_err(|error| trouble(path, format!("it cannot be written: {error}")))
}

/// What is at a path; none if nothing is. Only a plain file is taken.
fn entry(path: &Path) -> Result<Option<fs::Metadata>, FileTrouble> {
    match fs::symlink_metadata(path) {
        Ok(entry) if entry.is_file() => Ok(Some(entry)),
        Ok(entry) if entry.is_symlink() => Err(trouble(path, "it is a link, which is not followed")),
        Ok(_) => Err(trouble(path, "it is no file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(trouble(path, format!("it cannot be looked at: {error}"))),
    }
}

fn trouble(path: &Path, what: impl Into<String>) -> FileTrouble {
    FileTrouble {
        path: path.to_owned(),
        what: what.into(),
    }
}
