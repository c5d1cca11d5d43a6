//! The file on its way to a host: counts what is read of it, and notices when nothing moves any more.

use crate::ops::report::ByteCounter;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::watch;

/// Reads through, and counts from where an earlier send ended.
pub(super) struct Counted<R> {
    input: R,
    done: u64,
    counter: ByteCounter,
    moved: watch::Sender<u64>,
}

impl<R> Counted<R> {
    /// Counts on from `done` bytes that are there already.
    pub(super) fn new(input: R, done: u64, counter: ByteCounter) -> (Self, Movement) {
        let (moved, seen) = watch::channel(done);
        counter.set(done);
        let reader = Self {
            input,
            done,
            counter,
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
            self.done += count;
            self.counter.set(self.done);
            self.moved.send_replace(self.done);
        }
        polled
    }
}

/// Whether bytes move.
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
