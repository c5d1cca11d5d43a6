//! The layers of an archive that is read: known ones are only compared, new ones are packed while they arrive.

use super::defect::ArchiveDefect;
use super::failure::ExportError;
use super::memo::layer_named_by;
use super::pass::{PassError, Work, check_length, damaged};
use super::publisher::Publisher;
use super::tape::Tape;
use super::unpacker::{Packing, Unpacker};
use crate::model::names::Digest;
use crate::ops::layers::{Arrival, FrameSink, Layer, LayerFacts, Packed, Packer};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Read, Write};
use std::sync::Arc;

/// Takes the layers of one archive.
pub(super) struct LayerIntake<'a> {
    work: Work<'a>,
    tape: &'a mut Tape,
    publisher: &'a Publisher,
    arrivals: Vec<Arrival>,
    sizes: BTreeMap<Digest, u64>,
    /// A file that went on the tape as a layer and is none of the image.
    stray: Option<String>,
}

/// What a file was.
pub(super) enum Taken {
    /// A file with a digest of its uncompressed bytes, such as a layer.
    Layer { digest: Digest, diff_id: Digest },
    /// A file that cannot be uncompressed.
    Other { digest: Digest },
}

impl<'a> LayerIntake<'a> {
    pub(super) fn new(work: Work<'a>, tape: &'a mut Tape, publisher: &'a Publisher) -> Self {
        Self {
            work,
            tape,
            publisher,
            arrivals: Vec::new(),
            sizes: BTreeMap::new(),
            stray: None,
        }
    }

    /// The layers of the image in the order of their arrival, and their uncompressed lengths.
    pub(super) fn finish(self) -> Result<(Vec<Arrival>, BTreeMap<Digest, u64>), ArchiveDefect> {
        match self.stray {
            None => Ok((self.arrivals, self.sizes)),
            Some(path) => Err(ArchiveDefect::Entry {
                path,
                what: "no layer of the image",
            }),
        }
    }

    /// Reads the file at `path`, which begins with `first` and has `size` bytes.
    pub(super) fn take(
        &mut self,
        path: &str,
        first: &[u8],
        rest: impl Read,
        size: u64,
    ) -> Result<Taken, PassError> {
        let input = Cursor::new(first).chain(rest);
        let packing = Packing::of(first);
        let Work {
            memo,
            store,
            expected,
            cancel,
            ..
        } = self.work;
        let known = memo.at(path, &expected.image);
        let known = known.and_then(|arrival| Some((store.sound_layer(&arrival.layer, cancel)?, arrival)));
        match known {
            Some((layer, arrival)) => self.take_known(layer, arrival, input, size),
            None if packing == Packing::None && self.is_foreign(path) => {
                let digest = hash(path, input, size)?;
                Ok(Taken::Layer {
                    diff_id: digest.clone(),
                    digest,
                })
            }
            None if packing == Packing::None => self.take_plain(path, input, size),
            None => self.take_packed(path, packing, input, size),
        }
    }

    /// A blob of the image that is exported together with others, such as those for other platforms.
    fn is_foreign(&self, path: &str) -> bool {
        path.starts_with("blobs/sha256/") && layer_named_by(path, &self.work.expected.image).is_none()
    }

    /// A layer that is in the store: its bytes are compared and not packed again.
    fn take_known(
        &mut self,
        layer: Layer,
        arrival: Arrival,
        input: impl Read,
        size: u64,
    ) -> Result<Taken, PassError> {
        let digest = hash(&arrival.path, input, size)?;
        if digest != arrival.file {
            return Err(PassError::MemoWrong {
                path: arrival.path,
                arrivals: std::mem::take(&mut self.arrivals),
            });
        }
        let diff_id = arrival.layer.clone();
        self.arrive(arrival, layer.facts(), layer.file())?;
        self.tape.growth().hold(layer);
        Ok(Taken::Layer { digest, diff_id })
    }

    /// An uncompressed layer: its length is known, so it goes on the tape while it arrives.
    fn take_plain(&mut self, path: &str, input: impl Read, size: u64) -> Result<Taken, PassError> {
        let number = self.arrivals.len();
        let is_named =
            layer_named_by(path, &self.work.expected.image).is_some() || path.ends_with("/layer.tar");
        let is_next = self.stray.is_none() && number == self.tape.written().len();
        if !(is_named && is_next) {
            return self.take_packed(path, Packing::None, input, size);
        }
        self.tape.begin(number + 1, size)?;
        let sink: Arc<dyn FrameSink> = self.tape.growth().clone();
        let mut packer = self.packer(Some(sink))?;
        let length = copy(input, |bytes| {
            packer.write_all(bytes).map_err(|error| failure(&packer, &error))
        })?;
        check_length(path, length, size)?;
        let layer = packer.finish().map_err(ExportError::from)?;
        let digest = layer.id.clone();
        if self.is_of_the_image(&digest) {
            self.tape.end(&digest, size)?;
            self.note(arrival_of(path, &digest, &digest), size);
            self.publisher.put(layer);
        } else {
            // The check at the end has better words for it where the image needs this file.
            self.stray = Some(path.to_owned());
        }
        Ok(Taken::Layer {
            diff_id: digest.clone(),
            digest,
        })
    }

