//! A context as the archive that an engine builds from: the same files make the same bytes, whoever packs them.

use super::source_files::{BadContext, Content, Found, SourceFile, source_files};
use crate::model::names::Digest;
use crate::model::plan::{BuildContext, ContextFrom};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Component, Path};
use tar::{Builder, EntryType, Header};
use tokio_util::sync::CancellationToken;

/// Looks at a context: what is in it, and its digest.
pub(super) fn look(
    origin: ContextFrom,
    dockerfile: &str,
    epoch: Option<i64>,
) -> Result<BuildContext, BadContext> {
    pack(origin, dockerfile, epoch, io::sink(), &CancellationToken::new())
}

/// Packs a context into `out`; what it packed.
///
/// All entries belong to root and are in the order of their paths. With an epoch nothing in it is of another time.
pub(super) fn pack(
    origin: ContextFrom,
    dockerfile: &str,
    epoch: Option<i64>,
    out: impl Write,
    cancel: &CancellationToken,
) -> Result<BuildContext, BadContext> {
    let dockerfile = within(dockerfile)?;
    let Found { files, ignored } = source_files(&origin, &dockerfile)?;
    let mut builder = Builder::new(Counted {
        out,
        sum: Sha256::new(),
    });
    let (mut count, mut size) = (0, 0);
    for file in &files {
        if cancel.is_cancelled() {
            return Err(BadContext::Ended);
        }
        if !matches!(file.content, Content::Directory) {
            count += 1;
        }
        size += append(&mut builder, file, epoch)?;
    }
    let counted = builder.into_inner().map_err(BadContext::Unwritable)?;
    Ok(BuildContext {
        origin,
        dockerfile,
        digest: Digest::from_bytes(&counted.sum.finalize().into()),
        files: count,
        size,
        ignored,
    })
}

/// The path of a Dockerfile in its context, as the engine wants it.
fn within(dockerfile: &str) -> Result<String, BadContext> {
    let mut names = Vec::new();
    for part in Path::new(dockerfile).components() {
        match part {
            Component::Normal(name) => names.push(name.to_string_lossy()),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                return Err(BadContext::DockerfileElsewhere(dockerfile.to_owned()));
            }
        }
    }
    Ok(names.join("/"))
}

/// Appends one entry; the bytes of its content.
fn append<W: Write>(
    builder: &mut Builder<W>,
    file: &SourceFile,
    epoch: Option<i64>,
) -> Result<u64, BadContext> {
    let mut header = Header::new_gnu();
    header.set_mode(file.mode);
    header.set_uid(0);
    header.set_gid(0);
    let time = epoch.or(file.changed).unwrap_or_default();
    header.set_mtime(u64::try_from(time).unwrap_or_default());
    let unwritable = BadContext::Unwritable;
    match &file.content {
        Content::Embedded(text) => {
            header.set_size(text.len() as u64);
            let text = text.as_bytes();
            builder
                .append_data(&mut header, &file.path, text)
                .map_err(unwritable)?;
            Ok(text.len() as u64)
        }
        Content::File(place, size) => {
            let unreadable = |error| BadContext::Unreadable {
                path: place.display().to_string(),
                error,
            };
            let opened = File::open(place).map_err(unreadable)?;
            header.set_size(*size);
            let mut exact = Exact {
                file: opened,
                left: *size,
                problem: None,
            };
            let written = builder.append_data(&mut header, &file.path, &mut exact);
            match (exact.problem, written) {
                (Some(error), _) => Err(unreadable(error)),
                (None, written) => written.map(|()| *size).map_err(unwritable),
            }
        }
        Content::Directory => {
            header.set_entry_type(EntryType::Directory);
            header.set_size(0);
            builder
                .append_data(&mut header, &file.path, io::empty())
                .map_err(unwritable)?;
            Ok(0)
        }
        Content::Link(target) => {
            header.set_entry_type(EntryType::Symlink);
            header.set_size(0);
            builder
                .append_link(&mut header, &file.path, target)
                .map_err(unwritable)?;
            Ok(0)
        }
    }
}

/// A file of which exactly the bytes are read that its header promises.
struct Exact {
    file: File,
    left: u64,
    /// Why it could not be read, which is another thing than that the archive cannot be written.
    problem: Option<io::Error>,
}

impl Read for Exact {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let read = match self.file.read(&mut buffer[..most]) {
            Ok(0) => Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "it became shorter while it was read",
            )),
            read => read,
        };
        match read {
            Ok(read) => {
                self.left -= read as u64;
                Ok(read)
            }
            Err(error) => {
                self.problem = Some(io::Error::new(error.kind(), error.to_string()));
                Err(error)
            }
        }
    }
}

/// Hashes what is written.
struct Counted<W> {
    out: W,
    sum: Sha256,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.sum.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests;
