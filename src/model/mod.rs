//! What tagboat knows and decides, without doing anything: no I/O, no clock, no tokio, no ratatui.
//!
//! Time enters as a value, the world enters as deltas, and every change leaves as a plan.

pub mod amount;
pub mod attach;
pub mod audit;
pub mod clean;
pub mod command;
pub mod compose;
pub mod console;
pub mod container_path;
pub mod contract;
pub mod cost;
pub mod destination;
pub mod dockerfile;
pub mod event;
pub mod failure;
pub mod fleet;
pub mod image_files;
pub mod job;
pub mod known_from;
pub mod logs;
pub mod names;
pub mod plan;
pub mod probe;
pub mod profile;
pub mod rollout;
pub mod secret;
pub mod setup;
pub mod successor;
pub mod template;
