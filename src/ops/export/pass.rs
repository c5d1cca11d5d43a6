//! The one pass over the archive of `docker save`: its layers go to the store and to the parcel that is made of it, and an
//! archive that is not exactly the image that was asked for is refused.

use super::contents::{Contents, FileFacts};
use super::defect::ArchiveDefect;
use super::entry_path::{inside, safe_path};
use super::failure::ExportError;
use super::hashing_writer::digest_of;
use super::layer_intake::{LayerIntake, Taken};
use super::memo::Memo;
use super::publisher::Publisher;
use super::tape::Tape;
use super::unpacker::MAGIC;
use crate::model::fleet::SourceImage;
use crate::model::names::ImageRef;
use crate::ops::layers::{Arrival, ImageRecord, LayerStore, Priority, SizedLayer};
use serde::de::IgnoredAny;
use std::io::{self, Read};
use tar::{Entry, EntryType};
use tokio_util::sync::CancellationToken;

/// An image has at most 127 layers, and each has at most four entries (research/transfer.md section 4.1).
const ENTRY_LIMIT: usize = 2000;

/// The list of images, a config or a manifest is a few kilobytes.
const DOCUMENT_LIMIT: u64 = 4 << 20;

/// Documents of one archive that are kept in memory, in bytes.
const DOCUMENTS_LIMIT: u64 = 32 << 20;

/// Which image an archive must hold, and the reference that it gets.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    /// The image, as its engine described it.
    pub(crate) image: SourceImage,
    /// The reference that it was asked for by.
    pub(crate) reference: ImageRef,
    /// The reference that it will be loaded under.
    pub(crate) staging: ImageRef,
}

/// What a pass works with.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) expected: &'a Expected,
    pub(super) store: &'a LayerStore,
    pub(super) memo: &'a Memo,
    pub(super) priority: Priority,
    pub(super) cancel: &'a CancellationToken,
}

/// Why a pass did not get to its end.
#[derive(Debug)]
pub(super) enum PassError {
    /// There is no archive.
    Export(ExportError),
    /// At a path was another file than was known; what was read until then.
    MemoWrong { path: String, arrivals: Vec<Arrival> },
}

impl<E: Into<ExportError>> From<E> for PassError {
    fn from(error: E) -> Self {
        Self::Export(error.into())
    }
}

/// Reads an archive from its beginning to its end. What is on the tape is worth nothing on an error, unless the memo was wrong.
pub(super) fn pass(input: impl Read, work: Work<'_>, tape: &mut Tape) -> Result<ImageRecord, PassError> {
    let publisher = Publisher::start(work.store, work.priority);
    let mut pass = Pass {
        layers: LayerIntake::new(work, tape, &publisher),
        contents: Contents::default(),
        documents: 0,
    };
    let mut archive = tar::Archive::new(input);
    for (number, entry) in archive.entries().map_err(damaged)?.enumerate() {
        if number >= ENTRY_LIMIT {
            return Err(ArchiveDefect::TooManyEntries(ENTRY_LIMIT).into());
        }
        pass.take_entry(entry.map_err(damaged)?)?;
    }
    let checked = pass
        .contents
        .check(&work.expected.image, &work.expected.reference)?;
    let (arrival, sizes) = pass.layers.finish()?;
    let layers = work.expected.image.layers.iter().map(|id| {
        let size = sizes.get(id).copied();
        // A layer that passed the check arrived.
        let size = size.ok_or_else(|| ArchiveDefect::Missing(id.to_string()))?;
        Ok(SizedLayer { id: id.clone(), size })
    });
    let record = ImageRecord {
        form: ImageRecord::FORM,
        image: work.expected.image.id.clone(),
        config_digest: checked.config_digest,
        config: checked.config,
        layers: layers.collect::<Result<_, ArchiveDefect>>()?,
        arrival,
    };
    // What waits for the archive has all of it before the disk has.
    tape.finish(&record)?;
    for layer in publisher.finish()? {
        tape.growth().hold(layer);
    }
    work.store.keep_image(&record)?;
    Ok(record)
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
pub(super) fn damaged(error: io::Error) -> ArchiveDefect {
    ArchiveDefect::damaged(&error)
}

struct Pass<'a> {
    layers: LayerIntake<'a>,
    contents: Contents,
    /// Bytes of documents that are kept.
    documents: u64,
}

