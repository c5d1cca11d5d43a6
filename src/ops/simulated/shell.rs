//! A shell that runs the scripts here, with a `docker` program of its own, and breaks where a test says so.

use crate::model::fleet::Privilege;
use crate::ops::ports::{ScriptCall, ScriptOutput, Shell, ShellError};
use crate::ops::shell::{HostShell, LocalSpawn, Process, Spawn};
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_util::io::StreamReader;

/// Whose programs the scripts find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// This machine's `sh` and coreutils.
    Native,
    /// Those of busybox alone: its `sh`, no zstd.
    Busybox,
}

/// What goes wrong the next time that a script runs.
pub(crate) enum Fault {
    /// So many bytes of its input arrive, then the connection is gone; the script sees an end and is content.
    LostAfter(u64),
    /// The byte at this place of its input arrives changed.
    Flip(usize),
    /// Somebody else does this just before.
    Before(Box<dyn FnOnce() + Send>),
}

/// A shell that runs scripts here.
pub(crate) struct SimulatedShell {
    inner: HostShell<SimulatedSpawn>,
    faults: Mutex<HashMap<&'static str, Fault>>,
    /// The names of the scripts that ran, and the bytes of input that each took.
    pub(crate) calls: Mutex<Vec<(&'static str, usize)>>,
}

/// The simulated `docker`: it shares a folder with the simulated engine.
const DOCKER: &str = r#"#!/bin/sh
[ "$1" = -H ] && shift 2
case $1 in
    load)
        cat >"$SIMULATED_ENGINE/incoming" || exit 1
        if [ -e "$SIMULATED_ENGINE/load-error" ]; then cat "$SIMULATED_ENGINE/load-error" >&2; exit 1; fi
        mv "$SIMULATED_ENGINE/incoming" "$SIMULATED_ENGINE/loaded/$$.tar"
        echo "Loaded image"
        ;;
    image)
        reference=$(printf '%s' "$5" | tr / %)
        cat "$SIMULATED_ENGINE/references/$reference" 2>/dev/null || { echo "No such image: $5" >&2; exit 1; }
        ;;
    *) exit 64 ;;
esac
"#;

impl SimulatedShell {
    /// A shell whose programs are in `folder`; none where busybox is asked for and not installed.
    pub(crate) fn new(folder: &Path, flavour: Flavour, privilege: Privilege) -> Option<Self> {
        let programs = folder.join("bin");
        fs::create_dir_all(&programs).unwrap();
        fs::write(programs.join("docker"), DOCKER).unwrap();
        fs::set_permissions(programs.join("docker"), fs::Permissions::from_mode(0o755)).unwrap();
        let mut path = programs.to_str().unwrap().to_owned();
        match flavour {
            Flavour::Native => path = format!("{path}:{}", std::env::var("PATH").unwrap()),
            Flavour::Busybox => {
                let list = Command::new("busybox").arg("--list").output().ok()?;
                let busybox = find_program("busybox")?;
                for applet in String::from_utf8(list.stdout).unwrap().lines() {
                    if applet != "docker" {
                        symlink(&busybox, programs.join(applet)).ok();
                    }
                }
            }
        }
        let spawn = SimulatedSpawn {
            path,
            engine: folder.join("engine"),
        };
        Some(Self {
            inner: HostShell::new(spawn, privilege),
            faults: Mutex::default(),
            calls: Mutex::default(),
        })
    }

    /// Lets something go wrong the next time that a script runs.
    pub(crate) fn fail(&self, script: &'static str, fault: Fault) {
        self.faults.lock().unwrap().insert(script, fault);
    }

    /// The names of the scripts that ran.
    pub(crate) fn scripts(&self) -> Vec<&'static str> {
        self.calls.lock().unwrap().iter().map(|(name, _)| *name).collect()
    }

    /// The bytes that a script took the last time.
    pub(crate) fn input_of(&self, script: &str) -> Option<usize> {
        let calls = self.calls.lock().unwrap();
        calls
            .iter()
            .rev()
            .find(|(name, _)| *name == script)
            .map(|(_, bytes)| *bytes)
    }
}

fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var("PATH").ok()?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|program| program.exists())
}

/// What can be read of an input, and why it could not be read further.
async fn read_all(
    input: Option<&mut (dyn AsyncRead + Send + Unpin)>,
    limit: u64,
) -> Option<(Vec<u8>, Option<io::Error>)> {
    let mut bytes = Vec::new();
    let trouble = input?.take(limit).read_to_end(&mut bytes).await.err();
    Some((bytes, trouble))
}

#[async_trait]
impl Shell for SimulatedShell {
    async fn run(&self, mut call: ScriptCall<'_>) -> Result<ScriptOutput, ShellError> {
        let fault = self.faults.lock().unwrap().remove(call.script.name);
        let limit = match &fault {
            Some(Fault::LostAfter(bytes)) => *bytes,
            _ => u64::MAX,
        };
        let (mut bytes, trouble) = match read_all(call.input.take(), limit).await {
            Some((bytes, trouble)) => (Some(bytes), trouble),
            None => (None, None),
        };
        let is_lost = matches!(fault, Some(Fault::LostAfter(_)));
        match fault {
            Some(Fault::Flip(place)) => bytes.as_mut().unwrap()[place] ^= 1,
            Some(Fault::Before(act)) => act(),
            _ => {}
        }
        let name = call.script.name;
        self.calls
            .lock()
            .unwrap()
            .push((name, bytes.as_ref().map_or(0, Vec::len)));
        let mut input = bytes.map(|bytes| {
            let pieces = [Ok(Bytes::from(bytes))].into_iter().chain(trouble.map(Err));
            StreamReader::new(stream::iter(pieces))
        });
        let output = self
            .inner
            .run(ScriptCall {
                script: call.script,
                arguments: call.arguments,
                input: input
                    .as_mut()
                    .map(|input| input as &mut (dyn AsyncRead + Send + Unpin)),
                as_root: call.as_root,
                is_urgent: call.is_urgent,
                deadline: call.deadline,
                cancel: call.cancel,
            })
            .await;
        if is_lost {
            return Err(ShellError::Lost("cut by the test".to_owned()));
        }
        output
    }
}

struct SimulatedSpawn {
    path: String,
    engine: PathBuf,
}

#[async_trait]
impl Spawn for SimulatedSpawn {
    async fn spawn(&self, command_line: &[String]) -> Result<Process, ShellError> {
        let mut with_programs = vec![
            "/usr/bin/env".to_owned(),
            format!("PATH={}", self.path),
            format!("SIMULATED_ENGINE={}", self.engine.display()),
        ];
        with_programs.extend_from_slice(command_line);
        LocalSpawn.spawn(&with_programs).await
    }
}
