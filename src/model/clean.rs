//! Text that came from elsewhere, made harmless for a terminal, a log and a table.

/// Shows control characters as `\x1b`, and drops what reorders or hides text: bidi controls and zero-width characters.
///
/// Line breaks become `\x0a` too: a caller that wants lines splits first. Source: research/reliability.md section 4.
pub fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => clean.push(' '),
            c if c.is_control() => {
                clean.push_str("\\x");
                clean.extend(
                    [4, 0].map(|shift| char::from_digit(u32::from(c) >> shift & 15, 16).unwrap_or('?')),
                );
            }
            c if is_invisible(c) => {}
            c => clean.push(c),
        }
    }
    clean
}

/// The same for several lines, at most `lines` of them from the end.
pub fn clean_tail(text: &str, lines: usize) -> Vec<String> {
    let mut tail: Vec<_> = text
        .lines()
        .rev()
        .filter(|line| !line.trim().is_empty())
        .take(lines)
        .map(clean)
        .collect();
    tail.reverse();
    tail
}

fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::clean;
    use proptest::prelude::*;

    #[test]
    fn an_escape_sequence_is_shown_and_not_performed() {
        assert_eq!(clean("ok\u{1b}[31mred\u{7}\u{202e}x"), "ok\\x1b[31mred\\x07x");
    }

    proptest! {
        #[test]
        fn clean_text_has_no_control_characters_and_stays_as_it_is(text in "\\PC*|.*") {
            let once = clean(&text);
            prop_assert!(!once.chars().any(char::is_control));
            prop_assert_eq!(clean(&once), once);
        }
    }
}
