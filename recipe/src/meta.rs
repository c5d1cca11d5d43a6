//! The meta stream of a layer: everything of its tar that is not the body of a file, in segments of columns, compressed.
//!
//! It does not depend on any base, so it is made once, when the layer is indexed, and goes into every recipe as it is.

use crate::column::{ColumnReader, ColumnWriter, Packed};
use crate::follow::{Follow, Follower, padding};
use crate::header::{BLOCK, CHECKSUM, Header, WIDTHS, is_header, usual_checksum};
use crate::pull::Pull;
use crate::tape::Parts;
use crate::varint;
use std::io::{self, Read, Write};

/// Headers in one segment at most: what both sides hold in memory.
const MOST_HEADERS: usize = 4096;

/// Bytes beside headers in one segment before it ends.
const MOST_INLINE: usize = 1 << 20;

/// A segment is never longer: 2 MiB of headers with 1 MiB beside them, and one entry more.
const MOST_SEGMENT: u64 = 8 << 20;

/// The window of both levels, and so what a reader holds: 8 MiB.
const WINDOW_LOG: u32 = 23;

/// For the headers of a usual layer: saves a fifth over level 9.
const LEVEL: i32 = 19;

/// For what is no usual layer.
const MUCH_LEVEL: i32 = 9;

/// Up to so many bytes the stream is compressed at once, in the end; that is 300 000 files. Beyond it is a stream.
const MUCH: usize = 8 << 20;

/// What comes next in a tar.
#[repr(u8)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// A header, and after it what it says, with zeros as padding.
    Plain = 0,
    /// A header with a whole body, and padding that is told: its length, its bytes.
    Padded = 1,
    /// A header with a body that ends early, after a told length.
    Cut = 2,
    /// A header and nothing of what it says.
    Bare = 3,
    /// A told number of bytes that belong to no entry.
    Raw = 4,
    /// A told number of bytes that belong to no entry and are a body.
    Rest = 5,
}

/// Packs the meta stream of one tar.
pub(crate) struct MetaWriter {
    output: Output,
    segment: Segment,
    /// The header whose inline bytes or body are awaited.
    awaited: Option<Follow>,
    /// Bytes of its body so far.
    body: u64,
    /// Raw bytes at the end of the inline column that have no mark yet.
    raw: usize,
    /// Why the compressor failed, which is told in the end.
    failed: Option<io::Error>,
}

/// Where segments go.
enum Output {
    /// Kept as they are.
    Few(Vec<u8>),
    Much(Box<zstd::stream::write::Encoder<'static, Vec<u8>>>),
}

#[derive(Default)]
struct Segment {
    headers: usize,
    marks: Vec<u8>,
    numbers: Vec<u8>,
    inline: Vec<u8>,
    columns: [ColumnWriter; WIDTHS.len()],
}

impl MetaWriter {
    pub(crate) fn new() -> Self {
        Self {
            output: Output::Few(Vec::new()),
            segment: Segment::default(),
            awaited: None,
            body: 0,
            raw: 0,
            failed: None,
        }
    }

    /// The packed stream.
    pub(crate) fn finish(mut self) -> io::Result<Vec<u8>> {
        if self.awaited.take().is_some() {
            self.mark(Mark::Bare);
        }
        self.end_raw();
        self.end_segment();
        match (self.failed, self.output) {
            (Some(error), _) => Err(error),
            (None, Output::Few(text)) => zstd::bulk::compress(&text, LEVEL),
            (None, Output::Much(encoder)) => encoder.finish(),
        }
    }

    fn mark(&mut self, mark: Mark) {
        self.segment.marks.push(mark as u8);
    }

    fn end_raw(&mut self) {
        if self.raw > 0 {
            self.mark(Mark::Raw);
            varint::put(&mut self.segment.numbers, self.raw as u64);
            self.raw = 0;
        }
    }

    fn end_segment(&mut self) {
        let segment = &mut self.segment;
        if segment.marks.is_empty() {
            return;
        }
        let mut text = Vec::new();
        for column in [&segment.marks, &segment.numbers, &segment.inline] {
            varint::put_bytes(&mut text, column);
        }
        for column in &mut segment.columns {
            for part in [&column.shared, &column.lengths, &column.bytes] {
                varint::put_bytes(&mut text, part);
            }
            column.clear();
        }
        segment.headers = 0;
        for column in [&mut segment.marks, &mut segment.numbers, &mut segment.inline] {
            column.clear();
        }
        if let Err(error) = self.output.write(&text) {
            self.failed.get_or_insert(error);
        }
    }

