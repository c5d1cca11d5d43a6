//! The build context that every tagboat carries: the image of convocate's sessions (`assets/image/convocate`, docs/image.md).

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A file of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct EmbeddedFile {
    /// Its path in the context.
    pub(super) path: &'static str,
    /// Its content.
    pub(super) text: &'static str,
    /// Its permissions.
    pub(super) mode: u32,
}

/// All of its files, in the order of their paths.
pub(super) const EMBEDDED: [EmbeddedFile; 4] = [
    EmbeddedFile {
        path: ".dockerignore",
        text: include_str!("../../../assets/image/convocate/.dockerignore"),
        mode: 0o644,
    },
    EmbeddedFile {
        path: "Dockerfile",
        text: include_str!("../../../assets/image/convocate/Dockerfile"),
        mode: 0o644,
    },
    EmbeddedFile {
        path: "entrypoint.sh",
        text: include_str!("../../../assets/image/convocate/entrypoint.sh"),
        mode: 0o755,
    },
    EmbeddedFile {
        path: "skel/CLAUDE.md",
        text: include_str!("../../../assets/image/convocate/skel/CLAUDE.md"),
        mode: 0o644,
    },
];

/// The moment that everything in an image of this context is given: it is the same for everybody who builds it.
pub(super) const EMBEDDED_EPOCH: i64 = 1_795_305_600;

/// Why the context was not written.
#[derive(Debug, thiserror::Error)]
pub enum NotEjected {
    /// Something is there.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// It cannot be written.
    #[error("{} cannot be written: {error}", .path.display())]
    Io {
        /// What.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// Writes the context into a directory, which is made where it is missing. Nothing that is there is overwritten: then nothing is
/// written at all.
pub fn eject(directory: &Path) -> Result<Vec<PathBuf>, NotEjected> {
    let places = EMBEDDED.map(|file| (file, directory.join(file.path)));
    if let Some((_, there)) = places
        .iter()
        .find(|(_, place)| fs::symlink_metadata(place).is_ok())
    {
        return Err(NotEjected::Exists(there.clone()));
    }
    for (file, place) in &places {
        let write = || {
            place.parent().map_or(Ok(()), fs::create_dir_all)?;
            let open = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(file.mode)
                .open(place);
            open?.write_all(file.text.as_bytes())
        };
        write().map_err(|error| NotEjected::Io {
            path: place.clone(),
            error,
        })?;
    }
    Ok(places.map(|(_, place)| place).into())
}

#[cfg(test)]
mod tests {
    use super::{EMBEDDED, NotEjected, eject};
    use std::collections::BTreeSet;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    /// The files below a directory, as paths from it.
    fn files(directory: &Path) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut left = vec![directory.to_owned()];
        while let Some(next) = left.pop() {
            for entry in fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    left.push(path);
                } else {
                    found.insert(path.strip_prefix(directory).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        found
    }

    #[test]
    fn the_context_that_is_carried_is_all_of_the_one_in_the_sources() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/image/convocate");
        let carried: BTreeSet<_> = EMBEDDED.iter().map(|file| file.path.to_owned()).collect();
        assert_eq!(carried, files(&sources));
        for file in EMBEDDED {
            let mode = fs::metadata(sources.join(file.path))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o111, file.mode & 0o111, "{}", file.path);
        }
    }

    #[test]
    fn it_is_written_out_once_and_never_over_something() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("new/context");
        assert_eq!(eject(&directory).unwrap().len(), EMBEDDED.len());
        assert_eq!(files(&directory).len(), EMBEDDED.len());
        fs::write(directory.join("Dockerfile"), "FROM mine\n").unwrap();
        fs::remove_file(directory.join(".dockerignore")).unwrap();
        assert!(matches!(eject(&directory), Err(NotEjected::Exists(_))));
        assert_eq!(
            fs::read_to_string(directory.join("Dockerfile")).unwrap(),
            "FROM mine\n"
        );
        assert!(
            !directory.join(".dockerignore").exists(),
            "half of it was written"
        );
    }
}
