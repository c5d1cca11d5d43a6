//! Restarts on real hosts while consoles, scripts, engines and hosts die, and onto images that are no good: `scripts/soak restart`.
//! And a host's own prune while sessions start from what it removes: `scripts/soak prune`.
//!
//! Prints tables in markdown and a line at the end; exit code 1 when a session was lost or a broken image became one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measurement fails by panicking, and prints what it found"
)]

mod broken;
mod chance;
mod choice;
#[path = "../../tests/crash_points/mod.rs"]
mod crash_points;
#[path = "../../tests/lab_restart_crashes/deaths.rs"]
mod deaths;
mod downtime;
mod fleet;
#[path = "../../tests/headless/mod.rs"]
mod headless;
mod in_a_row;
mod matrix;
#[path = "../../tests/lab_restart_crashes/points.rs"]
mod points;
mod prune;
mod random;
#[path = "../../tests/lab_restart_crashes/scene.rs"]
mod scene;
#[path = "../../tests/lab_restart_crashes/spread.rs"]
mod spread;
mod tally;

use choice::Choice;
use std::process::ExitCode;

/// What a part found: its text, and what is against the promise.
pub(crate) struct Found {
    pub(crate) text: String,
    /// One line for the summary.
    pub(crate) line: String,
    pub(crate) losses: Vec<String>,
}

type Part = fn(&Choice) -> Found;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` starts this too, and there it has nothing to say.
    if !words.iter().any(|word| word == "--bench") {
        return ExitCode::SUCCESS;
    }
    let choice = match Choice::read(&words) {
        Ok(choice) => choice,
        Err(why) => {
            eprintln!("soak: {why}");
            return ExitCode::from(2);
        }
    };
    let begun = jiff::Zoned::now();
    let parts: [(&str, usize, Part); 7] = [
        ("Everything dies at every point", choice.repeats, matrix::run),
        ("Kills at random moments", choice.random, random::run),
        ("Broken images", choice.broken, broken::run),
        ("The same session again and again", choice.row, in_a_row::run),
        (
            "What a restart adds to a stop and a start",
            choice.downtime,
            downtime::run,
        ),
        ("A rollout that loses a host", choice.rollout, fleet::run),
        ("A prune while sessions start", choice.prune, prune::run),
    ];
    let (mut lines, mut losses) = (Vec::new(), Vec::new());
    for (title, count, run) in parts {
        if count == 0 {
            continue;
        }
        eprintln!("soak: {title}");
        let found = run(&choice);
        println!("## {title}\n\n{}\n", found.text.trim_end());
        lines.push(found.line);
        losses.extend(found.losses);
    }
    if !losses.is_empty() {
        println!("## Losses\n");
        for loss in &losses {
            println!("- {loss}");
        }
        println!();
    }
    let commit = std::env::var("TAGBOAT_SOAK_COMMIT").unwrap_or_default();
    let when = begun.strftime("%Y-%m-%d");
    println!(
        "{when}, {commit}, seed {}: {}; {} losses.",
        choice.seed,
        lines.join("; "),
        losses.len()
    );
    if losses.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
