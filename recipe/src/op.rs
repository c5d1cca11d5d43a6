//! How the body of a file is made on the host. Bodies of no bytes have no operation.

use crate::patch::{NEW_WINDOW, OLD_WINDOW, longest_patch};
use crate::paths::LONGEST;
use crate::pull::Pull;
use crate::varint;

/// What makes one body, or the next few.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Op {
    /// So many bodies are the files at their own paths.
    Same(u64),
    /// The file at another path.
    Copy(Box<[u8]>),
    /// So many bodies are the next bytes of the data stream.
    New(u64),
    /// The file at this path, patched.
    Patch {
        path: Box<[u8]>,
        /// The length of that file.
        old_size: u64,
        /// They follow each other in the new file.
        windows: Vec<Window>,
    },
}

/// A part of a new file, made from a part of an old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    /// Where the part of the old file begins.
    pub(crate) old_offset: u64,
    /// Its length.
    pub(crate) old_length: u64,
    /// The length of the new part.
    pub(crate) new_length: u64,
    /// The bytes of the data stream that make it.
    pub(crate) patch_length: u64,
}

/// Windows of one file: those of a terabyte.
const MOST_WINDOWS: u64 = 1 << 16;

const SAME: u8 = 0;
const COPY: u8 = 1;
const NEW: u8 = 2;
const PATCH: u8 = 3;

/// Packs operations; runs become one.
#[derive(Debug, Default)]
pub(crate) struct OpWriter {
    bytes: Vec<u8>,
    run: Option<Op>,
}

impl OpWriter {
    pub(crate) fn same(&mut self) {
        if let Some(Op::Same(count)) = &mut self.run {
            *count += 1;
        } else {
            self.put(Op::Same(1));
        }
    }

    pub(crate) fn new_body(&mut self) {
        if let Some(Op::New(count)) = &mut self.run {
            *count += 1;
        } else {
            self.put(Op::New(1));
        }
    }

    pub(crate) fn put(&mut self, op: Op) {
        if let Some(run) = self.run.replace(op) {
            write(&mut self.bytes, &run);
        }
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        if let Some(run) = self.run.take() {
            write(&mut self.bytes, &run);
        }
        self.bytes
    }
}

fn write(output: &mut Vec<u8>, op: &Op) {
    match op {
        Op::Same(count) => {
            output.push(SAME);
            varint::put(output, *count);
        }
        Op::Copy(path) => {
            output.push(COPY);
            varint::put_bytes(output, path);
        }
        Op::New(count) => {
            output.push(NEW);
            varint::put(output, *count);
        }
        Op::Patch {
            path,
            old_size,
            windows,
        } => {
            output.push(PATCH);
            varint::put_bytes(output, path);
            varint::put(output, *old_size);
            varint::put(output, windows.len() as u64);
            for window in windows {
                for number in [
                    window.old_offset,
                    window.old_length,
                    window.new_length,
                    window.patch_length,
                ] {
                    varint::put(output, number);
                }
            }
        }
    }
}

/// Reads the operation of each body in turn.
#[derive(Debug)]
pub(crate) struct OpReader<'a> {
    pull: Pull<'a>,
    run: Option<(u8, u64)>,
}

impl<'a> OpReader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            pull: Pull(bytes),
            run: None,
        }
    }

    /// The operation of the next body, with a count of one; none when there is none or it is damaged.
    pub(crate) fn next(&mut self) -> Option<Op> {
        let (kind, left) = match self.run.take() {
            Some((kind, left)) => (kind, left),
            None => self.begin()?,
        };
        match kind {
            SAME | NEW => {
                let rest = left.checked_sub(1)?;
                self.run = (rest > 0).then_some((kind, rest));
                Some(if kind == SAME { Op::Same(1) } else { Op::New(1) })
            }
            COPY => Some(Op::Copy(self.path()?)),
            PATCH => self.patch(),
            _ => None,
        }
    }

    /// Whether no operation is left.
    pub(crate) fn is_over(&self) -> bool {
        self.run.is_none() && self.pull.is_empty()
    }

    fn begin(&mut self) -> Option<(u8, u64)> {
        let kind = self.pull.byte()?;
        let count = match kind {
            SAME | NEW => self.pull.number()?,
            _ => 1,
        };
        Some((kind, count))
    }

    fn patch(&mut self) -> Option<Op> {
        let path = self.path()?;
        let old_size = self.pull.number()?;
        let count = self.pull.number().filter(|count| *count <= MOST_WINDOWS)?;
        let mut windows = Vec::new();
        for _ in 0..count {
            windows.push(self.window(old_size)?);
        }
        Some(Op::Patch {
            path,
            old_size,
            windows,
        })
    }

    /// A path that a file can have: it is held in memory, and told when there is trouble with it.
    fn path(&mut self) -> Option<Box<[u8]>> {
        let path = self.pull.bytes()?;
        (path.len() <= LONGEST).then(|| path.into())
    }

    /// A window; what is told is held in memory, so it is never more than what is ever made.
    fn window(&mut self, old_size: u64) -> Option<Window> {
        let window = Window {
            old_offset: self.pull.number()?,
            old_length: self.pull.number()?,
            new_length: self.pull.number()?,
            patch_length: self.pull.number()?,
        };
        let is_inside = window.old_length <= old_size.checked_sub(window.old_offset)?;
        let is_bounded = (1..=NEW_WINDOW).contains(&window.new_length)
            && window.old_length <= OLD_WINDOW
            && window.patch_length <= longest_patch(window.new_length);
        (is_inside && is_bounded).then_some(window)
    }
}

#[cfg(test)]
mod tests {
    use super::{Op, OpReader, OpWriter, Window};

    #[test]
    fn operations_come_back_one_by_one() {
        let patch = Op::Patch {
            path: b"lib/z".as_slice().into(),
            old_size: 3,
            windows: vec![Window {
                old_offset: 1,
                old_length: 2,
                new_length: 300,
                patch_length: 4,
            }],
        };
        let mut writer = OpWriter::default();
        writer.same();
        writer.same();
        writer.put(Op::Copy(b"a".as_slice().into()));
        writer.new_body();
        writer.put(patch.clone());
        writer.same();
        let bytes = writer.finish();
        let mut reader = OpReader::new(&bytes);
        let mut ops = Vec::new();
        while !reader.is_over() {
            ops.push(reader.next().unwrap());
        }
        let expected = [
            Op::Same(1),
            Op::Same(1),
            Op::Copy(b"a".as_slice().into()),
            Op::New(1),
            patch,
            Op::Same(1),
        ];
        assert_eq!(ops, expected);
        assert_eq!(reader.next(), None);
    }
}
