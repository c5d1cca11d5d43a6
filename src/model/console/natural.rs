//! The order that people expect: numbers inside names count as numbers, so `v1.9` comes before `v1.10`.

use std::cmp::Ordering;

/// Compares two texts, runs of digits by their value.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        match (a.chars().next(), b.chars().next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let ((x, rest_a), (y, rest_b)) = (digits(a), digits(b));
                let order = x.len().cmp(&y.len()).then_with(|| x.cmp(y));
                if order.is_ne() {
                    return order;
                }
                (a, b) = (rest_a, rest_b);
            }
            (Some(x), Some(y)) => {
                let order = x.to_lowercase().cmp(y.to_lowercase());
                if order.is_ne() {
                    return order;
                }
                (a, b) = (&a[x.len_utf8()..], &b[y.len_utf8()..]);
            }
        }
    }
}

/// The digits at the start without leading zeros, and what follows.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (text[..end].trim_start_matches('0'), &text[end..])
}

#[cfg(test)]
mod tests {
    use super::compare;

    #[test]
    fn version_ten_comes_after_version_nine() {
        let mut tags = vec!["v1.10.0", "v1.9.0", "v1.9", "V1.2", "v1.02.1"];
        tags.sort_by(|a, b| compare(a, b));
        assert_eq!(tags, ["V1.2", "v1.02.1", "v1.9", "v1.9.0", "v1.10.0"]);
    }
}
