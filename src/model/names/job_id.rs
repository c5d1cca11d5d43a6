//! The id of a job: it sorts by start time and can be typed.

use super::{InvalidName, text_form};
use serde::{Deserialize, Serialize};

/// `YYYYMMDD-HHMMSS-xxxx` in UTC, with four random hex digits so that two consoles never share one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JobId(String);

impl JobId {
    /// Builds the id of a job that starts at `at`; `salt` keeps apart jobs of the same second.
    pub fn new(at: jiff::Timestamp, salt: u16) -> Self {
        let at = at.strftime("%Y%m%d-%H%M%S");
        Self(format!("{at}-{salt:04x}"))
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
        let earlier = JobId::new("2026-11-21T01:30:00Z".parse().unwrap(), 0xffff);
        let later = JobId::new("2026-11-21T01:30:01Z".parse().unwrap(), 0);
        assert!(earlier < later);
        assert_eq!(earlier.as_str(), "20261121-013000-ffff");
        assert_eq!(JobId::parse(earlier.as_str()), Ok(earlier));
        assert!(JobId::parse("../../etc/passwd").is_err());
    }
}
