//! tagboat as a contestant: its cache before a run, and what its last line tells after it.

use crate::lab::{IMAGE, Lab};
use color_eyre::eyre::{OptionExt, WrapErr, ensure};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::{read_to_string, remove_dir_all};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The program under measurement and its folders.
pub(crate) struct Tagboat {
    /// The program.
    pub(crate) program: PathBuf,
    /// Its variables: config, state, cache, sockets.
    pub(crate) variables: Vec<(&'static str, PathBuf)>,
    cache: PathBuf,
    state: PathBuf,
    kept: PathBuf,
}

/// What tagboat tells of a push.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Told {
    /// How it sent, for each host.
    pub(crate) modes: Vec<String>,
    /// What it says that it sent, to all hosts.
    pub(crate) bytes: Option<u64>,
    /// Seconds in each step, of the host that took longest.
    pub(crate) steps: Vec<(String, f64)>,
}

impl Tagboat {
    /// The build that belongs to this bench, or the one that `TAGBOAT_BENCH_PROGRAM` names.
    pub(crate) fn new(work: &Path, lab: &Lab) -> color_eyre::Result<Self> {
        let config = work.join("config.toml");
        std::fs::write(&config, settings(lab))?;
        let runtime = std::env::var_os("TAGBOAT_BENCH_RUNTIME").ok_or_eyre("no folder for sockets")?;
        let own = std::env::var_os("TAGBOAT_BENCH_PROGRAM");
        let (cache, state) = (work.join("cache"), work.join("state"));
        Ok(Self {
            program: own.map_or_else(|| env!("CARGO_BIN_EXE_tagboat").into(), PathBuf::from),
            variables: vec![
                ("TAGBOAT_CONFIG", config),
                ("TAGBOAT_STATE_DIR", state.clone()),
                ("TAGBOAT_CACHE_DIR", cache.clone()),
                ("TAGBOAT_RUNTIME_DIR", runtime.into()),
            ],
            cache,
            state,
            kept: work.join("kept"),
        })
    }

    /// Nothing is known of any image.
    pub(crate) fn forget(&self) -> color_eyre::Result<()> {
        for folder in [&self.cache, &self.state] {
            if folder.exists() {
                remove_dir_all(folder)?;
            }
        }
        Ok(())
    }

    /// Fills the cache with t1 and this tag, as happens in the background when images are built.
    pub(crate) fn fill(&self, tag: &str) -> color_eyre::Result<()> {
        let (first, this) = (format!("{IMAGE}:t1"), format!("{IMAGE}:{tag}"));
        let mut words = vec!["cache", "fill", &first];
        if tag != "t1" {
            words.push(&this);
        }
        let out = self.command(&words).output()?;
        let errors = String::from_utf8_lossy(&out.stderr);
        ensure!(out.status.success(), "tagboat cache fill: {}", errors.trim());
        Ok(())
    }

    /// Remembers the cache as it is now under a tag.
    pub(crate) fn keep(&self, tag: &str) -> color_eyre::Result<()> {
        std::fs::create_dir_all(&self.kept)?;
        copy(&self.cache, &self.kept.join(tag))
    }

    /// Brings back what was kept under a tag; false when nothing was.
    pub(crate) fn bring_back(&self, tag: &str) -> color_eyre::Result<bool> {
        let kept = self.kept.join(tag);
        if !kept.exists() {
            return Ok(false);
        }
        self.forget()?;
        copy(&kept, &self.cache)?;
        Ok(true)
    }

    /// What another tag needed is not needed any more.
    pub(crate) fn drop_kept(&self) -> color_eyre::Result<()> {
        if self.kept.exists() {
            remove_dir_all(&self.kept)?;
        }
        Ok(())
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).stdin(Stdio::null());
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        command
    }
}

/// The hosts of the lab, for the image of this bench.
fn settings(lab: &Lab) -> String {
    let mut text = format!(
        "[ssh]\nconfig_file = \"{}\"\n\n[defaults]\nprofile = \"bench\"\n\n\
         [[profiles]]\nname = \"bench\"\nbase = \"convocate\"\nimage = \"{IMAGE}\"\n",
        lab.ssh_config.display()
    );
    for host in &lab.hosts {
        let _ = write!(text, "\n[[hosts]]\nname = \"{}\"\n", host.name);
    }
    text
}

fn copy(from: &Path, to: &Path) -> color_eyre::Result<()> {
    crate::shell::run("cp", &["-a", &from.to_string_lossy(), &to.to_string_lossy()])
}

/// Reads the lines of a push.
pub(crate) fn told(events: &Path) -> color_eyre::Result<Told> {
    let text = read_to_string(events).wrap_err("tagboat printed nothing")?;
    let mut lines = text
        .lines()
        .rev()
        .filter_map(|line| serde_json::from_str(line).ok());
    let end = lines.find(|line: &Value| line["event"] == "ended");
    let end = end.ok_or_eyre("tagboat did not tell the end of the push")?;
    let results = end["results"].as_array().cloned().unwrap_or_default();
    let mode = |result: &Value| result["mode"].as_str().map(str::to_owned);
    let sent = |result: &Value| result["bytes_sent"].as_u64();
    let seconds = |result: &&Value| result["seconds"].as_f64().unwrap_or(0.0);
    let slowest = results
        .iter()
        .max_by(|one, other| seconds(one).total_cmp(&seconds(other)));
    let mut modes: Vec<String> = results.iter().filter_map(mode).collect();
    modes.sort();
    modes.dedup();
    let steps = slowest.and_then(|result| result["steps"].as_object());
    Ok(Told {
        modes,
        bytes: results.iter().map(sent).sum(),
        steps: steps.map_or_else(Vec::new, |steps| {
            let one = |(name, value): (&String, &Value)| Some((name.clone(), value.as_f64()?));
            in_order(steps.iter().filter_map(one).collect())
        }),
    })
}

/// The steps as a push runs them.
const STEPS: [&str; 9] = [
    "check", "compare", "export", "send", "verify", "load", "confirm", "stamp", "clean up",
];

fn in_order(mut steps: BTreeMap<String, f64>) -> Vec<(String, f64)> {
    let mut sorted = Vec::new();
    for name in STEPS {
        sorted.extend(steps.remove_entry(name));
    }
    sorted.extend(steps);
    sorted
}
