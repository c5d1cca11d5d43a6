//! Effects: everything that touches hosts, engines, files and the clock.
//!
//! Front ends know none of it: they send commands and receive events (`engine`).

pub mod activate;
pub mod audit;
#[cfg(test)]
mod audit_script_tests;
pub mod build;
pub mod check;
pub mod compose;
pub mod config;
pub mod connector;
pub mod console_id;
pub mod cost;
#[cfg(test)]
mod cost_tests;
pub mod dirs;
pub mod docker;
pub mod engine;
pub mod environment;
pub mod export;
pub mod helper;
pub mod host_link;
pub mod journal;
pub mod layers;
pub mod lease;
#[cfg(test)]
mod lease_loss_tests;
#[cfg(test)]
mod lease_script_tests;
#[cfg(test)]
mod lease_tests;
pub mod lister;
pub mod log;
pub mod operator;
pub mod ports;
pub mod prune;
pub mod push;
pub mod registry;
mod release;
pub mod report;
pub mod restart;
pub mod session;
pub mod setup;
pub mod shell;
#[cfg(test)]
mod shells_of_hosts;
#[cfg(test)]
mod simulated;
pub mod ssh;
pub mod stamp;
#[cfg(test)]
mod stamp_tests;
pub mod unanswered;
pub mod watch;
pub mod words;
