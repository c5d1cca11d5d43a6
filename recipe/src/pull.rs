//! Reads numbers and byte strings from memory that may be damaged: everything is checked, nothing is believed.

/// What is left of some bytes. Every read is none when they end early.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pull<'a>(pub(crate) &'a [u8]);

impl<'a> Pull<'a> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(crate) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            // The tenth byte has room for one bit only.
            if shift == 63 && bits > 1 {
                return None;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        let count = usize::try_from(self.number()?).ok()?;
        self.take(count)
    }
}

#[cfg(test)]
mod tests {
    use super::Pull;
    use crate::varint::{put, put_bytes};

    #[test]
    fn numbers_come_back_as_they_went_in() {
        for number in [0, 1, 127, 128, 300, 1 << 35, u64::MAX - 1, u64::MAX] {
            let mut bytes = Vec::new();
            put(&mut bytes, number);
            let mut pull = Pull(&bytes);
            assert_eq!(pull.number(), Some(number));
            assert!(pull.is_empty());
        }
    }

    #[test]
    fn what_ends_early_or_is_too_large_is_nothing() {
        assert_eq!(Pull(&[0x80]).number(), None);
        assert_eq!(Pull(&[0xff; 11]).number(), None);
        let mut bytes = Vec::new();
        put_bytes(&mut bytes, b"abc");
        assert_eq!(Pull(&bytes).bytes(), Some(b"abc".as_slice()));
        assert_eq!(Pull(&bytes[..3]).bytes(), None);
    }
}
