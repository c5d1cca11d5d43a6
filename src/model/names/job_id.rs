//! The id of a job: it sorts by start time and can be typed.

use super::{InvalidName, text_form};
use serde::{Deserialize, Serialize};

/// `YYYYMMDD-HHMMSS-xxxx` in UTC. Of the four hex digits the first ten bits say in which part of the second it began, so that jobs
/// sort by their start; the other six are random, so that two consoles never share one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JobId(String);

impl JobId {
    /// Builds the id of a job that starts at `at`; the last six bits of `salt` keep apart jobs of the same moment.
    pub fn new(at: jiff::Timestamp, salt: u16) -> Self {
        let part = u64::from(at.subsec_nanosecond().unsigned_abs()) * 1024 / 1_000_000_000;
        let at = at.strftime("%Y%m%d-%H%M%S");
        Self(format!("{at}-{:04x}", part << 6 | u64::from(salt & 0x3f)))
    }

    /// Accepts exactly the form that [`JobId::new`] makes; it is used in file and container names.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let shape = "dddddddd-dddddd-xxxx";
        let fits = |(have, want): (char, char)| match want {
            'd' => have.is_ascii_digit(),
            'x' => have.is_ascii_digit() || matches!(have, 'a'..='f'),
            _ => have == want,
        };
        if text.len() == shape.len() && text.chars().zip(shape.chars()).all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName::new(
                "job id",
                text,
                "YYYYMMDD-HHMMSS-xxxx, as `tagboat job list` prints it",
            ))
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last four digits, enough to tell jobs apart on a screen.
    pub fn short(&self) -> &str {
        &self.0[16..]
    }
}

text_form!(JobId);

#[cfg(test)]
mod tests {
    use super::JobId;

    #[test]
    fn job_ids_sort_by_their_start_and_read_back() {
        let id = |at: &str, salt| JobId::new(at.parse().unwrap(), salt);
        let in_order = [
            id("2026-11-21T01:30:00Z", 0xffff),
            id("2026-11-21T01:30:00.001Z", 0),
            id("2026-11-21T01:30:00.5Z", 1),
            id("2026-11-21T01:30:00.5Z", 2),
            id("2026-11-21T01:30:00.999999999Z", 0xffff),
            id("2026-11-21T01:30:01Z", 0),
        ];
        assert!(
            in_order.is_sorted_by(|earlier, later| earlier < later),
            "{in_order:?}"
        );
        assert_eq!(in_order[0].as_str(), "20261121-013000-003f");
        assert_eq!(in_order[4].as_str(), "20261121-013000-ffff");
        for id in in_order {
            assert_eq!(JobId::parse(id.as_str()), Ok(id));
        }
        assert!(JobId::parse("../../etc/passwd").is_err());
    }
}
