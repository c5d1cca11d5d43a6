//! Who may know whom: `ui` and `ops` meet only in `model`, and `model` knows neither.

use super::sources::Source;

/// What would bring effects, a screen or a clock into the model.
const IMPURE: [&str; 16] = [
    "tokio::",
    "ratatui::",
    "crossterm::",
    "bollard::",
    "openssh::",
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "std::thread",
    "Instant::now",
    "SystemTime::now",
    "Timestamp::now",
    "Zoned::now",
    "crate::ops",
    "crate::ui",
];

/// What its tests do not need either.
const IMPURE_IN_TESTS: [&str; 5] = ["tokio::", "std::net", "std::process", "crate::ops", "crate::ui"];

/// The model has no effects and no clock, and knows neither the operations nor the front ends.
pub(crate) fn model_is_pure(source: &Source) -> Vec<String> {
    if source.path.starts_with("src/model/") {
        // Its tests may read fixtures, and no more than that.
        let mut found = uses(source, &IMPURE);
        found.extend(uses_in(source, source.code(), &IMPURE_IN_TESTS));
        found.sort();
        found.dedup();
        found
    } else {
        Vec::new()
    }
}

/// The operations know no front end and no screen.
pub(crate) fn ops_know_no_front_end(source: &Source) -> Vec<String> {
    let front_ends = ["crate::ui", "ratatui::", "crossterm::", "indicatif::", "clap::"];
    if source.path.starts_with("src/ops/") {
        uses(source, &front_ends)
    } else {
        Vec::new()
    }
}

/// The console knows the engine by its commands and events alone; the command line starts it.
pub(crate) fn ui_knows_ops_only_in_the_command_line(source: &Source) -> Vec<String> {
    let is_ui = source.path.starts_with("src/ui/") && !source.path.starts_with("src/ui/cli/");
    if is_ui {
        uses(source, &["crate::ops", "openssh::", "bollard::"])
    } else {
        Vec::new()
    }
}

fn uses(source: &Source, forbidden: &[&str]) -> Vec<String> {
    uses_in(source, source.code_before_tests(), forbidden)
}

fn uses_in<'a>(
    source: &Source,
    code: impl Iterator<Item = (usize, &'a str)>,
    forbidden: &[&str],
) -> Vec<String> {
    code.flat_map(|(number, line)| {
        let found = forbidden.iter().filter(move |word| names(line, word));
        found.map(move |word| {
            format!(
                "{}:{number}: it must not use {}",
                source.path,
                word.trim_end_matches(':')
            )
        })
    })
    .collect()
}

/// Whether a line names a path: the word itself, not the end of another one, and also in a list of imports.
fn names(line: &str, path: &str) -> bool {
    let is_whole = |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    if line.match_indices(path).any(|(at, _)| is_whole(at)) {
        return true;
    }
    // `use crate::{ops, ui}` and `use std::{fs, io}` name the same things.
    let Some((parent, child)) = path.trim_end_matches(':').rsplit_once("::") else {
        return false;
    };
    let Some((_, list)) = line.split_once(&format!("{parent}::{{")) else {
        return false;
    };
    list.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| word == child)
}

#[cfg(test)]
mod tests {
    use super::{Source, model_is_pure, ops_know_no_front_end, ui_knows_ops_only_in_the_command_line};

    #[test]
    fn an_effect_in_the_model_is_found_however_it_is_written() {
        for line in [
            "use tokio::sync::mpsc;",
            "    let at = jiff::Timestamp::now();",
            "use std::fs::File;",
            "use std::{fmt, fs};",
            "use crate::{ops, model};",
            "fn f() { crate::ui::run() }",
        ] {
            assert_eq!(
                model_is_pure(&Source::planted("src/model/x.rs", line)).len(),
                1,
                "{line}"
            );
            assert!(model_is_pure(&Source::planted("src/ops/x.rs", line)).is_empty());
        }
        for line in [
            "// tokio::spawn is not used",
            "use std::fmt;",
            "use crate::model::fleet;",
            "mystd::fs_like",
        ] {
            assert!(
                model_is_pure(&Source::planted("src/model/x.rs", line)).is_empty(),
                "{line}"
            );
        }
    }

    #[test]
    fn a_front_end_in_the_operations_is_found() {
        for line in [
            "use crate::ui::cli;",
            "use ratatui::Frame;",
            "crossterm::terminal::size()",
        ] {
            assert_eq!(
                ops_know_no_front_end(&Source::planted("src/ops/x.rs", line)).len(),
                1,
                "{line}"
            );
        }
    }

    #[test]
    fn the_engine_in_a_view_is_found_and_in_the_command_line_it_is_not() {
        let line = "use crate::ops::engine;";
        assert_eq!(
            ui_knows_ops_only_in_the_command_line(&Source::planted("src/ui/view/x.rs", line)).len(),
            1
        );
        assert!(ui_knows_ops_only_in_the_command_line(&Source::planted("src/ui/cli/x.rs", line)).is_empty());
    }

    #[test]
    fn the_tests_of_a_module_may_read_fixtures() {
        let using = |what: &str| {
            let text = format!("use std::fmt;\n#[cfg(test)]\nmod tests {{\n    use {what};\n}}\n");
            model_is_pure(&Source::planted("src/model/x.rs", &text)).len()
        };
        assert_eq!(using("std::fs"), 0);
        assert_eq!(using("std::process::Command"), 1);
    }
}
