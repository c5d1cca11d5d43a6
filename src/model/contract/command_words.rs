//! Names of programs and `NAME=value` in command lines, without what may be secret in them.

use crate::model::secret::{Hidden, secret_name};

/// A command in a report: its program alone, because arguments may be secret.
pub(super) fn program_of(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first, ..] => format!("{first} …"),
    }
}

/// The variables with secrets that a command line sets: `NAME=value` with a name of one, and a value that is written there.
pub(super) fn secret_assignments(text: &Hidden) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let words = text
        .look()
        .split(|letter: char| letter.is_whitespace() || matches!(letter, ';' | '&' | '|' | '(' | ')'));
    for word in words {
        let Some((name, value)) = word.trim_start_matches(['"', '\'', '-']).split_once('=') else {
            continue;
        };
        let name = name.rsplit(['"', '\'']).next().unwrap_or_default();
        let is_name = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let value = value.trim_matches(['"', '\'']);
        let is_written = !value.is_empty() && !value.starts_with(['$', '`', '<', '*']);
        if is_name && is_written && secret_name(name) && !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{program_of, secret_assignments};
    use crate::model::secret::Hidden;

    #[test]
    fn only_values_that_are_written_there_are_secrets() {
        let found = |text: &str| secret_assignments(&Hidden::new(text));
        assert_eq!(found("|1 GITHUB_TOKEN=abc /bin/sh -c x"), ["GITHUB_TOKEN"]);
        assert_eq!(
            found("export DB_PASSWORD='x' && API_KEY=\"y\" run"),
            ["DB_PASSWORD", "API_KEY"]
        );
        assert_eq!(
            found("TOKEN=$(cat /run/secrets/t) TOKEN=$X A=b TOKEN= make"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_command_is_told_by_its_program() {
        assert_eq!(program_of(&["/ep", "--x=secret"]), "/ep …");
        assert_eq!(program_of(&["/ep"]), "/ep");
    }
}
