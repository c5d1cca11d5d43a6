//! How numbers are written, and one markdown table with a line for each contestant of a round.

use crate::bench::{Outcome, Results};
use crate::contestant::Contestant;
use crate::round::Round;
use std::fmt::Write;
use std::time::Duration;

/// Bytes as a reader wants them.
pub(crate) fn bytes(count: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let value = count as f64;
    match count {
        0..1_000_000 => format!("{:.0} kB", value / 1e3),
        1_000_000..10_000_000 => format!("{:.1} MB", value / 1e6),
        _ => format!("{:.0} MB", value / 1e6),
    }
}

/// Seconds with as many digits as say something.
pub(crate) fn seconds(time: f64) -> String {
    if time < 10.0 {
        format!("{time:.2}")
    } else {
        format!("{time:.1}")
    }
}

/// How many times as much.
pub(crate) fn ratio(value: f64, of: f64) -> String {
    let ratio = value / of;
    if ratio < 10.0 {
        format!("{ratio:.2}")
    } else {
        format!("{ratio:.0}")
    }
}

/// Bytes as a number that can be divided.
#[expect(clippy::cast_precision_loss, reason = "ratios are shown with three digits")]
pub(crate) fn number(bytes: u64) -> f64 {
    bytes as f64
}

const HEAD: &str = "\
| | s | on the wire | CPU s: here (of it ssh) | source engine | hosts | memory: here | host | its engine | steps, s |
|---|---|---|---|---|---|---|---|---|---|
";

/// The table of a round.
pub(crate) fn write(round: &Round, results: &Results) -> String {
    let times = match round.times {
        1 => String::new(),
        times => format!("; the middle one of {times} runs"),
    };
    let mut text = format!(
        "### {}, {}, {}{times}\n\n{HEAD}",
        round.push.title(),
        round.place.title(),
        round.link.title()
    );
    let warm = results.get(&Contestant::Warm);
    let warm = warm.and_then(|warm| warm.as_ref().ok());
    let mut missing = String::new();
    for (contestant, result) in results {
        match result {
            Ok(outcome) => text += &line(*contestant, outcome, warm),
            Err(why) => {
                let _ = writeln!(missing, "\nNot measured, {}: {}.", contestant.name(), clean(why));
            }
        }
    }
    text + &missing
}

fn line(contestant: Contestant, outcome: &Outcome, warm: Option<&Outcome>) -> String {
    let cost = &outcome.cost;
    let beside = |value: f64, of: fn(&Outcome) -> f64| match warm {
        Some(warm) if contestant != Contestant::Warm && of(warm) > 0.0 => {
            format!(" (× {})", ratio(value, of(warm)))
        }
        _ => String::new(),
    };
    let wall = cost.wall.as_secs_f64();
    let wire = if contestant.is_floor() {
        "–".to_owned()
    } else {
        let total = number(cost.wire.total());
        bytes(cost.wire.total()) + &beside(total, |warm| number(warm.cost.wire.total()))
    };
    let mode = if outcome.modes.is_empty() {
        String::new()
    } else {
        format!(" ({})", outcome.modes.join(", "))
    };
    let steps: Vec<String> = outcome
        .steps
        .iter()
        .map(|(step, time)| format!("{} {}", step.replace('_', " "), seconds(*time)))
        .collect();
    let time = |time: Duration| seconds(time.as_secs_f64());
    format!(
        "| {}{mode} | {}{} | {wire} | {} ({}) | {} | {} | {} | {} | {} | {} |\n",
        contestant.name(),
        seconds(wall),
        beside(wall, |warm| warm.cost.wall.as_secs_f64()),
        time(cost.here),
        time(cost.ssh),
        time(cost.source),
        time(cost.hosts),
        bytes(cost.memory_here),
        bytes(cost.memory_host),
        bytes(cost.memory_engine),
        steps.join(", "),
    )
}

/// A reason in one line that breaks no table.
pub(crate) fn clean(text: &str) -> String {
    text.replace('\n', " ").replace('|', "/")
}
