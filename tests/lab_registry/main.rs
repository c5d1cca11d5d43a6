//! Images that go through a registry: a real one with TLS and a password, and one that makes every trouble that registries make.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../headless/mod.rs"]
mod headless;
#[path = "../real_fleet/mod.rs"]
mod real_fleet;

mod bootstraps;
mod canary;
mod cuts;
mod fake;
mod held_back;
mod logins;
mod publishes;
mod pulls;
mod rig;
mod scanner;
mod troubles;
