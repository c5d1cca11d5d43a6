//! Takes a tar apart as it passes by: header blocks, bodies, and the bytes between them. Any bytes at all go through it.

use crate::follow::{Follow, Follower, padding};
use crate::header::{BLOCK, Header, is_header};

/// Who takes the parts of a tar, in their order.
pub(crate) trait Parts {
    /// A header, and what follows it.
    fn header(&mut self, header: &Header, follow: Follow, follower: &Follower);
    /// Bytes that describe the next entry, with their padding.
    fn inline(&mut self, bytes: &[u8]);
    /// Some bytes of a body.
    fn body(&mut self, bytes: &[u8]);
    /// The end of a body and its padding; a body or padding that the tar cuts off is shorter than its header said.
    fn body_end(&mut self, padding: &[u8]);
    /// Bytes that are no part of an entry, and few.
    fn raw(&mut self, bytes: &[u8]);
    /// Some of the many bytes after those; nothing but [`Parts::rest_end`] comes after them.
    fn rest(&mut self, bytes: &[u8]);
    /// The end of those.
    fn rest_end(&mut self);
}

/// What follows the last entry is zeros, mostly 1 to 10 KiB. What is longer is something else, and is not kept in memory.
const MOST_RAW: usize = 64 << 10;

/// The state between two pushes.
enum State {
    /// A header is awaited; so much of the block is there.
    Header(usize),
    /// So many bytes are there of what describes the next entry.
    Inline { has: Vec<u8>, wants: usize },
    /// So many bytes of a body are still to come.
    Body { left: u64, padding: usize },
    /// The padding after a body.
    Padding { has: usize, wants: usize },
    /// What follows the last entry; so many more bytes of it are few.
    Raw { room: usize },
    /// What follows those.
    Rest,
}

/// Takes a tar piece by piece.
pub(crate) struct Tape<P> {
    pub(crate) parts: P,
    follower: Follower,
    state: State,
    block: Header,
    offset: u64,
}

impl<P: Parts> Tape<P> {
    pub(crate) fn new(parts: P) -> Self {
        Self {
            parts,
            follower: Follower::default(),
            state: State::Header(0),
            block: [0; BLOCK],
            offset: 0,
        }
    }

    /// Takes the next bytes.
    pub(crate) fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let count = self.take(bytes);
            self.offset += count as u64;
            bytes = &bytes[count..];
        }
    }

    /// Takes some of the bytes, at least one.
    fn take(&mut self, bytes: &[u8]) -> usize {
        match &mut self.state {
            State::Header(has) => {
                let count = bytes.len().min(BLOCK - *has);
                self.block[*has..*has + count].copy_from_slice(&bytes[..count]);
                *has += count;
                if *has == BLOCK {
                    self.state = self.begin_entry();
                }
                count
            }
            State::Inline { has, wants } => {
                let count = bytes.len().min(*wants - has.len());
                has.extend_from_slice(&bytes[..count]);
                if has.len() == *wants {
                    self.follower.inline(has);
                    self.parts.inline(has);
                    self.state = State::Header(0);
                }
                count
            }
            State::Body { left, padding } => {
                let count = usize::try_from(*left).map_or(bytes.len(), |left| left.min(bytes.len()));
                self.parts.body(&bytes[..count]);
                *left -= count as u64;
                if *left == 0 {
                    let wants = *padding;
                    self.state = State::Padding { has: 0, wants };
                    self.end_padding();
                }
                count
            }
            State::Padding { has, wants } => {
                let count = bytes.len().min(*wants - *has);
                self.block[*has..*has + count].copy_from_slice(&bytes[..count]);
                *has += count;
                self.end_padding();
                count
            }
            State::Raw { room } => {
                let count = bytes.len().min(*room);
                *room -= count;
                let is_full = *room == 0;
                self.parts.raw(&bytes[..count]);
                if is_full {
                    self.state = State::Rest;
                }
                count
            }
            State::Rest => {
                self.parts.rest(bytes);
                bytes.len()
            }
        }
    }

    fn begin_entry(&mut self) -> State {
        if !is_header(&self.block) {
            self.parts.raw(&self.block);
            return State::Raw { room: MOST_RAW };
        }
        let follow = self.follower.header(&self.block);
        self.parts.header(&self.block, follow, &self.follower);
        match follow {
            Follow::Header | Follow::Inline(0) => State::Header(0),
            Follow::Inline(wants) => State::Inline {
                has: Vec::new(),
                wants,
            },
            Follow::Body(left) => State::Body {
                left,
                padding: padding(left),
            },
            Follow::Raw => State::Raw { room: MOST_RAW },
        }
    }

    fn end_padding(&mut self) {
        if let State::Padding { has, wants } = self.state
            && has == wants
        {
            self.parts.body_end(&self.block[..has]);
            self.state = State::Header(0);
        }
    }

    /// The end of the tar: what was begun is given as it is.
    pub(crate) fn finish(mut self) -> P {
        match self.state {
            State::Header(has) => {
                if has > 0 {
                    self.parts.raw(&self.block[..has]);
                }
            }
            State::Inline { has, .. } => self.parts.raw(&has),
            State::Body { .. } => self.parts.body_end(&[]),
            State::Padding { has, .. } => self.parts.body_end(&self.block[..has]),
            State::Raw { .. } => {}
            State::Rest => self.parts.rest_end(),
        }
        self.parts
    }

    /// Bytes taken so far.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }
}
