//! A file that tagboat made: its head says so and holds the SHA-256 of the rest, so that an edit by somebody else is seen.

use sha2::{Digest as _, Sha256};
use std::fmt::Write;

const FIRST: &str = "# Made by `tagboat compose generate` (tagboat ";
const SECOND: &str =
    "# Changes belong into the config, or into docker-compose.override.yml, which Compose reads too.";
const SUM: &str = "# sha256 of what follows: ";

/// How a file that is there stands to the one that was made now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There is none.
    Absent,
    /// It says the same already.
    Same,
    /// tagboat made it, and nobody has touched it since.
    Ours,
    /// tagboat made it, and somebody has changed it.
    Edited,
    /// Somebody else made it.
    Foreign,
}

/// The whole file with this body.
pub fn sealed(body: &str) -> String {
    format!(
        "{FIRST}{})\n{SECOND}\n{SUM}{}\n{body}",
        env!("CARGO_PKG_VERSION"),
        sum(body)
    )
}

/// Compares the file that is there with the one that was made.
pub fn standing(there: Option<&str>, made: &str) -> Standing {
    let Some(there) = there else {
        return Standing::Absent;
    };
    let Some((told, body)) = opened(there) else {
        return Standing::Foreign;
    };
    if told != sum(body) {
        return Standing::Edited;
    }
    // Another version of tagboat that makes the same body changes nothing.
    match opened(made) {
        Some((_, made)) if made == body => Standing::Same,
        _ => Standing::Ours,
    }
}

/// The sum that the head tells, and the body; none for a file without such a head.
fn opened(text: &str) -> Option<(&str, &str)> {
    let (first, rest) = text.split_once('\n')?;
    let (second, rest) = rest.split_once('\n')?;
    let (third, body) = rest.split_once('\n')?;
    let is_ours = first.starts_with(FIRST) && second.trim_end() == SECOND;
    let sum = third.strip_prefix(SUM)?.trim_end();
    is_ours.then_some((sum, body))
}

fn sum(body: &str) -> String {
    Sha256::digest(body.as_bytes())
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing into a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

#[cfg(test)]
mod tests {
    use super::{Standing, sealed, standing};

    #[test]
    fn an_edit_anywhere_in_the_file_is_seen() {
        let made = sealed("services:\n  a:\n    image: x\n");
        assert_eq!(standing(None, &made), Standing::Absent);
        assert_eq!(standing(Some(&made), &made), Standing::Same);
        assert_eq!(standing(Some(&made), &sealed("services: {}\n")), Standing::Ours);
        for (edited, seen) in [
            (made.replace("image: x", "image: y"), Standing::Edited),
            (format!("{made}# more\n"), Standing::Edited),
            (made.replace('\n', "\r\n"), Standing::Edited),
            (made.trim_end().to_owned(), Standing::Edited),
            (
                made.replace("what follows: ", "what follows: 0"),
                Standing::Edited,
            ),
            (made.replace("Made by", "Found by"), Standing::Foreign),
            ("services: {}\n".to_owned(), Standing::Foreign),
            (String::new(), Standing::Foreign),
        ] {
            assert_eq!(standing(Some(&edited), &made), seen, "{edited}");
        }
    }

    #[test]
    fn a_newer_tagboat_that_makes_the_same_leaves_the_file_as_it_is() {
        let made = sealed("a: b\n");
        let older = made.replace(concat!("tagboat ", env!("CARGO_PKG_VERSION")), "tagboat 0.0.1");
        assert_ne!(older, made);
        assert_eq!(standing(Some(&older), &made), Standing::Same);
    }
}