    /// Between two entries: a full segment ends.
    fn end_full(&mut self) {
        let is_full = self.segment.headers >= MOST_HEADERS || self.segment.inline.len() >= MOST_INLINE;
        if is_full {
            self.end_raw();
            self.end_segment();
        }
    }
}

impl Output {
    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        match self {
            Self::Few(kept) => {
                kept.extend_from_slice(text);
                if kept.len() > MUCH {
                    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), MUCH_LEVEL)?;
                    encoder.write_all(kept)?;
                    *self = Self::Much(Box::new(encoder));
                }
                Ok(())
            }
            Self::Much(encoder) => encoder.write_all(text),
        }
    }
}

impl Parts for MetaWriter {
    fn header(&mut self, header: &Header, follow: Follow, _: &Follower) {
        self.end_full();
        self.segment.headers += 1;
        let mut begin = 0;
        for (number, width) in WIDTHS.iter().enumerate() {
            let field = &header[begin..begin + width];
            begin += width;
            let column = &mut self.segment.columns[number];
            if number == CHECKSUM && field == usual_checksum(header) {
                column.put_computed();
            } else {
                column.put(field);
            }
        }
        match follow {
            Follow::Header | Follow::Inline(0) => self.mark(Mark::Plain),
            Follow::Raw => self.mark(Mark::Bare),
            Follow::Inline(_) | Follow::Body(_) => {
                self.awaited = Some(follow);
                self.body = 0;
            }
        }
    }

    fn inline(&mut self, bytes: &[u8]) {
        self.awaited = None;
        self.mark(Mark::Plain);
        self.segment.inline.extend_from_slice(bytes);
    }

    fn body(&mut self, bytes: &[u8]) {
        self.body += bytes.len() as u64;
    }

    fn body_end(&mut self, rest: &[u8]) {
        let Some(Follow::Body(wanted)) = self.awaited.take() else {
            return;
        };
        if self.body < wanted {
            self.mark(Mark::Cut);
            varint::put(&mut self.segment.numbers, self.body);
        } else if rest.len() == padding(wanted) && rest.iter().all(|byte| *byte == 0) {
            self.mark(Mark::Plain);
        } else {
            self.mark(Mark::Padded);
            varint::put(&mut self.segment.numbers, rest.len() as u64);
            self.segment.inline.extend_from_slice(rest);
        }
    }

    fn raw(&mut self, mut bytes: &[u8]) {
        if self.awaited.take().is_some() {
            self.mark(Mark::Bare);
        }
        self.body = 0;
        // The same segments, however the bytes came.
        while !bytes.is_empty() {
            let room = MOST_INLINE.saturating_sub(self.segment.inline.len()).max(1);
            let (now, later) = bytes.split_at(bytes.len().min(room));
            self.segment.inline.extend_from_slice(now);
            self.raw += now.len();
            bytes = later;
            self.end_full();
        }
    }

    fn rest(&mut self, bytes: &[u8]) {
        self.body += bytes.len() as u64;
    }

    fn rest_end(&mut self) {
        self.end_raw();
        self.mark(Mark::Rest);
        varint::put(&mut self.segment.numbers, self.body);
    }
}

/// What comes next when a tar is rebuilt.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Item<'a> {
    /// Bytes as they are.
    Bytes(&'a [u8]),
    /// A body of so many bytes, and the path of the file that it is; none when it is none that a container sees.
    Body { path: Option<&'a [u8]>, size: u64 },
    /// So many zero bytes.
    Zeros(usize),
}

/// The meta stream is damaged, or not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the layer's headers in the recipe are damaged")]
pub struct Damaged;

/// Unpacks a meta stream and says what the tar consists of.
pub(crate) struct MetaReader<'a> {
    input: zstd::stream::read::Decoder<'static, &'a [u8]>,
    readers: [ColumnReader; WIDTHS.len()],
    follower: Follower,
}

