//! The one pass that turns the archive of `docker save` into one that loads under a staging reference on both image
//! stores, and that refuses any archive which is not exactly the image that was asked for.

use super::contents::Contents;
use super::defect::ArchiveDefect;
use super::observed::Observed;
use super::oci::{ArchivedImage, Documents};
use crate::model::fleet::SourceImage;
use crate::model::names::{Digest, ImageRef};
use std::io::{self, Read, Write};
use tar::{Builder, Entry, EntryType, Header};

/// An image has at most 127 layers, and each has at most four entries (research/transfer.md section 4.1).
const ENTRY_LIMIT: usize = 2000;

/// The list of images is a few kilobytes.
const MANIFEST_LIMIT: u64 = 4 << 20;

/// What the pass found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    /// The digest of the config: the image's id on a classic store.
    pub config: Digest,
    /// The digest of the manifest: the image's id on a containerd store.
    pub manifest: Digest,
}

/// Which image an archive must hold, and the reference that it gets.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The image, as its engine described it.
    pub image: SourceImage,
    /// The reference that it was asked for by.
    pub reference: ImageRef,
    /// The reference that it will be loaded under.
    pub staging: ImageRef,
}

/// Copies an archive from `input` to `output`, rewritten and checked. What was written is worth nothing on an error.
pub fn rewrite<W: Write>(
    input: impl Read,
    output: W,
    expected: &Expected,
) -> Result<(Rewritten, W), ArchiveDefect> {
    let damaged = |error: io::Error| ArchiveDefect::damaged(&error);
    let mut contents = Contents::default();
    let mut tape = Builder::new(output);
    let mut archive = tar::Archive::new(input);
    for (number, entry) in archive.entries().map_err(damaged)?.enumerate() {
        if number >= ENTRY_LIMIT {
            return Err(ArchiveDefect::TooManyEntries(ENTRY_LIMIT));
        }
        take_entry(entry.map_err(damaged)?, &mut contents, &mut tape)?;
    }
    let checked = contents.check(&expected.image, &expected.reference)?;
    let config = contents.facts(&checked.config)?;
    let layers: Result<Vec<_>, _> = checked
        .layers
        .into_iter()
        .map(|path| contents.facts(&path).map(|facts| (path.clone(), facts)))
        .collect();
    let image = ArchivedImage {
        reference: &expected.staging,
        config: (checked.config, config),
        layers: layers?,
    };
    let Documents { manifest, all } = image.documents();
    for document in all {
        // An archive of a containerd store may hold this very manifest already.
        if contents.files.contains_key(&document.path) {
            continue;
        }
        let mut header = header(document.text.len() as u64);
        tape.append_data(&mut header, &document.path, document.text.as_slice())
            .map_err(damaged)?;
    }
    let rewritten = Rewritten {
        config: config.digest.clone(),
        manifest,
    };
    Ok((rewritten, tape.into_inner().map_err(damaged)?))
}

fn take_entry<R: Read, W: Write>(
    entry: Entry<'_, R>,
    contents: &mut Contents,
    tape: &mut Builder<W>,
) -> Result<(), ArchiveDefect> {
    let kind = entry.header().entry_type();
    if kind == EntryType::XGlobalHeader {
        return Ok(());
    }
    let path = safe_path(&entry.path_bytes())?;
    let refuse = |what| {
        Err(ArchiveDefect::Entry {
            path: path.clone(),
            what,
        })
    };
    match kind {
        // An engine makes the folders that it needs by itself.
        EntryType::Directory => Ok(()),
        EntryType::Regular | EntryType::Continuous => take_file(entry, path, contents, tape),
        EntryType::Symlink => {
            let target = entry.link_name_bytes().unwrap_or_default();
            let Some(target) = inside(&path, &target) else {
                return refuse("a link to a place outside of the archive");
            };
            contents.links.insert(path, target);
            Ok(())
        }
        EntryType::Link => refuse("a hard link"),
        EntryType::Block | EntryType::Char => refuse("a device"),
        EntryType::Fifo => refuse("a pipe"),
        _ => refuse("of a kind that no image has"),
    }
}

fn take_file<R: Read, W: Write>(
    mut entry: Entry<'_, R>,
    path: String,
    contents: &mut Contents,
    tape: &mut Builder<W>,
) -> Result<(), ArchiveDefect> {
    let damaged = |error: io::Error| ArchiveDefect::damaged(&error);
    if path == "manifest.json" {
        let mut text = Vec::new();
        if entry.size() > MANIFEST_LIMIT {
            return Err(ArchiveDefect::Manifest("it is too large".to_owned()));
        }
        entry.read_to_end(&mut text).map_err(damaged)?;
        contents.manifest = Some(text);
        return Ok(());
    }
    if is_left_out(&path) {
        return Ok(());
    }
    let size = entry.size();
    let mut observed = Observed::new(entry).map_err(damaged)?;
    tape.append_data(&mut header(size), &path, &mut observed)
        .map_err(damaged)?;
    let facts = observed.finish();
    // The reader of the archive ends an entry quietly where its input ends.
    if facts.size != size {
        return Err(ArchiveDefect::Damaged(format!(
            "{path} has {} of {size} bytes",
            facts.size
        )));
    }
    let earlier = contents.files.insert(path.clone(), facts);
    if earlier.is_some() {
        return Err(ArchiveDefect::Entry {
            path,
            what: "in it twice",
        });
    }
    Ok(())
}

/// The documents of the other kind of store are written anew; those of the format before `manifest.json` are read by
/// nothing since Docker 1.10.
fn is_left_out(path: &str) -> bool {
    matches!(path, "index.json" | "oci-layout" | "repositories")
        || matches!(path.split_once('/'), Some((_, "VERSION" | "json")))
}

/// The same for every entry, so that the same image always gives the same archive.
fn header(size: u64) -> Header {
    let mut header = Header::new_ustar();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(size);
    header
}

/// A relative path of plain components, without a leading `./` or a trailing `/`.
fn safe_path(bytes: &[u8]) -> Result<String, ArchiveDefect> {
    let shown = String::from_utf8_lossy(bytes);
    let refuse = |what| ArchiveDefect::Entry {
        path: crate::model::clean::clean(&shown),
        what,
    };
    let text = std::str::from_utf8(bytes).map_err(|_| refuse("not named in UTF-8"))?;
    if text.starts_with('/') {
        return Err(refuse("an absolute path"));
    }
    if text.split('/').any(|part| part == "..") {
        return Err(refuse("a path to a place outside of the archive"));
    }
    if text.chars().any(char::is_control) {
        return Err(refuse("a name with control characters"));
    }
    let parts: Vec<_> = text
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    Ok(parts.join("/"))
}

/// Where a link points, if it is inside the archive.
fn inside(link: &str, target: &[u8]) -> Option<String> {
    let target = std::str::from_utf8(target)
        .ok()
        .filter(|text| !text.starts_with('/'))?;
    let mut parts: Vec<_> = link.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
