//! Effects: everything that touches hosts, engines, files and the clock.
//!
//! Front ends know none of it: they send commands and receive events (`engine`).

pub mod config;
pub mod dirs;
pub mod engine;
pub mod environment;
pub mod host_link;
pub mod journal;
pub mod log;
pub mod operator;
pub mod ports;
pub mod report;
