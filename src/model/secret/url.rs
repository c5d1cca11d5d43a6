//! Passwords in URLs: `postgres://user:password@host`.

/// Whether a text has a URL with a password in it. A variable in its place, or stars, is none.
pub fn has_password(text: &str) -> bool {
    passwords(text).next().is_some()
}

/// The same for a text that explains something: what only says that a password goes there is none.
pub fn has_likely_password(text: &str) -> bool {
    const WORDS: [&str; 7] = ["password", "passwd", "pass", "pw", "pwd", "token", "secret"];
    passwords(text).any(|password| !WORDS.contains(&password.to_ascii_lowercase().as_str()))
}

/// The passwords of the URLs in a text.
fn passwords(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || next_password(&mut rest))
}

fn next_password<'a>(rest: &mut &'a str) -> Option<&'a str> {
    while let Some(at) = rest.find("://") {
        let scheme = rest[..at].chars().next_back();
        let after: &'a str = &rest[at + 3..];
        let end = after
            .find(|letter: char| {
                letter.is_whitespace() || matches!(letter, '/' | '"' | '\'' | '`' | '<' | '>' | '|')
            })
            .unwrap_or(after.len());
        let authority = &after[..end];
        *rest = after;
        if let Some(password) =
            password_of(authority).filter(|_| scheme.is_some_and(|letter| letter.is_ascii_alphanumeric()))
        {
            return Some(password);
        }
    }
    None
}

fn password_of(authority: &str) -> Option<&str> {
    let (user, _) = authority.rsplit_once('@')?;
    let Some((_, password)) = user.split_once(':') else {
        // A token alone, as in `https://TOKEN@github.com`; a user's name is shorter.
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        return (user.len() >= 20 && user.bytes().all(is_token)).then_some(user);
    };
    let is_filled_in = password.contains('$') || password.contains("%s") || password.contains('{');
    let is_mask = password
        .bytes()
        .all(|byte| matches!(byte, b'*' | b'.' | b'x' | b'X'));
    (!password.is_empty() && !is_filled_in && !is_mask).then_some(password)
}

#[cfg(test)]
mod tests {
    use super::{has_likely_password, has_password};

    #[test]
    fn an_explanation_may_say_where_a_password_goes() {
        assert!(has_password("http://user:pass@proxy:8080"));
        assert!(!has_likely_password("# http://user:pass@proxy:8080"));
        assert!(has_likely_password(
            "# http://user:pass@proxy:8080 or https://me:s3cr3t@h"
        ));
    }

    #[test]
    fn a_password_in_a_url_is_found_wherever_the_url_is() {
        assert!(has_password("DATABASE_URL=postgres://app:s3cr3t@db:5432/app"));
        assert!(has_password("git clone https://me:abc123@github.com/x/y && echo"));
        assert!(has_password(
            "git clone https://0123456789abcdef0123@github.com/x/y"
        ));
    }

    #[test]
    fn a_url_without_one_or_with_a_variable_in_its_place_is_none() {
        for text in [
            "https://github.com/a/b",
            "git clone https://${USER}:${TOKEN}@github.com/x",
            "ssh://git@github.com/x/y",
            "postgres://app:$PW@db",
            "http://user:***@h",
            "see http://h:8080/a@b",
            "://",
            "https://",
        ] {
            assert!(!has_password(text), "{text}");
        }
    }
}
