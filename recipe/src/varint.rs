//! Whole numbers in as few bytes as they need: seven bits a byte, the lowest first, the eighth bit says that more follow.

use crate::pull::Pull;
use std::io::{self, Read};

/// Appends a number.
pub(crate) fn put(output: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        output.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    output.push(number.to_le_bytes()[0]);
}

/// Appends bytes with their number before them.
pub(crate) fn put_bytes(output: &mut Vec<u8>, bytes: &[u8]) {
    put(output, bytes.len() as u64);
    output.extend_from_slice(bytes);
}

/// A number from a stream; none at its end.
///
/// # Errors
/// When the stream ends in the middle of it, or it is no number of 64 bits.
pub(crate) fn read(input: &mut impl Read) -> io::Result<Option<u64>> {
    let mut bytes = Vec::new();
    loop {
        let mut byte = [0];
        match input.read(&mut byte)? {
            0 if bytes.is_empty() => return Ok(None),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            _ => bytes.push(byte[0]),
        }
        if byte[0] & 0x80 == 0 || bytes.len() > 10 {
            let number = Pull(&bytes).number();
            return number.map(Some).ok_or(io::ErrorKind::InvalidData.into());
        }
    }
}
