//! What comes after a header in a tar, and what path it is about: the same answer when a layer is read and when it is rebuilt.

use crate::header::{self, BLOCK, Header};
use crate::paths::plain;

/// The longest body of an entry that only describes the next one; longer ones are no such entries.
const MOST_INLINE: u64 = 1 << 20;

/// What follows a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follow {
    /// The next header.
    Header,
    /// So many bytes, padding included, that describe the next entry.
    Inline(usize),
    /// The body of a file of so many bytes, and its padding.
    Body(u64),
    /// Nothing that is understood: the rest is bytes.
    Raw,
}

/// The number of bytes between a body and the next block.
pub(crate) fn padding(size: u64) -> usize {
    let over = size % BLOCK as u64;
    if over == 0 {
        0
    } else {
        BLOCK - usize::try_from(over).unwrap_or(0)
    }
}

/// Follows the headers of one tar.
#[derive(Debug, Default)]
pub(crate) struct Follower {
    /// The header whose describing body is awaited.
    describing: Option<(u8, usize)>,
    next: Described,
    /// The path of the entry that the last header began.
    path: Option<Box<[u8]>>,
    link: Option<Box<[u8]>>,
    /// Whether that entry is a file, and its body what a container sees in it.
    is_file: bool,
}

/// What earlier entries said of the next one.
#[derive(Debug, Default)]
struct Described {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    /// Its body is a map of a file and parts of it.
    is_sparse: bool,
}

impl Follower {
    /// Takes a header whose checksum is right, and says what follows it.
    pub(crate) fn header(&mut self, block: &Header) -> Follow {
        let Some(told) = header::size(block) else {
            return Follow::Raw;
        };
        let kind = header::kind(block);
        if matches!(kind, b'x' | b'g' | b'L' | b'K') {
            let Some(size) = usize::try_from(told).ok().filter(|_| told <= MOST_INLINE) else {
                return Follow::Raw;
            };
            self.describing = Some((kind, size));
            return Follow::Inline(size + padding(told));
        }
        if header::is_extended_sparse(block) {
            return Follow::Raw;
        }
        let described = std::mem::take(&mut self.next);
        let path = described.path.unwrap_or_else(|| header::path(block));
        let link = described.link.unwrap_or_else(|| header::link(block));
        (self.path, self.link) = (plain(&path), plain(&link));
        self.is_file = matches!(kind, b'0' | 0) && !described.is_sparse;
        match described.size.unwrap_or(told) {
            // Links, devices, folders and pipes have no body, whatever their size says.
            _ if (b'1'..=b'6').contains(&kind) => Follow::Header,
            0 => Follow::Header,
            size => Follow::Body(size),
        }
    }

    /// Takes what follows a header that describes the next entry, as many bytes as were asked for.
    pub(crate) fn inline(&mut self, bytes: &[u8]) {
        let Some((kind, size)) = self.describing.take() else {
            return;
        };
        let text = &bytes[..size.min(bytes.len())];
        match kind {
            b'L' => self.next.path = Some(header::trimmed(text).to_vec()),
            b'K' => self.next.link = Some(header::trimmed(text).to_vec()),
            b'x' => self.next.read_records(text),
            _ => {}
        }
    }

    /// The path of the file whose body follows; none when the body is nothing that a container sees.
    pub(crate) fn file(&self) -> Option<&[u8]> {
        self.path().filter(|_| self.is_file)
    }

    /// The path of the entry that the last header began; none when it leads out of the root.
    pub(crate) fn path(&self) -> Option<&[u8]> {
        self.path.as_deref()
    }

    /// Where that entry links to, as a path from the root.
    pub(crate) fn link(&self) -> Option<&[u8]> {
        self.link.as_deref()
    }
}

impl Described {
    /// Reads pax records: `<length> <key>=<value>\n`. What is none is left out.
    fn read_records(&mut self, mut text: &[u8]) {
        while let Some((record, rest)) = split_record(text) {
            text = rest;
            let Some(place) = record.iter().position(|byte| *byte == b'=') else {
                continue;
            };
            let value = &record[place + 1..];
            match &record[..place] {
                b"path" => self.path = Some(value.to_vec()),
                b"linkpath" => self.link = Some(value.to_vec()),
                key if key.starts_with(b"GNU.sparse.") => self.is_sparse = true,
                b"size" => self.size = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()),
                _ => {}
            }
        }
    }
}

fn split_record(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = text.iter().position(|byte| *byte == b' ')?;
    let length: usize = std::str::from_utf8(&text[..space]).ok()?.parse().ok()?;
    let (record, rest) = text.split_at_checked(length)?;
    Some((record.get(space + 1..)?.strip_suffix(b"\n")?, rest))
}

#[cfg(test)]
mod tests {
    use super::{Described, Follow, Follower, padding};

    #[test]
    fn padding_fills_the_last_block() {
        assert_eq!(padding(0), 0);
        assert_eq!(padding(1), 511);
        assert_eq!(padding(512), 0);
        assert_eq!(padding(513), 511);
    }

    #[test]
    fn pax_records_tell_of_the_next_entry() {
        let mut next = Described::default();
        next.read_records(b"14 path=a/b/c\n23 SCHILY.xattr.x=a=b\nc\n13 size=12345\n");
        assert_eq!(next.path.as_deref(), Some(b"a/b/c".as_slice()));
        assert_eq!(next.size, None, "a wrong length ends the records");
        next.read_records(b"14 size=12345\n");
        assert_eq!(next.size, Some(12345));
    }

    #[test]
    fn a_folder_has_no_body_whatever_its_size_says() {
        let mut header = tar::Header::new_ustar();
        header.set_path("d/").unwrap();
        header.set_entry_type(tar::EntryType::Directory);
        header.set_size(9);
        header.set_cksum();
        let mut follower = Follower::default();
        assert_eq!(follower.header(header.as_bytes()), Follow::Header);
        assert_eq!(follower.path(), Some(b"d".as_slice()));
    }
}
