//! Bytes and times in few letters.

pub(in crate::ui::cli) use crate::model::amount::bytes;
use jiff::{SignedDuration, Unit};

/// `0:07`, `12:30`, `1:02:03`.
pub(in crate::ui::cli) fn clock(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// `0.3 s`, `42 s`, `4 min`, `5 h`, `6 d`: how long something took, or how long ago it was.
pub(in crate::ui::cli) fn span(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().max(0);
    match seconds {
        0..10 => format!("{seconds}.{} s", tenths(duration)),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// Seconds with three digits after the point.
pub(in crate::ui::cli) fn milliseconds(duration: SignedDuration) -> f64 {
    duration
        .round(Unit::Millisecond)
        .unwrap_or(duration)
        .as_secs_f64()
}

fn tenths(duration: SignedDuration) -> i32 {
    (duration.subsec_millis() / 100).max(0)
}

#[cfg(test)]
mod tests {
    use super::{clock, span};
    use jiff::SignedDuration;

    #[test]
    fn times_are_short_and_have_the_digits_that_count() {
        for (seconds, text) in [(7, "0:07"), (750, "12:30"), (3723, "1:02:03")] {
            assert_eq!(clock(seconds), text);
        }
        for (seconds, text) in [
            (-5, "0.0 s"),
            (9, "9.0 s"),
            (59, "59 s"),
            (61, "1 min"),
            (7200, "2 h"),
            (200_000, "2 d"),
        ] {
            assert_eq!(span(SignedDuration::from_secs(seconds)), text);
        }
    }
}
