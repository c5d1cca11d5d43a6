//! YAML as it stands in a file: every key and value with its line. Keys that are there twice are both kept, for Compose hides one
//! or refuses the file without saying where.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

/// The most values that a file may have, aliases counted each time: a small file can name itself a billion times.
const MOST: usize = 50_000;

/// A value and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlNode {
    /// Its line, from 1.
    pub line: usize,
    /// What it is.
    pub value: YamlValue,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum YamlValue {
    /// Nothing.
    Null,
    /// A text, a number or a word.
    Scalar(String),
    /// Keys and values.
    Map(Vec<YamlEntry>),
    /// Values.
    List(Vec<YamlNode>),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlEntry {
    /// The key.
    pub key: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its column, from 0.
    pub column: usize,
    /// What stands behind it.
    pub node: YamlNode,
}

/// A text that is no YAML, or too much of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct YamlError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

impl YamlNode {
    /// The entries of a map; none of anything else.
    pub fn entries(&self) -> &[YamlEntry] {
        match &self.value {
            YamlValue::Map(entries) => entries,
            _ => &[],
        }
    }

    /// What stands behind a key: its own, the last one counting, or one that it takes over with `<<`.
    pub fn get(&self, key: &str) -> Option<&YamlEntry> {
        let own = self.entries().iter().rfind(|entry| entry.key == key);
        own.or_else(|| {
            let merged = self.entries().iter().filter(|entry| entry.key == "<<");
            merged
                .flat_map(|entry| match &entry.node.value {
                    YamlValue::List(nodes) => nodes.iter().collect(),
                    _ => vec![&entry.node],
                })
                .find_map(|node| node.get(key))
        })
    }

    /// A scalar's text.
    pub fn scalar(&self) -> Option<&str> {
        match &self.value {
            YamlValue::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// The values of a list; a scalar is a list of one.
    pub fn items(&self) -> Vec<&Self> {
        match &self.value {
            YamlValue::List(nodes) => nodes.iter().collect(),
            YamlValue::Scalar(_) => vec![self],
            _ => Vec::new(),
        }
    }
}

/// Reads the first document of a text; an empty one is null.
pub fn read_yaml(text: &str) -> Result<YamlNode, YamlError> {
    let mut reader = Reader::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| YamlError {
            line: error.marker().line(),
            why: error.info().to_owned(),
        })?;
        if matches!(event, Event::DocumentEnd) {
            break;
        }
        reader.take(event, span)?;
    }
    Ok(reader.root.unwrap_or(YamlNode {
        line: 1,
        value: YamlValue::Null,
    }))
}

/// What is open while the events come.
struct Open {
    line: usize,
    anchor: usize,
    kind: OpenKind,
}

enum OpenKind {
    Map(Vec<YamlEntry>, Option<(String, usize, usize)>),
    List(Vec<YamlNode>),
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    root: Option<YamlNode>,
    anchors: Vec<(usize, YamlNode)>,
    count: usize,
}

impl Reader {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), YamlError> {
        let line = span.start.line();
        match event {
            Event::MappingStart(anchor, _) => self.begin(line, anchor, OpenKind::Map(Vec::new(), None)),
            Event::SequenceStart(anchor, _) => self.begin(line, anchor, OpenKind::List(Vec::new())),
            Event::MappingEnd | Event::SequenceEnd => {
                if let Some(open) = self.open.pop() {
                    let value = match open.kind {
                        OpenKind::Map(entries, _) => YamlValue::Map(entries),
                        OpenKind::List(nodes) => YamlValue::List(nodes),
                    };
                    let node = YamlNode {
                        line: open.line,
                        value,
                    };
                    self.put(node, open.anchor, 0)?;
                }
            }
            Event::Scalar(text, style, anchor, _) => {
                let is_null =
                    style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                let value = if is_null {
                    YamlValue::Null
                } else {
                    YamlValue::Scalar(text.into_owned())
                };
                self.put(YamlNode { line, value }, anchor, span.start.col())?;
            }
            Event::Alias(anchor) => {
                let named = self.anchors.iter().rfind(|(id, _)| *id == anchor);
                let node = named.map(|(_, node)| node.clone()).ok_or_else(|| YamlError {
                    line,
                    why: "an alias names itself".to_owned(),
                })?;
                self.count += size(&node);
                self.put(YamlNode { line, ..node }, 0, span.start.col())?;
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, line: usize, anchor: usize, kind: OpenKind) {
        self.open.push(Open { line, anchor, kind });
    }

    fn put(&mut self, node: YamlNode, anchor: usize, column: usize) -> Result<(), YamlError> {
        self.count += 1;
        if self.count > MOST {
            return Err(YamlError {
                line: node.line,
                why: format!("it has more than {MOST} values"),
            });
        }
        if anchor > 0 {
            self.anchors.push((anchor, node.clone()));
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.root = Some(node),
            Some(OpenKind::List(nodes)) => nodes.push(node),
            Some(OpenKind::Map(entries, key)) => match key.take() {
                Some((key, line, column)) => entries.push(YamlEntry {
                    key,
                    line,
                    column,
                    node,
                }),
                None => {
                    let text = match node.value {
                        YamlValue::Scalar(text) => text,
                        _ => String::new(),
                    };
                    *key = Some((text, node.line, column));
                }
            },
        }
        Ok(())
    }
}

fn size(node: &YamlNode) -> usize {
    1 + match &node.value {
        YamlValue::Map(entries) => entries.iter().map(|entry| size(&entry.node)).sum(),
        YamlValue::List(nodes) => nodes.iter().map(size).sum(),
        YamlValue::Null | YamlValue::Scalar(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{YamlValue, read_yaml};
    use proptest::prelude::*;
    use std::fmt::Write;

    #[test]
    fn every_key_has_its_line_and_both_of_two_same_keys_stay() {
        let root = read_yaml("a: 1\nb:\n  - x\n  - {y: z}\na: 2\nc: ~\n").unwrap();
        let lines: Vec<(&str, usize)> = root
            .entries()
            .iter()
            .map(|one| (one.key.as_str(), one.line))
            .collect();
        assert_eq!(lines, [("a", 1), ("b", 2), ("a", 5), ("c", 6)]);
        assert_eq!(root.get("a").unwrap().node.scalar(), Some("2"));
        assert_eq!(root.get("c").unwrap().node.value, YamlValue::Null);
        assert_eq!(
            root.get("b").unwrap().node.items()[1]
                .get("y")
                .unwrap()
                .node
                .scalar(),
            Some("z")
        );
    }

    #[test]
    fn what_an_anchor_holds_is_there_where_it_is_merged() {
        let root = read_yaml("x: &base\n  image: one\n  build: .\ns:\n  <<: *base\n  image: two\n").unwrap();
        let service = &root.get("s").unwrap().node;
        assert_eq!(service.get("image").unwrap().node.scalar(), Some("two"));
        let build = service.get("build").unwrap();
        assert_eq!((build.node.scalar(), build.line), (Some("."), 3));
    }

    #[test]
    fn what_is_no_yaml_or_too_much_of_it_is_an_error_with_its_line() {
        assert_eq!(read_yaml("a: [1\nb: }\n").unwrap_err().line, 2);
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for level in 1..9 {
            let names = vec![format!("*a{}", level - 1); 9].join(", ");
            writeln!(bomb, "a{level}: &a{level} [{names}]").unwrap();
        }
        assert!(read_yaml(&bomb).unwrap_err().why.contains("more than"));
        assert!(read_yaml("a: &a [*a]\n").is_err());
        assert_eq!(read_yaml("").unwrap().value, YamlValue::Null);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "(?s).{0,80}|[a-z:\\-\\[\\]{}&*#|>'\"\n ]{0,60}") {
            let _ = read_yaml(&text);
        }
    }
}
