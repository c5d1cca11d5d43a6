//! Keys and their text: what settings, help, footer and tests call a key.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A key with what is held with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// Whether Control is held.
    pub ctrl: bool,
    /// Which key.
    pub name: KeyName,
}

/// Which key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names on the keyboard")]
pub enum KeyName {
    Char(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
}

const NAMED: &[(&str, KeyName)] = &[
    ("enter", KeyName::Enter),
    ("esc", KeyName::Esc),
    ("tab", KeyName::Tab),
    ("backtab", KeyName::BackTab),
    ("backspace", KeyName::Backspace),
    ("delete", KeyName::Delete),
    ("up", KeyName::Up),
    ("down", KeyName::Down),
    ("left", KeyName::Left),
    ("right", KeyName::Right),
    ("home", KeyName::Home),
    ("end", KeyName::End),
    ("pgup", KeyName::PageUp),
    ("pgdn", KeyName::PageDown),
    ("space", KeyName::Char(' ')),
];

/// A text that names no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a key: write a character, C- and a letter, or a name such as enter, space, pgdn")]
pub struct NotAKey(pub String);

impl Key {
    /// A character key.
    pub const fn char(c: char) -> Self {
        Self {
            ctrl: false,
            name: KeyName::Char(c),
        }
    }

    /// Reads one key, as `Display` prints it.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let (ctrl, rest) = match text.strip_prefix("C-") {
            Some(rest) if !rest.is_empty() => (true, rest),
            _ => (false, text),
        };
        let named = NAMED.iter().find(|(word, _)| *word == rest);
        let mut chars = rest.chars();
        let name = match (named, chars.next(), chars.next()) {
            (Some((_, name)), ..) => *name,
            (None, Some(c), None) => KeyName::Char(c),
            _ => return Err(NotAKey(text.to_owned())),
        };
        Ok(Self { ctrl, name })
    }

    /// Reads a sequence such as `g g`.
    pub fn parse_sequence(text: &str) -> Result<Vec<Self>, NotAKey> {
        text.split(' ').map(Self::parse).collect()
    }

    /// Reads a script of keys: characters as they are, others in angle brackets, blanks skipped: `jj<space>/eu<enter>`.
    pub fn parse_script(script: &str) -> Result<Vec<Self>, NotAKey> {
        let mut keys = Vec::new();
        let mut rest = script;
        while let Some(c) = rest.chars().next() {
            let end = rest.find('>');
            rest = match (c, end) {
                ('<', Some(end)) if end > 1 => {
                    keys.push(Self::parse(&rest[1..end])?);
                    &rest[end + 1..]
                }
                _ => {
                    if !c.is_whitespace() {
                        keys.push(Self::char(c));
                    }
                    &rest[c.len_utf8()..]
                }
            };
        }
        Ok(keys)
    }

    /// The key of a terminal event; none for releases and for keys that the console does not know.
    pub fn of_event(event: &KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        if event.modifiers.contains(KeyModifiers::ALT) {
            return None;
        }
        let name = match event.code {
            KeyCode::Char(c) if ctrl => KeyName::Char(c.to_ascii_lowercase()),
            KeyCode::Char(c) => KeyName::Char(c),
            KeyCode::Enter => KeyName::Enter,
            KeyCode::Esc => KeyName::Esc,
            KeyCode::Tab => KeyName::Tab,
            KeyCode::BackTab => KeyName::BackTab,
            KeyCode::Backspace => KeyName::Backspace,
            KeyCode::Delete => KeyName::Delete,
            KeyCode::Up => KeyName::Up,
            KeyCode::Down => KeyName::Down,
            KeyCode::Left => KeyName::Left,
            KeyCode::Right => KeyName::Right,
            KeyCode::Home => KeyName::Home,
            KeyCode::End => KeyName::End,
            KeyCode::PageUp => KeyName::PageUp,
            KeyCode::PageDown => KeyName::PageDown,
            _ => return None,
        };
        Some(Self { ctrl, name })
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.ctrl {
            f.write_str("C-")?;
        }
        match NAMED.iter().find(|(_, name)| *name == self.name) {
            Some((word, _)) => f.write_str(word),
            None => match self.name {
                KeyName::Char(c) => write!(f, "{c}"),
                _ => Ok(()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn every_key_reads_back_from_its_text() {
        for text in [
            "j", "G", "/", "?", "-", "C-d", "C-z", "enter", "esc", "space", "backtab", "pgdn", "<",
        ] {
            assert_eq!(Key::parse(text).unwrap().to_string(), text);
        }
        assert!(Key::parse("F1").is_err());
        assert!(Key::parse("").is_err());
    }

    #[test]
    fn a_script_mixes_characters_and_named_keys() {
        let keys = Key::parse_script("j j<space>/lab-2<enter><C-d>").unwrap();
        let texts: Vec<_> = keys.iter().map(ToString::to_string).collect();
        assert_eq!(texts.join(" "), "j j space / l a b - 2 enter C-d");
    }
}