impl<'a> MetaReader<'a> {
    pub(crate) fn new(packed: &'a [u8]) -> io::Result<Self> {
        let mut input = zstd::stream::read::Decoder::with_buffer(packed)?;
        input.window_log_max(WINDOW_LOG)?;
        Ok(Self {
            input,
            readers: Default::default(),
            follower: Follower::default(),
        })
    }

    /// Gives all parts of the tar in their order.
    pub(crate) fn each<E: From<Damaged>>(
        &mut self,
        mut take: impl FnMut(Item<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut columns: Vec<Vec<u8>> = Vec::new();
        while self.read_segment(&mut columns)? {
            self.each_of_segment(&columns, &mut take)?;
        }
        Ok(())
    }

    fn read_segment(&mut self, columns: &mut Vec<Vec<u8>>) -> Result<bool, Damaged> {
        columns.clear();
        let mut room = MOST_SEGMENT;
        for number in 0..3 + 3 * WIDTHS.len() {
            let Some(length) = varint::read(&mut self.input).map_err(|_| Damaged)? else {
                return if number == 0 { Ok(false) } else { Err(Damaged) };
            };
            // Marks are the first column, and there is no segment without one.
            if number == 0 && length == 0 {
                return Err(Damaged);
            }
            room = room.checked_sub(length).ok_or(Damaged)?;
            let mut column = Vec::new();
            let read = self.input.by_ref().take(length).read_to_end(&mut column);
            if read.ok().map(|count| count as u64) != Some(length) {
                return Err(Damaged);
            }
            columns.push(column);
        }
        Ok(true)
    }

    fn each_of_segment<E: From<Damaged>>(
        &mut self,
        columns: &[Vec<u8>],
        take: &mut impl FnMut(Item<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let pull = |number: usize| Pull(columns.get(number).map(Vec::as_slice).unwrap_or_default());
        let (mut marks, mut numbers, mut inline) = (pull(0), pull(1), pull(2));
        let mut fields: Vec<Packed<'_>> = (0..WIDTHS.len())
            .map(|field| Packed {
                shared: pull(3 + 3 * field),
                lengths: pull(4 + 3 * field),
                bytes: pull(5 + 3 * field),
            })
            .collect();
        let mut told = || usize::try_from(numbers.number().ok_or(Damaged)?).map_err(|_| Damaged);
        while let Some(mark) = marks.byte() {
            if mark == Mark::Raw as u8 {
                take(Item::Bytes(inline.take(told()?).ok_or(Damaged)?))?;
                continue;
            }
            if mark == Mark::Rest as u8 {
                let size = told()? as u64;
                take(Item::Body { path: None, size })?;
                continue;
            }
            let header = self.read_header(&mut fields).ok_or(Damaged)?;
            take(Item::Bytes(&header))?;
            let follow = self.follower.header(&header);
            match (mark, follow) {
                (3, _) | (0, Follow::Header | Follow::Inline(0)) => {}
                (0, Follow::Inline(length)) => {
                    let bytes = inline.take(length).ok_or(Damaged)?;
                    self.follower.inline(bytes);
                    take(Item::Bytes(bytes))?;
                }
                (0..=2, Follow::Body(whole)) => {
                    let size = if mark == 2 { told()? as u64 } else { whole };
                    let path = self.follower.file();
                    take(Item::Body { path, size })?;
                    match mark {
                        0 => take(Item::Zeros(padding(whole)))?,
                        1 => take(Item::Bytes(inline.take(told()?).ok_or(Damaged)?))?,
                        _ => {}
                    }
                }
                _ => return Err(Damaged.into()),
            }
        }
        Ok(())
    }

    fn read_header(&mut self, fields: &mut [Packed<'_>]) -> Option<Header> {
        let mut header = [0; BLOCK];
        let (mut begin, mut checksum) = (0, None);
        for (number, width) in WIDTHS.iter().enumerate() {
            let field = &mut header[begin..begin + width];
            if self.readers[number].get(&mut fields[number], field)? {
                checksum = (number == CHECKSUM).then_some(begin);
                checksum?;
            }
            begin += width;
        }
        if let Some(begin) = checksum {
            let usual = usual_checksum(&header);
            header[begin..begin + usual.len()].copy_from_slice(&usual);
        }
        // What was written came from a header; anything else would be followed differently than it was.
        is_header(&header).then_some(header)
    }
}
