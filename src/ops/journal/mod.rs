//! The journal: one file per job, a line per event, on disk before the step that it tells of begins.

use crate::model::job::Job;
use std::path::Path;

/// All jobs under a state directory; none when there is none yet.
pub fn list(_state: &Path) -> std::io::Result<Vec<Job>> {
    Ok(Vec::new())
}
