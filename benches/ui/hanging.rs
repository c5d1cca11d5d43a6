//! Hosts that hang: a listener that accepts every connection and never says a word.

use std::io::Read;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// The listener. It ends with this process.
pub(crate) struct Hanging {
    port: u16,
    open: Arc<Open>,
}

#[derive(Default)]
struct Open {
    counts: Mutex<Counts>,
    changed: Condvar,
}

/// Connections.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    /// That hang now.
    now: usize,
    /// The most that hung at once.
    most: usize,
    /// Ever made.
    ever: usize,
}

impl Open {
    fn change(&self, change: impl Fn(&mut Counts)) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut counts);
        counts.most = counts.most.max(counts.now);
        self.changed.notify_all();
    }
}

impl Hanging {
    /// Listens on a free port of the loopback.
    pub(crate) fn listen() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let open = Arc::new(Open::default());
        let counted = open.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counted.change(|counts| {
                    counts.now += 1;
                    counts.ever += 1;
                });
                let counted = counted.clone();
                std::thread::spawn(move || {
                    hold(stream);
                    counted.change(|counts| counts.now -= 1);
                });
            }
        });
        Ok(Self { port, open })
    }

    /// A config with so many hosts, all of which hang.
    pub(crate) fn config(&self, hosts: u32) -> String {
        // Names that have little in common, as the rows of a real list have.
        let name = |n: u32| format!("hang-{:08x}", n.wrapping_mul(0x9e37_79b9));
        let address = format!("ssh://127.0.0.1:{}", self.port);
        let host = |n| format!("[[hosts]]\nname = \"{}\"\naddress = \"{address}\"\n", name(n));
        (1..=hosts).map(host).collect()
    }

    /// How many connections were ever made.
    pub(crate) fn ever(&self) -> usize {
        self.open
            .counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .ever
    }

    /// The most connections that hung at once.
    pub(crate) fn most(&self) -> usize {
        self.open
            .counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .most
    }

    /// Waits until so many connections were ever made; tells whether they were.
    pub(crate) fn has_met(&self, connections: usize, patience: Duration) -> bool {
        self.wait(patience, |counts| counts.ever < connections)
    }

    /// Waits until nobody is connected any more, so that one start does not slow the next; tells whether all left.
    pub(crate) fn is_left(&self, patience: Duration) -> bool {
        self.wait(patience, |counts| counts.now > 0)
    }

    fn wait(&self, patience: Duration, not_yet: impl Fn(Counts) -> bool) -> bool {
        let counts = self.open.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .open
            .changed
            .wait_timeout_while(counts, patience, |counts| not_yet(*counts));
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}

/// Reads until the other side leaves, and answers nothing.
fn hold(mut stream: TcpStream) {
    let mut unheard = [0; 256];
    while matches!(stream.read(&mut unheard), Ok(1..)) {}
}
