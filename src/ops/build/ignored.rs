//! `.dockerignore`: which paths of a context are left out, by Docker's documented rules, which are not those of git.
//!
//! A pattern is about the path from the root of the context; `*` and `?` stay within one name, `**` goes over any number of
//! directories; what is below a directory that matches, matches too; the last line that matches decides, and one with `!` takes
//! back in.

use std::iter::Peekable;
use std::str::Chars;

/// The rules of one file.
#[derive(Debug, Default)]
pub(super) struct Ignored {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    takes_in: bool,
    tokens: Vec<Token>,
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    /// This character.
    Is(char),
    /// Any one character of a name.
    One,
    /// One of these, or none of them.
    Class {
        is_negated: bool,
        ranges: Vec<(char, char)>,
    },
    /// Any part of a name.
    Some,
    /// Anything, over names.
    All,
    /// Any number of directories, each with its slash.
    Directories,
}

/// A line that is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is no pattern: {why}")]
pub struct BadPattern {
    line: usize,
    why: &'static str,
}

impl Ignored {
    /// Reads the text of a `.dockerignore`.
    pub(super) fn read(text: &str) -> Result<Self, BadPattern> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut rules = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let bad = |why| BadPattern { line: index + 1, why };
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            let line = line.trim();
            let (takes_in, pattern) = match line.strip_prefix('!') {
                Some(rest) => (true, rest.trim()),
                None => (false, line),
            };
            if pattern.is_empty() {
                return Err(bad("nothing follows the exclamation mark"));
            }
            let pattern = without_dots(pattern);
            if pattern.is_empty() {
                continue;
            }
            let tokens = tokens(&pattern).map_err(bad)?;
            rules.push(Rule { takes_in, tokens });
        }
        Ok(Self { rules })
    }

    /// Whether a path, from the root of the context and with slashes, is left out.
    pub(super) fn has(&self, path: &str) -> bool {
        let last = self.rules.iter().rev().find(|rule| rule.is_about(path));
        last.is_some_and(|rule| !rule.takes_in)
    }

    /// Whether something below a directory that is left out can be taken in again.
    pub(super) fn may_take_in_below(&self, directory: &str) -> bool {
        let below = format!("{directory}/");
        self.rules
            .iter()
            .any(|rule| rule.takes_in && rule.may_go_on_behind(&below))
    }
}

impl Rule {
    /// Whether it matches a path, or a directory that the path is in.
    fn is_about(&self, path: &str) -> bool {
        let parents = path.match_indices('/').map(|(at, _)| &path[..at]);
        parents.chain([path]).any(|one| self.reaches(one).1)
    }

    /// Whether a longer path that begins so could match.
    fn may_go_on_behind(&self, beginning: &str) -> bool {
        self.reaches(beginning).0
    }

    /// Whether the end of a text is reached by some of the tokens with others left, and by all of them.
    fn reaches(&self, text: &str) -> (bool, bool) {
        let text: Vec<char> = text.chars().collect();
        let mut at = vec![false; text.len() + 1];
        at[0] = true;
        let mut by_some = false;
        for token in &self.tokens {
            // What a token can take more of reaches the end as well as what is yet to come.
            by_some |= at[text.len()];
            at = token.step(&at, &text);
            by_some |= at[text.len()] && matches!(token, Token::All | Token::Directories);
        }
        (by_some, at[text.len()])
    }
}

impl Token {
    /// From the places that were reached in a text to those that this token reaches.
    fn step(&self, from: &[bool], text: &[char]) -> Vec<bool> {
        let mut to = vec![false; from.len()];
        let mut is_behind = false;
        for place in 0..from.len() {
            is_behind |= from[place];
            let before = place.checked_sub(1);
            to[place] = match self {
                Self::Some => from[place] || before.is_some_and(|before| to[before] && text[before] != '/'),
                Self::All => is_behind,
                Self::Directories => {
                    from[place]
                        || before.is_some_and(|before| text[before] == '/' && from[..place].contains(&true))
                }
                one => before.is_some_and(|before| from[before] && one.is(text[before])),
            };
        }
        to
    }

    fn is(&self, letter: char) -> bool {
        match self {
            Self::Is(wanted) => letter == *wanted,
            Self::One => letter != '/',
            Self::Class { is_negated, ranges } => {
                let is_in = ranges.iter().any(|(from, to)| (*from..=*to).contains(&letter));
                letter != '/' && is_in != *is_negated
            }
            Self::Some | Self::All | Self::Directories => false,
        }
    }
}

/// The pattern as a path from the root: no leading or double slash, no `.`, and `..` takes the name before it.
fn without_dots(pattern: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in pattern.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    names.join("/")
}

fn tokens(pattern: &str) -> Result<Vec<Token>, &'static str> {
    let mut letters = pattern.chars().peekable();
    let mut tokens = Vec::new();
    while let Some(letter) = letters.next() {
        tokens.push(match letter {
            '*' if letters.next_if_eq(&'*').is_some() => {
                while letters.next_if_eq(&'*').is_some() {}
                if letters.next_if_eq(&'/').is_some() {
                    Token::Directories
                } else {
                    Token::All
                }
            }
            '*' => Token::Some,
            '?' => Token::One,
            '[' => class(&mut letters)?,
            '\\' => Token::Is(letters.next().ok_or("it ends with a backslash")?),
            letter => Token::Is(letter),
        });
    }
    Ok(tokens)
}