    /// A layer whose uncompressed length is known only at its end.
    fn take_packed(
        &mut self,
        path: &str,
        packing: Packing,
        input: impl Read,
        size: u64,
    ) -> Result<Taken, PassError> {
        let packer = self.packer(None)?;
        let mut unpacker = Unpacker::new(packing, packer).map_err(damaged)?;
        let mut raw = Sha256::new();
        // A file that only begins like a compressed one is no defect unless the manifest calls it a layer.
        let mut is_readable = true;
        let length = copy(input, |bytes| {
            raw.update(bytes);
            is_readable = is_readable && unpacker.write_all(bytes).is_ok();
            unpacker
                .output()
                .trouble()
                .map_or(Ok(()), |trouble| Err(trouble.into()))
        })?;
        check_length(path, length, size)?;
        let digest = Digest::from_bytes(&raw.finalize().into());
        is_readable = is_readable && unpacker.end().is_ok();
        if let Some(trouble) = unpacker.output().trouble() {
            return Err(ExportError::from(trouble).into());
        }
        if !is_readable {
            return Ok(Taken::Other { digest });
        }
        let packer = unpacker.into_output().map_err(damaged)?;
        let layer = packer.finish().map_err(ExportError::from)?;
        let diff_id = layer.id.clone();
        if self.is_of_the_image(&diff_id) {
            let Packed { facts, file, .. } = &layer;
            self.arrive(arrival_of(path, &digest, &diff_id), facts, file)?;
            self.publisher.put(layer);
        }
        Ok(Taken::Layer { digest, diff_id })
    }

    fn packer(&self, sink: Option<Arc<dyn FrameSink>>) -> Result<Packer, ExportError> {
        Ok(self.work.store.packer(self.work.priority, sink)?)
    }

    fn is_of_the_image(&self, layer: &Digest) -> bool {
        self.work.expected.image.layers.contains(layer)
    }

    /// Notes a layer that is whole, and writes it on the tape unless an earlier pass of this run did.
    fn arrive(&mut self, arrival: Arrival, facts: &LayerFacts, file: &Arc<File>) -> Result<(), PassError> {
        if !self.is_of_the_image(&arrival.layer) {
            return Ok(());
        }
        match self.tape.written().get(self.arrivals.len()) {
            Some(written) if *written != arrival.layer => {
                return Err(ExportError::Unsteady(arrival.path).into());
            }
            Some(_) => {}
            None if self.stray.is_some() => {}
            None => self
                .tape
                .layer(self.arrivals.len() + 1, &arrival.layer, facts, file)?,
        }
        self.note(arrival, facts.size);
        Ok(())
    }

    fn note(&mut self, arrival: Arrival, size: u64) {
        self.sizes.insert(arrival.layer.clone(), size);
        self.arrivals.push(arrival);
    }
}

fn arrival_of(path: &str, file: &Digest, layer: &Digest) -> Arrival {
    Arrival {
        path: path.to_owned(),
        file: file.clone(),
        layer: layer.clone(),
    }
}

/// Why a layer cannot be packed.
fn failure(packer: &Packer, error: &std::io::Error) -> ExportError {
    let trouble = packer.trouble().map(ExportError::from);
    trouble.unwrap_or_else(|| ExportError::Broken(error.to_string()))
}

/// Passes a file on in pieces; gives its length.
fn copy(
    mut input: impl Read,
    mut take: impl FnMut(&[u8]) -> Result<(), ExportError>,
) -> Result<u64, PassError> {
    let mut buffer = vec![0; 256 << 10];
    let mut length = 0;
    loop {
        let count = input.read(&mut buffer).map_err(damaged)?;
        if count == 0 {
            return Ok(length);
        }
        take(&buffer[..count])?;
        length += count as u64;
    }
}

/// The digest of a file that is not kept.
fn hash(path: &str, input: impl Read, size: u64) -> Result<Digest, PassError> {
    let mut hash = Sha256::new();
    let length = copy(input, |bytes| {
        hash.update(bytes);
        Ok(())
    })?;
    check_length(path, length, size)?;
    Ok(Digest::from_bytes(&hash.finalize().into()))
}
