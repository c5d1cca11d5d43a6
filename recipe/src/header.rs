//! One 512-byte header block of a tar: its fields, its checksum, its numbers.

use std::ops::Range;

/// The size of a block.
pub(crate) const BLOCK: usize = 512;

/// A header block.
pub(crate) type Header = [u8; BLOCK];

/// The widths of the ustar fields in their order (POSIX.1-2001, pax); the checksum is field [`CHECKSUM`].
pub(crate) const WIDTHS: [usize; 16] = [100, 8, 8, 8, 12, 12, 8, 1, 100, 8, 32, 32, 8, 8, 155, 12];

/// Which of the fields is the checksum.
pub(crate) const CHECKSUM: usize = 6;

const NAME: Range<usize> = 0..100;
const SIZE: Range<usize> = 124..136;
const SUM: Range<usize> = 148..156;
const KIND: usize = 156;
const LINK: Range<usize> = 157..257;
const MAGIC: Range<usize> = 257..263;
const PREFIX: Range<usize> = 345..500;
/// In an old GNU sparse header: whether blocks with more of the map follow.
const EXTENDED: usize = 482;

/// The kind of entry as the byte in the header.
pub(crate) fn kind(header: &Header) -> u8 {
    header[KIND]
}

/// Whether the checksum is right, so that this is a header at all. A block of zeros is none.
pub(crate) fn is_header(header: &Header) -> bool {
    octal(&header[SUM]) == Some(u64::from(sum(header)))
}

/// The sum of all bytes, with spaces for the checksum's own.
fn sum(header: &Header) -> u32 {
    let all: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    let own: u32 = header[SUM].iter().map(|byte| u32::from(*byte)).sum();
    all - own + 8 * u32::from(b' ')
}

/// The checksum as nearly every program writes it: six octal digits, a zero byte, a space.
pub(crate) fn usual_checksum(header: &Header) -> [u8; 8] {
    let mut text = *b"000000\0 ";
    let mut rest = sum(header);
    for digit in text[..6].iter_mut().rev() {
        *digit = b'0' + (rest % 8).to_le_bytes()[0];
        rest /= 8;
    }
    text
}

/// The size in bytes that the header tells, octal or binary.
pub(crate) fn size(header: &Header) -> Option<u64> {
    let field = &header[SIZE];
    if field[0] & 0x80 == 0 {
        return octal(field);
    }
    // GNU's binary numbers: the rest of the field, the highest byte first. More than eight bytes is more than any file.
    if field[0] != 0x80 || field[1..4] != [0; 3] {
        return None;
    }
    field.last_chunk().map(|bytes| u64::from_be_bytes(*bytes))
}

/// Whether it is an old GNU sparse entry whose map goes on in further blocks.
pub(crate) fn is_extended_sparse(header: &Header) -> bool {
    kind(header) == b'S' && header[EXTENDED] != 0
}

/// The path in the header alone.
pub(crate) fn path(header: &Header) -> Vec<u8> {
    let name = trimmed(&header[NAME]);
    let prefix = trimmed(&header[PREFIX]);
    // GNU's own format uses the place of the prefix for times.
    if &header[MAGIC] != b"ustar\0" || prefix.is_empty() {
        return name.to_vec();
    }
    [prefix, name].join(&b'/')
}

/// The target of a link in the header alone.
pub(crate) fn link(header: &Header) -> Vec<u8> {
    trimmed(&header[LINK]).to_vec()
}

/// Up to the first zero byte.
pub(crate) fn trimmed(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// Octal digits between spaces and zero bytes; an empty field is 0.
fn octal(field: &[u8]) -> Option<u64> {
    let is_blank = |byte: &u8| matches!(byte, b' ' | 0);
    let begin = field
        .iter()
        .position(|byte| !is_blank(byte))
        .unwrap_or(field.len());
    let digits = &field[begin..];
    let end = digits.iter().position(is_blank).unwrap_or(digits.len());
    if !digits[end..].iter().all(is_blank) {
        return None;
    }
    digits[..end].iter().try_fold(0u64, |number, digit| {
        let value = digit.checked_sub(b'0').filter(|value| *value < 8)?;
        number.checked_mul(8)?.checked_add(u64::from(value))
    })
}

#[cfg(test)]
mod tests {
    use super::{WIDTHS, is_header, octal, path, size, usual_checksum};

    fn header(path: &str, size: u64) -> [u8; 512] {
        let mut header = tar::Header::new_ustar();
        header.set_path(path).unwrap();
        header.set_size(size);
        header.set_mode(0o644);
        header.set_cksum();
        *header.as_bytes()
    }

    #[test]
    fn the_fields_fill_the_block() {
        assert_eq!(WIDTHS.iter().sum::<usize>(), 512);
    }

    #[test]
    fn a_header_is_known_by_its_checksum() {
        let mut one = header("usr/bin/x", 7);
        assert!(is_header(&one));
        let usual = usual_checksum(&one);
        one[148..156].copy_from_slice(&usual);
        assert!(is_header(&one));
        one[0] ^= 1;
        assert!(!is_header(&one));
        assert!(!is_header(&[0; 512]));
    }

    #[test]
    fn a_long_path_is_in_two_fields() {
        let long = format!("{}/{}", "d".repeat(120), "f".repeat(60));
        assert_eq!(path(&header(&long, 0)), long.as_bytes());
    }

    #[test]
    fn sizes_are_octal_or_binary() {
        assert_eq!(size(&header("a", 0o777)), Some(0o777));
        let mut large = tar::Header::new_gnu();
        large.set_size(1 << 40);
        assert_eq!(size(large.as_bytes()), Some(1 << 40));
    }

    #[test]
    fn what_is_no_number_is_none() {
        assert_eq!(octal(b"0000644\0"), Some(0o644));
        assert_eq!(octal(b"   644 \0"), Some(0o644));
        assert_eq!(octal(b"64x"), None);
        assert_eq!(octal(b"64 4"), None);
        assert_eq!(octal(b"9"), None);
    }
}
