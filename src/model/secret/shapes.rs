//! Shapes of secrets: tokens with a known beginning, and private keys.

use super::Kind;

/// A secret that was seen: what it is and where, and not its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    /// What it is.
    pub kind: Kind,
    /// The line, from 1.
    pub line: usize,
}

/// A token: how it begins, what may follow, and how much of that there is at least.
struct Shape {
    kind: Kind,
    begin: &'static [u8],
    least: usize,
    letters: fn(u8) -> bool,
}

const fn shape(kind: Kind, begin: &'static str, least: usize, letters: fn(u8) -> bool) -> Shape {
    Shape {
        kind,
        begin: begin.as_bytes(),
        least,
        letters,
    }
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn wide(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// Beginnings that issuers gave their tokens so that they can be found.
const SHAPES: [Shape; 22] = [
    shape("a GitHub token", "ghp_", 36, word),
    shape("a GitHub token", "gho_", 36, word),
    shape("a GitHub token", "ghu_", 36, word),
    shape("a GitHub token", "ghs_", 36, word),
    shape("a GitHub token", "ghr_", 36, word),
    shape("a GitHub token", "github_pat_", 40, wide),
    shape("a GitLab token", "glpat-", 20, wide),
    shape("an Anthropic key", "sk-ant-", 20, wide),
    shape("an OpenAI key", "sk-proj-", 40, wide),
    shape("an API key", "sk-", 48, word),
    shape("an AWS access key", "AKIA", 16, upper),
    shape("an AWS access key", "ASIA", 16, upper),
    shape("a Slack token", "xoxb-", 20, wide),
    shape("a Slack token", "xoxp-", 20, wide),
    shape("a Slack token", "xapp-", 20, wide),
    shape("a Google API key", "AIza", 35, wide),
    shape("an npm token", "npm_", 36, word),
    shape("a PyPI token", "pypi-AgEIcHlwaS5vcmc", 50, wide),
    shape("a Hugging Face token", "hf_", 34, word),
    shape("a Docker Hub token", "dckr_pat_", 27, wide),
    shape("a Stripe key", "sk_live_", 24, word),
    shape("an age key", "AGE-SECRET-KEY-1", 58, upper),
];

const KEY_BEGIN: &[u8] = b"-----BEGIN ";
const KEY_END: &[u8] = b"PRIVATE KEY";

/// The secrets that a text holds. Only the first of each kind and line is told.
pub fn sightings(text: &[u8]) -> Vec<Sighting> {
    let mut found = Vec::new();
    let (mut line, mut counted) = (1, 0);
    let mut before = b' ';
    for at in 0..text.len() {
        let byte = text[at];
        // Tokens begin where a word begins; a line of a key in a variable may have a letter before it, that of its `\n`.
        let begins_word = if byte == b'-' {
            before != b'-'
        } else {
            !wide(before)
        };
        if begins_word && begins_something(byte) {
            let rest = &text[at..];
            if let Some(kind) = token(rest).or_else(|| private_key(rest)) {
                line += text[counted..at].split(|byte| *byte == b'\n').count() - 1;
                counted = at;
                let sighting = Sighting { kind, line };
                if found.last() != Some(&sighting) {
                    found.push(sighting);
                }
            }
        }
        before = byte;
    }
    found
}

/// Whether any shape begins with this letter.
fn begins_something(byte: u8) -> bool {
    matches!(byte, b'g' | b's' | b'A' | b'x' | b'n' | b'p' | b'h' | b'd' | b'-')
}

fn token(rest: &[u8]) -> Option<Kind> {
    let found = SHAPES.iter().find(|shape| {
        let Some(tail) = rest.strip_prefix(shape.begin) else {
            return false;
        };
        let length = tail.iter().take_while(|byte| (shape.letters)(**byte)).count();
        length >= shape.least && !is_placeholder(&tail[..length])
    })?;
    Some(found.kind)
}

/// Tokens of documentations: `AKIAIOSFODNN7EXAMPLE`, `ghp_xxxxxxxx…`, `sk-ant-your-key-here-…`.
fn is_placeholder(tail: &[u8]) -> bool {
    let lower = tail.to_ascii_lowercase();
    let has = |word: &[u8]| lower.windows(word.len()).any(|window| window == word);
    let first = tail.first().copied().unwrap_or_default();
    let is_one_letter = tail.iter().take(12).all(|byte| *byte == first);
    is_one_letter || has(b"example") || has(b"your") || has(b"placeholder")
}

/// A private key in its armour, with what is a key inside: programs that read keys have the first line alone.
fn private_key(rest: &[u8]) -> Option<Kind> {
    let after = rest.strip_prefix(KEY_BEGIN)?;
    let head = &after[..after.len().min(48)];
    let end = head.windows(KEY_END.len()).position(|window| window == KEY_END)?;
    let is_armour = head[..end]
        .iter()
        .all(|byte| byte.is_ascii_uppercase() || *byte == b' ');
    let body = &after[end + KEY_END.len()..];
    let body = &body[..body.len().min(512)];
    // In a variable its lines may be parted by a backslash and an n.
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let longest = body
        .split(|byte| !is_base64(byte))
        .map(<[u8]>::len)
        .max()
        .unwrap_or_default();
    (is_armour && longest >= 32).then_some("a private key")
}

#[cfg(test)]
mod tests {
    use super::{SHAPES, begins_something, sightings};
    use proptest::prelude::*;

    fn kinds(text: &str) -> Vec<(&'static str, usize)> {
        sightings(text.as_bytes())
            .iter()
            .map(|one| (one.kind, one.line))
            .collect()
    }

    #[test]
    fn tokens_are_known_by_how_they_begin_and_how_long_they_are() {
        let github = format!("ghp_{}", "aB3".repeat(12));
        assert_eq!(kinds(&format!("one\ntoken={github}\n")), [("a GitHub token", 2)]);
        assert_eq!(
            kinds("key=sk-ant-api03-q8Zr1Lw9pTx4Vn7b\n"),
            [("an Anthropic key", 1)]
        );
        assert_eq!(kinds("AKIAQ7ZP3X5LM2K8TBVW"), [("an AWS access key", 1)]);
        assert_eq!(kinds("ghp_short"), []);
        assert_eq!(kinds(&format!("x{github}")), [], "it is the middle of a word");
    }

    #[test]
    fn what_documentations_write_is_no_token() {
        for text in [
            "AKIAIOSFODNN7EXAMPLE",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "sk-ant-your-key-goes-here-00000",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn a_private_key_is_one_only_with_a_key_in_it() {
        let body = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAA";
        let key = format!("x\n-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n");
        assert_eq!(kinds(&key), [("a private key", 2)]);
        assert_eq!(kinds(&key.replace('\n', "\\n")).len(), 1);
        assert_eq!(
            kinds("-----BEGIN OPENSSH PRIVATE KEY-----\0-----END OPENSSH PRIVATE KEY-----\0"),
            []
        );
        assert_eq!(kinds(&format!("-----BEGIN CERTIFICATE-----\n{body}")), []);
    }

    #[test]
    fn the_quick_look_at_the_first_letter_misses_no_shape() {
        assert!(SHAPES.iter().all(|shape| begins_something(shape.begin[0])));
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_looked_at(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let lines = bytes.split(|byte| *byte == b'\n').count();
            prop_assert!(sightings(&bytes).iter().all(|one| one.line <= lines));
        }
    }
}
