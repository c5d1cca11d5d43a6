//! Which build arguments are secrets: they would stay in the history of the image, for everybody who has it.

/// How words end, in the names of arguments, that only secrets have.
const WORDS: [&str; 10] = [
    "token",
    "tokens",
    "secret",
    "secrets",
    "password",
    "passwd",
    "apikey",
    "credential",
    "credentials",
    "pwd",
];

/// Names of two words that only secrets have.
const PAIRS: [&str; 3] = ["api_key", "private_key", "access_key"];

/// How well-known secrets begin.
const BEGINNINGS: [&str; 12] = [
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "github_pat_",
    "glpat-",
    "sk-",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "eyJ",
    "-----BEGIN ",
];

/// Whether a build argument is a secret, by its name or by its value.
pub fn looks_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_secret = |word: &str| word == "auth" || WORDS.iter().any(|end| word.ends_with(end));
    let is_named_so = name.split(['_', '-']).any(is_secret) || PAIRS.iter().any(|pair| name.contains(pair));
    (is_named_so && !value.is_empty())
        || BEGINNINGS.iter().any(|begin| value.starts_with(begin))
        || has_password(value)
}

/// Whether it is an address with a password in it: `https://me:word@host/`.
fn has_password(value: &str) -> bool {
    let authority = value
        .split_once("://")
        .and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
    authority
        .and_then(|authority| authority.rsplit_once('@'))
        .is_some_and(|(user, _)| user.split_once(':').is_some_and(|(_, word)| !word.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::looks_secret;

    #[test]
    fn an_argument_is_a_secret_by_its_name_or_by_its_value() {
        for (name, value) in [
            ("GITHUB_TOKEN", "x"),
            ("NPM_PASSWORD", "x"),
            ("db_passwd", "x"),
            ("API_KEY", "x"),
            ("REGISTRY_AUTH", "x"),
            ("KEY", "-----BEGIN OPENSSH PRIVATE KEY-----"),
            ("GH", "ghp_abcdefghijklmnopqrstuvwxyz0123456789"),
            ("HTTP_PROXY", "http://me:word@proxy:3128"),
        ] {
            assert!(looks_secret(name, value), "{name}");
        }
    }

    #[test]
    fn what_every_build_is_given_is_no_secret() {
        for (name, value) in [
            ("BASE_IMAGE", "ubuntu:24.04"),
            (
                "GO_SHA256_AMD64",
                "990e6b4bbba816dc3ee129eaeaf4b42f17c2800b88a2166c265ac1a200262282",
            ),
            ("GO_URL", "https://go.dev/dl"),
            ("HTTP_PROXY", "http://proxy:3128"),
            ("AUTHOR", "kim"),
            ("PACKAGES", "git sudo"),
            ("TOKEN", ""),
            ("TOKENIZERS_PARALLELISM", "false"),
            ("REPO", "ssh://git@host/path"),
        ] {
            assert!(!looks_secret(name, value), "{name}");
        }
    }
}
