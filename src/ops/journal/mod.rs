//! The journal: one file per job, a line per event, on disk before the step that it tells of begins.

mod file;
mod list;
mod watch;

pub use file::{JournalError, JournalFile};
pub use list::{Journal, list};
pub use watch::{JournalNews, JournalWatch};
