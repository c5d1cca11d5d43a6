//! Control groups of the kernel: which processes belong together, and the time that they spent on the processors.

use color_eyre::eyre::{OptionExt, WrapErr, ensure};
use std::fs::{create_dir, read_dir, read_to_string, remove_dir};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// How long processes may take to die of a `KILL`.
const PATIENCE: Duration = Duration::from_secs(20);

/// A group with all groups below it, in the hierarchy that counts time.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    folder: PathBuf,
}

impl Group {
    /// The group that a process is in.
    pub(crate) fn of(pid: u32) -> color_eyre::Result<Self> {
        let text = read_to_string(format!("/proc/{pid}/cgroup")).wrap_err("the process has ended")?;
        let path = text.lines().find_map(|line| {
            let (_, rest) = line.split_once(':')?;
            let (controllers, path) = rest.split_once(':')?;
            let wanted = if is_unified() { "" } else { "cpuacct" };
            controllers.split(',').any(|name| name == wanted).then_some(path)
        });
        let path = path.ok_or_eyre("the process is in no group that counts time")?;
        // A host of the lab moves its first process one down, because a group with children holds none itself.
        let path = path.strip_suffix("/init").unwrap_or(path);
        Ok(Self {
            folder: root().join(path.trim_start_matches('/')),
        })
    }

    /// A new one inside `parent`, whose name is as `scripts/bench` made it.
    pub(crate) fn create(parent: &str, name: &str) -> color_eyre::Result<Self> {
        let folder = root().join(parent).join(name);
        create_dir(&folder).wrap_err_with(|| format!("cannot make {}", folder.display()))?;
        Ok(Self { folder })
    }

    /// A command that runs `words` in this group, and whatever they start.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("sh");
        command
            .args(["-c", r#"echo $$ >"$0" && exec "$@""#])
            .arg(self.folder.join("cgroup.procs"))
            .args(words);
        command
    }

    /// The time on all processors of everything that ever was in it.
    pub(crate) fn cpu(&self) -> color_eyre::Result<Duration> {
        if is_unified() {
            let text = read_to_string(self.folder.join("cpu.stat"))?;
            let used = text.lines().find_map(|line| line.strip_prefix("usage_usec "));
            Ok(Duration::from_micros(
                used.ok_or_eyre("the group counts no time")?.parse()?,
            ))
        } else {
            let text = read_to_string(self.folder.join("cpuacct.usage"))?;
            Ok(Duration::from_nanos(text.trim().parse()?))
        }
    }

    /// The processes that are in it or below it now.
    pub(crate) fn pids(&self) -> Vec<u32> {
        let mut pids = Vec::new();
        collect(&self.folder, &mut pids);
        pids
    }

    /// Ends all its processes, each by its id, and collects those that were started here.
    pub(crate) fn end_all(&self, children: &mut [Child]) -> color_eyre::Result<()> {
        let end = Instant::now() + PATIENCE;
        loop {
            for child in &mut *children {
                child.try_wait()?;
            }
            let pids = self.pids();
            if pids.is_empty() {
                return Ok(());
            }
            ensure!(Instant::now() < end, "these processes do not die: {pids:?}");
            // One that ended by itself in the meantime makes this fail, and is no failure.
            let _ = Command::new("sh")
                .args(["-c", r#"kill -KILL "$@""#, "kill"])
                .args(pids.iter().map(ToString::to_string))
                .output()?;
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends what is left in it and removes it.
    pub(crate) fn remove(self) -> color_eyre::Result<()> {
        self.end_all(&mut [])?;
        remove_dir(&self.folder).wrap_err_with(|| format!("cannot remove {}", self.folder.display()))
    }
}

/// One hierarchy for everything, or one for each controller.
fn is_unified() -> bool {
    Path::new("/sys/fs/cgroup/cgroup.controllers").exists()
}

fn root() -> PathBuf {
    if is_unified() {
        "/sys/fs/cgroup".into()
    } else {
        "/sys/fs/cgroup/cpuacct".into()
    }
}

fn collect(folder: &Path, pids: &mut Vec<u32>) {
    let text = read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
    pids.extend(text.lines().filter_map(|line| line.parse::<u32>().ok()));
    // A container that ends takes its group with it, between the two looks.
    for entry in read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(&entry.path(), pids);
        }
    }
}
