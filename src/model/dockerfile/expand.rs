//! Expands variables in an instruction's text, and takes its quotes away.

/// What a variable is.
pub(super) enum Value {
    /// This text.
    Known(String),
    /// Nothing has it: it is the empty text.
    Unset,
    /// It depends on what is not in the text.
    Unclear,
}

/// The text without quotes and with the values of its variables; none where one of them is not known.
pub(super) fn expand(text: &str, escape: char, value: &dyn Fn(&str) -> Value) -> Option<String> {
    let mut reader = Reader {
        rest: text,
        escape,
        value,
    };
    reader.until(None)
}

struct Reader<'a> {
    rest: &'a str,
    escape: char,
    value: &'a dyn Fn(&str) -> Value,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let letter = self.rest.chars().next()?;
        self.rest = &self.rest[letter.len_utf8()..];
        Some(letter)
    }

    /// Reads up to the end, or to a brace that closes.
    fn until(&mut self, end: Option<char>) -> Option<String> {
        let mut out = String::new();
        let mut is_quoted = false;
        while let Some(letter) = self.next() {
            match letter {
                letter if Some(letter) == end && !is_quoted => return Some(out),
                letter if letter == self.escape => self.escaped(is_quoted, &mut out),
                '\'' if !is_quoted => {
                    let (inside, rest) = self.rest.split_once('\'').unwrap_or((self.rest, ""));
                    out.push_str(inside);
                    self.rest = rest;
                }
                '"' => is_quoted = !is_quoted,
                '$' => out.push_str(&self.variable()?),
                letter => out.push(letter),
            }
        }
        Some(out)
    }

    /// Behind the escape letter: in double quotes it escapes only what would mean something there.
    fn escaped(&mut self, is_quoted: bool, out: &mut String) {
        let Some(letter) = self.next() else {
            out.push(self.escape);
            return;
        };
        if is_quoted && !matches!(letter, '"' | '$') && letter != self.escape {
            out.push(self.escape);
        }
        out.push(letter);
    }

    fn variable(&mut self) -> Option<String> {
        if let Some(rest) = self.rest.strip_prefix('{') {
            self.rest = rest;
            return self.braced();
        }
        let name = self.name();
        if name.is_empty() {
            return Some("$".to_owned());
        }
        match (self.value)(&name) {
            Value::Known(text) => Some(text),
            Value::Unset => Some(String::new()),
            Value::Unclear => None,
        }
    }

    fn name(&mut self) -> String {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let end = self
            .rest
            .find(|letter| !is_part(letter))
            .unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        name.to_owned()
    }

    /// `${NAME}`, `${NAME:-instead}`, `${NAME:+other}`, and the same without the colon.
    fn braced(&mut self) -> Option<String> {
        let name = self.name();
        let value = (self.value)(&name);
        let mut operator = self.next()?;
        let counts_empty = operator == ':';
        if counts_empty {
            operator = self.next()?;
        }
        if operator == '}' {
            return match value {
                Value::Known(text) => Some(text),
                Value::Unset => Some(String::new()),
                Value::Unclear => None,
            };
        }
        let word = self.until(Some('}'))?;
        let known = match value {
            Value::Unclear => return None,
            Value::Known(text) if text.is_empty() && counts_empty => None,
            Value::Known(text) => Some(text),
            Value::Unset => None,
        };
        match operator {
            '-' => Some(known.unwrap_or(word)),
            '+' => Some(known.map(|_| word).unwrap_or_default()),
            '?' => known,
            // Patterns are not read: what comes of them is not told.
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Value, expand};
    use proptest::prelude::*;

    fn with(name: &str) -> Value {
        match name {
            "V" => Value::Known("v1".to_owned()),
            "EMPTY" => Value::Known(String::new()),
            "BASE" => Value::Unclear,
            _ => Value::Unset,
        }
    }

    #[test]
    fn variables_quotes_and_escapes_are_read_as_a_builder_does() {
        for (text, expected) in [
            ("a-$V-b", "a-v1-b"),
            ("${V}x", "v1x"),
            ("${NONE:-d}/${EMPTY:-e}/${EMPTY-f}", "d/e/"),
            ("${V:+yes}${NONE:+no}", "yes"),
            ("${NONE:-${V}}", "v1"),
            ("'$V'\"$V\"", "$Vv1"),
            ("\\$V", "$V"),
            ("\"a\\b\\\"\"", "a\\b\""),
            ("$NONE", ""),
            ("5$", "5$"),
        ] {
            assert_eq!(expand(text, '\\', &with).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_depends_on_the_unknown_is_unknown() {
        for text in ["$BASE", "x${BASE:-y}", "${V%1}", "${V"] {
            assert_eq!(expand(text, '\\', &with), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in ".{0,40}") {
            let _ = expand(&text, '\\', &with);
            let _ = expand(&text, '`', &with);
        }
    }
}
