//! The lines around the table: when, on which machine, with which versions, and how to read it.

use crate::measure::Effort;
use crate::process::load;
use crate::pty::{COLUMNS, ROWS};
use crate::tagboat::PROGRAM;
use std::fs::read_to_string;
use std::path::Path;
use std::process::Command;

/// How the numbers came about.
pub(crate) const NOTES: &str = "\
How to read it: times are from the outside, from the key written into a pseudo terminal (or the start of the process) to the
arrival of the bytes. \"(× n)\" is how many times as much as tagboat the other program took, by the first value. Starts
are with empty state folders and no ssh master, the programs in the page cache. A first frame of tagboat holds the header and the tabs
and has ended; one of another program is its first 400 bytes. The effect of a key is that tagboat's cursor is on another row; for
the others any change of the screen counts, which favours them. Keys alternate down and up, 20 to 36 ms after the last answer. The
first byte after a key can belong to a frame that was on its way anyway, where the screen changes by itself. Hanging hosts
accept a connection and never answer: ssh attempts go on all the time, and only tagboat's own process is counted, not
the ssh processes that it starts. Frames are counted between the marks of a synchronised update, on a list of 100 rows. The floor is a ratatui
program with one list and nothing else. oxker shows the lab's source engine with its 3 containers and has nothing to do with 100 hosts;
htop shows the processes of this machine.
";

/// The lines above the table.
pub(crate) fn describe(load_before: &str, effort: Effort) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let line = |path: &str| read_to_string(path).unwrap_or_default().trim().to_owned();
    let model = read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = model
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or("unknown processor", |(_, name)| name.trim());
    let build = match Path::new(PROGRAM).parent().and_then(Path::file_name) {
        Some(folder) if folder == "release" => "release build".to_owned(),
        other => format!("NOT the release build but {other:?}"),
    };
    let mut lines = vec![
        format!(
            "Measured {} by `scripts/bench ui`.",
            jiff::Timestamp::now().strftime("%F %H:%M UTC")
        ),
        String::new(),
        format!(
            "- machine: {cores} cores of {model}, Linux {}",
            line("/proc/sys/kernel/osrelease")
        ),
        format!(
            "- load average (1, 5, 15 min): {load_before} before, {} after{}",
            load(),
            nice()
        ),
        format!(
            "- tagboat {}{}, {build}; {}; {}",
            env!("CARGO_PKG_VERSION"),
            std::env::var("TAGBOAT_BENCH_COMMIT").map_or(String::new(), |commit| format!(" ({commit})")),
            version("ssh", "-V"),
            version("rustc", "--version"),
        ),
        format!(
            "- window {COLUMNS}x{ROWS}, TERM=xterm-256color; {} starts, {} keys, {} s idle, {} frames",
            effort.starts,
            effort.keys,
            effort.idle.as_secs(),
            effort.frames
        ),
    ];
    lines.push(String::new());
    lines.join("\n")
}

/// A priority that is not the usual one is a part of the truth.
fn nice() -> String {
    let stat = read_to_string("/proc/self/stat").unwrap_or_default();
    let nice = stat
        .rsplit_once(") ")
        .and_then(|(_, fields)| fields.split_whitespace().nth(16));
    match nice {
        Some("0") | None => String::new(),
        Some(nice) => format!("; the bench and all that it started ran at nice {nice}"),
    }
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
