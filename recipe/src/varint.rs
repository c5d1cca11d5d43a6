//! Whole numbers in as few bytes as they need: seven bits a byte, the lowest first, the eighth bit says that more follow.

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
