//! Where tagboat keeps its own files on the operator's machine: state with the journal, cache, sockets.

use crate::ops::environment::{Environment, path_from};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// The directories of one operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dirs {
    /// The journal and the log.
    pub state: PathBuf,
    /// Exported images; may be deleted at any time.
    pub cache: PathBuf,
    /// Sockets of connections; short, because the path of a Unix socket has about 100 bytes.
    pub runtime: PathBuf,
}

/// Bytes that a runtime directory may take, so that a socket with the name that ssh gives it still fits.
const LONGEST_RUNTIME: usize = 60;

impl Dirs {
    /// Finds them: `TAGBOAT_STATE_DIR`, `TAGBOAT_CACHE_DIR` and `TAGBOAT_RUNTIME_DIR`, else where XDG puts them.
    pub fn find(environment: Environment<'_>) -> io::Result<Self> {
        let home = || {
            path_from(environment, "HOME")
                .ok_or_else(|| io::Error::other("there is no home directory: HOME is not set"))
        };
        let xdg = |variable: &str, usual: &str| -> io::Result<PathBuf> {
            match path_from(environment, variable).filter(|path| path.is_absolute()) {
                Some(folder) => Ok(folder.join("tagboat")),
                None => Ok(home()?.join(usual).join("tagboat")),
            }
        };
        let or_xdg = |own: &str, variable: &str, usual: &str| match path_from(environment, own) {
            Some(path) => std::path::absolute(path),
            None => xdg(variable, usual),
        };
        Ok(Self {
            state: or_xdg("TAGBOAT_STATE_DIR", "XDG_STATE_HOME", ".local/state")?,
            cache: or_xdg("TAGBOAT_CACHE_DIR", "XDG_CACHE_HOME", ".cache")?,
            runtime: runtime(environment)?,
        })
    }

    /// The layers of images in the cache.
    pub fn layers(&self) -> PathBuf {
        self.cache.join("layers")
    }

    /// Makes them, readable by the operator alone: the journal holds what containers were started with.
    pub fn create(&self) -> io::Result<()> {
        for path in [&self.state, &self.cache, &self.runtime] {
            create_private(path)
                .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
        }
        Ok(())
    }
}

fn runtime(environment: Environment<'_>) -> io::Result<PathBuf> {
    if let Some(own) = path_from(environment, "TAGBOAT_RUNTIME_DIR") {
        return std::path::absolute(own);
    }
    let fits = |path: &PathBuf| path.is_absolute() && path.as_os_str().len() <= LONGEST_RUNTIME;
    if let Some(path) = path_from(environment, "XDG_RUNTIME_DIR")
        .map(|path| path.join("tagboat"))
        .filter(fits)
    {
        return Ok(path);
    }
    let name = format!("tagboat-{}", user_id()?);
    let temp = path_from(environment, "TMPDIR").unwrap_or_else(|| PathBuf::from("/tmp"));
    Ok(Some(temp.join(&name))
        .filter(fits)
        .unwrap_or_else(|| Path::new("/tmp").join(name)))
}

/// The user of this process: the owner of its own entry in `/proc`, else of the home directory.
fn user_id() -> io::Result<u32> {
    std::fs::metadata("/proc/self")
        .or_else(|_| std::fs::metadata(std::env::home_dir().unwrap_or_default()))
        .map(|entry| entry.uid())
}

/// A directory that is there must be the operator's own: in a shared temp directory somebody else could have made it.
fn create_private(path: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)?;
    let entry = std::fs::symlink_metadata(path)?;
    let is_shared_place = path.parent().is_some_and(|parent| parent == Path::new("/tmp"));
    if is_shared_place && (!entry.is_dir() || entry.uid() != user_id()? || entry.mode() & 0o077 != 0) {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "it belongs to somebody else, or others may write to it; set TAGBOAT_RUNTIME_DIR to a directory of your own",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Dirs;
    use std::ffi::OsString;

    fn find(variables: &[(&str, &str)]) -> Dirs {
        let look_up = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| OsString::from(value))
        };
        Dirs::find(&look_up).unwrap()
    }

    #[test]
    fn own_variables_come_before_xdg_and_xdg_before_the_home_directory() {
        let plain = find(&[("HOME", "/home/me"), ("XDG_RUNTIME_DIR", "/run/user/7")]);
        assert_eq!(plain.state.to_str(), Some("/home/me/.local/state/tagboat"));
        assert_eq!(plain.cache.to_str(), Some("/home/me/.cache/tagboat"));
        assert_eq!(plain.runtime.to_str(), Some("/run/user/7/tagboat"));
        let xdg = find(&[
            ("HOME", "/home/me"),
            ("XDG_STATE_HOME", "/var/me"),
            ("XDG_CACHE_HOME", "not/absolute"),
        ]);
        assert_eq!(xdg.state.to_str(), Some("/var/me/tagboat"));
        assert_eq!(xdg.cache.to_str(), Some("/home/me/.cache/tagboat"));
        let own = find(&[
            ("TAGBOAT_STATE_DIR", "/s"),
            ("TAGBOAT_CACHE_DIR", "/c"),
            ("TAGBOAT_RUNTIME_DIR", "/r"),
        ]);
        assert_eq!(
            (own.state.to_str(), own.cache.to_str(), own.runtime.to_str()),
            (Some("/s"), Some("/c"), Some("/r"))
        );
    }

    #[test]
    fn a_runtime_directory_that_is_too_long_for_a_socket_is_replaced_by_a_short_one() {
        let long = format!("/run/{}", "x".repeat(80));
        let dirs = find(&[
            ("HOME", "/home/me"),
            ("XDG_RUNTIME_DIR", &long),
            ("TMPDIR", &long),
        ]);
        let runtime = dirs.runtime.to_str().unwrap();
        assert!(runtime.starts_with("/tmp/tagboat-"), "{runtime}");
    }

    #[test]
    fn directories_are_made_for_the_operator_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join("deep").join(name);
        let dirs = Dirs {
            state: path("s"),
            cache: path("c"),
            runtime: path("r"),
        };
        dirs.create().unwrap();
        dirs.create().unwrap();
        let mode = std::fs::metadata(&dirs.state).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
