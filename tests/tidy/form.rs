//! The form of every file: one thing, named after it, short, and with nothing left undone.

use super::sources::Source;

/// A file can be read at once.
const LONGEST: usize = 400;

/// Fields of one struct.
const MOST_FIELDS: usize = 12;

/// Names that say nothing of what is in a file.
/// The helper of DESIGN section 5 is a thing; a file of helpers is none.
const SAYS_NOTHING: [&str; 7] = ["utils", "util", "common", "helpers", "misc", "manager", "stuff"];

/// Longer files, each with the reason why it is not two.
const MAY_BE_LONGER: [(&str, &str); 0] = [];

/// A file begins with one line of `//!` that says what it is.
pub(crate) fn begins_with_its_purpose(source: &Source) -> Vec<String> {
    let first = source.text.lines().next().unwrap_or_default();
    let says = first
        .strip_prefix("//! ")
        .is_some_and(|purpose| purpose.len() > 10);
    problem(!says, source, 1, "it does not begin with `//!` and what it is")
}

/// A file is not longer than [`LONGEST`] lines, tests included.
pub(crate) fn is_short(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    let is_allowed = MAY_BE_LONGER.iter().any(|(path, _)| *path == source.path);
    problem(
        lines > LONGEST && !is_allowed,
        source,
        lines,
        "it is longer than 400 lines",
    )
}

/// A struct has at most [`MOST_FIELDS`] fields.
pub(crate) fn structs_are_small(source: &Source) -> Vec<String> {
    let mut problems = Vec::new();
    let mut open: Option<(usize, usize, usize)> = None;
    for (number, line) in source.code() {
        let indent = line.len() - line.trim_start().len();
        match open {
            None if is_struct(line) => open = Some((number, indent, 0)),
            None => {}
            Some((began, outer, fields)) if indent == outer && line.trim() == "}" => {
                problems.extend(problem(
                    fields > MOST_FIELDS,
                    source,
                    began,
                    "the struct has more than 12 fields",
                ));
                open = None;
            }
            Some((began, outer, fields)) => {
                let is_field =
                    indent == outer + 4 && !line.trim_start().starts_with('#') && line.contains(": ");
                open = Some((began, outer, fields + usize::from(is_field)));
            }
        }
    }
    problems
}

fn is_struct(line: &str) -> bool {
    line.ends_with('{') && line.split_whitespace().take(3).any(|word| word == "struct")
}

/// No file or folder is called by a name under which anything could be put.
pub(crate) fn is_named_after_its_thing(source: &Source) -> Vec<String> {
    let mut parts = source.path.split('/').map(|part| part.trim_end_matches(".rs"));
    let says_nothing = parts.any(|part| part.split('_').any(|word| SAYS_NOTHING.contains(&word)));
    problem(says_nothing, source, 1, "its name says nothing of what is in it")
}

/// No comment promises what the code does not do.
pub(crate) fn leaves_nothing_undone(source: &Source) -> Vec<String> {
    // The words are put together here, so that this file does not find itself.
    let promises = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("HA", "CK"),
    ];
    let numbered = source.text.lines().enumerate();
    numbered
        .filter(|(_, line)| words(line).any(|word| promises.contains(&word)))
        .flat_map(|(index, _)| problem(true, source, index + 1, "something is left to be done"))
        .collect()
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_ascii_alphanumeric())
}

fn problem(holds: bool, source: &Source, line: usize, what: &str) -> Vec<String> {
    if holds {
        vec![format!("{}:{line}: {what}", source.path)]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Source, begins_with_its_purpose, is_named_after_its_thing, is_short, leaves_nothing_undone,
        structs_are_small,
    };

    fn broken(rule: impl Fn(&Source) -> Vec<String>, path: &str, text: &str) -> usize {
        rule(&Source::planted(path, text)).len()
    }

    #[test]
    fn a_file_that_does_not_say_what_it_is_is_found() {
        assert_eq!(broken(begins_with_its_purpose, "src/x.rs", "use std::fmt;\n"), 1);
        assert_eq!(
            broken(begins_with_its_purpose, "src/x.rs", "//! \nuse std::fmt;\n"),
            1
        );
        assert_eq!(
            broken(begins_with_its_purpose, "src/x.rs", "//! What is in here.\n"),
            0
        );
    }

    #[test]
    fn the_four_hundred_and_first_line_is_found() {
        assert_eq!(broken(is_short, "src/x.rs", &"line\n".repeat(401)), 1);
        assert_eq!(broken(is_short, "src/x.rs", &"line\n".repeat(400)), 0);
    }

    #[test]
    fn the_thirteenth_field_is_found_in_a_struct_and_not_in_a_function() {
        let fields = |n: usize| "    /// A field.\n    #[serde(default)]\n    pub field: u8,\n".repeat(n);
        let with = |n| format!("pub struct Big {{\n{}}}\n", fields(n));
        assert_eq!(broken(structs_are_small, "src/x.rs", &with(13)), 1);
        assert_eq!(broken(structs_are_small, "src/x.rs", &with(12)), 0);
        assert_eq!(
            broken(
                structs_are_small,
                "src/x.rs",
                &format!("pub(super) struct Big<'a> {{\n{}}}\n", fields(13))
            ),
            1
        );
        assert_eq!(
            broken(
                structs_are_small,
                "src/x.rs",
                &format!("fn big() {{\n{}}}\n", fields(13))
            ),
            0
        );
    }

    #[test]
    fn a_file_for_anything_is_found_by_its_name() {
        for path in [
            "src/utils.rs",
            "src/model/common/mod.rs",
            "src/ops/session_manager.rs",
        ] {
            assert_eq!(broken(is_named_after_its_thing, path, ""), 1, "{path}");
        }
        assert_eq!(broken(is_named_after_its_thing, "src/ops/journal/mod.rs", ""), 0);
    }

    #[test]
    fn a_promise_in_a_comment_is_found_as_a_word() {
        let promise = concat!("// TO", "DO: later\n");
        assert_eq!(broken(leaves_nothing_undone, "src/x.rs", promise), 1);
        assert_eq!(
            broken(
                leaves_nothing_undone,
                "src/x.rs",
                "let todos = 1; // tagboat-xxxx\n"
            ),
            0
        );
    }
}
