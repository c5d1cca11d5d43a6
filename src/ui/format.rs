//! Numbers as people read them: bytes, rates, durations, ages.

use jiff::{SignedDuration, Timestamp};

/// `182 kB`, `445 MB`, `1.16 GB`.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = count as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    match (unit, value) {
        (0, _) => format!("{count} B"),
        (_, value) if value < 9.995 => format!("{value:.2} {}", UNITS[unit]),
        (_, value) if value < 99.95 => format!("{value:.1} {}", UNITS[unit]),
        _ => format!("{value:.0} {}", UNITS[unit]),
    }
}

/// `12.0 MB/s`.
pub fn rate(bytes_per_second: u64) -> String {
    format!("{}/s", bytes(bytes_per_second))
}

/// `45s`, `2m 10s`, `1h 05m`, `3d 4h`.
pub fn seconds(count: u64) -> String {
    let (minutes, hours, days) = (count / 60, count / 3600, count / 86_400);
    match count {
        0..60 => format!("{count}s"),
        60..3600 => format!("{minutes}m {:02}s", count % 60),
        3600..86_400 => format!("{hours}h {:02}m", minutes % 60),
        _ => format!("{days}d {}h", hours % 24),
    }
}

/// How long a step took: `0.4s`, `9.8s`, then as [`seconds`].
pub fn span(span: SignedDuration) -> String {
    let span = span.max(SignedDuration::ZERO);
    match span.as_secs() {
        0..10 => format!("{}.{}s", span.as_secs(), span.subsec_millis() / 100),
        count => seconds(count.unsigned_abs()),
    }
}

/// The time between two moments, in seconds and up.
pub fn between(from: Timestamp, to: Timestamp) -> String {
    let span = to.duration_since(from).max(SignedDuration::ZERO);
    seconds(span.as_secs().unsigned_abs())
}

/// How long ago something was, by minutes, so that an idle screen does not change every second.
pub fn age(from: Timestamp, now: Timestamp) -> String {
    let span = now.duration_since(from).max(SignedDuration::ZERO);
    minutes(span)
}

/// A span of time by minutes: `<1m`, `4m`, `2h`, `3d`.
pub fn minutes(span: SignedDuration) -> String {
    let minutes = span.as_mins();
    match minutes {
        ..1 => "<1m".to_owned(),
        1..120 => format!("{minutes}m"),
        120..2880 => format!("{}h", minutes / 60),
        _ => format!("{}d", minutes / 1440),
    }
}

/// Date and time to the minute, in UTC like the journals.
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// `1 host`, `3 hosts`.
pub fn count(n: usize, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::{bytes, minutes, seconds, span};
    use jiff::SignedDuration;

    #[test]
    fn numbers_have_three_digits_and_a_unit() {
        for (count, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.00 kB"),
            (182_000, "182 kB"),
            (999_499, "999 kB"),
            (999_500, "1.00 MB"),
            (1_160_000_000, "1.16 GB"),
        ] {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn durations_name_their_two_largest_units() {
        for (count, text) in [(45, "45s"), (130, "2m 10s"), (3900, "1h 05m"), (273_600, "3d 4h")] {
            assert_eq!(seconds(count), text);
        }
        assert_eq!(span(SignedDuration::from_millis(480)), "0.4s");
        assert_eq!(span(SignedDuration::from_millis(61_900)), "1m 01s");
        assert_eq!(minutes(SignedDuration::from_secs(59)), "<1m");
        assert_eq!(minutes(SignedDuration::from_mins(119)), "119m");
        assert_eq!(minutes(SignedDuration::from_mins(120)), "2h");
    }
}
