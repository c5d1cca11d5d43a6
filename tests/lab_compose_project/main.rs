//! Compose projects on real hosts: generated and started, checked, and brought from their build to a pin and back.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bootstraps;
mod contracts;
#[path = "../crash_points/mod.rs"]
mod crash_points;
mod env_files;
mod files;
#[path = "../headless/mod.rs"]
mod headless;
mod migrations;
mod project;
#[path = "../real_fleet/mod.rs"]
mod real_fleet;
mod refusals;
