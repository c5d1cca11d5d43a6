//! Effects: everything that touches hosts, engines, files and the clock.
//!
//! Front ends know none of it: they send commands and receive events (`engine`).

pub mod config;
pub mod dirs;
pub mod environment;
pub mod host_link;
pub mod operator;
pub mod ports;
pub mod report;
