//! Cutting, padding and wrapping text by the columns that it takes, never through the middle of a character.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The columns that a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The start of a text, with an ellipsis if something is left out.
pub fn cut(text: &str, columns: usize, ellipsis: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut head = start(text, columns.saturating_sub(width(ellipsis)));
    head.push_str(&start(ellipsis, columns));
    head
}

/// The start and the end of a text, with an ellipsis between: names differ at their end.
pub fn cut_middle(text: &str, columns: usize, ellipsis: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(width(ellipsis));
    if room < 4 {
        return cut(text, columns, ellipsis);
    }
    let head = start(text, room / 3);
    let tail = end(text, room - width(&head));
    format!("{head}{ellipsis}{tail}")
}

/// The text with spaces behind it up to a width.
pub fn pad(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(missing))
}

fn start(text: &str, columns: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        used += width(grapheme);
        if used > columns {
            break;
        }
        out.push_str(grapheme);
    }
    out
}

fn end(text: &str, columns: usize) -> String {
    let mut used = 0;
    let mut from = text.len();
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += width(grapheme);
        if used > columns {
            break;
        }
        from = at;
    }
    text[from..].to_owned()
}

/// The text in lines of at most this width, broken between words where that is possible.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let mut word = word.to_owned();
        let gap = usize::from(!line.is_empty());
        if width(&line) + gap + width(&word) > columns && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        while width(&word) > columns {
            let head = start(&word, columns);
            if head.is_empty() {
                // One character is wider than a line.
                return lines;
            }
            word.drain(..head.len());
            lines.push(head);
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::{cut, cut_middle, pad, width, wrap};
    use proptest::prelude::*;

    #[test]
    fn a_name_keeps_its_start_and_its_end() {
        assert_eq!(cut_middle("convocate-session-0007", 12, "~"), "con~ion-0007");
        assert_eq!(cut("convocate", 5, "~"), "conv~");
        assert_eq!(pad("ab", 4), "ab  ");
    }

    #[test]
    fn words_stay_whole_where_they_fit() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
    }

    proptest! {
        #[test]
        fn nothing_is_ever_wider_than_its_place(text in any::<String>(), columns in 0_usize..40) {
            prop_assert!(width(&cut(&text, columns, "…")) <= columns);
            prop_assert!(width(&cut_middle(&text, columns, "…")) <= columns);
            for line in wrap(&text, columns.max(2)) {
                prop_assert!(width(&line) <= columns.max(2));
            }
        }
    }
}
