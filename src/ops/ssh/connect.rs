//! One master connection: verified host key, no prompt, a deadline, and a typed reason when it fails.

use super::route::Route;
use super::turns::Turns;
use super::{SshSettings, door, hop, master, problem, untrusted_key};
use crate::model::fleet::ConnectionProblem;
use openssh::{Error, Session};
use std::error::Error as _;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// ssh's own limit for connecting and shaking hands (DESIGN section 4).
pub(crate) const CONNECT: Duration = Duration::from_secs(5);

/// The limit for all of it, jump hosts and authentication included.
const WHOLE: Duration = Duration::from_secs(20);

/// How long a beginning connection keeps others from beginning that go another way: what takes longer may be a dead host.
pub(super) const BRIEF: Duration = Duration::from_secs(2);

/// How often a host that is just too busy to shake hands is tried before that is its state.
const CROWDED_TRIES: u32 = 10;

/// The same where a command of the operator's config connects: when that just ends, it looks the same.
const UNTOLD_TRIES: u32 = 3;

/// What is told where all of the time was not enough, be it for the host or for what is before it.
const NO_LOGIN: &str = "Connection timed out: no login";

/// An open connection, and the jump hosts that it goes through.
pub(crate) struct Opened {
    /// The master.
    pub(crate) session: Arc<Session>,
    /// The jump hosts as the ssh config names them.
    pub(crate) jump: Option<String>,
}

/// Why no connection was opened.
#[derive(Debug)]
pub(crate) struct NotOpened {
    /// As the operator sees it.
    pub(crate) problem: ConnectionProblem,
    /// What it tells of the host itself.
    pub(crate) host: Heard,
}

/// What was heard of a host, where no connection came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It answered.
    Something,
    /// It was asked and did not answer.
    Silence,
    /// Nothing that counts: it refuses, or what failed is before it, or may be.
    Unknown,
}

/// Opens the master connection to `address`: an alias of the ssh config, `user@host` or `ssh://user@host:port`. A host
/// that does not answer at all within `patience` is unreachable.
pub(crate) async fn connect(
    address: &str,
    settings: &SshSettings,
    turns: &Turns,
    patience: Duration,
) -> Result<Opened, NotOpened> {
    let route = Route::of(address, settings).await;
    must_be_passable(&route)?;
    let whole = WHOLE.min(patience * 4);
    // Through a jump host, its whole login comes first.
    let handshake = if route.jump.is_some() {
        patience * 2
    } else {
        patience
    };
    let tries = if route.is_told() {
        CROWDED_TRIES
    } else {
        UNTOLD_TRIES
    };
    for attempt in 1.. {
        let begun = {
            let mut turn = if patience < CONNECT {
                turns.take_aside(&route.gates).await
            } else {
                turns.take(&route.gates).await
            };
            let launch = master::launch(address, route.jump.as_deref(), settings, handshake);
            let mut beginning = std::pin::pin!(timeout(whole, launch));
            tokio::select! {
                begun = &mut beginning => begun,
                () = sleep(BRIEF) => {
                    turn.make_room();
                    beginning.await
                }
            }
        };
        let said = match begun {
            Ok(Ok(session)) => {
                return Ok(Opened {
                    session: Arc::new(session),
                    jump: route.jump,
                });
            }
            Ok(Err(said)) => said,
            Err(_) => format!("{NO_LOGIN} within {} s", whole.as_secs()),
        };
        if !problem::is_crowded(&said) {
            let problem = explain(&said, address, settings, &route).await;
            let host = heard(&said, &route, &problem);
            return Err(NotOpened { problem, host });
        }
        if attempt == tries {
            break;
        }
        sleep(pause(attempt)).await;
    }
    Err(NotOpened {
        problem: door::crowded(&route).await,
        host: Heard::Unknown,
    })
}

/// Refuses a way that ssh has no words for.
fn must_be_passable(route: &Route) -> Result<(), NotOpened> {
    match route.jump.as_deref().and_then(hop::impassable) {
        None => Ok(()),
        Some(why) => Err(NotOpened {
            problem: ConnectionProblem::Unreachable(why),
            host: Heard::Unknown,
        }),
    }
}

