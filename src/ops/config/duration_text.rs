//! Durations as an operator writes them: `30s`, `5m`, `24h`, `7d`.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A duration of whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct DurationText(pub(super) Duration);

const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];

impl TryFrom<String> for DurationText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong =
            || format!("{text:?} is not a duration; write a number and s, m, h or d, such as \"30s\"");
        let unit = text.chars().last().ok_or_else(wrong)?;
        let (_, seconds) = UNITS.iter().find(|(word, _)| *word == unit).ok_or_else(wrong)?;
        let digits = &text[..text.len() - 1];
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        let number: u64 = digits.parse().map_err(|_| wrong())?;
        number
            .checked_mul(*seconds)
            .map(|seconds| Self(Duration::from_secs(seconds)))
            .ok_or_else(wrong)
    }
}

/// Reads a duration of whole seconds, such as `5m`; an error says how one is written.
pub fn read_duration(text: &str) -> Result<Duration, String> {
    DurationText::try_from(text.to_owned()).map(|DurationText(duration)| duration)
}

impl From<DurationText> for String {
    fn from(DurationText(duration): DurationText) -> Self {
        let seconds = duration.as_secs();
        let fits = |unit: &&(char, u64)| seconds > 0 && seconds.is_multiple_of(unit.1);
        let (word, size) = UNITS.iter().find(fits).copied().unwrap_or(('s', 1));
        format!("{}{word}", seconds / size)
    }
}

#[cfg(test)]
mod tests {
    use super::DurationText;
    use std::time::Duration;

    #[test]
    fn durations_read_and_print_as_they_are_written() {
        for (text, seconds) in [
            ("30s", 30),
            ("5m", 300),
            ("24h", 86_400),
            ("7d", 604_800),
            ("0s", 0),
        ] {
            let read = DurationText::try_from(text.to_owned()).unwrap();
            assert_eq!(read.0, Duration::from_secs(seconds), "{text}");
        }
        assert_eq!(String::from(DurationText(Duration::from_mins(90))), "90m");
    }

    #[test]
    fn a_number_without_a_unit_is_refused_because_nobody_knows_what_it_means() {
        for bad in [
            "",
            "30",
            "s",
            "-5s",
            "+5s",
            "1.5h",
            "5 m",
            "99999999999999999999d",
            "184467440737095516d",
            "5é",
        ] {
            assert!(DurationText::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
    }
}
