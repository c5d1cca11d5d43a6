//! Numbers and byte strings as they are in recipes and indexes, written by other code than that which reads them.

/// Appends bytes with their number before them.
pub(crate) fn put(output: &mut Vec<u8>, bytes: &[u8]) {
    put_number(output, bytes.len() as u64);
    output.extend_from_slice(bytes);
}

/// Appends a number.
pub(crate) fn put_number(output: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        output.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    output.push(number.to_le_bytes()[0]);
}
