//! Commands that prepare a run; what is measured is not started here.

use color_eyre::eyre::{WrapErr, ensure};
use std::process::Command;

/// Runs a command and returns what it printed.
pub(crate) fn output(program: &str, words: &[&str]) -> color_eyre::Result<String> {
    let out = Command::new(program)
        .args(words)
        .output()
        .wrap_err_with(|| format!("cannot start {program}"))?;
    let errors = String::from_utf8_lossy(&out.stderr);
    ensure!(
        out.status.success(),
        "{program} {}: {}",
        words.iter().take(2).copied().collect::<Vec<_>>().join(" "),
        last_lines(&errors).unwrap_or_else(|| out.status.to_string())
    );
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}

/// Runs a command whose output says nothing.
pub(crate) fn run(program: &str, words: &[&str]) -> color_eyre::Result<()> {
    output(program, words).map(drop)
}

/// The last lines that say something, as the reason of a failure.
pub(crate) fn last_lines(text: &str) -> Option<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<&str> = lines.collect();
    let last = lines.get(lines.len().saturating_sub(3)..)?;
    (!last.is_empty()).then(|| last.join("; "))
}
