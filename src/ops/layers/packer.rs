//! Packs a layer while it arrives: collects frames, packs them in two threads, and learns the layer's digest.

use super::assembly::{Assembly, FrameSink};
use super::facts::LayerFacts;
use super::failure::StoreError;
use super::frame::FramePacker;
use super::frame_pool::{FrameBuffer, FramePool};
use super::priority::Priority;
use super::unfinished;
use crate::model::names::Digest;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tagboat_recipe::Indexer;
use tempfile::TempPath;

/// Threads that pack. Frames are independent, so that the result is the same for any number.
const WORKERS: usize = 2;

type Job = (usize, FrameBuffer);

/// Takes the uncompressed bytes of one layer, from its first to its last.
///
/// Memory: the buffers of the pool (four frames for all packers of a console) and, for each worker, one packed frame and 5 MB;
/// two packed frames may wait to be written. With frames of 16 MiB that is 112 MiB for bytes that cannot be packed at all.
pub struct Packer {
    pool: FramePool,
    priority: Priority,
    assembly: Arc<Assembly>,
    path: TempPath,
    indexer: Indexer,
    size: u64,
    buffer: Option<FrameBuffer>,
    next: usize,
    workers: Option<Workers>,
}

struct Workers {
    jobs: SyncSender<Job>,
    threads: Vec<JoinHandle<()>>,
}

/// A layer that is packed and not in its place yet.
pub struct Packed {
    /// The digest of its uncompressed bytes.
    pub id: Digest,
    /// What is known of it.
    pub facts: LayerFacts,
    /// The packed bytes.
    pub file: Arc<File>,
    pub(super) path: TempPath,
    /// Has seen all of it.
    pub(super) indexer: Indexer,
}

impl Packer {
    pub(super) fn new(
        folder: &Path,
        pool: FramePool,
        priority: Priority,
        sink: Option<Arc<dyn FrameSink>>,
    ) -> Result<Self, StoreError> {
        let (file, path) = unfinished::create(folder)?.into_parts();
        Ok(Self {
            assembly: Arc::new(Assembly::new(path.to_path_buf(), Arc::new(file), sink)),
            path,
            pool,
            priority,
            indexer: Indexer::new(),
            size: 0,
            buffer: None,
            next: 0,
            workers: None,
        })
    }

    /// Why nothing more can be written, if that is so.
    pub fn trouble(&self) -> Option<StoreError> {
        self.assembly.trouble()
    }

    /// Packs the rest and waits for all of it to be written.
    pub fn finish(mut self) -> Result<Packed, StoreError> {
        if let Some(last) = self.buffer.take() {
            match self.workers {
                Some(_) => self.hand_over(last),
                // Most layers are a single frame, which is not worth a thread.
                None => pack(
                    &mut self.packer()?,
                    &self.assembly,
                    (self.next, last),
                    &mut Vec::new(),
                )?,
            }
        }
        self.end_workers();
        let written = self.assembly.finish()?;
        Ok(Packed {
            id: Digest::from_bytes(&self.indexer.sha256()),
            facts: LayerFacts {
                form: LayerFacts::FORM,
                size: self.size,
                frame: self.pool.frame(),
                packed: written.packed,
                sha256: written.sha256,
                frames: written.frames,
            },
            file: self.assembly.file().clone(),
            path: self.path,
            indexer: self.indexer,
        })
    }

    fn packer(&self) -> Result<FramePacker, StoreError> {
        FramePacker::new().map_err(|error| StoreError::new(&self.path, error))
    }

    fn hand_over(&mut self, buffer: FrameBuffer) {
        let number = self.next;
        self.next += 1;
        let workers = self
            .workers
            .get_or_insert_with(|| Workers::start(&self.assembly, self.priority));
        // Workers that ended have said why in the assembly.
        drop(workers.jobs.send((number, buffer)));
    }

    fn end_workers(&mut self) {
        let Some(Workers { jobs, threads }) = self.workers.take() else {
            return;
        };
        drop(jobs);
        for thread in threads {
            if thread.join().is_err() {
                self.assembly.fail("a thread that packs ended unexpectedly");
            }
        }
    }
}

impl Write for Packer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(trouble) = self.trouble() {
            return Err(io::Error::other(trouble));
        }
        self.indexer.write_all(bytes)?;
        self.size += bytes.len() as u64;
        let mut rest = bytes;
        while !rest.is_empty() {
            let buffer = self.buffer.get_or_insert_with(|| self.pool.take());
            rest = buffer.fill(rest);
            if let Some(full) = self.buffer.take_if(|buffer| buffer.is_full()) {
                self.hand_over(full);
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Workers {
    fn start(assembly: &Arc<Assembly>, priority: Priority) -> Self {
        let (jobs, waiting) = sync_channel(1);
        let waiting = Arc::new(Mutex::new(waiting));
        let threads = (0..WORKERS).map(|_| {
            let (waiting, assembly) = (waiting.clone(), assembly.clone());
            std::thread::spawn(move || {
                priority.apply();
                work(&waiting, &assembly);
            })
        });
        Self {
            threads: threads.collect(),
            jobs,
        }
    }
}

/// Packs until there is nothing more, or nothing more can be written.
fn work(waiting: &Mutex<Receiver<Job>>, assembly: &Assembly) {
    let mut packer = match FramePacker::new() {
        Ok(packer) => packer,
        Err(error) => return assembly.fail(error),
    };
    let mut output = Vec::new();
    loop {
        let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        if pack(&mut packer, assembly, job, &mut output).is_err() {
            return;
        }
    }
}

fn pack(
    packer: &mut FramePacker,
    assembly: &Assembly,
    (number, plain): Job,
    output: &mut Vec<u8>,
) -> Result<(), StoreError> {
    let result = packer.pack_into(&plain, output);
    // The buffer is free for the next frame while this one waits to be written.
    drop(plain);
    if let Err(error) = result {
        assembly.fail(error);
    }
    assembly.put(number, output)
}
