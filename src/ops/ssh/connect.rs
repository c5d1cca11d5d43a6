//! One master connection: verified host key, no prompt, a deadline, and a typed reason when it fails.

use super::{SshSettings, problem};
use crate::model::fleet::ConnectionProblem;
use openssh::{ControlPersist, Error, KnownHosts, Session, SessionBuilder};
use std::error::Error as _;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// ssh's own limit for connecting and shaking hands (DESIGN section 4).
const CONNECT: Duration = Duration::from_secs(5);

/// The limit for all of it, jump hosts and authentication included.
const WHOLE: Duration = Duration::from_secs(20);

/// A master whose console was killed ends by itself after this many seconds without a channel.
const ORPHAN: usize = 60;

/// How often a host that is just too busy to shake hands is tried before that is its state.
const CROWDED_TRIES: u32 = 3;

/// Opens the master connection to `address`: an alias of the ssh config, `user@host` or `ssh://user@host:port`.
pub async fn connect(address: &str, settings: &SshSettings) -> Result<Arc<Session>, ConnectionProblem> {
    let mut builder = SessionBuilder::default();
    builder
        .known_hosts_check(KnownHosts::Strict)
        .connect_timeout(CONNECT)
        .config_file(settings.config())
        .control_directory(settings.sockets());
    if let Some(seconds) = NonZeroUsize::new(ORPHAN) {
        builder.control_persist(ControlPersist::IdleFor(seconds));
    }
    let mut tries = 0;
    loop {
        tries += 1;
        let answer = timeout(WHOLE, builder.connect_mux(address)).await;
        let said = match answer {
            Ok(Ok(session)) => return Ok(Arc::new(session)),
            Ok(Err(error)) => text_of(&error),
            Err(_) => format!("Connection timed out: no login within {} s", WHOLE.as_secs()),
        };
        if !problem::is_crowded(&said) || tries == CROWDED_TRIES {
            return Err(problem::read(&said));
        }
        tokio::time::sleep(Duration::from_millis(300) * tries).await;
    }
}

/// An ssh error with what caused it, down to what ssh itself wrote.
pub(super) fn text_of(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push('\n');
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