impl Pass<'_> {
    fn take_entry(&mut self, entry: Entry<'_, impl Read>) -> Result<(), PassError> {
        let kind = entry.header().entry_type();
        if kind == EntryType::XGlobalHeader {
            return Ok(());
        }
        let path = safe_path(&entry.path_bytes())?;
        let refuse = |what| {
            Err(ArchiveDefect::Entry {
                path: path.clone(),
                what,
            }
            .into())
        };
        match kind {
            // An engine makes the folders that it needs by itself.
            EntryType::Directory => Ok(()),
            EntryType::Regular | EntryType::Continuous => self.take_file(entry, path),
            EntryType::Symlink => {
                let target = entry.link_name_bytes().unwrap_or_default();
                let Some(target) = inside(&path, &target) else {
                    return refuse("a link to a place outside of the archive");
                };
                self.contents.links.insert(path, target);
                Ok(())
            }
            EntryType::Link => refuse("a hard link"),
            EntryType::Block | EntryType::Char => refuse("a device"),
            EntryType::Fifo => refuse("a pipe"),
            _ => refuse("of a kind that no image has"),
        }
    }

    fn take_file(&mut self, mut entry: Entry<'_, impl Read>, path: String) -> Result<(), PassError> {
        if path == "manifest.json" {
            if entry.size() > DOCUMENT_LIMIT {
                return Err(ArchiveDefect::Manifest("it is too large".to_owned()).into());
            }
            let mut text = Vec::new();
            entry.read_to_end(&mut text).map_err(damaged)?;
            self.contents.manifest = Some(text);
            return Ok(());
        }
        if is_left_out(&path) {
            return Ok(());
        }
        if self.contents.files.contains_key(&path) {
            let what = "in it twice";
            return Err(ArchiveDefect::Entry { path, what }.into());
        }
        let size = entry.size();
        let mut first = Vec::with_capacity(MAGIC);
        entry
            .by_ref()
            .take(MAGIC as u64)
            .read_to_end(&mut first)
            .map_err(damaged)?;
        if matches!(first.first(), Some(b'{' | b'[')) && size <= DOCUMENT_LIMIT {
            entry.read_to_end(&mut first).map_err(damaged)?;
            check_length(&path, first.len() as u64, size)?;
            if serde_json::from_slice::<IgnoredAny>(&first).is_ok() {
                self.keep_document(path, first);
                return Ok(());
            }
        }
        let facts = match self.layers.take(&path, &first, entry, size)? {
            Taken::Layer { digest, diff_id } => FileFacts {
                digest,
                diff_id: Some(diff_id),
                json: None,
            },
            Taken::Other { digest } => FileFacts {
                digest,
                diff_id: None,
                json: None,
            },
        };
        self.contents.files.insert(path, facts);
        Ok(())
    }

    fn keep_document(&mut self, path: String, text: Vec<u8>) {
        let digest = digest_of(&text);
        self.documents += text.len() as u64;
        let facts = FileFacts {
            diff_id: Some(digest.clone()),
            digest,
            json: (self.documents <= DOCUMENTS_LIMIT).then_some(text),
        };
        self.contents.files.insert(path, facts);
    }
}

/// The reader of the archive ends an entry quietly where its input ends.
pub(super) fn check_length(path: &str, length: u64, size: u64) -> Result<(), ArchiveDefect> {
    if length == size {
        Ok(())
    } else {
        Err(ArchiveDefect::Damaged(format!(
            "{path} has {length} of {size} bytes"
        )))
    }
}

/// The documents of the other kind of store are written anew; those of the format before `manifest.json` are read by
/// nothing since Docker 1.10.
fn is_left_out(path: &str) -> bool {
    matches!(path, "index.json" | "oci-layout" | "repositories")
        || matches!(path.split_once('/'), Some((_, "VERSION" | "json")))
}
