//! The other programs: the floor of what ratatui can do, the nearest relative, and a program that everybody knows.

use crate::floor;
use crate::measure::{Effort, Idle, Keys, PATIENCE, Starts, everything, idle, keys};
use crate::pty::{Launch, Running};
use crate::tagboat::folder;
use std::path::Path;
use std::process::Command;

/// A program to compare with.
pub(crate) struct Peer {
    /// Its name and version, or why there is no version.
    pub(crate) name: String,
    /// What was measured, or why nothing was.
    pub(crate) numbers: Result<Numbers, String>,
}

/// What is measured of a peer.
pub(crate) struct Numbers {
    /// Starts; a frame is complete after 400 bytes.
    pub(crate) starts: Starts,
    /// Keys; the effect is any change of the screen.
    pub(crate) keys: Keys,
    /// While nobody touches it.
    pub(crate) idle: Idle,
}

/// How a peer is started and driven.
struct Subject {
    words: Vec<std::ffi::OsString>,
    pair: [&'static [u8]; 2],
    /// What the screen shows when it can be driven.
    ready: &'static str,
}

/// Bytes after which a peer counts as drawn.
const FRAME: usize = 400;

/// Measures all of them.
pub(crate) fn measure(effort: Effort) -> Vec<Peer> {
    vec![floor(effort), oxker(effort), htop(effort)]
}

fn floor(effort: Effort) -> Peer {
    let numbers = std::env::current_exe().map_err(Into::into).and_then(|program| {
        let subject = Subject {
            words: vec![program.into(), floor::WORD.into()],
            pair: [b"j", b"k"],
            ready: "hello, world",
        };
        subject.measure(effort)
    });
    Peer {
        name: "ratatui floor".to_owned(),
        numbers: numbers.map_err(|error| format!("{error:#}")),
    }
}

fn oxker(effort: Effort) -> Peer {
    installed("oxker", "TAGBOAT_BENCH_OXKER", effort, |program| Subject {
        words: vec![program.into()],
        pair: [b"j", b"k"],
        ready: "lab-1",
    })
}

fn htop(effort: Effort) -> Peer {
    installed("htop", "TAGBOAT_BENCH_HTOP", effort, |program| Subject {
        words: vec![program.into()],
        // The arrows as its terminal description names them.
        pair: [b"\x1bOB", b"\x1bOA"],
        ready: "Load average",
    })
}

/// A program that the script looked for: the variable holds its path, or why it is not there.
fn installed(name: &str, variable: &str, effort: Effort, subject: impl Fn(&str) -> Subject) -> Peer {
    let found = std::env::var(variable).unwrap_or_else(|_| "run `scripts/bench ui`".to_owned());
    if !Path::new(&found).is_file() {
        return Peer {
            name: name.to_owned(),
            numbers: Err(found),
        };
    }
    Peer {
        name: version(&found).unwrap_or_else(|| name.to_owned()),
        numbers: subject(&found)
            .measure(effort)
            .map_err(|error| format!("{error:#}")),
    }
}

fn version(program: &str) -> Option<String> {
    let said = Command::new(program).arg("--version").output().ok()?.stdout;
    Some(String::from_utf8(said).ok()?.lines().next()?.trim().to_owned())
}

impl Subject {
    fn measure(&self, effort: Effort) -> color_eyre::Result<Numbers> {
        // Its settings are its defaults, and what it writes is thrown away.
        let home = folder()?;
        let launch = Launch {
            words: self.words.clone(),
            set: vec![
                ("HOME", home.path().into()),
                ("XDG_CONFIG_HOME", home.path().join("config").into_os_string()),
            ],
            unset: vec!["TAGBOAT_CONFIG"],
        };
        let mut starts = Starts::default();
        for _ in 0..effort.starts {
            let program = starts.once(&launch, |program| program.total() > FRAME)?;
            program.quit(b"q")?;
        }
        let mut program = Running::start(&launch)?;
        program.until("the first rows", PATIENCE, |program| program.shows(self.ready))?;
        let keys = keys(&mut program, self.pair, effort.keys, everything)?;
        let idle = idle(&mut program, effort.idle)?;
        program.quit(b"q")?;
        Ok(Numbers { starts, keys, idle })
    }
}
