//! One run of a contestant's script, in a control group and with a deadline.

use crate::cgroup::Group;
use crate::contestant::Contestant;
use crate::shell::last_lines;
use color_eyre::eyre::{bail, ensure};
use std::collections::BTreeMap;
use std::fs::{File, create_dir_all, read_to_string, remove_dir_all};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The longest that anybody may take.
const PATIENCE: Duration = Duration::from_mins(15);

/// A script with its variables and an empty folder.
pub(crate) struct Task {
    /// Where it writes.
    pub(crate) folder: PathBuf,
    script: PathBuf,
    variables: Vec<(&'static str, String)>,
}

/// A run that succeeded.
pub(crate) struct Run {
    /// Seconds in each of its steps; with several hosts, until the last one had ended it.
    pub(crate) steps: Vec<(String, f64)>,
}

impl Task {
    /// A contestant's script.
    pub(crate) fn new(
        work: &Path,
        contestant: Contestant,
        mut variables: Vec<(&'static str, String)>,
    ) -> color_eyre::Result<Self> {
        let folder = work.join("task");
        if folder.exists() {
            remove_dir_all(&folder)?;
        }
        create_dir_all(&folder)?;
        variables.push(("WORK", folder.to_string_lossy().into_owned()));
        // Numbers in the marks have a point.
        variables.push(("LC_ALL", "C".to_owned()));
        Ok(Self {
            folder,
            script: Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/push/contestants"))
                .join(contestant.script()),
            variables,
        })
    }

    /// Runs it until it ends.
    pub(crate) fn run(&self, group: &Group) -> color_eyre::Result<Run> {
        let errors = self.folder.join("errors");
        let began = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64();
        let mut child = group
            .command(&["bash", &self.script.to_string_lossy()])
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&errors)?)
            .spawn()?;
        let is_done = wait(&mut child, group)?;
        let errors = read_to_string(errors).unwrap_or_default();
        ensure!(
            is_done,
            "it failed: {}",
            last_lines(&errors).unwrap_or_else(|| "without a word".to_owned())
        );
        let marks = read_to_string(self.folder.join("marks")).unwrap_or_default();
        Ok(Run {
            steps: steps(&marks, began),
        })
    }
}

/// Waits for its end; false when it failed.
fn wait(child: &mut Child, group: &Group) -> color_eyre::Result<bool> {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if Instant::now() > end {
            group.end_all(std::slice::from_mut(child))?;
            bail!("it was ended after {} minutes", PATIENCE.as_secs() / 60);
        }
        // The time that is measured is this much too long at most.
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The marks are ends of steps: `SECONDS NAME`, the last one of a name counts.
fn steps(marks: &str, began: f64) -> Vec<(String, f64)> {
    let mut ends: BTreeMap<&str, f64> = BTreeMap::new();
    for line in marks.lines() {
        let parts = line.split_once(' ');
        let Some((Ok(at), name)) = parts.map(|(at, name)| (at.parse::<f64>(), name)) else {
            continue;
        };
        let last = ends.entry(name).or_insert(at);
        *last = last.max(at);
    }
    let mut sorted: Vec<(&str, f64)> = ends.into_iter().collect();
    sorted.sort_by(|one, other| one.1.total_cmp(&other.1));
    let mut before = began;
    let mut steps = Vec::new();
    for (name, at) in sorted {
        steps.push((name.to_owned(), at - before));
        before = at;
    }
    steps
}
