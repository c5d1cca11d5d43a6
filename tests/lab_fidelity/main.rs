//! What a restart keeps and what it takes from the new image: the checklist RF01-RF56, item by item, on real engines.
//!
//! The table of the items is docs/restart-checklist.md; each test carries the numbers of its items.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and tells what its engine does not have"
)]

mod before_and_after;
mod image_config;
mod image_own;
mod network;
mod ports;
mod refusals;
#[path = "../lab_restart/rig.rs"]
#[allow(dead_code, reason = "the tests of crashes use more of it")]
mod rig;
mod round_trip;
mod runtime;
mod states;
#[path = "../lab_restart/stops.rs"]
#[allow(dead_code, reason = "the tests of crashes use more of it")]
mod stops;
mod volumes;
