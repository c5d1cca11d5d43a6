//! Whose turn it is to begin a connection: an sshd turns logins away when many of them begin at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Connections that may begin at the same time, to whatever hosts. A dead host counts for a moment only
/// ([`super::connect::BRIEF`]), so this is what one machine can shake hands with at once.
const ALL: usize = 32;

/// Connections that may begin at the same time through one sshd, be it a host's own or a jump host's: from the tenth on
/// it turns some away (`MaxStartups 10:30:100`), and other consoles knock there too.
const ONE_GATE: usize = 7;

/// The same for hosts that did not answer lately; both together stay below ten.
const ASIDE: usize = 2;

/// The turns of one console.
pub(crate) struct Turns {
    all: Arc<Semaphore>,
    gates: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// The right to begin a connection, for as long as this lives.
pub(super) struct Turn {
    _gates: [Option<OwnedSemaphorePermit>; 2],
    all: Option<OwnedSemaphorePermit>,
}

impl Turn {
    /// It takes long: others may begin beside it, but not through the same gate, which may be what is slow.
    pub(super) fn make_room(&mut self) {
        self.all = None;
    }
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            all: Arc::new(Semaphore::new(ALL)),
            gates: Mutex::default(),
        }
    }
}

impl Turns {
    /// Waits for a turn at a host and at the gate before it; those who wait there keep nobody else from beginning.
    pub(super) async fn take(&self, [own, first]: &[String; 2]) -> Turn {
        self.take_one_of(ONE_GATE, [own.clone(), first.clone()]).await
    }

    /// The same for a host that did not answer lately: it takes no turn from one that may.
    pub(super) async fn take_aside(&self, [own, first]: &[String; 2]) -> Turn {
        self.take_one_of(ASIDE, [format!("{own}, aside"), format!("{first}, aside")])
            .await
    }

    async fn take_one_of(&self, many: usize, [own, first]: [String; 2]) -> Turn {
        // Nobody ever closes a semaphore, so none is missing.
        let host = self.gate(&own, many).acquire_owned().await.ok();
        let gate = if own == first {
            None
        } else {
            self.gate(&first, many).acquire_owned().await.ok()
        };
        let all = self.all.clone().acquire_owned().await.ok();
        Turn {
            _gates: [host, gate],
            all,
        }
    }

    fn gate(&self, name: &str, many: usize) -> Arc<Semaphore> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        let gate = gates
            .entry(name.to_owned())
            .or_insert_with(|| Arc::new(Semaphore::new(many)));
        gate.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL, ONE_GATE, Turns};
    use futures_util::FutureExt;

    #[tokio::test]
    async fn one_sshd_gets_few_beginnings_at_once_and_who_waits_there_holds_up_nobody_else() {
        let turns = Turns::default();
        let way = |n: usize, first: &str| [format!("eu-{n}:22"), first.to_owned()];
        let behind: Vec<_> = (0..ONE_GATE + ALL).map(|n| way(n, "jump:22")).collect();
        let (begin, wait) = behind.split_at(ONE_GATE);
        let direct: Vec<_> = (ONE_GATE..ALL).map(|n| way(n, &format!("eu-{n}:22"))).collect();
        let mut held = Vec::new();
        for way in begin {
            held.push(turns.take(way).now_or_never().unwrap());
        }
        let mut waiting: Vec<_> = wait.iter().map(|way| Box::pin(turns.take(way))).collect();
        assert!(
            waiting
                .iter_mut()
                .all(|one| one.as_mut().now_or_never().is_none())
        );
        let others: Vec<_> = direct.iter().map(|way| turns.take(way).now_or_never()).collect();
        assert!(others.iter().all(Option::is_some));
        held.pop();
        drop(others);
        assert!(
            waiting
                .iter_mut()
                .any(|one| one.as_mut().now_or_never().is_some())
        );
    }
}
