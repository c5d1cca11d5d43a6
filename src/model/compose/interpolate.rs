//! `${NAME}` in the values of a Compose file, as Compose replaces it (compose-go, `template/template.go`).

/// A value in which the variables were replaced.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Interpolated {
    /// The value.
    pub(super) text: String,
    /// The variables that it names, in their order.
    pub(super) names: Vec<String>,
    /// Those of them that have neither a value nor a default, and whether the file insists on one.
    pub(super) unset: Vec<(String, bool)>,
}

/// Replaces the variables of a value. What is not well-formed stays as it is: Compose tells of it.
pub(super) fn interpolate(text: &str, value: &dyn Fn(&str) -> Option<String>) -> Interpolated {
    let mut done = Interpolated::default();
    replace(text, value, &mut done, 0);
    done
}

/// How deep defaults may be within defaults.
const DEEPEST: usize = 8;

fn replace(text: &str, value: &dyn Fn(&str) -> Option<String>, done: &mut Interpolated, depth: usize) {
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        done.text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            done.text.push('$');
            rest = after;
        } else if let Some((inner, after)) = braced(rest).filter(|_| depth < DEEPEST) {
            expand(inner, value, done, depth);
            rest = after;
        } else {
            let name = name_at(rest);
            rest = &rest[name.len()..];
            if name.is_empty() {
                done.text.push('$');
            } else {
                plain(name, value, done);
            }
        }
    }
    done.text.push_str(rest);
}

/// The text between the braces, and what comes after them.
fn braced(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('{')?;
    let mut depth = 0_usize;
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some((&inner[..at], &inner[at + 1..])),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn name_at(text: &str) -> &str {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    if !text.starts_with(is_letter) {
        return "";
    }
    let end = text.find(|c| !is_letter(c) && !c.is_ascii_digit());
    &text[..end.unwrap_or(text.len())]
}

fn plain(name: &str, value: &dyn Fn(&str) -> Option<String>, done: &mut Interpolated) {
    done.names.push(name.to_owned());
    match value(name) {
        Some(value) => done.text.push_str(&value),
        None => done.unset.push((name.to_owned(), false)),
    }
}

fn expand(inner: &str, value: &dyn Fn(&str) -> Option<String>, done: &mut Interpolated, depth: usize) {
    let name = name_at(inner);
    let rest = &inner[name.len()..];
    if name.is_empty() {
        done.text.push_str("${");
        done.text.push_str(inner);
        done.text.push('}');
        return;
    }
    // With a colon, an empty value is as none.
    let (colon, rest) = match rest.strip_prefix(':') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let known = value(name).filter(|text| !(colon && text.is_empty()));
    let mut kinds = rest.chars();
    match (kinds.next(), known) {
        (Some('+'), None) => done.names.push(name.to_owned()),
        (Some('-'), None) | (Some('+'), Some(_)) => {
            done.names.push(name.to_owned());
            replace(kinds.as_str(), value, done, depth + 1);
        }
        (Some('?'), None) => {
            done.names.push(name.to_owned());
            done.unset.push((name.to_owned(), true));
        }
        (Some('-' | '?'), Some(known)) => {
            done.names.push(name.to_owned());
            done.text.push_str(&known);
        }
        _ => plain(name, value, done),
    }
}

#[cfg(test)]
mod tests {
    use super::interpolate;

    fn value(name: &str) -> Option<String> {
        match name {
            "A" => Some("x".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        }
    }

    #[test]
    fn variables_are_replaced_as_compose_does() {
        for (text, shown) in [
            ("$A-${A}", "x-x"),
            ("$$A ${B}|", "$A |"),
            ("${A:-y} ${B:-y} ${B-y}", "x y y"),
            ("${EMPTY:-y} ${EMPTY-y}|", "y |"),
            ("${B:-${A}/z}", "x/z"),
            ("${A:+there} ${B:+there}|", "there |"),
            ("${A:?why} ${B:?why}|", "x |"),
            ("${B:-ghcr.io/o/a:v1@sha256:12}", "ghcr.io/o/a:v1@sha256:12"),
            ("100$ ${", "100$ ${"),
            ("${1}", "${1}"),
        ] {
            assert_eq!(interpolate(text, &value).text, shown, "{text}");
        }
    }

    #[test]
    fn what_has_no_value_is_told() {
        let done = interpolate("${A} ${B} ${C:?} ${D:-x} ${EMPTY:?}", &value);
        assert_eq!(done.names, ["A", "B", "C", "D", "EMPTY"]);
        let unset: Vec<(&str, bool)> = done
            .unset
            .iter()
            .map(|(name, must)| (name.as_str(), *must))
            .collect();
        assert_eq!(unset, [("B", false), ("C", true), ("EMPTY", true)]);
    }
}
