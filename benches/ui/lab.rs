//! The console on the real hosts of the lab: left alone, and touched while a push runs.

use crate::measure::{Effort, Idle, Keys, PATIENCE, idle, keys};
use crate::pty::{Launch, Running};
use crate::tagboat::{cursor, folder, launch};
use color_eyre::eyre::{OptionExt, bail, ensure};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// So slow that the push of the lab's 16 MiB layer outlasts the keys.
const LINK: &str = "rate=6mbit";

/// The lab as its `env` command describes it.
pub(crate) struct Lab {
    hosts: Vec<String>,
    config: PathBuf,
}

impl Lab {
    /// The lab of this environment, or why there is none.
    pub(crate) fn find() -> Result<Self, String> {
        if let Ok(why) = std::env::var("TAGBOAT_BENCH_NO_LAB") {
            return Err(why);
        }
        let of = |name| std::env::var(name).map_err(|_| "the lab is not up".to_owned());
        Ok(Self {
            hosts: of("TAGBOAT_LAB_HOSTS")?
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            config: of("TAGBOAT_CONFIG")?.into(),
        })
    }

    /// Runs a command of the lab on every host.
    fn on_each(&self, verb: &str, argument: &str) -> color_eyre::Result<()> {
        for host in &self.hosts {
            let status = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/lab"))
                .args([verb, host, argument])
                .stdout(Stdio::null())
                .status()?;
            ensure!(status.success(), "lab {verb} {host} {argument}: {status}");
        }
        Ok(())
    }

    /// A console that has listed every host; its folder must outlive it.
    fn console(&self) -> color_eyre::Result<(Running, TempDir)> {
        let folder = folder()?;
        let launch: Launch = launch(folder.path(), &self.config);
        let mut program = Running::start(&launch)?;
        let all = self.hosts.len();
        program.until("every host and every session", PATIENCE, |program| {
            program.shows(&format!("{all} of {all} hosts"))
                && program.shows(&format!("1 Sessions {} ", 3 * all))
        })?;
        Ok((program, folder))
    }

    /// Leaves a console alone that shows idle hosts.
    pub(crate) fn idle(&self, effort: Effort) -> color_eyre::Result<Idle> {
        let (mut program, _folder) = self.console()?;
        // What the first list set off, such as a look at the source's images, is no part of being idle.
        let settled = Instant::now() + Duration::from_secs(5);
        program.watch_until(settled)?;
        let idle = idle(&mut program, effort.idle)?;
        program.quit(b"q")?;
        Ok(idle)
    }

    /// Presses keys on the sessions screen while an image is pushed to every host.
    pub(crate) fn keys_in_a_push(&self, effort: Effort) -> color_eyre::Result<Keys> {
        self.on_each("shape", LINK)?;
        let keys = self.push_and_press(effort);
        let whole = self.on_each("shape", "off");
        let keys = keys?;
        whole?;
        Ok(keys)
    }

    fn push_and_press(&self, effort: Effort) -> color_eyre::Result<Keys> {
        let (mut program, _folder) = self.console()?;
        start_push(&mut program)?;
        program.press(b"1")?;
        program.until("the sessions", PATIENCE, |program| program.shows("PINNED"))?;
        program.until("the push sends", PATIENCE, is_sending)?;
        let keys = keys(&mut program, [b"j", b"k"], effort.keys, cursor)?;
        ensure!(is_sending(&program), "the push ended before the last key");
        self.on_each("shape", "off")?;
        program.until("the end of the push", 2 * PATIENCE, |program| {
            !is_running(program)
        })?;
        program.quit(b"q")?;
        Ok(keys)
    }
}

/// The strip at the foot has a line for the push.
fn is_running(program: &Running) -> bool {
    program.shows("push convocate:v1.1.0 to")
}

/// That line tells a rate.
fn is_sending(program: &Running) -> bool {
    let mut rows = program.screen().rows(0, crate::pty::COLUMNS);
    rows.any(|row| row.contains("push convocate:v1.1.0 to") && row.contains("B/s"))
}

fn start_push(program: &mut Running) -> color_eyre::Result<()> {
    let wanted = "convocate:v1.1.0";
    program.press(b"3")?;
    program.until("the image", PATIENCE, |program| program.shows(wanted))?;
    let rows: Vec<String> = program.screen().rows(0, crate::pty::COLUMNS).collect();
    let row = rows
        .iter()
        .position(|row| row.contains(wanted))
        .ok_or_eyre("no row of the image")?;
    for _ in 0..rows.len() {
        let now = cursor(program.screen());
        if now == row as u64 {
            break;
        }
        let key: &[u8] = if now < row as u64 { b"j" } else { b"k" };
        program.press(key)?;
        program.until("the cursor moves", PATIENCE, |program| {
            cursor(program.screen()) != now
        })?;
    }
    program.press(b"p")?;
    program.until("the choice of hosts", PATIENCE, |program| {
        program.shows("hosts chosen")
    })?;
    program.press(b"\r")?;
    program.until("the plan", PATIENCE, |program| program.shows("[ Cancel ]"))?;
    // A plan that was just opened takes no answer yet, so the answer is given until it is taken.
    for _ in 0..20 {
        program.press(b"y")?;
        program.watch_until(Instant::now() + Duration::from_millis(400))?;
        if !program.shows("[ Cancel ]") {
            return Ok(());
        }
    }
    bail!("the plan was not taken")
}
