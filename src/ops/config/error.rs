//! What is wrong with a config, with the place in the file and the way out.

use super::nearest::nearest;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A config that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}: {problem}", .path.display(), .place.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default())]
pub struct ConfigError {
    /// The file.
    pub path: PathBuf,
    /// Line and column, from 1; none when the file as a whole cannot be read.
    pub place: Option<(usize, usize)>,
    /// What is wrong there.
    pub problem: String,
    /// What to write instead.
    pub advice: String,
}

/// What is wrong at a place of the text, before the file is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) span: Option<Range<usize>>,
    pub(super) problem: String,
    pub(super) advice: String,
}

impl Fault {
    pub(super) fn at(span: Range<usize>, problem: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            span: Some(span),
            problem: problem.into(),
            advice: advice.into(),
        }
    }

    /// What the TOML reader found, in the words of an operator.
    pub(super) fn of_toml(error: &toml::de::Error) -> Self {
        let message = error.message().trim().replace('\n', ", ");
        let (problem, advice) = reword(&message);
        Self {
            span: error.span(),
            problem,
            advice,
        }
    }

    pub(super) fn in_file(self, path: &Path, text: &str) -> ConfigError {
        ConfigError {
            path: path.to_owned(),
            place: self.span.map(|span| line_and_column(text, span.start)),
            problem: self.problem,
            advice: self.advice,
        }
    }
}

/// Says what serde found without the word "field", and names the nearest key that would be right.
fn reword(message: &str) -> (String, String) {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let (kind, noun) = if message.starts_with("unknown field") {
        ("unknown key", "keys")
    } else if message.starts_with("unknown variant") {
        ("unknown value", "values")
    } else if let Some(rest) = message.strip_prefix("missing field") {
        return (
            format!("the key{rest} is missing"),
            "add it to this table".to_owned(),
        );
    } else {
        return (
            message.to_owned(),
            "see `tagboat config show` for the shape of a config".to_owned(),
        );
    };
    let Some((wrong, right)) = quoted.split_first() else {
        return (message.to_owned(), String::new());
    };
    let problem = format!("{kind} `{wrong}`");
    let advice = match nearest(wrong, right.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("the {noun} here are {}", right.join(", ")),
    };
    (problem, advice)
}

fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

#[cfg(test)]
mod tests {
    use super::line_and_column;

    #[test]
    fn places_count_lines_and_letters_from_one() {
        assert_eq!(line_and_column("a\nüb = 1", 0), (1, 1));
        assert_eq!(line_and_column("a\nüb = 1", 4), (2, 2));
        assert_eq!(line_and_column("a", 99), (1, 2));
    }
}
