//! Makes text that came from a host harmless: it may hold escape sequences, or characters that reorder what is read.

use std::fmt::Write as _;

/// The text with control characters made visible and with invisible and direction-changing characters dropped.
///
/// What comes out holds no control byte, so a terminal, a log and a copy buffer can all take it. A tab or a line
/// break becomes one space.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => out.push(' '),
            c if c.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c if is_invisible(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// Zero-width characters, variation selectors, tags, and everything that changes the direction of text.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::clean;
    use proptest::prelude::*;

    #[test]
    fn an_escape_sequence_is_shown_and_not_obeyed() {
        assert_eq!(clean("\u{1b}]0;owned\u{7}x"), "\\x1b]0;owned\\x07x");
        assert_eq!(clean("a\u{9b}31mb"), "a\\x9b31mb");
    }

    #[test]
    fn text_cannot_be_reordered_or_hidden() {
        assert_eq!(clean("ab\u{202e}cd\u{200b}e\u{feff}"), "abcde");
        assert_eq!(clean("one\r\ntwo\tthree"), "one  two three");
    }

    proptest! {
        #[test]
        fn cleaning_leaves_no_control_character_and_cleaning_again_changes_nothing(text in any::<String>()) {
            let once = clean(&text);
            prop_assert!(!once.chars().any(char::is_control));
            prop_assert_eq!(clean(&once), once);
        }
    }
}
