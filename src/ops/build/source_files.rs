//! The files of a context, in a stable order: from the directory of a project without what its `.dockerignore` leaves out, or
//! from what this tagboat carries.

use super::embedded::EMBEDDED;
use super::ignored::{BadPattern, Ignored};
use crate::model::plan::ContextFrom;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

/// One entry of a context.
#[derive(Debug)]
pub(super) struct SourceFile {
    /// Its path in the context.
    pub(super) path: PathBuf,
    /// Its permissions.
    pub(super) mode: u32,
    /// When it was changed, in seconds since 1970; none where it is embedded.
    pub(super) changed: Option<i64>,
    /// What it is.
    pub(super) content: Content,
}

/// What an entry of a context is.
#[derive(Debug)]
pub(super) enum Content {
    /// Bytes of this program.
    Embedded(&'static str),
    /// A file with so many bytes.
    File(PathBuf, u64),
    /// A directory.
    Directory,
    /// A symbolic link; where it leads is for the build.
    Link(PathBuf),
}

/// What was found.
#[derive(Debug)]
pub(super) struct Found {
    /// What is sent.
    pub(super) files: Vec<SourceFile>,
    /// How many were left out.
    pub(super) ignored: u64,
}

/// Why a context cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BadContext {
    /// There is no such directory, or it is none.
    #[error("{} is no directory that can be read: {error}", .path.display())]
    NoDirectory {
        /// The directory.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// There is no Dockerfile.
    #[error("there is no {dockerfile} in {origin}")]
    NoDockerfile {
        /// The context.
        origin: ContextFrom,
        /// Its path.
        dockerfile: String,
    },
    /// The Dockerfile is not in the context.
    #[error("{0} is not below the directory of the context")]
    DockerfileElsewhere(String),
    /// A line of `.dockerignore` is no pattern.
    #[error("{path}: {error}")]
    BadPattern {
        /// The file.
        path: String,
        /// Which line, and why.
        error: BadPattern,
    },
    /// Something in it can be in no image.
    #[error("{path} is a {what}, which can be in no image")]
    NotAFile {
        /// Its path in the context.
        path: String,
        /// What it is.
        what: &'static str,
    },
    /// Something in it cannot be read.
    #[error("{path} cannot be read: {error}")]
    Unreadable {
        /// Its path.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// The archive of it cannot be written.
    #[error("the archive of it cannot be written: {0}")]
    Unwritable(io::Error),
    /// The work on it was ended.
    #[error("it was ended")]
    Ended,
}

/// Finds all entries of a context.
pub(super) fn source_files(origin: &ContextFrom, dockerfile: &str) -> Result<Found, BadContext> {
    let found = match origin {
        ContextFrom::Embedded => embedded(),
        ContextFrom::Directory(path) => Walk::of(Path::new(path), dockerfile)?.all()?,
    };
    let is_dockerfile = |file: &SourceFile| {
        let is_file = matches!(
            file.content,
            Content::Embedded(_) | Content::File(..) | Content::Link(_)
        );
        is_file && file.path == Path::new(dockerfile)
    };
    if found.files.iter().any(is_dockerfile) {
        Ok(found)
    } else {
        Err(BadContext::NoDockerfile {
            origin: origin.clone(),
            dockerfile: dockerfile.to_owned(),
        })
    }
}

fn embedded() -> Found {
    let files = EMBEDDED.map(|file| SourceFile {
        path: file.path.into(),
        mode: file.mode,
        changed: None,
        content: Content::Embedded(file.text),
    });
    Found {
        files: files.into(),
        ignored: 0,
    }
}

/// A walk through a directory.
struct Walk<'a> {
    root: &'a Path,
    dockerfile: &'a str,
    ignored: Ignored,
    /// The file with the rules, which goes along: the engine follows it, too.
    rules: Option<String>,
    found: Found,
}

impl<'a> Walk<'a> {
    fn of(root: &'a Path, dockerfile: &'a str) -> Result<Self, BadContext> {
        // What stands beside a Dockerfile under its name counts more than what is for the whole directory.
        let named = format!("{dockerfile}.dockerignore");
        let mut rules = None;
        let mut ignored = Ignored::default();
        for name in [named.as_str(), ".dockerignore"] {
            let path = root.join(name);
            match fs::read_to_string(&path) {
                Ok(text) => {
                    ignored = Ignored::read(&text).map_err(|error| BadContext::BadPattern {
                        path: path.display().to_string(),
                        error,
                    })?;
                    rules = Some(name.to_owned());
                    break;
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(unreadable(&path, error)),
            }
        }
        Ok(Self {
            root,
            dockerfile,
            ignored,
            rules,
            found: Found {
                files: Vec::new(),
                ignored: 0,
            },
        })
    }

    fn all(mut self) -> Result<Found, BadContext> {
        self.directory(Path::new(""))?;
        let key = |file: &SourceFile| file.path.as_os_str().as_bytes().to_vec();
        self.found.files.sort_by_cached_key(key);
        Ok(self.found)
    }

    fn directory(&mut self, below: &Path) -> Result<(), BadContext> {
        let place = self.root.join(below);
        let entries = fs::read_dir(&place).map_err(|error| {
            if below.as_os_str().is_empty() {
                BadContext::NoDirectory {
                    path: place.clone(),
                    error,
                }
            } else {
                unreadable(&place, error)
            }
        })?;
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(&place, error))?;
            self.entry(&below.join(entry.file_name()))?;
        }
        Ok(())
    }

    fn entry(&mut self, path: &Path) -> Result<(), BadContext> {
        let place = self.root.join(path);
        let about = fs::symlink_metadata(&place).map_err(|error| unreadable(&place, error))?;
        let text = path.to_string_lossy();
        let is_wanted_anyway = text == self.dockerfile || self.rules.as_deref() == Some(&*text);
        let is_ignored = !is_wanted_anyway && self.ignored.has(&text);
        if is_ignored {
            self.found.ignored += 1;
            let goes_on =
                about.is_dir() && (self.ignored.may_take_in_below(&text) || self.leads_to_dockerfile(path));
            return if goes_on { self.directory(path) } else { Ok(()) };
        }
        let content = content(&place, &about).map_err(|why| match why {
            Ok(what) => BadContext::NotAFile {
                path: text.clone().into_owned(),
                what,
            },
            Err(error) => unreadable(&place, error),
        })?;
        let is_directory = matches!(content, Content::Directory);
        self.found.files.push(SourceFile {
            path: path.to_owned(),
            mode: about.mode() & 0o7777,
            changed: Some(about.mtime()),
            content,
        });
        if is_directory {
            self.directory(path)
        } else {
            Ok(())
        }
    }

    fn leads_to_dockerfile(&self, directory: &Path) -> bool {
        Path::new(self.dockerfile).starts_with(directory)
    }
}

/// What something is; what cannot go into an image, or why it cannot be read.
fn content(place: &Path, about: &Metadata) -> Result<Content, Result<&'static str, io::Error>> {
    let kind = about.file_type();
    if kind.is_dir() {
        Ok(Content::Directory)
    } else if kind.is_file() {
        Ok(Content::File(place.to_owned(), about.len()))
    } else if kind.is_symlink() {
        fs::read_link(place).map(Content::Link).map_err(Err)
    } else if kind.is_socket() {
        Err(Ok("socket"))
    } else if kind.is_fifo() {
        Err(Ok("named pipe"))
    } else {
        Err(Ok("device"))
    }
}

fn unreadable(path: &Path, error: io::Error) -> BadContext {
    BadContext::Unreadable {
        path: path.display().to_string(),
        error,
    }
}
