//! Bare machines on the lab: made members, updated, broken and mended, taken off again; with systemd and without, with a login that
//! is root and one that has sudo.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../headless/mod.rs"]
mod headless;
#[path = "../real_fleet/mod.rs"]
mod real_fleet;

mod boots;
mod life;
mod machine;
mod refusals;
mod resumes;
mod units;
