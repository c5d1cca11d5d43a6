//! One field of many headers: each value as what it shares with the one before and what is new, so that a compressor finds the
//! names among names and the times among times.

use crate::pull::Pull;

/// In the place of a shared length: the value is what the headers' rules make of the rest, and is not kept.
const COMPUTED: u8 = 255;

/// The values of one field, packed.
#[derive(Debug, Default)]
pub(crate) struct ColumnWriter {
    pub(crate) shared: Vec<u8>,
    pub(crate) lengths: Vec<u8>,
    pub(crate) bytes: Vec<u8>,
    last: Vec<u8>,
}

/// The values of one field, read back.
#[derive(Debug, Default)]
pub(crate) struct ColumnReader {
    last: Vec<u8>,
}

impl ColumnWriter {
    /// Appends a field of at most 254 bytes; zero bytes at its end are not kept.
    pub(crate) fn put(&mut self, field: &[u8]) {
        let length = field
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |last| last + 1);
        let value = &field[..length];
        let shared = value
            .iter()
            .zip(&self.last)
            .take_while(|(new, old)| new == old)
            .count();
        self.shared.push(u8::try_from(shared).unwrap_or(0));
        self.lengths.push(u8::try_from(length).unwrap_or(0));
        self.bytes.extend_from_slice(&value[shared..]);
        self.last.clear();
        self.last.extend_from_slice(value);
    }

    /// Appends a value that the reader computes by itself.
    pub(crate) fn put_computed(&mut self) {
        self.shared.push(COMPUTED);
    }

    /// Forgets the values that were packed, but not the last one: what comes next goes on from it.
    pub(crate) fn clear(&mut self) {
        self.shared.clear();
        self.lengths.clear();
        self.bytes.clear();
    }
}

/// The packed values of one field in one segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packed<'a> {
    pub(crate) shared: Pull<'a>,
    pub(crate) lengths: Pull<'a>,
    pub(crate) bytes: Pull<'a>,
}

impl ColumnReader {
    /// Reads the next value into a field of zeros. Says whether it is one that the caller computes; none when it is damaged.
    pub(crate) fn get(&mut self, packed: &mut Packed<'_>, field: &mut [u8]) -> Option<bool> {
        let shared = packed.shared.byte()?;
        if shared == COMPUTED {
            return Some(true);
        }
        let (shared, length) = (usize::from(shared), usize::from(packed.lengths.byte()?));
        if shared > self.last.len() || shared > length || length > field.len() {
            return None;
        }
        let new = packed.bytes.take(length - shared)?;
        self.last.truncate(shared);
        self.last.extend_from_slice(new);
        field[..length].copy_from_slice(&self.last);
        Some(false)
    }
}
