//! Processes on a host through its master connection.

use super::SshSettings;
use super::connect::text_of;
use crate::ops::ports::ShellError;
use crate::ops::shell::{Process, Spawn};
use async_trait::async_trait;
use openssh::{Error, Session, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long a master may take to open a channel before it counts as gone.
const OPEN: Duration = Duration::from_secs(15);

/// Starts processes on the host of one master connection.
#[derive(Clone)]
pub struct SshSpawn {
    session: Arc<Session>,
    /// The directory of the control socket: it must outlive the session, which says goodbye through it.
    _settings: Arc<SshSettings>,
}

impl SshSpawn {
    /// Starts processes through `session`, whose sockets `settings` keeps.
    pub(crate) fn new(session: Arc<Session>, settings: Arc<SshSettings>) -> Self {
        Self {
            session,
            _settings: settings,
        }
    }

    /// The master connection.
    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.session
    }
}

#[async_trait]
impl Spawn for SshSpawn {
    async fn spawn(&self, command_line: &[String]) -> Result<Process, ShellError> {
        let lost = |why: &str| ShellError::Lost(why.to_owned());
        let (program, arguments) = command_line
            .split_first()
            .ok_or_else(|| lost("there is no program"))?;
        let mut command = self.session.clone().arc_command(program.clone());
        command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = timeout(OPEN, command.spawn())
            .await
            .map_err(|_| lost("no channel was opened in time"))?
            .map_err(|error| match &error {
                // What the protocol between two ssh processes here says of it helps nobody.
                Error::SshMux(_) | Error::Disconnected => {
                    tracing::debug!(said = text_of(&error), "a master connection is gone");
                    lost("its ssh has ended")
                }
                _ => lost(&text_of(&error)),
            })?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin().take(), child.stdout().take(), child.stderr().take())
        else {
            return Err(lost("its streams could not be opened"));
        };
        let ended = Box::pin(async move {
            match child.wait().await {
                Ok(_) | Err(Error::RemoteProcessTerminated | Error::Remote(_)) => {}
                Err(error) => tracing::debug!(%error, "the end of a remote process could not be seen"),
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
