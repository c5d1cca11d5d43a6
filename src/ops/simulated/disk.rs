//! A disk that is full soon.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A tmpfs, unmounted at the end.
pub(crate) struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one of so many kilobytes at `path`; none where this user may not mount.
    pub(crate) fn mount(path: &Path, kilobytes: u32) -> Option<Self> {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={kilobytes}k"), "tmpfs"])
            .arg(path)
            .output();
        let is_mounted = mounted.is_ok_and(|output| output.status.success());
        is_mounted.then(|| Self(path.to_owned()))
    }

    /// Takes all the room that is left.
    pub(crate) fn fill(&self) {
        fs::write(self.0.join("filler"), vec![0; 4 << 20]).unwrap_err();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        Command::new("umount").arg(&self.0).status().unwrap();
    }
}
