//! The words of an instruction: parted by spaces, with quotes and escapes as builders read them.

/// A word as it stands there.
pub(super) struct Word<'a> {
    /// Where it begins, in bytes.
    pub(super) at: usize,
    /// Its text, quotes and all.
    pub(super) text: &'a str,
}

/// The words of a text. A space in quotes or behind the escape letter parts nothing.
pub(super) fn split(text: &str, escape: char) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut begin = None;
    let mut quote = None;
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match (quote, letter) {
            (None, letter) if letter.is_whitespace() => {
                if let Some(begin) = begin.take() {
                    words.push(Word {
                        at: begin,
                        text: &text[begin..at],
                    });
                }
                continue;
            }
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if letter == open => quote = None,
            (None | Some('"'), letter) if letter == escape => {
                letters.next();
            }
            _ => {}
        }
        begin.get_or_insert(at);
    }
    if let Some(begin) = begin {
        words.push(Word {
            at: begin,
            text: &text[begin..],
        });
    }
    words
}

/// The keys and values of `ENV`, `LABEL` and `ARG`, quotes and all. The old form `ENV KEY the rest` has one.
pub(super) fn pairs(text: &str, escape: char) -> Vec<(String, String)> {
    let words = split(text, escape);
    let Some(first) = words.first() else {
        return Vec::new();
    };
    if !first.text.contains('=') {
        let rest = text[first.at + first.text.len()..].trim();
        return vec![(first.text.to_owned(), rest.to_owned())];
    }
    let pair = |word: &Word<'_>| {
        let (key, value) = word.text.split_once('=').unwrap_or((word.text, ""));
        (key.to_owned(), value.to_owned())
    };
    words.iter().map(pair).collect()
}
