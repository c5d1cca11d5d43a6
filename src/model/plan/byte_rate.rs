//! A number of bytes per second, as an operator types it: `50M`, `800k`, `1.5G`, `50MB/s`.

use crate::model::amount::{read_bytes, typed_bytes};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

/// Bytes per second; at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ByteRate(pub NonZeroU64);

/// A text that is no rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no rate: bytes per second as a number with k, M or G, such as 50M")]
pub struct BadRate(String);

impl FromStr for ByteRate {
    type Err = BadRate;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let amount = text.trim();
        let amount = amount.strip_suffix("/s").unwrap_or(amount);
        let bytes = read_bytes(amount).and_then(NonZeroU64::new);
        bytes.map(Self).ok_or_else(|| BadRate(text.to_owned()))
    }
}

impl fmt::Display for ByteRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&typed_bytes(self.0.get()))
    }
}

#[cfg(test)]
mod tests {
    use super::ByteRate;

    fn bytes(text: &str) -> Option<u64> {
        text.parse::<ByteRate>().ok().map(|rate| rate.0.get())
    }

    #[test]
    fn a_rate_is_read_with_its_unit() {
        assert_eq!(bytes("50M"), Some(50_000_000));
        assert_eq!(bytes("800k"), Some(800_000));
        assert_eq!(bytes("1.5G"), Some(1_500_000_000));
        assert_eq!(bytes("50 MB/s"), Some(50_000_000));
        assert_eq!(bytes("123"), Some(123));
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for text in ["", "M", "0", "-1", "1e9", "50X", "1.2.3", "99999999999G"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }

    #[test]
    fn a_rate_is_shown_as_it_is_typed() {
        for text in ["50M", "1500k", "2G", "123"] {
            assert_eq!(text.parse::<ByteRate>().unwrap().to_string(), text);
        }
    }
}
