//! A number of bytes per second, as an operator types it: `50M`, `800k`, `1.5G`, `50MB/s`.

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
        let bad = || BadRate(text.to_owned());
        let amount = text.trim().trim_end_matches("/s");
        let amount = amount.strip_suffix(['B', 'b']).unwrap_or(amount).trim_end();
        let (digits, unit) = match amount.char_indices().last() {
            Some((at, 'k' | 'K')) => (&amount[..at], 1000),
            Some((at, 'M' | 'm')) => (&amount[..at], 1_000_000),
            Some((at, 'G' | 'g')) => (&amount[..at], 1_000_000_000),
            _ => (amount, 1),
        };
        let (whole, part) = digits
            .trim_end()
            .split_once('.')
            .unwrap_or((digits.trim_end(), ""));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || part.len() > 9 || !is_number(whole) || !is_number(part) {
            return Err(bad());
        }
        let whole = whole
            .parse::<u64>()
            .ok()
            .and_then(|whole| whole.checked_mul(unit));
        let scale = 10u64.pow(u32::try_from(part.len()).unwrap_or(0));
        let part = format!("0{part}").parse::<u64>().map_err(|_| bad())?;
        let bytes = whole.and_then(|whole| whole.checked_add(unit.checked_mul(part)? / scale));
        bytes.and_then(NonZeroU64::new).map(Self).ok_or_else(bad)
    }
}

impl fmt::Display for ByteRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0.get();
        for (unit, letter) in [(1_000_000_000, 'G'), (1_000_000, 'M'), (1000, 'k')] {
            if bytes.is_multiple_of(unit) {
                return write!(f, "{}{letter}", bytes / unit);
            }
        }
        write!(f, "{bytes}")
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
