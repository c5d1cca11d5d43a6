//! The `.env` of a Compose project as a text in which one value changes and every other byte stays.
//!
//! What is a key and what is a value follows Compose's own reader (compose-go, `dotenv/parser.go`): `export` may come first, a
//! value begins after `=` or `:`, a quoted one may span lines, one without quotes ends at ` #` or the end of its line, and of a
//! key that is there twice the last one counts.

use super::pinned_ref::PinnedRef;
use crate::model::names::{ImageRef, PinKey};
use std::ops::Range;

/// An env file whose pin was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinEdit {
    /// The whole new text.
    pub text: String,
    /// The value that the key had, as written; none if the key was not there.
    pub before: Option<String>,
}

/// A text that Compose itself would not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is not understood: {why}")]
pub struct EnvFileError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: &'static str,
}

/// Where in the text a key and its value are.
struct Assignment<'a> {
    key: &'a str,
    /// The value without its quotes.
    value: Range<usize>,
}

/// Whether the text gives the key a value.
pub fn has_pin(text: &str, key: &PinKey) -> Result<bool, EnvFileError> {
    Ok(assignments(text)?.iter().any(|one| one.key == key.as_str()))
}

/// The value of a key that counts, without its quotes, and its line.
pub fn value_of(text: &str, key: &str) -> Result<Option<(String, usize)>, EnvFileError> {
    let all = assignments(text)?;
    Ok(all.iter().rfind(|one| one.key == key).map(|last| {
        let line = text[..last.value.start].matches('\n').count() + 1;
        (text[last.value.clone()].to_owned(), line)
    }))
}

/// The text with another value for the key: in place of the one that counts, or in a line of its own at the end.
pub fn with_pin(text: &str, key: &PinKey, onto: &ImageRef) -> Result<PinEdit, EnvFileError> {
    with_pinned(text, key, &onto.clone().into())
}

/// The same for a pin that may be a digest.
pub fn with_pinned(text: &str, key: &PinKey, onto: &PinnedRef) -> Result<PinEdit, EnvFileError> {
    let all = assignments(text)?;
    let Some(last) = all.iter().rfind(|one| one.key == key.as_str()) else {
        let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let gap = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            line_break
        };
        return Ok(PinEdit {
            text: format!("{text}{gap}{key}={onto}{line_break}"),
            before: None,
        });
    };
    Ok(PinEdit {
        text: format!("{}{onto}{}", &text[..last.value.start], &text[last.value.end..]),
        before: Some(text[last.value.clone()].to_owned()),
    })
}

/// Every key that gets a value, in the order of the text.
fn assignments(text: &str) -> Result<Vec<Assignment<'_>>, EnvFileError> {
    let mut found = Vec::new();
    let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    loop {
        at += blank(&text[at..], char::is_whitespace);
        let rest = &text[at..];
        if rest.is_empty() {
            return Ok(found);
        }
        if rest.starts_with('#') {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        at += export(rest);
        let Some((key, value_at)) = key(text, at)? else {
            // A word alone takes its value from the environment.
            at += text[at..].find('\n').unwrap_or(text.len() - at);
            continue;
        };
        let start = value_at + blank(&text[value_at..], is_space);
        let (value, next) = value(text, start)?;
        found.push(Assignment { key, value });
        at = next;
    }
}

/// The length of `export` and what is blank after it.
fn export(rest: &str) -> usize {
    match rest.strip_prefix("export") {
        Some(after) if after.starts_with(|c: char| c.is_ascii_whitespace()) => {
            "export".len() + blank(after, char::is_whitespace)
        }
        _ => 0,
    }
}

/// The key at `at`, and where what follows its `=` begins; none for a word without any.
fn key(text: &str, at: usize) -> Result<Option<(&str, usize)>, EnvFileError> {
    for (offset, c) in text[at..].char_indices() {
        match c {
            '=' | ':' => {
                let key = text[at..at + offset].trim_end();
                if key.contains(is_space) {
                    return Err(misread(text, at, "there is a space in a key"));
                }
                return Ok(Some((key, at + offset + 1)));
            }
            '\n' => return Ok(None),
            '_' | '.' | '-' | '[' | ']' => {}
            c if is_space(c) || c.is_alphanumeric() => {}
            _ => {
                return Err(misread(
                    text,
                    at + offset,
                    "there is a sign in a key that belongs in none",
                ));
            }
        }
    }
    Ok(None)
}

