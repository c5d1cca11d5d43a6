//! The points at which a script of a host can be made to die, and how many of them a run goes through.
#![allow(dead_code, reason = "each test binary uses its own part of this")]

/// All of them, read from the script itself, so that none is forgotten.
pub(crate) fn crash_points_of(script: &str) -> Vec<String> {
    let mut points: Vec<String> = Vec::new();
    for line in script.lines() {
        let mut words = line.split_whitespace();
        if let (Some("begin" | "crash_point"), Some(point), None) = (words.next(), words.next(), words.next())
            && !point.starts_with(['"', '$'])
            && !points.iter().any(|known| known == point)
        {
            points.push(point.to_owned());
        }
    }
    points
}

/// The share of these that falls to one of `sharers` tests, or of the runs of `scripts/test` that there would have to be: its time is
/// bounded. `scripts/soak points` sets the variable, and goes through all of them.
pub(crate) fn sampled<T>(all: impl IntoIterator<Item = T>, turn: usize, sharers: usize) -> Vec<T> {
    let (turn, sharers) = match std::env::var_os("TAGBOAT_ALL_POINTS") {
        Some(_) => (0, 1),
        None => (turn, sharers),
    };
    all.into_iter().skip(turn).step_by(sharers).collect()
}
