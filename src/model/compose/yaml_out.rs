//! YAML as it is written: keys in order, block style, and quotes wherever a reader could take a text for something else.

use std::collections::BTreeMap;
use std::fmt::Write;

/// What is written behind a key.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// Nothing.
    Empty,
    /// A text.
    Text(String),
    /// A number: older Compose takes none in quotes.
    Number(u32),
    /// Texts, in their order.
    List(Vec<String>),
    /// Keys, in the order of the alphabet.
    Map(Keys),
}

/// Keys and what is behind them.
pub(super) type Keys = BTreeMap<String, Node>;

impl Node {
    pub(super) fn text(text: &(impl ToString + ?Sized)) -> Self {
        Self::Text(text.to_string())
    }

    pub(super) fn list<T: ToString>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(|text| text.to_string()).collect())
    }
}

/// The keys as a document.
pub(super) fn written(keys: &Keys) -> String {
    let mut out = String::new();
    write_keys(keys, 0, &mut out);
    out
}

fn write_keys(keys: &Keys, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    for (key, node) in keys {
        // Writing into a string cannot fail.
        let _ = write!(out, "{indent}{}:", scalar(key));
        match node {
            Node::Empty => out.push('\n'),
            Node::Number(number) => {
                let _ = writeln!(out, " {number}");
            }
            Node::Text(text) => {
                let _ = writeln!(out, " {}", scalar(text));
            }
            Node::List(texts) => {
                out.push('\n');
                for text in texts {
                    let _ = writeln!(out, "{indent}  - {}", scalar(text));
                }
            }
            Node::Map(keys) => {
                out.push('\n');
                write_keys(keys, depth + 1, out);
            }
        }
    }
}

/// A text without quotes where every reader takes it for that text.
fn scalar(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '$' | '_'))
        || text.starts_with("./");
    let inner = |c: char| c.is_ascii_alphanumeric() || "/._-:@${}=+,".contains(c);
    begins
        && text.chars().all(inner)
        && !text.ends_with(':')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::{Keys, Node, scalar, written};
    use proptest::prelude::*;
    use saphyr_parser::{Event, Parser};

    #[test]
    fn what_a_reader_could_misread_has_quotes() {
        for (text, shown) in [
            ("agent-data:/home/agent/data", "agent-data:/home/agent/data"),
            ("${A:-x:v1}", "${A:-x:v1}"),
            ("no", "\"no\""),
            ("60s", "\"60s\""),
            ("22:22", "\"22:22\""),
            ("a: b", "\"a: b\""),
            ("a #b", "\"a #b\""),
            ("", "\"\""),
            ("key:", "\"key:\""),
            ("a\n\"b\"\\\u{7}", "\"a\\n\\\"b\\\"\\\\\\u0007\""),
        ] {
            assert_eq!(scalar(text), shown);
        }
    }

    proptest! {
        #[test]
        fn every_text_is_read_as_it_was(text in "\\PC{0,20}|[a-z:#\\-\n\t \"'\\\\]{0,12}", key in "[a-zA-Z0-9_: -]{1,10}") {
            let keys = Keys::from([(key.clone(), Node::text(&text))]);
            let out = written(&keys);
            let read: Vec<String> = Parser::new_from_str(&out)
                .filter_map(|event| match event.unwrap().0 {
                    Event::Scalar(text, ..) => Some(text.into_owned()),
                    _ => None,
                })
                .collect();
            prop_assert_eq!(read, vec![key, text], "{}", out);
        }
    }
}
