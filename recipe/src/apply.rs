//! Applies a recipe: reads the files of the older image and gives what the recipe was made of, byte for byte.

use crate::data;
use crate::meta::{Damaged, Item, MetaReader};
use crate::op::{Op, OpReader, Window};
use crate::outlet::{Gone, Outlet, OutletError};
use crate::patch;
use crate::plan::{self, BadRecipe, LayerStep, Step};
use crate::root::Root;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::thread;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// Bytes that were written.
    pub bytes: u64,
}

/// Why a recipe could not be applied. What was written until then is worth nothing.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The recipe itself.
    #[error(transparent)]
    Recipe(#[from] BadRecipe),
    /// A file of the older image.
    #[error("{path}: {cause}")]
    File {
        /// Which file, as the recipe names it.
        path: String,
        /// What is wrong with it.
        cause: String,
    },
    /// What was made of it, or the way out.
    #[error(transparent)]
    Output(#[from] OutletError),
    /// The thread that writes ended by itself.
    #[error("the thread that writes ended by itself")]
    NoThread,
    /// The near end noticed that the far end is gone; replaced by its reason.
    #[error("the output is gone")]
    Gone,
}

impl From<Gone> for ApplyError {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

impl From<Damaged> for ApplyError {
    fn from(_: Damaged) -> Self {
        BadRecipe::Damaged.into()
    }
}

/// Applies a recipe to the files below `root`, and writes what it makes to `output`.
///
/// Every layer is hashed on its way; of one that is not what it should be, the last bytes are not written, nor is anything after
/// it. Files are opened without following a link below `root`. Needs at most 200 MB of memory, whatever the recipe says: the
/// plan (64 MB, a few usually), the windows of one patch and the patch (64 MB), what decompressors hold (32 + 8 MB), a segment of
/// headers (8 MB), and the pieces on their way out.
///
/// # Errors
/// When the recipe is damaged, a file is not what it was made against, or the output takes no more.
pub fn apply(
    recipe: &mut (impl Read + Seek),
    root: &Path,
    output: impl Write + Send,
) -> Result<Applied, ApplyError> {
    let (plan, data) = plan::read(recipe)?;
    let steps = plan.steps()?;
    let data = data::reader(recipe.take(data)).map_err(BadRecipe::from)?;
    let (outlet, far_end) = Outlet::new();
    thread::scope(|scope| {
        let writing = scope.spawn(move || far_end.drain(output));
        let mut rebuilder = Rebuilder {
            root: Root::new(root),
            data,
            outlet,
        };
        let rebuilt = rebuilder.all(&steps);
        // The far end ends with the near one; after an error what waits there is still written, and is worth nothing.
        drop(rebuilder);
        let written = writing.join().map_err(|_| ApplyError::NoThread)?;
        match (rebuilt, written) {
            (Ok(()) | Err(ApplyError::Gone), written) => Ok(Applied { bytes: written? }),
            (Err(error), _) => Err(error),
        }
    })
}

struct Rebuilder<'a, R> {
    root: Root<'a>,
    data: R,
    outlet: Outlet,
}

impl<R: Read> Rebuilder<'_, R> {
    fn all(&mut self, steps: &[Step<'_>]) -> Result<(), ApplyError> {
        for step in steps {
            match step {
                Step::Bytes(bytes) => self.outlet.put(bytes)?,
                Step::Layer(layer) => self.layer(layer)?,
            }
        }
        self.outlet.flush()?;
        Ok(())
    }

    fn layer(&mut self, layer: &LayerStep<'_>) -> Result<(), ApplyError> {
        self.outlet.layer_begins()?;
        let mut ops = OpReader::new(&layer.ops);
        let mut meta = MetaReader::new(layer.meta).map_err(BadRecipe::from)?;
        // A damaged plan must not make more than it says.
        let mut left = layer.size;
        meta.each(|item| {
            let size = match item {
                Item::Bytes(bytes) => bytes.len() as u64,
                Item::Zeros(count) => count as u64,
                Item::Body { size, .. } => size,
            };
            left = left.checked_sub(size).ok_or(Damaged)?;
            match item {
                Item::Bytes(bytes) => self.outlet.put(bytes)?,
                Item::Zeros(count) => self.outlet.put(&[0; 512][..count.min(512)])?,
                Item::Body { size: 0, .. } => {}
                Item::Body { path, size } => self.body(&ops.next().ok_or(Damaged)?, path, size)?,
            }
            Ok::<_, ApplyError>(())
        })?;
        if !ops.is_over() {
            return Err(Damaged.into());
        }
        self.outlet.layer_ends(layer.size, layer.sha256)?;
        Ok(())
    }

    fn body(&mut self, op: &Op, path: Option<&[u8]>, size: u64) -> Result<(), ApplyError> {
        match op {
            Op::Same(_) => self.copy(path.ok_or(Damaged)?, size),
            Op::Copy(path) => self.copy(path, size),
            Op::New(_) => self.carried(size),
            Op::Patch {
                path,
                old_size,
                windows,
            } => self.patched(path, *old_size, windows, size),
        }
    }

    /// The file at a path, as it is.
    fn copy(&mut self, path: &[u8], size: u64) -> Result<(), ApplyError> {
        let mut file = self.open(path, size)?;
        let mut left = size;
        while left > 0 {
            match self.outlet.fill(left, |room| file.read(room))? {
                Ok(0) => return Err(trouble(path, "it is shorter than it was")),
                Ok(count) => left -= count as u64,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(trouble(path, error)),
            }
        }
        Ok(())
    }

    /// The next bytes of the data stream.
    fn carried(&mut self, size: u64) -> Result<(), ApplyError> {
        let mut left = size;
        while left > 0 {
            let data = &mut self.data;
            match self.outlet.fill(left, |room| data.read(room))? {
                Ok(0) => return Err(Damaged.into()),
                Ok(count) => left -= count as u64,
                Err(error) => return Err(BadRecipe::from(error).into()),
            }
        }
        Ok(())
    }

    /// The file at a path, patched window by window.
    fn patched(
        &mut self,
        path: &[u8],
        old_size: u64,
        windows: &[Window],
        size: u64,
    ) -> Result<(), ApplyError> {
        let mut left = size;
        let mut file = self.open(path, old_size)?;
        for window in windows {
            left = left.checked_sub(window.new_length).ok_or(Damaged)?;
            let old = read_part(&mut file, window).map_err(|error| trouble(path, error))?;
            let packed = self.packed(window.patch_length)?;
            let length = usize::try_from(window.new_length).map_err(|_| Damaged)?;
            let new = patch::apply(&old, &packed, length)
                .map_err(|_| trouble(path, "it is not the file that the patch was made for"))?;
            self.outlet.put(&new)?;
        }
        if left == 0 { Ok(()) } else { Err(Damaged.into()) }
    }

    /// The next patch of the data stream.
    fn packed(&mut self, length: u64) -> Result<Vec<u8>, ApplyError> {
        let mut packed = Vec::new();
        let read = self.data.by_ref().take(length).read_to_end(&mut packed);
        if read.map_err(BadRecipe::from)? as u64 == length {
            Ok(packed)
        } else {
            Err(Damaged.into())
        }
    }

    /// The file at a path, if it still has this size.
    fn open(&mut self, path: &[u8], size: u64) -> Result<File, ApplyError> {
        let (file, length) = self.root.open(path).map_err(|cause| trouble(path, cause))?;
        if length == size {
            Ok(file)
        } else {
            Err(trouble(path, format!("it has {length} bytes instead of {size}")))
        }
    }
}

fn read_part(file: &mut File, window: &Window) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(window.old_offset))?;
    let mut old = Vec::new();
    let read = file.take(window.old_length).read_to_end(&mut old)?;
    if read as u64 == window.old_length {
        Ok(old)
    } else {
        Err(io::Error::other("it is shorter than it was"))
    }
}

fn trouble(path: &[u8], cause: impl std::fmt::Display) -> ApplyError {
    ApplyError::File {
        path: String::from_utf8_lossy(path).escape_debug().to_string(),
        cause: cause.to_string(),
    }
}