/// What stands in brackets, behind the first one.
fn class(letters: &mut Peekable<Chars<'_>>) -> Result<Token, &'static str> {
    const OPEN: &str = "a bracket is not closed";
    let is_negated = letters.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    loop {
        let from = match letters.next().ok_or(OPEN)? {
            ']' if !ranges.is_empty() => return Ok(Token::Class { is_negated, ranges }),
            ']' => return Err("a bracket is empty"),
            '\\' => letters.next().ok_or(OPEN)?,
            letter => letter,
        };
        let to = if letters.next_if_eq(&'-').is_some() {
            match letters.next().ok_or(OPEN)? {
                '\\' => letters.next().ok_or(OPEN)?,
                ']' => return Err("a range has no end"),
                letter => letter,
            }
        } else {
            from
        };
        if to < from {
            return Err("a range goes backwards");
        }
        ranges.push((from, to));
    }
}

#[cfg(test)]
mod tests {
    use super::Ignored;

    fn left_out<'a>(rules: &str, paths: &[&'a str]) -> Vec<&'a str> {
        let ignored = Ignored::read(rules).unwrap();
        paths.iter().copied().filter(|path| ignored.has(path)).collect()
    }

    #[test]
    fn a_pattern_is_about_the_path_from_the_root() {
        let paths = [
            "temp",
            "tempa",
            "a/temp",
            "a/temp1/b",
            "a/b/temp",
            "a/b/tempx",
            "atemp",
        ];
        assert_eq!(left_out("*/temp*", &paths), ["a/temp", "a/temp1/b"]);
        assert_eq!(left_out("*/*/temp*", &paths), ["a/b/temp", "a/b/tempx"]);
        assert_eq!(left_out("temp?", &paths), ["tempa"]);
        assert_eq!(left_out("/temp/\n", &paths), ["temp"]);
        assert_eq!(left_out("./a/../atemp", &paths), ["atemp"]);
    }

    #[test]
    fn two_stars_go_over_directories_or_none() {
        let paths = ["x.go", "a/x.go", "a/b/x.go", "a/b/x.rs", "b"];
        assert_eq!(left_out("**/*.go", &paths), ["x.go", "a/x.go", "a/b/x.go"]);
        assert_eq!(left_out("a/**", &paths), ["a/x.go", "a/b/x.go", "a/b/x.rs"]);
        assert_eq!(left_out("**/b", &paths), ["a/b/x.go", "a/b/x.rs", "b"]);
        assert_eq!(left_out("a/**/x.rs", &paths), ["a/b/x.rs"]);
        assert_eq!(left_out("**", &paths), paths);
    }

    #[test]
    fn the_last_line_that_matches_decides() {
        let paths = ["README.md", "README-secret.md", "notes.md", "main.rs"];
        assert_eq!(
            left_out("*.md\n!README*.md\nREADME-secret.md\n", &paths),
            ["README-secret.md", "notes.md"]
        );
        assert_eq!(
            left_out("*.md\nREADME-secret.md\n!README*.md\n", &paths),
            ["notes.md"]
        );
        assert_eq!(
            left_out("*\n! main.rs\n", &paths),
            ["README.md", "README-secret.md", "notes.md"]
        );
    }

    #[test]
    fn a_directory_that_is_taken_in_again_has_all_of_its_files() {
        let paths = ["skel/a", "skel/b/c", "other/a"];
        assert_eq!(left_out("*\n!skel\n", &paths), ["other/a"]);
        assert_eq!(left_out("skel\n!skel/b\n", &paths), ["skel/a"]);
    }

    #[test]
    fn below_a_directory_is_looked_only_where_something_can_be_taken_in() {
        let below = |rules: &str, directory: &str| Ignored::read(rules).unwrap().may_take_in_below(directory);
        assert!(!below("target\n", "target"));
        assert!(!below("*\n!src/a\n", "target"));
        assert!(below("*\n!src/a/b\n", "src"));
        assert!(below("*\n!src/a/b\n", "src/a"));
        assert!(below("*\n!**/keep\n", "target/deep"));
        assert!(below("*\n!*/keep\n", "target"));
        assert!(!below("*\n!*/keep\n", "target/deep"));
    }

    #[test]
    fn comments_blank_lines_and_a_byte_order_mark_are_no_patterns() {
        let paths = ["#x", "a", "b"];
        assert_eq!(left_out("\u{feff}# all\n\n  \na  \r\n", &paths), ["a"]);
        assert_eq!(
            left_out(" #x\n", &paths),
            ["#x"],
            "a comment begins in the first column"
        );
    }

    #[test]
    fn brackets_and_backslashes_are_read() {
        let paths = ["a1", "a2", "ab", "a]", "a*", "a/"];
        assert_eq!(left_out("a[0-9]", &paths), ["a1", "a2"]);
        assert_eq!(left_out("a[^0-9]", &paths), ["ab", "a]", "a*"]);
        assert_eq!(left_out("a\\*", &paths), ["a*"]);
        assert_eq!(left_out("a[\\]]", &paths), ["a]"]);
    }

    #[test]
    fn what_is_no_pattern_is_named_with_its_line() {
        for (rules, line) in [
            ("a\n!\n", 2),
            ("a[b\n", 1),
            ("\n\nb\\\n", 3),
            ("[z-a]", 1),
            ("[]", 1),
        ] {
            let error = Ignored::read(rules).unwrap_err();
            assert!(error.to_string().starts_with(&format!("line {line} ")), "{error}");
        }
    }

    #[test]
    fn a_pattern_that_could_match_in_many_ways_takes_no_long_time() {
        let path = "a".repeat(200);
        assert!(left_out("*a*a*a*a*a*a*a*a*a*a*a*b", &[path.as_str()]).is_empty());
        assert!(left_out("**a**a**a**a**a**a**a**b", &[path.as_str()]).is_empty());
    }
}
