//! From terminal events to messages: a key is text where a text is edited, and an action everywhere else.

use super::keymap::{Keymap, Meaning};
use super::keys::{Key, KeyName};
use crate::model::console::{Edit, Msg, Place, Size, State};
use crossterm::event::Event;

/// Reads keys one by one and remembers the beginning of a sequence.
#[derive(Debug)]
pub struct Input {
    keymap: Keymap,
    begun: Vec<Key>,
}

impl Input {
    /// An input with these bindings.
    pub fn new(keymap: Keymap) -> Self {
        Self {
            keymap,
            begun: Vec::new(),
        }
    }

    /// The bindings.
    pub fn keymap(&self) -> &Keymap {
        &self.keymap
    }

    /// The message of a terminal event; none for what means nothing.
    pub fn read(&mut self, event: Event, state: &State) -> Option<Msg> {
        match event {
            Event::Key(key) => Key::of_event(&key).and_then(|key| self.press(key, state.place())),
            Event::Paste(text) => {
                self.begun.clear();
                Some(Msg::Paste(text))
            }
            Event::Resize(width, height) => Some(Msg::Resize(Size { width, height })),
            _ => None,
        }
    }

    /// The message of a key in a place.
    pub fn press(&mut self, key: Key, place: Place) -> Option<Msg> {
        if place.takes_text()
            && let Some(edit) = edit_of(key)
        {
            self.begun.clear();
            return Some(Msg::Text(edit));
        }
        self.begun.push(key);
        match self.keymap.meaning(place, &self.begun) {
            Meaning::Prefix => None,
            Meaning::Action(action) => {
                self.begun.clear();
                Some(Msg::Act(action))
            }
            // A sequence that leads nowhere is dropped as a whole: its second half must not act alone.
            Meaning::Nothing => {
                self.begun.clear();
                None
            }
        }
    }
}

/// What a key does to a text that is edited.
fn edit_of(key: Key) -> Option<Edit> {
    Some(match (key.ctrl, key.name) {
        (false, KeyName::Char(c)) => Edit::Insert(c),
        (false, KeyName::Backspace) => Edit::Backspace,
        (false, KeyName::Delete) => Edit::Delete,
        (false, KeyName::Left) => Edit::Left,
        (false, KeyName::Right) => Edit::Right,
        (false, KeyName::Home) => Edit::Home,
        (false, KeyName::End) | (true, KeyName::Char('e')) => Edit::End,
        (true, KeyName::Char('w')) => Edit::DeleteWord,
        (true, KeyName::Char('u')) => Edit::DeleteToStart,
        _ => return None,
    })
}
