//! What the kernel tells of one process: time on the processors, switches between threads, memory.

use color_eyre::eyre::{OptionExt, WrapErr};
use std::collections::BTreeMap;
use std::fs::read_to_string;
use std::time::Duration;

/// The unit of times in `/proc`, on every Linux that Rust runs on.
const TICK: Duration = Duration::from_millis(10);

/// The counters of a process at one time; its children are not in it.
#[derive(Debug, Clone)]
pub(crate) struct Counters {
    /// Time on the processors of all its threads, ended ones too.
    pub(crate) cpu: Duration,
    /// Voluntary and involuntary switches of each thread that runs now.
    switches: BTreeMap<String, (u64, u64)>,
    /// Memory that it has, in bytes.
    pub(crate) resident: u64,
    /// The most that it ever had.
    pub(crate) peak: u64,
}

impl Counters {
    /// Reads them.
    pub(crate) fn of(pid: u32) -> color_eyre::Result<Self> {
        let folder = format!("/proc/{pid}");
        let stat = read_to_string(format!("{folder}/stat")).wrap_err("the process has ended")?;
        // The name is in parentheses and may hold anything; times are the 14th and 15th field.
        let (_, fields) = stat.rsplit_once(") ").ok_or_eyre("an unknown form of stat")?;
        let ticks: u32 = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(str::parse::<u32>)
            .sum::<Result<u32, _>>()?;
        let status = read_to_string(format!("{folder}/status"))?;
        let mut switches = BTreeMap::new();
        for thread in std::fs::read_dir(format!("{folder}/task"))? {
            let thread = thread?;
            // A thread may end between the two looks.
            if let Ok(status) = read_to_string(thread.path().join("status")) {
                let counts = (
                    field(&status, "voluntary_ctxt_switches")?,
                    field(&status, "nonvoluntary_ctxt_switches")?,
                );
                switches.insert(thread.file_name().to_string_lossy().into_owned(), counts);
            }
        }
        Ok(Self {
            cpu: TICK * ticks,
            switches,
            resident: field(&status, "VmRSS")? * 1024,
            peak: field(&status, "VmHWM")? * 1024,
        })
    }

    /// Voluntary and involuntary switches since `earlier`. Those of threads that ended in between are lost.
    pub(crate) fn switches_since(&self, earlier: &Self) -> (u64, u64) {
        let mut sums = (0, 0);
        for (thread, now) in &self.switches {
            let before = earlier.switches.get(thread).copied().unwrap_or_default();
            sums.0 += now.0.saturating_sub(before.0);
            sums.1 += now.1.saturating_sub(before.1);
        }
        sums
    }
}

/// The number of a line such as `VmRSS:  5120 kB`.
fn field(status: &str, name: &str) -> color_eyre::Result<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        .ok_or_eyre("a field of the process status is missing")?;
    let number = line.split_whitespace().next().ok_or_eyre("an empty field")?;
    Ok(number.parse()?)
}

/// The three load averages and nothing else.
pub(crate) fn load() -> String {
    let text = read_to_string("/proc/loadavg").unwrap_or_default();
    let averages: Vec<&str> = text.split_whitespace().take(3).collect();
    averages.join(" ")
}
