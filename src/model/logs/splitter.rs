//! From pieces of a stream to its lines, made harmless: a piece may end within a line and within a character.

use crate::model::clean::clean;

/// Puts the pieces of one stream together.
#[derive(Debug, Default)]
pub struct LineSplitter {
    begun: Vec<u8>,
}

/// A longer line is told in parts, so that one without an end fills no memory.
const LONGEST: usize = 8 << 10;

impl LineSplitter {
    /// Takes a piece; gives the lines that are whole now.
    pub fn take(&mut self, piece: &[u8]) -> Vec<String> {
        self.begun.extend_from_slice(piece);
        let mut lines = Vec::new();
        let mut from = 0;
        while let Some(length) = self.begun[from..].iter().position(|byte| *byte == b'\n') {
            lines.push(harmless(&self.begun[from..from + length]));
            from += length + 1;
        }
        self.begun.drain(..from);
        while self.begun.len() > LONGEST {
            lines.push(harmless(&self.begun[..LONGEST]));
            self.begun.drain(..LONGEST);
        }
        lines
    }

    /// What was begun and not ended.
    pub fn rest(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.begun);
        (!rest.is_empty()).then(|| harmless(&rest))
    }
}

/// Colours and the like go; whatever else a terminal would obey is shown.
fn harmless(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_suffix('\r').unwrap_or(&text);
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..at]);
        let sequence = &rest[at + 2..];
        let is_parameter = |c: char| c.is_ascii_digit() || matches!(c, ';' | ':');
        let end = sequence.find(|c: char| !is_parameter(c));
        match end.map(|end| (end, sequence.as_bytes()[end])) {
            // Only colours and "clear to the end of the line" say nothing about where text is.
            Some((end, b'm' | b'K')) => rest = &sequence[end + 1..],
            _ => {
                plain.push_str("\u{1b}[");
                rest = sequence;
            }
        }
    }
    plain.push_str(rest);
    clean(&plain)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, LineSplitter};
    use proptest::prelude::*;

    fn lines(pieces: &[&[u8]]) -> Vec<String> {
        let mut splitter = LineSplitter::default();
        let mut lines: Vec<_> = pieces.iter().flat_map(|piece| splitter.take(piece)).collect();
        lines.extend(splitter.rest());
        lines
    }

    #[test]
    fn lines_are_put_together_across_pieces_and_characters() {
        assert_eq!(
            lines(&[b"one\ntw", b"o \xc3", b"\xbc\r\n\nend"]),
            ["one", "two ü", "", "end"]
        );
        let long = vec![b'x'; LONGEST + 10];
        assert_eq!(
            lines(&[&long]).iter().map(String::len).collect::<Vec<_>>(),
            [LONGEST, 10]
        );
    }

    #[test]
    fn colours_go_and_everything_else_that_a_terminal_obeys_is_shown() {
        assert_eq!(lines(&[b"\x1b[1;31mred\x1b[0m\x1b[K"]), ["red"]);
        assert_eq!(lines(&[b"\x1b[2J\x1b]0;x\x07"]), ["\\x1b[2J\\x1b]0;x\\x07"]);
        assert_eq!(lines(&["\u{1b}[3ü".as_bytes()]), ["\\x1b[3ü"]);
    }

    proptest! {
        #[test]
        fn no_bytes_break_it_and_nothing_it_gives_holds_a_control_character(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..10)
        ) {
            let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
            for line in lines(&pieces) {
                prop_assert!(!line.chars().any(char::is_control));
            }
        }
    }
}
