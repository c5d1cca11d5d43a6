//! Secrets that are where they must not be: how one is known by its name or its shape, and never what it is.

mod contents;
mod hidden;
mod names;
mod shapes;
mod url;

pub use contents::secrets_in;
pub use hidden::Hidden;
pub use names::{SecretFile, is_sample_place, secret_file, secret_name};
pub use shapes::{Sighting, sightings};
pub use url::{has_likely_password, has_password};

/// What a piece of text was taken for, in the words of the interface.
pub type Kind = &'static str;

/// The text of a finding as it may be printed: where it looks like a secret itself, it is not.
///
/// Everything that a check says passes through here last, so that a value in an unexpected place, such as the argument of an
/// entrypoint, is not printed either.
pub fn printable(text: &str) -> String {
    if sightings(text.as_bytes()).is_empty() && !has_password(text) {
        crate::model::clean::clean(text)
    } else {
        "(it looks like a secret and is not shown)".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn a_text_with_a_secret_in_it_is_not_shown_at_all() {
        let token = format!("ghp_{}", "aB3".repeat(12));
        assert!(!printable(&format!("the entrypoint is app --token={token}")).contains(&token));
        assert!(!printable("postgres://me:hunter22@db/x").contains("hunter22"));
        assert_eq!(
            printable("the entrypoint is app\u{1b}"),
            "the entrypoint is app\\x1b"
        );
    }
}
