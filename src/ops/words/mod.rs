//! Words from one process to a job that another one of the same operator and machine runs: a Unix socket per process, one line
//! of JSON each way.

mod listener;
mod message;
mod say;
#[cfg(test)]
mod tests;

pub use listener::WordListener;
pub use message::{Answer, Request};
pub use say::{SayError, say};

use std::time::Duration;

/// How long the process that runs a job may take to read a request, and then the job to answer it.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// How long whoever says something waits in all: longer than the other side, so that its reason is heard.
const SAY_WITHIN: Duration = Duration::from_secs(12);

/// Bytes of the longest line: names and texts are short.
const LONGEST_LINE: u64 = 16 * 1024;
