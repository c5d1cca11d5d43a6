//! What the kernel tells of one process: its name, its parent, its memory, its time.

use std::fs::read_to_string;
use std::time::Duration;

/// The unit of times in `/proc`, on every Linux that Rust runs on.
const TICK: Duration = Duration::from_millis(10);

/// A process at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    /// The name of its program, the first 15 bytes.
    pub(crate) name: String,
    /// Its parent.
    pub(crate) parent: u32,
    /// Memory that it has, in bytes.
    pub(crate) resident: u64,
}

impl Process {
    /// Looks at it; none when it has ended.
    pub(crate) fn of(pid: u32) -> Option<Self> {
        let status = read_to_string(format!("/proc/{pid}/status")).ok()?;
        let field = |name: &str| {
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            line.and_then(|line| line.split_whitespace().next())
        };
        Some(Self {
            name: field("Name")?.to_owned(),
            parent: field("PPid")?.parse().ok()?,
            // One that has ended and is not collected yet has none.
            resident: field("VmRSS").and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) * 1024,
        })
    }

    /// The time on the processors that the process has used; none when it has ended.
    pub(crate) fn cpu(pid: u32) -> Option<Duration> {
        let stat = read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name is in parentheses and may hold anything; times are the 14th and 15th field.
        let (_, fields) = stat.rsplit_once(") ")?;
        let times = fields.split_whitespace().skip(11).take(2);
        Some(TICK * times.filter_map(|ticks| ticks.parse::<u32>().ok()).sum())
    }
}

/// The three load averages and nothing else.
pub(crate) fn load() -> String {
    let text = read_to_string("/proc/loadavg").unwrap_or_default();
    let averages: Vec<&str> = text.split_whitespace().take(3).collect();
    averages.join(" ")
}
