//! The files of the older image, opened below a root without following a link.

use crate::paths::{folder, plain};
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Opening a link fails (`O_NOFOLLOW` of Linux, `asm/fcntl.h` of each architecture).
#[cfg(any(
    target_arch = "x86_64",
    target_arch = "x86",
    target_arch = "riscv64",
    target_arch = "s390x"
))]
const NO_LINK: i32 = 0o400_000;
#[cfg(any(target_arch = "aarch64", target_arch = "arm", target_arch = "powerpc64"))]
const NO_LINK: i32 = 0o100_000;

/// Opening a pipe or a device does not wait (`O_NONBLOCK`, the same on all of these).
const NO_WAIT: i32 = 0o4000;

/// Folders that are remembered; when there are more, they are looked at again.
const MOST_FOLDERS: usize = 4096;

/// The root of the older image.
pub(crate) struct Root<'a> {
    path: &'a Path,
    /// Folders that are folders, all the way down from the root.
    folders: HashSet<Box<[u8]>>,
}

impl<'a> Root<'a> {
    pub(crate) fn new(path: &'a Path) -> Self {
        Self {
            path,
            folders: HashSet::new(),
        }
    }

    /// Opens a regular file; gives its length too. What is wrong with it is told as the error.
    pub(crate) fn open(&mut self, path: &[u8]) -> Result<(File, u64), String> {
        if path.is_empty() || plain(path).as_deref() != Some(path) {
            return Err("it is no path below the root".to_owned());
        }
        self.check_folder(folder(path))?;
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(NO_LINK | NO_WAIT);
        let file = options
            .open(self.place(path))
            .map_err(|error| error.to_string())?;
        let facts = file.metadata().map_err(|error| error.to_string())?;
        if facts.is_file() {
            Ok((file, facts.len()))
        } else {
            Err("it is no regular file".to_owned())
        }
    }

    fn place(&self, path: &[u8]) -> PathBuf {
        self.path.join(OsStr::from_bytes(path))
    }

    fn check_folder(&mut self, path: &[u8]) -> Result<(), String> {
        if path.is_empty() || self.folders.contains(path) {
            return Ok(());
        }
        self.check_folder(folder(path))?;
        let facts = fs::symlink_metadata(self.place(path)).map_err(|error| error.to_string())?;
        if !facts.is_dir() {
            return Err("it is below what is no folder".to_owned());
        }
        if self.folders.len() >= MOST_FOLDERS {
            self.folders.clear();
        }
        self.folders.insert(path.into());
        Ok(())
    }
}
