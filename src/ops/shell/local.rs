//! Processes on the operator's own machine, for the host `local`.

use super::{Process, Spawn};
use crate::ops::ports::ShellError;
use async_trait::async_trait;
use std::process::Stdio;
use tokio::process::Command;

/// Starts processes here.
#[derive(Debug, Clone, Copy, Default)]
pub struct LocalSpawn;

#[async_trait]
impl Spawn for LocalSpawn {
    async fn spawn(&self, command_line: &[String]) -> Result<Process, ShellError> {
        let not_run = |why: &str| ShellError::NotRun(why.to_owned());
        let (program, arguments) = command_line
            .split_first()
            .ok_or_else(|| not_run("there is no program"))?;
        // A group of its own, so that a cancellation ends all that the script started and nothing of tagboat.
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|error| ShellError::NotRun(format!("{program}: {error}")))?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(not_run("its streams could not be opened"));
        };
        let ended = Box::pin(async move {
            if let Err(error) = child.wait().await {
                tracing::warn!(%error, "the end of a local process could not be seen");
            }
        });
        Ok(Process {
            stdin: Box::new(stdin),
            stdout: Box::new(stdout),
            stderr: Box::new(stderr),
            ended,
        })
    }
}
