//! What the console costs its operator, beside other programs in the same harness: `scripts/bench ui`.
//!
//! Prints one markdown table. Nothing in it can fail by time: a missed target is a word in the table.

mod floor;
mod hanging;
mod lab;
mod machine;
mod measure;
mod peers;
mod process;
mod pty;
mod report;
mod sample;
mod table;
mod tagboat;

use lab::Lab;
use measure::Effort;
use report::Report;
use std::io::Write;
use std::time::Duration;

fn main() -> color_eyre::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| words.iter().any(|found| found == word);
    if has(floor::WORD) {
        return floor::run();
    }
    // `cargo test --benches` starts this too, and there it has nothing to say.
    if !has("--bench") {
        return Ok(());
    }
    let effort = if has("--quick") {
        Effort {
            starts: 5,
            keys: 40,
            idle: Duration::from_secs(10),
            frames: 5,
        }
    } else {
        Effort {
            starts: 20,
            keys: 200,
            idle: Duration::from_mins(1),
            frames: 20,
        }
    };
    let text = run(effort)?;
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

fn run(effort: Effort) -> color_eyre::Result<String> {
    let load_before = process::load();
    let lab = Lab::find();
    say("the console with 100 hanging hosts")?;
    let hanging = tagboat::on_hanging(effort).map_err(|error| format!("{error:#}"));
    say("the console with idle real hosts")?;
    let lab = lab.as_ref();
    let idle = lab
        .map_err(Clone::clone)
        .and_then(|lab| lab.idle(effort).map_err(|error| format!("{error:#}")));
    say("the console during a push")?;
    let push = lab
        .map_err(Clone::clone)
        .and_then(|lab| lab.keys_in_a_push(effort).map_err(|error| format!("{error:#}")));
    say("the other programs")?;
    let report = Report {
        hanging,
        idle,
        push,
        peers: peers::measure(effort),
    };
    Ok(format!(
        "{}\n{}\n{}",
        machine::describe(&load_before, effort),
        report.write(),
        machine::NOTES,
    ))
}

fn say(what: &str) -> std::io::Result<()> {
    writeln!(std::io::stderr(), "bench: {what} (load {})", process::load())
}
