//! What a build would take out of its folder: the files that a `COPY` covers and `.dockerignore` does not keep back.

/// The folder of a build, as far as it holds secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildContext {
    /// The lines of `.dockerignore`.
    ignore: Vec<Pattern>,
    /// Files that hold secrets, by their paths in the folder.
    pub secret_files: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    parts: Vec<String>,
    keeps: bool,
}

impl BuildContext {
    /// A folder with these files that hold secrets, and the text of its `.dockerignore`.
    pub fn new(ignore: &str, secret_files: Vec<String>) -> Self {
        let lines = ignore.strip_prefix('\u{feff}').unwrap_or(ignore).lines();
        let pattern = |line: &str| {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                return None;
            }
            let (keeps, line) = match line.strip_prefix('!') {
                Some(rest) => (true, rest.trim()),
                None => (false, line),
            };
            Some(Pattern {
                parts: parts(line),
                keeps,
            })
        };
        Self {
            ignore: lines.filter_map(pattern).collect(),
            secret_files,
        }
    }

    /// The first secret file that this source brings into the image.
    pub fn secret_in(&self, source: &str) -> Option<&str> {
        let wanted = parts(source);
        let is_covered = |path: &&String| {
            let path = parts(path);
            // A folder brings all that is in it.
            (wanted.len()..=path.len())
                .any(|length| length <= path.len() && is_match(&wanted, &path[..length]))
                && !self.is_ignored(&path)
        };
        self.secret_files.iter().find(is_covered).map(String::as_str)
    }

    /// The last pattern that matches a file, or a folder that it is in, decides.
    fn is_ignored(&self, path: &[String]) -> bool {
        self.ignore.iter().fold(false, |ignored, pattern| {
            let matches = (1..=path.len()).any(|length| is_match(&pattern.parts, &path[..length]));
            if matches { !pattern.keeps } else { ignored }
        })
    }
}

fn parts(path: &str) -> Vec<String> {
    path.split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .map(str::to_owned)
        .collect()
}

/// Whether a pattern matches a path part by part; `**` stands for any number of them.
fn is_match(pattern: &[String], path: &[String]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first == "**" => {
            is_match(rest, path)
                || path
                    .split_first()
                    .is_some_and(|(_, path)| is_match(pattern, path))
        }
        (Some((first, rest)), Some((part, path))) => {
            let (first, part): (Vec<char>, Vec<char>) = (first.chars().collect(), part.chars().collect());
            is_glob(&first, &part) && is_match(rest, path)
        }
        _ => false,
    }
}

/// `*`, `?` and `[a-z]` within a part.
fn is_glob(pattern: &[char], text: &[char]) -> bool {
    let Some((first, rest)) = pattern.split_first() else {
        return text.is_empty();
    };
    match first {
        '*' => (0..=text.len()).any(|at| is_glob(rest, &text[at..])),
        '?' => !text.is_empty() && is_glob(rest, &text[1..]),
        '[' => match (rest.iter().position(|letter| *letter == ']'), text.split_first()) {
            (Some(end), Some((letter, text))) => {
                is_in(&rest[..end], *letter) && is_glob(&rest[end + 1..], text)
            }
            _ => false,
        },
        '\\' if !rest.is_empty() => text.first() == rest.first() && is_glob(&rest[1..], &text[1..]),
        letter => text.first() == Some(letter) && is_glob(rest, &text[1..]),
    }
}

fn is_in(set: &[char], letter: char) -> bool {
    let (is_not, set) = match set.split_first() {
        Some(('^', rest)) => (true, rest),
        _ => (false, set),
    };
    let mut found = false;
    let mut at = 0;
    while at < set.len() {
        if set.get(at + 1) == Some(&'-') && at + 2 < set.len() {
            found |= (set[at]..=set[at + 2]).contains(&letter);
            at += 3;
        } else {
            found |= set[at] == letter;
            at += 1;
        }
    }
    found != is_not
}

#[cfg(test)]
mod tests {
    use super::BuildContext;

    fn found(ignore: &str, source: &str) -> Option<String> {
        let files = [".env", "app/.env", "app/config/id_rsa"]
            .map(str::to_owned)
            .to_vec();
        BuildContext::new(ignore, files)
            .secret_in(source)
            .map(str::to_owned)
    }

    #[test]
    fn a_copy_brings_the_secrets_that_nothing_keeps_back() {
        assert_eq!(found("", ".").as_deref(), Some(".env"));
        assert_eq!(found("", "./app/").as_deref(), Some("app/.env"));
        assert_eq!(found("", "app/config").as_deref(), Some("app/config/id_rsa"));
        assert_eq!(found("", ".e*").as_deref(), Some(".env"));
        assert_eq!(found("", "src"), None);
    }

    #[test]
    fn dockerignore_keeps_back_by_pattern_and_the_last_one_counts() {
        assert_eq!(found(".env\n**/id_[rd]sa\n", ".").as_deref(), Some("app/.env"));
        assert_eq!(found("# all\n**/.env\napp/config\n", "."), None);
        assert_eq!(found("*\n!app\n", ".").as_deref(), Some("app/.env"));
        assert_eq!(found("*\n!app\n**/.env\n**/id_rsa", "."), None);
        assert_eq!(found("/.env\n/app", "."), None);
    }
}
