//! Real consoles, engines and hosts die in the middle of a restart: one session with its data is left, and nothing else.
//!
//! The points spread over policies, stores, and who dies at them; `scripts/soak restart` has all of them die at each, several times,
//! and at random moments.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../crash_points/mod.rs"]
mod crash_points;
mod deaths;
#[path = "../headless/mod.rs"]
mod headless;
mod points;
mod rivals;
mod scene;
mod spread;

use crash_points::sampled;
use deaths::{Death, lab};
use spread::{Case, all_die, cases};

/// Lets every death happen, and says what was lost, if anything was.
fn nothing_is_lost(name: &str, deaths: &[Case]) {
    lab(&["reset"]).unwrap();
    let outcomes = all_die(name, 0, deaths);
    lab(&["reset"]).unwrap();
    let lost: Vec<String> = outcomes
        .iter()
        .filter_map(|outcome| {
            let Case { death, point, policy } = &outcome.case;
            let why = outcome.result.as_ref().err()?;
            Some(format!(
                "{} {policy}: {} dies at {point}: {why}",
                outcome.host,
                death.word()
            ))
        })
        .collect();
    assert!(lost.is_empty(), "{lost:#?}");
    assert_eq!(outcomes.len(), deaths.len());
}

fn at(points: &[&str]) -> Vec<String> {
    points.iter().map(|point| (*point).to_owned()).collect()
}

/// A quarter of the points of the host's script: each quarter meets another death.
fn quarter(turn: usize) -> Vec<String> {
    sampled(points::of_host(), turn, 4)
}

#[test]
fn a_console_that_is_killed_at_one_of_its_steps_leaves_a_session_that_a_resume_ends() {
    nothing_is_lost(
        "console",
        &cases(Death::ConsoleBefore, &sampled(points::of_console(), 0, 2), 0),
    );
}

#[test]
fn a_console_that_is_killed_at_a_step_of_the_host_is_not_needed_any_more() {
    nothing_is_lost("alone", &cases(Death::Console, &quarter(0), 0));
}

#[test]
fn an_engine_that_is_killed_at_a_step_is_waited_for_and_the_host_ends_the_work_alone() {
    nothing_is_lost("engine", &cases(Death::Engine, &quarter(2), 1));
}

#[test]
fn a_host_that_loses_its_power_ends_the_work_within_a_minute_of_its_boot_or_when_it_is_resumed() {
    let hook = at(&["hold", "rename_new", "put_back_name", "probe", "policy", "end"]);
    let mut deaths = cases(Death::Host, &sampled(hook, 0, 2), 0);
    deaths.extend(cases(
        Death::HostWithoutHook,
        &sampled(at(&["stop", "start", "pin"]), 0, 2),
        0,
    ));
    nothing_is_lost("power", &deaths);
}
