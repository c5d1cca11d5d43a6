//! Releases on the real source engine, with a real registry and a real Compose project at the end of the line.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    reason = "a test fails by panicking, and the rig is that of the tests of registries"
)]

mod contracts;
#[path = "../headless/mod.rs"]
mod headless;
mod interrupted;
mod pinned_project;
mod project;
#[path = "../real_fleet/mod.rs"]
mod real_fleet;
#[path = "../lab_registry/rig.rs"]
mod rig;
mod to_the_end;