/// The value that begins at `start`, and where the next statement may begin.
fn value(text: &str, start: usize) -> Result<(Range<usize>, usize), EnvFileError> {
    let rest = &text[start..];
    let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        let value = line
            .find(" #")
            .map_or(line, |comment| &line[..comment])
            .trim_end();
        return Ok((start..start + value.len(), start + line.len()));
    };
    let mut is_escaped = false;
    for (offset, c) in rest.char_indices().skip(1) {
        if c == quote && !is_escaped {
            return Ok((start + 1..start + offset, start + offset + 1));
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    Err(misread(text, start, "a quoted value has no end"))
}

/// Blank, but no line break, as Compose has it.
fn is_space(c: char) -> bool {
    matches!(c, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}

fn blank(text: &str, is_blank: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is_blank(c)).unwrap_or(text.len())
}

fn misread(text: &str, at: usize, why: &'static str) -> EnvFileError {
    EnvFileError {
        line: text[..at].matches('\n').count() + 1,
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::{PinEdit, assignments, has_pin, with_pin};
    use crate::model::names::{ImageRef, PinKey};
    use proptest::prelude::*;

    fn edit(text: &str) -> PinEdit {
        with_pin(text, &PinKey::agents_image(), &onto()).unwrap()
    }

    fn onto() -> ImageRef {
        ImageRef::parse("convocate:v2").unwrap()
    }

    #[test]
    fn only_the_value_changes_whatever_stands_around_it() {
        for (before, after) in [
            ("AGENTS_IMAGE=convocate:v1\n", "AGENTS_IMAGE=convocate:v2\n"),
            ("AGENTS_IMAGE=convocate:v1", "AGENTS_IMAGE=convocate:v2"),
            (
                "A=1\r\nAGENTS_IMAGE=convocate:v1\r\nB=2\r\n",
                "A=1\r\nAGENTS_IMAGE=convocate:v2\r\nB=2\r\n",
            ),
            (
                "  export AGENTS_IMAGE = x  # why\nB=2",
                "  export AGENTS_IMAGE = convocate:v2  # why\nB=2",
            ),
            (
                "AGENTS_IMAGE=\"x\" # why\n",
                "AGENTS_IMAGE=\"convocate:v2\" # why\n",
            ),
            ("AGENTS_IMAGE='x'", "AGENTS_IMAGE='convocate:v2'"),
            ("AGENTS_IMAGE: x\n", "AGENTS_IMAGE: convocate:v2\n"),
            ("AGENTS_IMAGE=\nB=2\n", "AGENTS_IMAGE=convocate:v2\nB=2\n"),
            ("\u{feff}AGENTS_IMAGE=x\n", "\u{feff}AGENTS_IMAGE=convocate:v2\n"),
            ("AGENTS_IMAGE=\"a\\\"b\"\n", "AGENTS_IMAGE=\"convocate:v2\"\n"),
        ] {
            assert_eq!(edit(before).text, after);
        }
    }

    #[test]
    fn of_a_key_that_is_there_twice_the_last_one_changes() {
        let told = edit("AGENTS_IMAGE=a\nAGENTS_IMAGE=b\n");
        assert_eq!(told.text, "AGENTS_IMAGE=a\nAGENTS_IMAGE=convocate:v2\n");
        assert_eq!(told.before.as_deref(), Some("b"));
    }

    #[test]
    fn a_key_that_is_not_there_gets_a_line_of_its_own_at_the_end() {
        for (before, after) in [
            ("", "AGENTS_IMAGE=convocate:v2\n"),
            ("A=1", "A=1\nAGENTS_IMAGE=convocate:v2\n"),
            ("A=1\r\n", "A=1\r\nAGENTS_IMAGE=convocate:v2\r\n"),
            (
                "# AGENTS_IMAGE=x\n",
                "# AGENTS_IMAGE=x\nAGENTS_IMAGE=convocate:v2\n",
            ),
            (
                "XAGENTS_IMAGE=x\n",
                "XAGENTS_IMAGE=x\nAGENTS_IMAGE=convocate:v2\n",
            ),
            (
                "A='\nAGENTS_IMAGE=x\n'\n",
                "A='\nAGENTS_IMAGE=x\n'\nAGENTS_IMAGE=convocate:v2\n",
            ),
            ("AGENTS_IMAGE", "AGENTS_IMAGE\nAGENTS_IMAGE=convocate:v2\n"),
        ] {
            let told = edit(before);
            assert_eq!(told.text, after);
            assert_eq!(told.before, None);
            assert_eq!(has_pin(before, &PinKey::agents_image()), Ok(false));
        }
    }

    #[test]
    fn a_text_that_compose_would_not_read_is_refused_with_its_line() {
        for (text, line) in [("A=1\nB='open\n", 2), ("A=1\n\nB%=2\n", 3), ("A B=1\n", 1)] {
            let error = with_pin(text, &PinKey::agents_image(), &onto()).unwrap_err();
            assert_eq!(error.line, line, "{text:?}");
        }
    }

    /// One statement of an env file, with what Compose reads in it.
    fn statement() -> impl Strategy<Value = String> {
        let key = prop_oneof![Just("AGENTS_IMAGE".to_owned()), "[A-Z_]{1,6}"];
        let value = prop_oneof![
            "[a-z0-9:/.]{0,8}",
            "\"[a-z \n#=']{0,8}\"",
            "'[a-z \n#=\"]{0,8}'",
            "[a-z]{1,4} # [a-zA-Z=]{0,8}",
        ];
        prop_oneof![
            (
                prop_oneof![Just(""), Just("export "), Just("\t")],
                key,
                prop_oneof![Just("="), Just(" = "), Just(": ")],
                value
            )
                .prop_map(|(before, key, sign, value)| format!("{before}{key}{sign}{value}")),
            "#[ -~]{0,12}",
            Just(String::new()),
        ]
    }

    fn file() -> impl Strategy<Value = String> {
        let line_break = prop_oneof![Just("\n"), Just("\r\n")];
        (
            prop::collection::vec(statement(), 0..8),
            line_break,
            any::<bool>(),
        )
            .prop_map(|(lines, line_break, is_ended)| {
                let text = lines.join(line_break);
                if is_ended { text + line_break } else { text }
            })
    }

    fn read(text: &str) -> Vec<(String, String)> {
        let all = assignments(text).unwrap();
        all.iter()
            .map(|one| (one.key.to_owned(), text[one.value.clone()].to_owned()))
            .collect()
    }

    proptest! {
        #[test]
        fn every_other_byte_and_every_other_value_stays(text in file()) {
            let told = edit(&text);
            let mut wanted = read(&text);
            let last = wanted.iter().rposition(|(key, _)| key == "AGENTS_IMAGE");
            match (last, &told.before) {
                (Some(last), Some(before)) => {
                    prop_assert_eq!(before, &wanted[last].1);
                    wanted[last].1 = onto().to_string();
                    // What is before and behind the value is the same.
                    let same = text.len() - before.len();
                    prop_assert_eq!(told.text.len(), same + onto().to_string().len());
                    let put_back = told.text.match_indices("convocate:v2").any(|(at, found)| {
                        format!("{}{before}{}", &told.text[..at], &told.text[at + found.len()..]) == text
                    });
                    prop_assert!(put_back, "{:?}", told.text);
                }
                (None, None) => {
                    wanted.push(("AGENTS_IMAGE".to_owned(), onto().to_string()));
                    prop_assert!(told.text.starts_with(&text));
                    let added = told.text[text.len()..].trim();
                    prop_assert_eq!(added, "AGENTS_IMAGE=convocate:v2");
                }
                other => prop_assert!(false, "{:?}", other),
            }
            prop_assert_eq!(read(&told.text), wanted);
            prop_assert_eq!(edit(&told.text).text, told.text);
        }

        #[test]
        fn no_text_makes_the_reader_fail(text in "(?s).{0,200}") {
            let _ = with_pin(&text, &PinKey::agents_image(), &onto());
        }
    }
}
