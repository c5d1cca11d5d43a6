//! Processes on a host through its master connection.

use super::SshSettings;
use super::connect::{Opened, text_of};
use super::quote;
use crate::ops::ports::ShellError;
use crate::ops::shell::{Process, Spawn};
use async_trait::async_trait;
use openssh::{Error, Session, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long a master may take to open a channel before it counts as gone.
const OPEN: Duration = Duration::from_secs(15);

/// What a master says of a channel that sshd did not open.
const REFUSED: &str = "refused by peer";

/// Starts processes on the host of one master connection.
#[derive(Clone)]
pub struct SshSpawn {
    session: Arc<Session>,
    /// The jump hosts that it goes through, by name.
    jump: Option<Arc<str>>,
    /// The directory of the control socket: it must outlive the session, which says goodbye through it.
    _settings: Arc<SshSettings>,
}

impl SshSpawn {
    /// Starts processes through an open connection, whose sockets `settings` keeps.
    pub(crate) fn new(opened: Opened, settings: Arc<SshSettings>) -> Self {
        Self {
            session: opened.session,
            jump: opened.jump.map(Into::into),
            _settings: settings,
        }
    }

    fn not_opened(&self, error: &Error) -> ShellError {
        let said = text_of(error);
        if said.contains(REFUSED) {
            return ShellError::Crowded("its sshd allows no further session (MaxSessions)".to_owned());
        }
        match error {
            // What the protocol between two ssh processes here says of it helps nobody.
            Error::SshMux(_) | Error::Disconnected => {
                tracing::debug!(said, "a master connection is gone");
                ShellError::Lost(match &self.jump {
                    Some(jump) => format!("its ssh has ended (through jump host {jump})"),
                    None => "its ssh has ended".to_owned(),
                })
            }
            _ => ShellError::Lost(said),
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
        let mut command = self.session.clone().arc_raw_command(quote::line(command_line));
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = timeout(OPEN, command.spawn())
            .await
            .map_err(|_| lost("no channel was opened in time"))?
            .map_err(|error| self.not_opened(&error))?;
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
