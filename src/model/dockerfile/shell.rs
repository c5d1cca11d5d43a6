//! The commands of a shell line, as far as they can be told without running it.

use super::heredoc::Heredoc;

/// A command: its program and arguments, without quotes. Variables are as they are written.
#[derive(Clone, PartialEq, Eq)]
pub struct ShellCommand {
    /// The words; at least one.
    pub words: Vec<String>,
}

impl ShellCommand {
    /// The commands of a command line in its exec form: itself, and those of the line that it gives a shell.
    pub fn of_words(words: Vec<String>) -> Vec<Self> {
        let mut found = Vec::new();
        add(words, &mut found, 0);
        found
    }

    /// The name of the program without its folder.
    pub fn program(&self) -> &str {
        let first = self.words.first().map_or("", String::as_str);
        first.rsplit('/').next().unwrap_or_default()
    }

    /// Whether one of its arguments is this.
    pub fn has(&self, argument: &str) -> bool {
        self.words.iter().skip(1).any(|word| word == argument)
    }

    /// The arguments that are no options.
    pub fn operands(&self) -> impl Iterator<Item = &str> {
        self.words
            .iter()
            .skip(1)
            .map(String::as_str)
            .filter(|word| !word.starts_with('-'))
    }
}

/// Words before a command that change nothing of what it is.
const BEFORE: [&str; 14] = [
    "sudo", "exec", "env", "time", "command", "then", "do", "else", "if", "while", "until", "!", "{", "nice",
];

/// Programs that run a line of shell.
const SHELLS: [&str; 5] = ["sh", "bash", "ash", "dash", "zsh"];

/// The commands of a line of shell, and of the here-documents that a shell is given in it.
pub(super) fn commands(line: &str, heredocs: &[&Heredoc]) -> Vec<ShellCommand> {
    let mut found = Vec::new();
    let mut is_script = false;
    for words in simple_commands(line) {
        let is_heredoc = words.first().is_some_and(|word| word.contains("<<"));
        is_script |= is_heredoc || words.first().is_some_and(|word| is_shell(word));
        if !is_heredoc {
            add(words, &mut found, 0);
        }
    }
    for heredoc in heredocs.iter().filter(|_| is_script) {
        for words in simple_commands(&heredoc.body) {
            add(words, &mut found, 0);
        }
    }
    found
}

fn is_shell(word: &str) -> bool {
    SHELLS.contains(&word.rsplit('/').next().unwrap_or_default())
}

fn add(mut words: Vec<String>, found: &mut Vec<ShellCommand>, depth: usize) {
    let is_assignment = |word: &str| {
        let name = word.split_once('=').map(|(name, _)| name);
        name.is_some_and(|name| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        })
    };
    // What is run as root by somebody else is told as the program that is found before it, too.
    if words.first().is_some_and(|word| word == "sudo") {
        found.push(ShellCommand { words: words.clone() });
    }
    while words
        .first()
        .is_some_and(|word| BEFORE.contains(&word.as_str()) || is_assignment(word))
    {
        words.remove(0);
        while words.first().is_some_and(|word| word.starts_with('-')) {
            words.remove(0);
        }
    }
    if words.is_empty() {
        return;
    }
    let given = words
        .iter()
        .position(|word| word.starts_with('-') && !word.starts_with("--") && word.ends_with('c'));
    let inner = given
        .filter(|_| is_shell(&words[0]) && depth < 3)
        .and_then(|at| words.get(at + 1).cloned());
    found.push(ShellCommand { words });
    for words in inner.iter().flat_map(|line| simple_commands(line)) {
        add(words, found, depth + 1);
    }
}

/// The words of each command of a line, without quotes.
fn simple_commands(line: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = line.chars().peekable();
    let mut quote = None;
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (Some('"') | None, '\\') => match letters.next() {
                Some('\n') | None => {}
                Some(next) => word.get_or_insert_default().push(next),
            },
            (None, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => while letters.next_if(|letter| *letter != '\n').is_some() {},
            (None, '\n' | ';' | '|' | '&' | '(' | ')' | '`') => {
                // `2>&1` and `&>file` end no command.
                let is_redirection = letter == '&'
                    && (word.as_deref().is_some_and(|word| word.ends_with('>'))
                        || letters.peek() == Some(&'>'));
                if is_redirection {
                    word.get_or_insert_default().push(letter);
                    continue;
                }
                words.extend(word.take());
                if !words.is_empty() {
                    all.push(std::mem::take(&mut words));
                }
            }
            (None, letter) if letter.is_whitespace() => words.extend(word.take()),
            (_, letter) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    if !words.is_empty() {
        all.push(words);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::commands;
    use proptest::prelude::*;

    fn told(line: &str) -> Vec<String> {
        commands(line, &[])
            .into_iter()
            .map(|command| command.words.join(" "))
            .collect()
    }

    #[test]
    fn a_line_is_its_commands_without_what_is_only_around_them() {
        assert_eq!(
            told(
                "set -e; DEBIAN_FRONTEND=noninteractive apt-get install -y 'git' && rm -rf /var/lib/apt/lists/* # apt-get install x"
            ),
            ["set -e", "apt-get install -y git", "rm -rf /var/lib/apt/lists/*"]
        );
        assert_eq!(
            told("if ! command -v git; then apk add git; fi"),
            ["git", "apk add git", "fi"]
        );
        assert_eq!(told("a 2>&1 | b && (c)"), ["a 2>&1", "b", "c"]);
        assert_eq!(
            told("bash -lc 'apt-get update && x'"),
            ["bash -lc apt-get update && x", "apt-get update", "x"]
        );
        assert_eq!(
            told("sudo -E apt install y"),
            ["sudo -E apt install y", "apt install y"]
        );
        assert_eq!(told("echo \"apt-get install\""), ["echo apt-get install"]);
    }

    proptest! {
        #[test]
        fn any_line_can_be_read(line in ".{0,60}") {
            let _ = told(&line);
        }
    }
}
