//! The helper: applies a recipe on a host, inside a container of the image that it was made against. It needs nothing but the
//! files that it is told.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it speaks to a script")]

use std::fs::{self, File, OpenOptions};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;
use tagboat_recipe::{FORM, apply};

const USAGE: &str = "usage: tagboat-helper apply RECIPE ROOT OUTPUT | tagboat-helper version";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["version"] => Ok(format!("tagboat-helper {} {FORM}", env!("CARGO_PKG_VERSION"))),
        ["apply", recipe, root, output] => run(recipe, root, output),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("tagboat-helper: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(recipe: &str, root: &str, output: &str) -> Result<String, String> {
    let begin = Instant::now();
    let named = |name: &str, error: std::io::Error| format!("{name}: {error}");
    let mut input = File::open(recipe).map_err(|error| named(recipe, error))?;
    // A pipe is there already; creating what is there in a folder that others may write to is refused for pipes by the kernel.
    let output = OpenOptions::new()
        .write(true)
        .open(output)
        .map_err(|error| named(output, error))?;
    let applied = apply(&mut input, Path::new(root), output).map_err(|error| error.to_string())?;
    Ok(format!(
        "applied bytes={} milliseconds={} peak_kb={}",
        applied.bytes,
        begin.elapsed().as_millis(),
        peak_memory().unwrap_or_default()
    ))
}

/// The most memory that this process had at once, in kilobytes; none where there is no /proc.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
