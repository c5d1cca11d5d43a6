//! The buffers in which frames are collected: few, and used again, so that packing has a bound of memory.

use std::ops::Deref;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// Buffers that exist at most, for all packing of a console. One is filled and two are packed while one waits.
const BUFFERS: usize = 4;

/// All buffers of a console.
#[derive(Clone)]
pub(super) struct FramePool {
    shared: Arc<Shared>,
}

struct Shared {
    frame: u32,
    free: Mutex<Free>,
    returned: Condvar,
}

struct Free {
    buffers: Vec<Vec<u8>>,
    lent: usize,
}

impl FramePool {
    /// A pool of buffers for frames of `frame` bytes; none is made before it is needed.
    pub(super) fn new(frame: u32) -> Self {
        let free = Free {
            buffers: Vec::new(),
            lent: 0,
        };
        Self {
            shared: Arc::new(Shared {
                frame,
                free: Mutex::new(free),
                returned: Condvar::new(),
            }),
        }
    }

    /// Bytes that a buffer holds.
    pub(super) fn frame(&self) -> u32 {
        self.shared.frame
    }

    /// An empty buffer. Waits while all are lent; who fills one must not wait for a second one with it.
    pub(super) fn take(&self) -> FrameBuffer {
        let free = self.shared.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self
            .shared
            .returned
            .wait_while(free, |free| free.lent >= BUFFERS)
            .unwrap_or_else(PoisonError::into_inner);
        free.lent += 1;
        let bytes = free
            .buffers
            .pop()
            .unwrap_or_else(|| Vec::with_capacity(self.shared.frame as usize));
        FrameBuffer {
            bytes,
            pool: self.clone(),
        }
    }
}

/// One buffer; it goes back to its pool when it is dropped.
pub(super) struct FrameBuffer {
    bytes: Vec<u8>,
    pool: FramePool,
}

impl FrameBuffer {
    /// Takes of `bytes` what it has room for; gives the rest.
    pub(super) fn fill<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let room = self.pool.frame() as usize - self.bytes.len();
        let (taken, rest) = bytes.split_at(room.min(bytes.len()));
        self.bytes.extend_from_slice(taken);
        rest
    }

    /// Whether it has room for nothing more.
    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= self.pool.frame() as usize
    }
}

impl Deref for FrameBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for FrameBuffer {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.clear();
        let shared = &self.pool.shared;
        let mut free = shared.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.lent -= 1;
        if free.lent == 0 {
            // Nothing is packed any more: the memory goes back to the system.
            free.buffers.clear();
        } else {
            free.buffers.push(bytes);
        }
        drop(free);
        shared.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::FramePool;

    #[test]
    fn there_are_only_so_many_buffers_and_a_returned_one_is_empty() {
        let pool = FramePool::new(4);
        let mut lent: Vec<_> = (0..4).map(|_| pool.take()).collect();
        assert_eq!(lent[0].fill(b"012345"), b"45");
        assert!(lent[0].is_full() && &*lent[0] == b"0123");
        let other = pool.clone();
        let waiting = std::thread::spawn(move || other.take().len());
        drop(lent);
        assert_eq!(waiting.join().unwrap(), 0);
    }
}
