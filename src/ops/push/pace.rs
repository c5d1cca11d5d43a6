//! The rate that all sends of one job share, so that a push leaves room on the operator's link.

use std::io;
use std::num::NonZeroU64;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// A limit on bytes per second. Clones share it: the sends of one job together keep to it.
#[derive(Debug, Clone, Default)]
pub struct Pace(Option<Arc<Shared>>);

#[derive(Debug)]
struct Shared {
    bytes_per_second: NonZeroU64,
    /// When all that was booked so far has been sent at this rate.
    free_at: Mutex<Instant>,
}

impl Pace {
    /// At most so many bytes per second; without this there is no limit.
    pub fn limited(bytes_per_second: NonZeroU64) -> Self {
        Self(Some(Arc::new(Shared {
            bytes_per_second,
            free_at: Mutex::new(Instant::now()),
        })))
    }

    /// Books bytes that are sent now, and says until when nothing more should be.
    fn book(&self, bytes: u64) -> Option<Instant> {
        let shared = self.0.as_ref()?;
        let mut free_at = shared.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        let nanoseconds = u128::from(bytes) * 1_000_000_000 / u128::from(shared.bytes_per_second.get());
        let takes = Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX));
        *free_at = (*free_at).max(Instant::now()) + takes;
        Some(*free_at)
    }
}

/// Reads through at a pace.
pub(super) struct Paced<R> {
    input: R,
    pace: Pace,
    wait: Option<Pin<Box<Sleep>>>,
}

impl<R> Paced<R> {
    pub(super) fn new(input: R, pace: Pace) -> Self {
        Self {
            input,
            pace,
            wait: None,
        }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Paced<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(wait) = &mut self.wait {
            ready!(wait.as_mut().poll(cx));
            self.wait = None;
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.input).poll_read(cx, buffer))?;
        let count = (buffer.filled().len() - before) as u64;
        if count > 0 {
            self.wait = self.pace.book(count).map(|until| Box::pin(sleep_until(until)));
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Pace, Paced};
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, repeat};
    use tokio::time::Instant;

    async fn read(pace: Pace, bytes: u64) {
        let mut input = Paced::new(repeat(7).take(bytes), pace);
        let mut piece = [0; 1000];
        while input.read(&mut piece).await.unwrap() > 0 {}
    }

    #[tokio::test(start_paused = true)]
    async fn two_sends_together_keep_to_the_limit() {
        let (pace, begin) = (Pace::limited(10_000.try_into().unwrap()), Instant::now());
        tokio::join!(read(pace.clone(), 20_000), read(pace, 20_000));
        assert_eq!(begin.elapsed().as_secs(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_nothing_waits() {
        let begin = Instant::now();
        read(Pace::default(), 1_000_000).await;
        assert_eq!(begin.elapsed(), Duration::ZERO);
    }
}
