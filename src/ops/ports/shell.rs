//! A shell on a host: constant scripts with validated arguments, never a command line built from data.

use async_trait::async_trait;
use std::time::Duration;
use tokio::io::AsyncRead;
use tokio_util::sync::CancellationToken;

/// A POSIX sh script that is part of tagboat. Its text is constant; what varies are its arguments `$1`, `$2`, ...
#[derive(Debug, Clone, Copy)]
pub struct Script {
    /// The word for it in logs.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// One call of a script.
pub struct ScriptCall<'a> {
    /// Which script.
    pub script: Script,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// What it reads on its standard input; nothing when absent.
    pub input: Option<&'a mut (dyn AsyncRead + Send + Unpin)>,
    /// Whether it needs root: it then runs through `sudo -n` unless the login is root.
    pub as_root: bool,
    /// Whether it waits for no other script: what must not be late.
    pub is_urgent: bool,
    /// How long it may take in all.
    pub deadline: Duration,
    /// Ends it early, on the host too.
    pub cancel: CancellationToken,
}

impl ScriptCall<'_> {
    /// How long a short question to a host may take (R6 of research/tui.md).
    pub const QUESTION: Duration = Duration::from_secs(15);

    /// A short question without root and without input, which cannot be cancelled but ends within [`Self::QUESTION`].
    pub fn question(script: Script, arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        ScriptCall {
            script,
            arguments: arguments.into_iter().map(Into::into).collect(),
            input: None,
            as_root: false,
            is_urgent: false,
            deadline: Self::QUESTION,
            cancel: CancellationToken::new(),
        }
    }

    /// The same with root's rights.
    #[must_use]
    pub fn as_root(mut self) -> Self {
        self.as_root = true;
        self
    }

    /// The same beside all other scripts: only one of these runs on a host at a time.
    #[must_use]
    pub fn urgent(mut self) -> Self {
        self.is_urgent = true;
        self
    }

    /// The same with another deadline.
    #[must_use]
    pub fn within(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// The same, ended by a token.
    #[must_use]
    pub fn until(mut self, cancel: &CancellationToken) -> Self {
        self.cancel = cancel.clone();
        self
    }
}

/// What a script said and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptOutput {
    /// Its standard output, without what login files printed around it; at most 8 MiB.
    pub stdout: String,
    /// The end of its standard error, at most 8 KiB, made harmless.
    pub stderr: String,
    /// Its exit code.
    pub code: i32,
}

impl ScriptOutput {
    /// The output of a script that succeeded; else the last line of what it complained about, with its exit code.
    pub fn success(self) -> Result<String, String> {
        if self.code == 0 {
            return Ok(self.stdout);
        }
        let said = self
            .stderr
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .unwrap_or("it said nothing");
        Err(format!("{} (exit code {})", said.trim(), self.code))
    }
}

/// Why a script has no output.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShellError {
    /// The connection went away or silent; the script may still run on the host.
    #[error("the connection was lost: {0}")]
    Lost(String),
    /// It took too long and was ended on the host.
    #[error("no answer within {} s", .0.as_secs())]
    Deadline(Duration),
    /// The operator ended it; it was ended on the host too.
    #[error("cancelled")]
    Cancelled,
    /// It needs root, and the login has no way to it.
    #[error("needs root: {0}")]
    NotAllowed(String),
    /// The login shell did not run it: a forced command, a locked account, no `sh`.
    #[error("the login shell did not run it: {0}")]
    NotRun(String),
    /// The host opens no further channel now, and none of those that are open is this console's to give up.
    #[error("no channel: {0}")]
    Crowded(String),
    /// Its input could not be read here.
    #[error("cannot read what was to be sent: {0}")]
    Input(String),
}

/// A shell on one host.
#[async_trait]
pub trait Shell: Send + Sync {
    /// Runs a script to its end, its deadline or its cancellation, whichever is first.
    async fn run(&self, call: ScriptCall<'_>) -> Result<ScriptOutput, ShellError>;
}
