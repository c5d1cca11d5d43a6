//! The lines above the tables: when, on which machine, with which versions, and what the images are.

use crate::bench::Bench;
use crate::process::load;
use crate::table::{bytes, seconds};
use std::fs::read_to_string;
use std::process::Command;

/// The lines.
pub(crate) fn describe(bench: &Bench, load_before: &str) -> color_eyre::Result<String> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let mut lines = vec![
        format!(
            "Measured {} by `scripts/bench push`.",
            jiff::Timestamp::now().strftime("%F %H:%M UTC")
        ),
        String::new(),
        format!(
            "- machine: {cores} cores of {}, {} of memory, Linux {}; load average (1, 5, 15 min) {load_before} before, {} after",
            processor(),
            memory(),
            read_to_string("/proc/sys/kernel/osrelease")
                .unwrap_or_default()
                .trim(),
            load(),
        ),
        format!("- {}; {}", bench.lab.versions()?, tools(bench)),
    ];
    lines.extend(images(bench));
    for (tag, saved) in &bench.saved {
        lines.push(format!(
            "- `docker save` of {tag} by the source engine into a file: first byte after {} s, {} after {} s",
            seconds(saved.first_byte.as_secs_f64()),
            bytes(saved.bytes),
            seconds(saved.total.as_secs_f64()),
        ));
    }
    lines.push(String::new());
    Ok(lines.join("\n"))
}

fn processor() -> String {
    let text = read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    name.map_or("an unknown processor", |(_, name)| name.trim())
        .to_owned()
}

fn memory() -> String {
    let text = read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    let kilobytes: u64 = number.and_then(|number| number.parse().ok()).unwrap_or(0);
    bytes(kilobytes * 1024)
}

fn tools(bench: &Bench) -> String {
    let commit = std::env::var("TAGBOAT_BENCH_COMMIT").map_or(String::new(), |commit| format!(" ({commit})"));
    let program = bench.program();
    let build = if program.contains("/release/") {
        ""
    } else {
        ", NOT a release build"
    };
    let versions = [
        format!("{}{commit}{build}", version(program, "--version")),
        version("ssh", "-V"),
        version("docker-registry", "--version"),
        version("skopeo", "--version"),
        version("zstd", "--version"),
    ];
    versions.join("; ")
}

/// The first line that a program says of its version, on whichever stream.
fn version(program: &str, flag: &str) -> String {
    let Ok(said) = Command::new(program).arg(flag).output() else {
        return format!("no {program}");
    };
    let text = [said.stdout, said.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    text.lines().next().unwrap_or(program).trim().to_owned()
}

fn images(bench: &Bench) -> Vec<String> {
    let facts = &bench.facts;
    let layer = |layer: &crate::facts::Layer| format!("{} in {} entries", bytes(layer.bytes), layer.files);
    let first: Vec<String> = facts.new_layers("t1").map(layer).collect();
    let mut lines = vec![format!(
        "- images from Debian packages, built by `docker build`: t1 has layers of {}",
        first.join(", ")
    )];
    for tag in ["t2", "t3", "t4", "t5"] {
        let new = facts.new_layers(tag).count();
        let what = if tag == "t3" {
            format!(" ({})", facts.upgrade)
        } else {
            String::new()
        };
        if let Some(changed) = facts.changed(tag, false) {
            lines.push(format!(
                "- {tag}{what}: {new} layers that t1 does not have, {}; in them {} files with other content, {} (zstd -3: {}, -19: {})",
                bytes(facts.new_bytes(tag)),
                changed.files,
                bytes(changed.bytes),
                bytes(changed.zstd3),
                bytes(changed.zstd19),
            ));
        }
    }
    lines
}
