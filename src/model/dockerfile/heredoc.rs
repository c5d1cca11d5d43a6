//! Here-documents: found and put aside before the text is parsed, so that their lines are not taken for instructions.
//!
//! The parser knows them only where they are all that a `RUN` has; builders take them anywhere in `RUN`, `COPY` and `ADD`, and
//! several of them.

use super::read::Unreadable;
use super::words::split;

/// A here-document.
pub(super) struct Heredoc {
    /// Where `<<` is in the text.
    pub(super) at: usize,
    /// What is in it.
    pub(super) body: String,
}

/// A text in which here-documents are comments of the same length, and they themselves.
pub(super) struct Masked {
    pub(super) text: String,
    pub(super) heredocs: Vec<Heredoc>,
}

/// The letter that continues a line: what the directive at the begin of the file says, else a backslash.
pub(super) fn escape_letter(text: &str) -> char {
    for line in text.lines() {
        let Some(directive) = line.strip_prefix('#') else {
            break;
        };
        let Some((key, value)) = directive.split_once('=') else {
            break;
        };
        match key.trim().to_ascii_lowercase().as_str() {
            "escape" => return value.trim().chars().next().filter(|c| *c == '`').unwrap_or('\\'),
            "syntax" | "check" => {}
            _ => break,
        }
    }
    '\\'
}

/// Puts the here-documents of a text aside.
pub(super) fn mask(text: &str, escape: char) -> Result<Masked, Unreadable> {
    let lines: Vec<(usize, &str)> = text
        .split_inclusive('\n')
        .scan(0, |at, line| {
            let begin = *at;
            *at += line.len();
            Some((begin, line))
        })
        .collect();
    let mut bytes = text.as_bytes().to_vec();
    let mut heredocs = Vec::new();
    let mut next = 0;
    while next < lines.len() {
        let logical = LogicalLine::read(&lines, next, escape);
        next = logical.end;
        // An empty command is none for the parser, and clears that of the base image for a builder.
        for at in logical.empty_array() {
            bytes[at] = b'_';
        }
        for at in logical.heredocs(escape) {
            let name = Name::read(&text[at..]);
            // Nothing that the parser knows may be left of it.
            bytes[at..at + 2].fill(b'_');
            let first = next;
            let mut body = String::new();
            loop {
                let Some((begin, line)) = lines.get(next).copied() else {
                    return Err(Unreadable {
                        line: first,
                        problem: "the here-document that begins there has no end".to_owned(),
                    });
                };
                next += 1;
                let end = begin + line.trim_end_matches('\n').len();
                if end > begin {
                    bytes[begin] = b'#';
                    bytes[begin + 1..end].fill(b' ');
                }
                let plain = line.trim_end_matches(['\n', '\r']);
                let plain = if name.strips_tabs {
                    plain.trim_start_matches('\t')
                } else {
                    plain
                };
                if plain == name.word {
                    break;
                }
                body.push_str(plain);
                body.push('\n');
            }
            heredocs.push(Heredoc { at, body });
        }
    }
    // Whole lines and two ASCII letters were replaced by ASCII.
    let text = String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned());
    Ok(Masked { text, heredocs })
}

/// An instruction with the lines on which it goes on.
struct LogicalLine {
    /// Its letters and where each is in the text.
    letters: Vec<(usize, char)>,
    /// The line behind it.
    end: usize,
}

impl LogicalLine {
    fn read(lines: &[(usize, &str)], first: usize, escape: char) -> Self {
        let mut letters = Vec::new();
        let mut number = first;
        while let Some((begin, line)) = lines.get(number).copied() {
            number += 1;
            let trimmed = line.trim();
            let is_nothing = trimmed.is_empty() || trimmed.starts_with('#');
            if is_nothing && number == first + 1 {
                break;
            }
            // Comments and empty lines between lines that go on are no part of it, and do not end it.
            if is_nothing {
                continue;
            }
            let plain = line.trim_end();
            let kept = plain.strip_suffix(escape);
            letters.extend(
                kept.unwrap_or(plain)
                    .char_indices()
                    .map(|(at, letter)| (begin + at, letter)),
            );
            letters.push((begin + kept.unwrap_or(plain).len(), ' '));
            if kept.is_none() {
                break;
            }
        }
        Self { letters, end: number }
    }

    /// The first word, in capitals; that of the instruction that is kept for later builds, where it is one.
    fn keyword(text: &str) -> Option<String> {
        let mut words = text.split_whitespace().map(str::to_ascii_uppercase);
        words
            .next()
            .filter(|word| word != "ONBUILD")
            .or_else(|| words.next())
    }

    /// The brackets of `ENTRYPOINT []` and `CMD []`.
    fn empty_array(&self) -> Vec<usize> {
        let text: String = self.letters.iter().map(|(_, letter)| letter).collect();
        let is_command = matches!(Self::keyword(&text).as_deref(), Some("ENTRYPOINT" | "CMD"));
        let squeezed: String = text.split_whitespace().collect();
        if !is_command
            || !squeezed.ends_with("[]")
            || squeezed.matches('[').count() > 1
            || squeezed.contains('"')
        {
            return Vec::new();
        }
        let brackets = self
            .letters
            .iter()
            .filter(|(_, letter)| matches!(letter, '[' | ']'));
        brackets.map(|(at, _)| *at).collect()
    }

    /// Where the here-documents of this line begin in the text.
    fn heredocs(&self, escape: char) -> Vec<usize> {
        let text: String = self.letters.iter().map(|(_, letter)| letter).collect();
        if !matches!(Self::keyword(&text).as_deref(), Some("RUN" | "COPY" | "ADD")) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for word in split(&text, escape) {
            let digits = word.text.bytes().take_while(u8::is_ascii_digit).count();
            let Some(name) = word.text[digits..].strip_prefix("<<") else {
                continue;
            };
            let name = name.strip_prefix('-').unwrap_or(name);
            if !name.is_empty() && !name.contains('<') && name != "-" {
                let letter = text[..word.at + digits].chars().count();
                found.extend(self.letters.get(letter).map(|(at, _)| *at));
            }
        }
        found
    }
}

/// The word that ends a here-document.
struct Name {
    word: String,
    strips_tabs: bool,
}

impl Name {
    /// Reads `<<-"EOF"`, which is there.
    fn read(text: &str) -> Self {
        let after = text.trim_start_matches('<');
        let strips_tabs = after.starts_with('-');
        let after = after.strip_prefix('-').unwrap_or(after);
        let word = after.split(char::is_whitespace).next().unwrap_or_default();
        Self {
            word: word.replace(['"', '\'', '\\'], ""),
            strips_tabs,
        }
    }
}
