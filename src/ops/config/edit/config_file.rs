//! The config file on disk: read once, and replaced as a whole or not at all.

use super::EditError;
use crate::ops::config::Config;
use crate::ops::environment::Environment;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A config file as it was read; it need not be there yet.
#[derive(Debug)]
pub struct ConfigFile {
    path: PathBuf,
    text: Option<String>,
}

impl ConfigFile {
    /// Reads it, if it is there.
    pub fn open(path: &Path) -> Result<Self, EditError> {
        Ok(Self {
            path: path.to_owned(),
            text: text_of(path)?,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is there.
    pub fn is_there(&self) -> bool {
        self.text.is_some()
    }

    /// What is in it; nothing where it is not there.
    pub fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// The configuration that another text in it would be.
    pub fn config_of(&self, text: &str, environment: Environment<'_>) -> Result<Config, EditError> {
        Config::read(text, &self.path, environment).map_err(EditError::Wrong)
    }

    /// Puts another text in its place, in one step, after it was read as a config. A link is followed; mode and owner
    /// stay. A new file is the operator's alone: it says where the hosts are and as whom they are entered.
    pub fn replace(&self, text: &str, environment: Environment<'_>) -> Result<(), EditError> {
        self.config_of(text, environment)?;
        let place = match fs::canonicalize(&self.path) {
            Ok(place) => place,
            Err(_) if !self.is_there() => self.path.clone(),
            Err(error) => return Err(EditError::io("cannot follow", &self.path)(error)),
        };
        let folder = match place.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let write = |error| EditError::io("cannot write", &place)(error);
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(EditError::io("cannot make", folder))?;
        let new = beside(folder, text).map_err(write)?;
        if let Ok(old) = fs::metadata(&place) {
            take_over(new.as_file(), new.path(), &old).map_err(write)?;
        }
        if text_of(&self.path)? != self.text {
            return Err(EditError::Changed);
        }
        new.persist(&place).map_err(|error| write(error.error))?;
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(write)
    }
}

fn text_of(path: &Path) -> Result<Option<String>, EditError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        // A link that leads nowhere is a mistake that a new file would only cover.
        Err(error) if error.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(path).is_err() => {
            Ok(None)
        }
        Err(error) => Err(EditError::io("cannot read", path)(error)),
    }
}

/// The text in a file of its own, on disk, readable by the operator alone.
fn beside(folder: &Path, text: &str) -> io::Result<NamedTempFile> {
    let mut new = tempfile::Builder::new()
        .prefix(".tagboat-config-")
        .tempfile_in(folder)?;
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    Ok(new)
}

/// Mode and owner of the old file: who edits the config of another user as root must not take it away from them.
fn take_over(new: &File, path: &Path, old: &fs::Metadata) -> io::Result<()> {
    let made = new.metadata()?;
    if (made.uid(), made.gid()) != (old.uid(), old.gid()) {
        chown(path, Some(old.uid()), Some(old.gid()))?;
    }
    new.set_permissions(fs::Permissions::from_mode(old.mode() & 0o7777))
}
