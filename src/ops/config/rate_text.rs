//! Rates as an operator writes them: `50M`, `800k/s`.

use crate::model::plan::ByteRate;
use serde::{Deserialize, Serialize};

/// Bytes per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct RateText(pub(super) ByteRate);

impl TryFrom<String> for RateText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
            .map(Self)
            .map_err(|bad: crate::model::plan::BadRate| bad.to_string())
    }
}

impl From<RateText> for String {
    fn from(RateText(rate): RateText) -> Self {
        rate.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::RateText;

    #[test]
    fn rates_read_and_print_as_they_are_written() {
        for text in ["50M", "800k"] {
            let rate = RateText::try_from(text.to_owned()).unwrap();
            assert_eq!(String::from(rate), text);
        }
        assert!(RateText::try_from("fast".to_owned()).is_err());
    }
}
