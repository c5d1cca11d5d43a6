//! The file of a recipe: a beginning, the data stream, the plan (what is built of what), and an end that tells where they are.

use crate::FORM;
use crate::digest::{HashingWriter, Sha256Digest};
use crate::pull::Pull;
use crate::varint;
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::io::{self, Read, Seek, SeekFrom, Write};

const MAGIC: [u8; 8] = *b"tagboat\x1a";

/// Magic and form.
const BEGINNING: usize = MAGIC.len() + 1;

/// Lengths of data and plan, and the SHA-256 of everything before.
const END: u64 = 8 + 8 + 32;

/// The plan of an image is a few megabytes; a helper takes no more, and no recipe is made that has more.
const MOST_PLAN: u64 = 64 << 20;

/// Parts of one recipe: an image has 127 layers at most, with bytes between them.
const MOST_STEPS: usize = 1024;

const PLAN_LEVEL: i32 = 19;

/// The window of that level, and so what the helper's decompressor holds: 8 MiB.
const PLAN_WINDOW_LOG: u32 = 23;

/// One part of what a recipe makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    /// These bytes.
    Bytes(&'a [u8]),
    /// A layer.
    Layer(LayerStep<'a>),
}

/// A layer that is rebuilt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LayerStep<'a> {
    pub(crate) size: u64,
    pub(crate) sha256: Sha256Digest,
    pub(crate) meta: &'a [u8],
    pub(crate) ops: Cow<'a, [u8]>,
}

/// The plan of a recipe, unpacked.
pub(crate) struct Plan(Vec<u8>);

impl Plan {
    /// What is built.
    pub(crate) fn steps(&self) -> Result<Vec<Step<'_>>, BadRecipe> {
        unpack(&self.0).ok_or(BadRecipe::Damaged)
    }
}

/// Why a file is no recipe that can be applied.
#[derive(Debug, thiserror::Error)]
pub enum BadRecipe {
    /// It cannot be read.
    #[error("the recipe cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It begins otherwise.
    #[error("this is no recipe")]
    NotOne,
    /// Another version made it.
    #[error("the recipe has form {0}, this helper applies form {FORM}")]
    OtherForm(u8),
    /// Its bytes are not those that were written.
    #[error("the recipe is damaged")]
    Damaged,
}

/// Writes the beginning; everything else is written through what it gives.
pub(crate) fn begin<W: Write>(output: W) -> io::Result<HashingWriter<W>> {
    let mut output = HashingWriter::new(output);
    output.write_all(&MAGIC)?;
    output.write_all(&[FORM])?;
    Ok(output)
}

/// Writes the plan and the end, after the data stream; gives the length of the file.
pub(crate) fn end<W: Write>(mut output: HashingWriter<W>, steps: &[Step<'_>]) -> io::Result<u64> {
    let data = output.count() - BEGINNING as u64;
    let text = pack(steps);
    if text.len() as u64 > MOST_PLAN || steps.len() > MOST_STEPS {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "the image has too many files",
        ));
    }
    let plan = zstd::bulk::compress(&text, PLAN_LEVEL)?;
    output.write_all(&plan)?;
    output.write_all(&data.to_le_bytes())?;
    output.write_all(&(plan.len() as u64).to_le_bytes())?;
    let length = output.count();
    let (mut output, sha256) = output.finish();
    output.write_all(&sha256)?;
    output.flush()?;
    Ok(length + sha256.len() as u64)
}

fn pack(steps: &[Step<'_>]) -> Vec<u8> {
    let mut text = Vec::new();
    for step in steps {
        match step {
            Step::Bytes(bytes) => {
                text.push(0);
                varint::put_bytes(&mut text, bytes);
            }
            Step::Layer(layer) => {
                text.push(1);
                varint::put(&mut text, layer.size);
                text.extend_from_slice(&layer.sha256);
                varint::put_bytes(&mut text, layer.meta);
                varint::put_bytes(&mut text, &layer.ops);
            }
        }
    }
    text
}

fn unpack(text: &[u8]) -> Option<Vec<Step<'_>>> {
    let mut pull = Pull(text);
    let mut steps = Vec::new();
    while !pull.is_empty() {
        if steps.len() == MOST_STEPS {
            return None;
        }
        let step = match pull.byte()? {
            0 => Step::Bytes(pull.bytes()?),
            1 => Step::Layer(LayerStep {
                size: pull.number()?,
                sha256: pull.array()?,
                meta: pull.bytes()?,
                ops: Cow::Borrowed(pull.bytes()?),
            }),
            _ => return None,
        };
        steps.push(step);
    }
    Some(steps)
}

/// Reads the plan of a recipe whose bytes are all as they were written; the input stands at the data stream then, whose length
/// is given too.
pub(crate) fn read(input: &mut (impl Read + Seek)) -> Result<(Plan, u64), BadRecipe> {
    let length = input.seek(SeekFrom::End(0))?;
    if length < BEGINNING as u64 + END {
        return Err(BadRecipe::NotOne);
    }
    input.rewind()?;
    let mut beginning = [0; BEGINNING];
    input.read_exact(&mut beginning)?;
    match beginning.strip_prefix(&MAGIC) {
        Some([FORM]) => {}
        Some([other, ..]) => return Err(BadRecipe::OtherForm(*other)),
        _ => return Err(BadRecipe::NotOne),
    }
    check(input, length)?;
    input.seek(SeekFrom::Start(length - END))?;
    let mut lengths = [0; 16];
    input.read_exact(&mut lengths)?;
    let number = |bytes: &[u8]| bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let (data, plan) = (number(&lengths[..8]), number(&lengths[8..]));
    let told = (BEGINNING as u64)
        .checked_add(data)
        .and_then(|sum| sum.checked_add(plan)?.checked_add(END));
    if told != Some(length) || plan > MOST_PLAN {
        return Err(BadRecipe::Damaged);
    }
    input.seek(SeekFrom::Start(BEGINNING as u64 + data))?;
    let mut text = Vec::new();
    let mut decoder = zstd::stream::read::Decoder::new(input.by_ref().take(plan))?;
    decoder.window_log_max(PLAN_WINDOW_LOG)?;
    decoder.take(MOST_PLAN + 1).read_to_end(&mut text)?;
    if text.len() as u64 > MOST_PLAN {
        return Err(BadRecipe::Damaged);
    }
    input.seek(SeekFrom::Start(BEGINNING as u64))?;
    Ok((Plan(text), data))
}

/// The SHA-256 at the end is that of everything before it.
fn check(input: &mut (impl Read + Seek), length: u64) -> Result<(), BadRecipe> {
    input.rewind()?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 256 << 10];
    let mut left = length - 32;
    while left > 0 {
        let want = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
        input.read_exact(&mut piece[..want])?;
        hash.update(&piece[..want]);
        left -= want as u64;
    }
    let mut told = [0; 32];
    input.read_exact(&mut told)?;
    let computed: Sha256Digest = hash.finalize().into();
    if told == computed {
        Ok(())
    } else {
        Err(BadRecipe::Damaged)
    }
}
