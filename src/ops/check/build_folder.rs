//! Reads a Dockerfile, and what of its folder a build could take in: `.dockerignore`, and the files that hold secrets.

use super::error::CheckError;
use crate::model::dockerfile::BuildContext;
use crate::model::image_files::LayerEntry;
use crate::model::secret::{secret_file, secrets_in};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A Dockerfile and its folder.
pub struct BuildFolder {
    /// The Dockerfile.
    pub file: PathBuf,
    /// Its text.
    pub text: String,
    /// Its folder.
    pub context: BuildContext,
}

/// A Dockerfile has some hundred lines; what is larger is something else.
const LARGEST: u64 = 1 << 20;

/// Entries of a folder that are looked at, and how deep. A folder of a build has a few thousand.
const MOST_ENTRIES: usize = 50_000;
const DEEPEST: usize = 32;

/// Reads a Dockerfile, or that of a folder.
pub fn read_build_folder(path: &Path) -> Result<BuildFolder, CheckError> {
    let file = if path.is_dir() {
        path.join("Dockerfile")
    } else {
        path.to_owned()
    };
    let text = read_text(&file).map_err(|error| CheckError::File {
        path: file.clone(),
        why: match error.kind() {
            io::ErrorKind::NotFound if path.is_dir() => {
                "there is none; name the file itself if it is called otherwise".to_owned()
            }
            io::ErrorKind::NotFound => "there is no such file".to_owned(),
            _ => error.to_string(),
        },
    })?;
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    // One that is named after the Dockerfile comes before that of the folder.
    let own = file.with_file_name(format!(
        "{}.dockerignore",
        file.file_name().unwrap_or_default().to_string_lossy()
    ));
    let ignore = read_text(&own)
        .or_else(|_| read_text(&folder.join(".dockerignore")))
        .unwrap_or_default();
    let mut look = Look {
        root: folder.to_owned(),
        left: MOST_ENTRIES,
        found: Vec::new(),
    };
    look.walk("", 0);
    look.found.sort();
    Ok(BuildFolder {
        file,
        text,
        context: BuildContext::new(&ignore, look.found),
    })
}

fn read_text(path: &Path) -> io::Result<String> {
    let facts = fs::metadata(path)?;
    if !facts.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other("it has more than 1 MB and is no Dockerfile"));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is no text in UTF-8"))
}

/// A walk through the folder; what cannot be read is left out.
struct Look {
    root: PathBuf,
    left: usize,
    found: Vec<String>,
}

impl Look {
    fn walk(&mut self, folder: &str, depth: usize) {
        let Ok(entries) = fs::read_dir(self.root.join(folder)) else {
            return;
        };
        for entry in entries.flatten() {
            let Some(left) = self.left.checked_sub(1) else {
                return;
            };
            self.left = left;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let path = if folder.is_empty() {
                name
            } else {
                format!("{folder}/{name}")
            };
            // Links are not followed: a build does not either.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth < DEEPEST => self.walk(&path, depth + 1),
                Ok(kind) if kind.is_file() && self.is_secret(&path) => self.found.push(path),
                _ => {}
            }
        }
    }

    fn is_secret(&self, path: &str) -> bool {
        let Some(known) = secret_file(path) else {
            return false;
        };
        let mut begin = Vec::new();
        let opened = File::open(self.root.join(path));
        let read = opened.and_then(|file| file.take(LayerEntry::LOOKED_AT as u64).read_to_end(&mut begin));
        // What may not be read by this user may still be read by the build.
        match read {
            Ok(_) if known.by_name_alone => !begin.is_empty(),
            Ok(_) => !secrets_in(path, &begin).is_empty(),
            Err(_) => known.by_name_alone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read_build_folder;
    use std::fs;

    #[test]
    fn a_folder_is_its_dockerfile_what_it_ignores_and_the_secrets_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put("Dockerfile", "FROM a\n");
        put(".dockerignore", "ignored\n");
        put(".env", "A=1");
        put("empty/.env", "");
        put("ignored/.netrc", "x");
        let read = read_build_folder(folder.path()).unwrap();
        assert_eq!(read.context.secret_files, [".env", "ignored/.netrc"]);
        assert_eq!(read.context.secret_in("ignored"), None);
        put("Dockerfile.dockerignore", ".env\n");
        assert_eq!(
            read_build_folder(&folder.path().join("Dockerfile"))
                .unwrap()
                .context
                .secret_in("."),
            Some("ignored/.netrc")
        );
    }

    #[test]
    fn what_is_no_dockerfile_is_told_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let problem = |name: &str| {
            read_build_folder(&folder.path().join(name))
                .err()
                .unwrap()
                .to_string()
        };
        assert!(problem("").contains("there is none; name the file itself"));
        assert!(problem("none").contains("there is no such file"));
        fs::write(folder.path().join("large"), vec![b'#'; 2 << 20]).unwrap();
        assert!(problem("large").contains("more than 1 MB"));
        fs::write(folder.path().join("binary"), b"\xff\xfe").unwrap();
        assert!(problem("binary").contains("no text in UTF-8"));
        fs::create_dir_all(folder.path().join("inner/Dockerfile")).unwrap();
        assert!(problem("inner").contains("it is no file"));
    }
}
