//! The rules of the sources that no compiler checks: who may know whom, how long a file may be, what it must begin with.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod tidy {
    pub(crate) mod architecture;
    pub(crate) mod form;
    pub(crate) mod sources;
}

use tidy::sources::{Source, sources};
use tidy::{architecture, form};

/// Runs a rule over all sources and lists everything that breaks it.
fn hold(rule: impl Fn(&Source) -> Vec<String>) {
    let broken: Vec<String> = sources().iter().flat_map(&rule).collect();
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn the_model_is_pure() {
    hold(architecture::model_is_pure);
}

#[test]
fn operations_know_no_front_end() {
    hold(architecture::ops_know_no_front_end);
}

#[test]
fn of_the_front_ends_only_the_command_line_starts_an_engine() {
    hold(architecture::ui_knows_ops_only_in_the_command_line);
}

#[test]
fn every_module_begins_with_what_it_is() {
    hold(form::begins_with_its_purpose);
}

#[test]
fn no_file_is_longer_than_can_be_read_at_once() {
    hold(form::is_short);
}

#[test]
fn no_struct_has_more_fields_than_can_be_kept_in_mind() {
    hold(form::structs_are_small);
}

#[test]
fn every_file_is_named_after_the_one_thing_in_it() {
    hold(form::is_named_after_its_thing);
}

#[test]
fn nothing_is_left_to_be_done_in_a_comment() {
    hold(form::leaves_nothing_undone);
}

#[test]
fn every_script_for_hosts_is_used() {
    let used = sources();
    let unused: Vec<_> = tidy::sources::host_scripts()
        .into_iter()
        .filter(|script| {
            !used
                .iter()
                .any(|source| source.path.starts_with("src/") && source.text.contains(script.as_str()))
        })
        .collect();
    assert!(unused.is_empty(), "in assets/host and used by nobody: {unused:?}");
}