/// What is known of the host itself from what was said: a jump host that fails, or a proxy that does not say what failed, may never
/// have come to it.
fn heard(said: &str, route: &Route, problem: &ConnectionProblem) -> Heard {
    let is_far = route.jump.is_some();
    if problem::at_jump(said, route.jump.as_deref()).is_some() || (is_far && said.starts_with(NO_LOGIN)) {
        return Heard::Unknown;
    }
    match problem {
        ConnectionProblem::Unreachable(why) if route.is_told() && why.contains("timed out") => Heard::Silence,
        ConnectionProblem::Unreachable(_) => Heard::Unknown,
        _ => Heard::Something,
    }
}

/// The wait before a crowded sshd is tried again: longer each time, and spread so that a fleet does not knock at once.
fn pause(attempt: u32) -> Duration {
    let spread = u32::try_from(RandomState::new().build_hasher().finish() % 1000).unwrap_or_default();
    let longest = Duration::from_millis(400) * attempt.min(5);
    longest / 4 + longest * 3 / 4 * spread / 1000
}

/// What failed, with what the operator needs to mend it: for a key, its fingerprint and the command that trusts it.
async fn explain(said: &str, address: &str, settings: &SshSettings, route: &Route) -> ConnectionProblem {
    let problem = problem::read(said, route.jump.as_deref());
    match problem {
        ConnectionProblem::HostKeyUnknown(what) => {
            let at_jump = problem::at_jump(said, route.jump.as_deref());
            ConnectionProblem::HostKeyUnknown(untrusted_key::unknown(&what, address, at_jump, settings).await)
        }
        ConnectionProblem::HostKeyChanged(_) => {
            let at_jump = problem::at_jump(said, route.jump.as_deref());
            let known_as = match at_jump {
                Some(jump) => Route::known_name(jump, settings).await,
                None => route.known_as.clone(),
            };
            ConnectionProblem::HostKeyChanged(untrusted_key::changed(said, &known_as, at_jump))
        }
        other => other,
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

#[cfg(test)]
mod tests {
    use super::{CROWDED_TRIES, Heard, NO_LOGIN, Route, heard, pause};
    use crate::ops::ssh::problem;
    use std::time::Duration;

    #[test]
    fn only_what_is_silent_itself_was_silent() {
        let route = |jump: Option<&str>, door: Option<(String, u16)>| Route {
            jump: jump.map(str::to_owned),
            door,
            ..Route::default()
        };
        let direct = route(None, Some(("10.0.0.9".to_owned(), 22)));
        let (behind, by_proxy) = (route(Some("door"), None), route(None, None));
        let closed = "kex_exchange_identification: Connection closed by remote host\nConnection closed by UNKNOWN port 65535\n";
        let jump_is_silent = format!("ssh: connect to host door port 22: Connection timed out\n{closed}");
        let jump_hangs = format!(
            "Connection timed out during banner exchange\nConnection to 10.0.0.1 port 22 timed out\n{closed}"
        );
        let jump_denies = format!("ops@door: Permission denied (publickey).\n{closed}");
        let hangs =
            "Connection timed out during banner exchange\nConnection to UNKNOWN port 65535 timed out\n";
        let late = format!("{NO_LOGIN} within 20 s");
        for (route, said, what) in [
            (
                &direct,
                "ssh: connect to host 10.0.0.9 port 22: Connection timed out\n",
                Heard::Silence,
            ),
            (&direct, late.as_str(), Heard::Silence),
            (
                &direct,
                "ssh: connect to host 10.0.0.9 port 22: Connection refused\n",
                Heard::Unknown,
            ),
            (
                &direct,
                "root@eu-1: Permission denied (publickey).\n",
                Heard::Something,
            ),
            (&behind, jump_is_silent.as_str(), Heard::Unknown),
            (&behind, jump_hangs.as_str(), Heard::Unknown),
            (&behind, jump_denies.as_str(), Heard::Unknown),
            (&behind, late.as_str(), Heard::Unknown),
            (&behind, hangs, Heard::Silence),
            (&by_proxy, hangs, Heard::Unknown),
        ] {
            let problem = problem::read(said, route.jump.as_deref());
            assert_eq!(heard(said, route, &problem), what, "{said} by {route:?}");
        }
    }

    #[test]
    fn a_crowded_sshd_is_given_some_seconds_in_all_and_never_asked_at_once() {
        let waits: Vec<_> = (1..CROWDED_TRIES).map(pause).collect();
        assert!(
            waits.iter().all(|wait| *wait >= Duration::from_millis(100)),
            "{waits:?}"
        );
        let all: Duration = waits.iter().sum();
        assert!(all < Duration::from_secs(15), "{all:?}");
    }
}
