//! The filter language: words that must all match, `field:pattern`, `a|b`, `*`, and `!` for not.

use super::facets::{Facets, Value};
use super::{Field, Screen};

/// A filter that was understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    text: String,
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    is_negated: bool,
    field: Option<Field>,
    /// Lower-case alternatives.
    patterns: Vec<String>,
}

/// A filter names a field that the screen does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no field {field:?} here; did you mean {nearest}: ? ({all})")]
pub struct UnknownField {
    /// What was typed.
    pub field: String,
    /// The field that is most like it.
    pub nearest: &'static str,
    /// All that there are.
    pub all: String,
}

impl Filter {
    /// Reads a filter for a screen.
    pub fn parse(text: &str, screen: Screen) -> Result<Self, UnknownField> {
        let terms: Result<_, _> = text
            .split_whitespace()
            .map(|word| Term::parse(word, screen))
            .collect();
        Ok(Self {
            text: text.trim().to_owned(),
            terms: terms?,
        })
    }

    /// Reads the words of a filter that can be understood.
    pub fn of_known_words(text: &str, screen: Screen) -> Self {
        let is_known = |word: &&str| Term::parse(word, screen).is_ok();
        let known: Vec<_> = text.split_whitespace().filter(is_known).collect();
        Self::parse(&known.join(" "), screen).unwrap_or_default()
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether a row passes.
    pub fn matches(&self, row: &Facets) -> bool {
        self.terms.iter().all(|term| term.matches(row) != term.is_negated)
    }
}

impl Term {
    fn parse(word: &str, screen: Screen) -> Result<Self, UnknownField> {
        let (is_negated, word) = match word.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, word),
        };
        let (field, pattern) = match word.split_once(':') {
            Some((field, pattern)) => (Some(known_field(field, screen)?), pattern),
            None => (None, word),
        };
        Ok(Self {
            is_negated,
            field,
            patterns: pattern.split('|').map(str::to_lowercase).collect(),
        })
    }

    fn matches(&self, row: &Facets) -> bool {
        row.values
            .iter()
            .filter(|(field, _)| self.field.is_none_or(|wanted| wanted == *field))
            .any(|(_, value)| match value {
                Value::Text(text) => {
                    let text = text.to_lowercase();
                    self.patterns.iter().any(|pattern| fits(pattern, &text))
                }
                Value::Number(_) => false,
            })
    }
}

fn known_field(word: &str, screen: Screen) -> Result<Field, UnknownField> {
    let fields = Field::filters(screen);
    let exact = fields.iter().find(|field| field.word() == word);
    exact.copied().ok_or_else(|| UnknownField {
        field: word.to_owned(),
        nearest: fields
            .iter()
            .map(|field| field.word())
            .min_by_key(|known| distance(word, known))
            .unwrap_or_default(),
        all: fields
            .iter()
            .map(|field| format!("{}:", field.word()))
            .collect::<Vec<_>>()
            .join(" "),
    })
}

/// Whether a pattern fits: with `*` the whole text must, without it a part is enough.
fn fits(pattern: &str, text: &str) -> bool {
    if !pattern.contains('*') {
        return text.contains(pattern);
    }
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<_> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// How many letters must be changed, put in or taken out to get from one word to another.
pub(super) fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::super::RowId;
    use super::super::facets::{Facets, Value};
    use super::{Field, Filter, Screen, fits};
    use crate::model::names::{HostName, SessionName};

    fn row() -> Facets {
        let host = HostName::parse("eu-01").unwrap();
        let session = SessionName::parse("worker-7").unwrap();
        let text = |field, text: &str| (field, Value::Text(text.to_owned()));
        Facets {
            id: RowId::Session(host, session),
            values: vec![
                text(Field::Host, "eu-01"),
                text(Field::Session, "worker-7"),
                text(Field::Tag, "v1.9.0"),
                text(Field::Is, "behind"),
                text(Field::Is, "moved"),
                (Field::Created, Value::Number(7)),
            ],
        }
    }

    #[test]
    fn every_word_must_match_and_a_bang_turns_one_around() {
        for (text, expected) in [
            ("", true),
            ("worker", true),
            ("WORKER eu", true),
            ("worker us", false),
            ("host:eu*", true),
            ("host:*-02", false),
            ("tag:v1.*", true),
            ("is:behind|missing", true),
            ("is:missing", false),
            ("!worker", false),
            ("!is:missing", true),
            ("host:eu* !tag:v1.9*", false),
        ] {
            let filter = Filter::parse(text, Screen::Sessions).unwrap();
            assert_eq!(filter.matches(&row()), expected, "{text:?}");
        }
    }

    #[test]
    fn an_unknown_field_names_the_nearest_one() {
        let problem = Filter::parse("hsot:eu", Screen::Sessions).unwrap_err();
        assert_eq!(problem.nearest, "host");
        assert!(problem.to_string().contains("did you mean host:"), "{problem}");
        assert!(Filter::parse("store:classic", Screen::Sessions).is_err());
        assert!(Filter::parse("store:classic", Screen::Hosts).is_ok());
    }

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        for (pattern, text, expected) in [
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c", "abc", true),
            ("a*c*", "abcd", true),
            ("*b*", "abc", true),
            ("a*b", "abc", false),
            ("ab*bc", "abc", false),
            ("*", "", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }
}
