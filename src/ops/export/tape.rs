//! Writes the archive of an image as zstd frames: small ones for what is between layers, the layers' own as they are packed.

use super::documents::{Documents, documents, layer_path};
use super::failure::ExportError;
use super::growth::{Growth, ParcelContents};
use crate::model::names::{Digest, ImageRef};
use crate::ops::layers::{FramePacker, ImageRecord, LayerFacts};
use std::fs::File;
use std::io;
use std::sync::Arc;
use tar::{EntryType, Header};

/// A tape archive is made of blocks of so many bytes, and ends with two empty ones.
const BLOCK: usize = 512;

/// The archive that is being made. The same layers in the same order always give the same bytes.
pub(super) struct Tape {
    growth: Arc<Growth>,
    staging: ImageRef,
    packer: FramePacker,
    /// The layers that are on it.
    written: Vec<Digest>,
}

impl Tape {
    pub(super) fn new(growth: Arc<Growth>, staging: &ImageRef) -> Result<Self, ExportError> {
        Ok(Self {
            growth,
            staging: staging.clone(),
            packer: FramePacker::new().map_err(|error| broken(&error))?,
            written: Vec::new(),
        })
    }

    /// The bytes that were written.
    pub(super) fn growth(&self) -> &Arc<Growth> {
        &self.growth
    }

    /// The layers that are on it.
    pub(super) fn written(&self) -> &[Digest] {
        &self.written
    }

    /// Begins the `number`th layer, counted from 1, of so many bytes. Its frames follow, and then its end.
    pub(super) fn begin(&mut self, number: usize, size: u64) -> Result<(), ExportError> {
        let head = head(&layer_path(&self.staging, number), size).map_err(|error| broken(&error))?;
        self.push(&head)
    }

    /// Ends the layer that was begun.
    pub(super) fn end(&mut self, layer: &Digest, size: u64) -> Result<(), ExportError> {
        self.written.push(layer.clone());
        self.push(&vec![0; padding(size)])
    }

    /// Writes a whole layer, whose packed bytes are in `file`.
    pub(super) fn layer(
        &mut self,
        number: usize,
        layer: &Digest,
        facts: &LayerFacts,
        file: &Arc<File>,
    ) -> Result<(), ExportError> {
        self.begin(number, facts.size)?;
        self.growth.push_file(file, 0, facts.packed);
        self.end(layer, facts.size)
    }

    /// Writes the documents and the end of the archive.
    pub(super) fn finish(&mut self, record: &ImageRecord) -> Result<(), ExportError> {
        let Ending { rest, contents } = ending(record, &self.staging)?;
        self.push(&rest)?;
        self.growth.finish(contents);
        Ok(())
    }

    fn push(&mut self, plain: &[u8]) -> Result<(), ExportError> {
        if !plain.is_empty() {
            let packed = self.packer.pack(plain).map_err(|error| broken(&error))?;
            self.growth.push(packed);
        }
        Ok(())
    }
}

/// What comes after the layers of an archive.
pub(super) struct Ending {
    /// The documents, and the end of the tape.
    pub(super) rest: Vec<u8>,
    /// What is in the archive then.
    pub(super) contents: ParcelContents,
}

/// The ending of an archive of an image.
pub(super) fn ending(record: &ImageRecord, staging: &ImageRef) -> Result<Ending, ExportError> {
    let Documents { manifest, all } = documents(record, staging);
    let mut rest = Vec::new();
    for document in all {
        let size = document.text.len() as u64;
        rest.extend(head(&document.path, size).map_err(|error| broken(&error))?);
        rest.extend(document.text);
        rest.resize(rest.len() + padding(size), 0);
    }
    rest.resize(rest.len() + 2 * BLOCK, 0);
    let contents = ParcelContents {
        config: record.config_digest.clone(),
        manifest,
        layers: record.layers.iter().map(|layer| layer.id.clone()).collect(),
        staging: staging.clone(),
    };
    Ok(Ending { rest, contents })
}

fn broken(error: &io::Error) -> ExportError {
    ExportError::Broken(error.to_string())
}

/// The header of a file, the same for the same name and size.
pub(super) fn head(path: &str, size: u64) -> io::Result<[u8; BLOCK]> {
    let mut header = Header::new_ustar();
    header.set_entry_type(EntryType::Regular);
    header.set_path(path)?;
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(size);
    header.set_cksum();
    Ok(*header.as_bytes())
}

/// Zeros between a file of this size and the next header.
pub(super) fn padding(size: u64) -> usize {
    let block = BLOCK as u64;
    // Less than a block, so that it fits.
    usize::try_from((block - size % block) % block).unwrap_or_default()
}
