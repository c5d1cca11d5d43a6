//! The points at which a script of a host can be made to die.

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
