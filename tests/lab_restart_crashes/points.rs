//! Where a restart can be interrupted, read from the product itself, so that no point is forgotten.

use tagboat::ops::restart::{CONSOLE_CRASH_POINTS, TRANSACTION};

/// The points of the console.
pub(crate) fn of_console() -> Vec<String> {
    CONSOLE_CRASH_POINTS.map(str::to_owned).to_vec()
}

/// The points of the host's script.
pub(crate) fn of_host() -> Vec<String> {
    let mut points: Vec<String> = Vec::new();
    for line in TRANSACTION.lines() {
        let mut words = line.split_whitespace();
        if let (Some("begin" | "crash_point"), Some(point), None) = (words.next(), words.next(), words.next())
            && !point.starts_with(['"', '$'])
            && !points.iter().any(|known| known == point)
        {
            points.push(point.to_owned());
        }
    }
    assert!(points.len() >= 16, "{points:?}");
    points
}
