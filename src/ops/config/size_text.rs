//! Sizes on a disk as an operator writes them: `20GB`, `500M`.

use crate::model::amount::{read_bytes, typed_bytes};
use serde::{Deserialize, Serialize};

/// A number of bytes, at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct SizeText(pub(super) u64);

impl TryFrom<String> for SizeText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bytes = read_bytes(&text).filter(|bytes| *bytes > 0);
        bytes.map(Self).ok_or_else(|| {
            format!("{text:?} is not a size; write a number and kB, MB or GB, such as \"20GB\"")
        })
    }
}

impl From<SizeText> for String {
    fn from(SizeText(bytes): SizeText) -> Self {
        let text = typed_bytes(bytes);
        if text.ends_with(|last: char| last.is_ascii_digit()) {
            text
        } else {
            text + "B"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SizeText;

    #[test]
    fn sizes_read_and_print_as_they_are_written() {
        for text in ["20GB", "1500kB", "123", "2TB"] {
            let size = SizeText::try_from(text.to_owned()).unwrap();
            assert_eq!(String::from(size), text);
        }
        assert_eq!(
            SizeText::try_from("1.5 G".to_owned()),
            Ok(SizeText(1_500_000_000))
        );
    }

    #[test]
    fn what_is_no_size_is_refused_and_so_is_nothing() {
        for bad in ["", "0", "20 bytes", "-1GB", "20GB/s"] {
            assert!(SizeText::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
    }
}
