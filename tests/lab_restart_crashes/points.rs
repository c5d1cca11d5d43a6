//! Where a restart can be interrupted, read from the product itself, so that no point is forgotten.

use crate::crash_points::crash_points_of;
use tagboat::ops::restart::{CONSOLE_CRASH_POINTS, TRANSACTION};

/// The points of the console.
pub(crate) fn of_console() -> Vec<String> {
    CONSOLE_CRASH_POINTS.map(str::to_owned).to_vec()
}

/// The points of the host's script.
pub(crate) fn of_host() -> Vec<String> {
    let points = crash_points_of(TRANSACTION);
    assert!(points.len() >= 16, "{points:?}");
    points
}
