//! A started process on a host, and what can start one.

use crate::ops::ports::ShellError;
use async_trait::async_trait;
use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite};

/// A process that runs on a host, with its streams here.
pub struct Process {
    /// Its standard input; dropping it closes it.
    pub stdin: Box<dyn AsyncWrite + Send + Unpin>,
    /// Its standard output.
    pub stdout: Box<dyn AsyncRead + Send + Unpin>,
    /// Its standard error.
    pub stderr: Box<dyn AsyncRead + Send + Unpin>,
    /// Ends when it does. Its exit code is not asked: the frame has it.
    pub ended: BoxFuture<'static, ()>,
}

/// Starts processes on one host.
#[async_trait]
pub trait Spawn: Send + Sync + 'static {
    /// Starts a program with its arguments, each taken as it is.
    async fn spawn(&self, command_line: &[String]) -> Result<Process, ShellError>;
}
