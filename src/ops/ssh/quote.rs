//! A command line that every login shell reads in the same way: sh and its kin, fish, csh and tcsh.
//!
//! In single quotes all of them leave every character as it is, but for a line break and `!` (csh), a backslash (fish) and
//! the quote itself. A word with one of those is sent with these as octal escapes, and put back by the first sh.

use std::fmt::Write as _;

/// Puts encoded words back and becomes the command. It holds none of the characters that it is there for.
const DECODER: &str = r#"n=$#; while [ $n -gt 0 ]; do case $1 in %*) w=$(printf "%b_" "${1#%}"); w=${w%_};; *) w=$1;; esac; set -- "$@" "$w"; shift; n=$((n-1)); done; exec "$@""#;

/// The command line for any login shell.
pub(super) fn line(command: &[String]) -> String {
    let mut line = format!("sh -c '{DECODER}' tagboat");
    for word in command {
        line.push(' ');
        if word.is_empty() || !word.chars().all(is_plain) {
            let encoded = if is_readable(word) {
                word.clone()
            } else {
                encode(word)
            };
            // Writing to a string cannot fail.
            let _ = write!(line, "'{encoded}'");
        } else {
            line.push_str(word);
        }
    }
    line
}

/// Characters that mean nothing to any shell, wherever they stand.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.' | ',' | '+' | ':')
}

/// Whether every shell leaves it as it is in single quotes, and the decoder too.
fn is_readable(word: &str) -> bool {
    !word.starts_with('%') && !word.contains(is_special)
}

fn is_special(c: char) -> bool {
    matches!(c, '\'' | '\\' | '!') || c.is_ascii_control()
}

fn encode(word: &str) -> String {
    let mut out = String::with_capacity(word.len() + word.len() / 4 + 1);
    out.push('%');
    for c in word.chars() {
        if is_special(c) {
            let _ = write!(out, "\\0{:03o}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{DECODER, is_special, line};
    use proptest::prelude::*;
    use std::process::Command;

    /// What the words of a command are after `shell` has read the line.
    fn read_by(shell: &str, words: &[String]) -> Vec<String> {
        let show = r#"for word; do printf "%s\0" "$word"; done"#;
        let mut command: Vec<String> = ["sh", "-c", show, "show"].map(str::to_owned).to_vec();
        command.extend_from_slice(words);
        let output = Command::new(shell)
            .args(["-c", &line(&command)])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    fn is_here(shell: &str) -> bool {
        Command::new(shell)
            .args(["-c", "true"])
            .status()
            .is_ok_and(|status| status.success())
    }

    #[test]
    fn the_decoder_holds_nothing_that_a_shell_could_read_differently() {
        assert!(!DECODER.contains(is_special));
    }

    #[test]
    fn every_shell_of_this_machine_passes_every_nasty_word_on_as_it_is() {
        let nasty = [
            "",
            "-n",
            "%b",
            "a\nb\n",
            "\n",
            "!!",
            "it's",
            "\\",
            "\\0101",
            "\\c",
            "$(touch /tmp/owned)",
            "`id`",
            "${IFS}",
            "a;b&c|d>e<f",
            "*?[a]{b,c}~",
            "\"",
            "#x",
            "=ls",
            "^a^b",
            "\t",
            "\u{1b}[31m",
            "\u{fc}",
        ];
        let words = nasty.map(str::to_owned);
        let shells = ["sh", "dash", "bash", "zsh", "ksh", "fish", "tcsh", "csh"];
        for shell in shells.into_iter().filter(|shell| is_here(shell)) {
            assert_eq!(read_by(shell, &words), words, "{shell}");
        }
        assert!(!std::path::Path::new("/tmp/owned").exists());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn words_come_out_as_they_went_in(words in proptest::collection::vec("[^\0]{0,40}", 1..6)) {
            prop_assert_eq!(read_by("sh", &words), words);
        }
    }
}
