//! The file on its way to a host: counts what is read of it, and notices when nothing moves any more.

use crate::ops::report::ByteCounter;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::watch;

/// The bytes of a parcel that are on the host, over however many channels they go. Clones share it.
#[derive(Clone)]
pub(super) struct Tally {
    counter: ByteCounter,
    done: Arc<AtomicU64>,
    arriving: Option<watch::Sender<u64>>,
}

impl Tally {
    /// Counts on from `there` bytes that are on the host already.
    pub(super) fn new(counter: ByteCounter, there: u64) -> Self {
        counter.set(there);
        Self {
            counter,
            done: Arc::new(AtomicU64::new(there)),
            arriving: None,
        }
    }

    /// Tells how many of the first bytes have left this machine, where they leave in their order.
    pub(super) fn telling(mut self, arriving: &watch::Sender<u64>) -> Self {
        self.arriving = Some(arriving.clone());
        self
    }

    /// Learns how many bytes there are in all.
    pub(super) fn expect(&self, total: u64) {
        self.counter.expect(total);
    }

    fn add(&self, count: u64) {
        let done = self.done.fetch_add(count, Ordering::Relaxed) + count;
        self.counter.set(done);
        if let Some(arriving) = &self.arriving {
            arriving.send_replace(done);
        }
    }
}

/// Reads through, and counts.
pub(super) struct Counted<R> {
    input: R,
    at: u64,
    tally: Tally,
    moved: watch::Sender<u64>,
}

impl<R> Counted<R> {
    /// Counts what is read from the place `at` of a parcel on.
    pub(super) fn new(input: R, at: u64, tally: Tally) -> (Self, Movement) {
        let (moved, seen) = watch::channel(at);
        let reader = Self {
            input,
            at,
            tally,
            moved,
        };
        (reader, Movement(seen))
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Counted<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.input).poll_read(cx, buffer);
        let count = (buffer.filled().len() - before) as u64;
        if count > 0 {
            self.at += count;
            self.tally.add(count);
            self.moved.send_replace(self.at);
        }
        polled
    }
}

/// Whether bytes move, and up to which place of the parcel they did.
pub(super) struct Movement(watch::Receiver<u64>);

impl Movement {
    /// Ends when nothing has moved for `patience`. What ssh and the network hold after the last read counts as moving
    /// for that long too. While `is_starved` says of what was read that there is no more yet, nothing can move.
    pub(super) async fn stalled(mut self, patience: Duration, is_starved: impl Fn(u64) -> bool) {
        loop {
            match tokio::time::timeout(patience, self.0.changed()).await {
                Ok(Ok(())) => {}
                // All was read; only the host's answer is awaited.
                Ok(Err(_)) => {
                    tokio::time::sleep(patience).await;
                    return;
                }
                Err(_) if is_starved(*self.0.borrow()) => {}
                Err(_) => return,
            }
        }
    }
}
