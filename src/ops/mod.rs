//! Effects: everything that touches hosts, engines, files and the clock.
//!
//! Front ends know none of it: they send commands and receive events (`engine`).

pub mod connector;
pub mod docker;
pub mod host_link;
pub mod lister;
pub mod ports;
pub mod report;
pub mod restart;
pub mod shell;
pub mod ssh;
