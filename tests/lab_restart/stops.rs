//! A shell that stops at a script of a certain name, as if the console died or the link was cut just before it.

use crate::rig::Rig;
use async_trait::async_trait;
use std::future::pending;
use std::sync::Arc;
use tagboat::ops::host_link::HostLink;
use tagboat::ops::ports::{ScriptCall, ScriptOutput, Shell, ShellError};
use tokio::sync::Notify;

struct Stops {
    shell: Arc<dyn Shell>,
    at: &'static str,
    is_cut: bool,
    reached: Arc<Notify>,
}

#[async_trait]
impl Shell for Stops {
    async fn run(&self, call: ScriptCall<'_>) -> Result<ScriptOutput, ShellError> {
        let word = call.arguments.first().map(String::as_str).unwrap_or_default();
        if call.script.name == self.at || word == self.at {
            self.reached.notify_one();
            if self.is_cut {
                return Err(ShellError::Lost("the link was cut".to_owned()));
            }
            pending::<()>().await;
        }
        self.shell.run(call).await
    }
}

/// A link of the rig that stops there, and what tells that it did.
pub(crate) fn stopping(rig: &Rig, at: &'static str, is_cut: bool) -> (HostLink, Arc<Notify>) {
    let reached = Arc::new(Notify::new());
    let shell = Stops {
        shell: rig.link.shell.clone(),
        at,
        is_cut,
        reached: reached.clone(),
    };
    (
        HostLink {
            shell: Arc::new(shell),
            ..rig.link.clone()
        },
        reached,
    )
}
