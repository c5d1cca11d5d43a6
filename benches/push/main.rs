//! What a push costs beside other ways to bring an image to hosts, measured side by side: `scripts/bench push`.
//!
//! Prints markdown. No number can make it fail: a missed target is a word in a table.

mod archive;
mod bench;
mod cgroup;
mod contestant;
mod facts;
mod host;
mod lab;
mod machine;
mod meter;
mod process;
mod registry;
mod report;
mod round;
mod run;
mod shell;
mod table;
mod tagboat;
mod targets;

use bench::Bench;
use color_eyre::eyre::{OptionExt, bail};
use report::Report;
use round::{Choice, rounds};
use std::io::Write;

fn main() -> color_eyre::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` starts this too, and there it has nothing to say.
    if !words.iter().any(|word| word == "--bench") {
        return Ok(());
    }
    let choice = choose(&words)?;
    let rounds = rounds(&choice);
    let load = process::load();
    let mut bench = Bench::new(&rounds)?;
    let mut report = Report::default();
    for round in &rounds {
        let results = bench.round(round)?;
        report.rounds.push((round.clone(), results));
    }
    report.machine = machine::describe(&bench, &load)?;
    report.facts = bench.facts.clone();
    std::io::stdout().write_all(report.write().as_bytes())?;
    Ok(())
}

fn choose(words: &[String]) -> color_eyre::Result<Choice> {
    let mut choice = Choice::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--bench" => {}
            "--quick" => choice.quick = true,
            "--only" => choice.only.push(words.next().ok_or_eyre("--only what?")?.clone()),
            "--who" => choice.who.push(words.next().ok_or_eyre("--who?")?.clone()),
            other => bail!("an unknown word: {other}"),
        }
    }
    Ok(choice)
}

/// Tells the operator what happens, past the report.
fn say(what: &str) -> std::io::Result<()> {
    writeln!(std::io::stderr(), "bench: {what} (load {})", process::load())
}
