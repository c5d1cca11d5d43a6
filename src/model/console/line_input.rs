//! One line of text that is being edited, with a cursor between its characters.

/// A change of the text, or of the cursor in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// A character is put in.
    Insert(char),
    /// The character before the cursor goes.
    Backspace,
    /// The character after the cursor goes.
    Delete,
    /// The word before the cursor goes.
    DeleteWord,
    /// Everything before the cursor goes.
    DeleteToStart,
    /// One to the left.
    Left,
    /// One to the right.
    Right,
    /// To the start.
    Home,
    /// To the end.
    End,
}

/// An edited line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineInput {
    text: String,
    /// Byte offset, always on a character boundary.
    cursor: usize,
}

impl LineInput {
    /// A line that holds a text, with the cursor at its end.
    pub fn holding(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            cursor: text.len(),
        }
    }

    /// What it holds.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text before the cursor and the text after it.
    pub fn split(&self) -> (&str, &str) {
        self.text.split_at(self.cursor)
    }

    /// Makes a change.
    pub fn edit(&mut self, edit: Edit) {
        match edit {
            Edit::Insert(c) => {
                self.text.insert(self.cursor, c);
                self.cursor += c.len_utf8();
            }
            Edit::Backspace => self.remove_back_to(self.before()),
            Edit::Delete => {
                let after = self.after();
                self.text.replace_range(self.cursor..after, "");
            }
            Edit::DeleteWord => {
                let head = self.text[..self.cursor].trim_end();
                let space = head.char_indices().rev().find(|(_, c)| c.is_whitespace());
                let start = space.map_or(0, |(at, c)| at + c.len_utf8());
                self.remove_back_to(start);
            }
            Edit::DeleteToStart => self.remove_back_to(0),
            Edit::Left => self.cursor = self.before(),
            Edit::Right => self.cursor = self.after(),
            Edit::Home => self.cursor = 0,
            Edit::End => self.cursor = self.text.len(),
        }
    }

    fn before(&self) -> usize {
        let head = &self.text[..self.cursor];
        head.char_indices().next_back().map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        let next = self.text[self.cursor..].chars().next();
        self.cursor + next.map_or(0, char::len_utf8)
    }

    fn remove_back_to(&mut self, start: usize) {
        self.text.replace_range(start..self.cursor, "");
        self.cursor = start;
    }
}

#[cfg(test)]
mod tests {
    use super::{Edit, LineInput};
    use proptest::prelude::*;

    #[test]
    fn a_word_is_deleted_with_the_spaces_behind_it() {
        let mut line = LineInput::holding("host:eu*  tag:v1 ");
        line.edit(Edit::DeleteWord);
        assert_eq!(line.text(), "host:eu*  ");
        line.edit(Edit::DeleteWord);
        assert_eq!(line.text(), "");
    }

    fn edits() -> impl Strategy<Value = Edit> {
        prop_oneof![
            any::<char>().prop_map(Edit::Insert),
            Just(Edit::Backspace),
            Just(Edit::Delete),
            Just(Edit::DeleteWord),
            Just(Edit::DeleteToStart),
            Just(Edit::Left),
            Just(Edit::Right),
            Just(Edit::Home),
            Just(Edit::End),
        ]
    }

    proptest! {
        #[test]
        fn no_edit_ever_splits_a_character(edits in prop::collection::vec(edits(), 0..60)) {
            let mut line = LineInput::default();
            for edit in edits {
                line.edit(edit);
                let (before, after) = line.split();
                prop_assert_eq!(format!("{before}{after}"), line.text());
            }
        }
    }
}
