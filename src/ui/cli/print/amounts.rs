//! Bytes and times in few letters.

use jiff::SignedDuration;

/// `512 B`, `182 kB`, `12.3 MB`, `445 MB`, `1.16 GB`: three digits that count.
pub(in crate::ui::cli) fn bytes(count: u64) -> String {
    const UNITS: [(u64, &str); 4] = [
        (1_000_000_000_000, "TB"),
        (1_000_000_000, "GB"),
        (1_000_000, "MB"),
        (1000, "kB"),
    ];
    let Some((size, unit)) = UNITS.into_iter().find(|(size, _)| count >= *size) else {
        return format!("{count} B");
    };
    let (whole, rest) = (count / size, count % size);
    match whole {
        0..=9 if unit != "kB" => format!("{whole}.{:02} {unit}", rest * 100 / size),
        10..=99 if unit != "kB" => format!("{whole}.{} {unit}", rest * 10 / size),
        _ => format!("{whole} {unit}"),
    }
}

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

fn tenths(duration: SignedDuration) -> i32 {
    (duration.subsec_millis() / 100).max(0)
}

#[cfg(test)]
mod tests {
    use super::{bytes, clock, span};
    use jiff::SignedDuration;

    #[test]
    fn amounts_are_short_and_have_the_digits_that_count() {
        for (count, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (182_900, "182 kB"),
            (1_000_000, "1.00 MB"),
            (12_345_678, "12.3 MB"),
            (445_000_000, "445 MB"),
            (1_160_000_000, "1.16 GB"),
            (u64::MAX, "18446744 TB"),
        ] {
            assert_eq!(bytes(count), text);
        }
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
