//! Numbers of bytes as an operator types and reads them: `50M`, `20GB`; `182 kB`, `445 MB`.

const UNITS: [(u64, &str); 4] = [
    (1_000_000_000_000, "TB"),
    (1_000_000_000, "GB"),
    (1_000_000, "MB"),
    (1000, "kB"),
];

/// Reads a number with `k`, `M`, `G` or `T`, and `B` if one likes; none when it is none, or too large.
pub(crate) fn read_bytes(text: &str) -> Option<u64> {
    let amount = text.trim();
    let amount = amount.strip_suffix(['B', 'b']).unwrap_or(amount).trim_end();
    let (digits, unit) = match amount.char_indices().last() {
        Some((at, 'k' | 'K')) => (&amount[..at], 1000),
        Some((at, 'M' | 'm')) => (&amount[..at], 1_000_000),
        Some((at, 'G' | 'g')) => (&amount[..at], 1_000_000_000),
        Some((at, 'T' | 't')) => (&amount[..at], 1_000_000_000_000),
        _ => (amount, 1_u64),
    };
    let digits = digits.trim_end();
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > 9 || !is_number(whole) || !is_number(part) {
        return None;
    }
    let scale = 10_u64.pow(u32::try_from(part.len()).ok()?);
    let part = format!("0{part}").parse::<u64>().ok()?;
    // Nine digits of a terabyte do not fit into 64 bits before they are divided again.
    let part = u64::try_from(u128::from(unit) * u128::from(part) / u128::from(scale)).ok()?;
    whole.parse::<u64>().ok()?.checked_mul(unit)?.checked_add(part)
}

/// Writes bytes as they are typed, so that they read back the same: `50M`, `1500k`, `123`.
pub(crate) fn typed_bytes(bytes: u64) -> String {
    let is_whole = |(size, _): &&(u64, &str)| bytes > 0 && bytes.is_multiple_of(*size);
    match UNITS.iter().find(is_whole) {
        Some((size, unit)) => format!("{}{}", bytes / size, unit.trim_end_matches('B')),
        None => bytes.to_string(),
    }
}

/// `512 B`, `182 kB`, `12.3 MB`, `445 MB`, `1.16 GB`: three digits that count.
pub fn bytes(count: u64) -> String {
    let Some((size, unit)) = UNITS.into_iter().find(|(size, _)| count >= *size) else {
        return format!("{count} B");
    };
    let (whole, rest) = (count / size, count % size);
    match whole {
        0..=9 if unit != "kB" => format!("{whole}.{:02} {unit}", rest * 100 / size),
        10..=99 if unit != "kB" => format!("{whole}.{} {unit}", rest * 10 / size),
        _ => format!("{whole} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, read_bytes, typed_bytes};
    use proptest::prelude::*;

    #[test]
    fn an_amount_is_read_with_its_unit() {
        for (text, count) in [
            ("20GB", 20_000_000_000),
            ("1.5 G", 1_500_000_000),
            ("800k", 800_000),
            ("50 MB", 50_000_000),
            ("2T", 2_000_000_000_000),
            ("123", 123),
            ("0", 0),
        ] {
            assert_eq!(read_bytes(text), Some(count), "{text}");
        }
        for text in ["", "M", "-1", "1e9", "50X", "1.2.3", "99999999999G", "20GB/s"] {
            assert_eq!(read_bytes(text), None, "{text}");
        }
    }

    #[test]
    fn an_amount_is_shown_with_the_digits_that_count() {
        for (count, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (182_900, "182 kB"),
            (1_000_000, "1.00 MB"),
            (12_345_678, "12.3 MB"),
            (445_000_000, "445 MB"),
            (1_160_000_000, "1.16 GB"),
            (u64::MAX, "18446744 TB"),
        ] {
            assert_eq!(bytes(count), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same(count in any::<u64>()) {
            prop_assert_eq!(read_bytes(&typed_bytes(count)), Some(count));
        }
    }
}
