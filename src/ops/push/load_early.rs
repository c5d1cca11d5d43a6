//! The load begins while the archive arrives: the engine reads beside the send, and gets the end of the archive, without which it
//! loads nothing, when all of it was verified. That hides the time in which an engine writes an archive to its own disk.

use super::context::{Push, Staged};
use super::load::load_patience;
use super::scripts::LOAD_ARRIVING;
use super::shipment::Shipment;
use super::transfer::LONGEST;
use crate::model::fleet::Privilege;
use crate::ops::export::Wrapping;
use crate::ops::ports::{ScriptCall, ScriptOutput, ShellError};
use std::pin::Pin;
use tokio::io::{AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Smaller archives are read by an engine in less time than it takes to begin early.
const LEAST: u64 = 32 << 20;

/// The engine gets the archive in pieces of so many bytes.
const PIECE: u64 = 8 << 20;

/// What left this machine can be in the buffers of the connection, 2 MiB of a channel and a few of TCP; and of the end, where the
/// lists of the archive are, the engine must not have a byte.
const BEHIND: u64 = 16 << 20;

/// Lines that the script has not read yet: those of an archive of 400 GB.
const LINES: usize = 1 << 20;

type Ended = Result<ScriptOutput, ShellError>;

/// A load that waits for the archive to arrive.
pub(super) struct EarlyLoad<'a> {
    push: &'a Push<'a>,
    run: Pin<Box<dyn Future<Output = Ended> + Send + 'a>>,
    has_ended: bool,
    arriving: watch::Sender<u64>,
    /// What the engine may have by now.
    upto: u64,
    tell: DuplexStream,
    cancel: CancellationToken,
}

impl<'a> EarlyLoad<'a> {
    /// Prepares it where it is of use; it runs beside what [`Self::beside`] is given.
    pub(super) fn of(push: &'a Push<'a>, shipment: &Shipment) -> Option<Self> {
        let Wrapping::Archive(codec) = shipment.parcel.wrapping() else {
            return None;
        };
        if shipment.parcel.upper_bound() < LEAST {
            return None;
        }
        let arguments = [
            push.link.profile().paths.docker_socket.clone(),
            Staged::of(push, &shipment.parcel).part,
            codec.word().to_owned(),
        ];
        let cancel = push.reporter.cancel().child_token();
        let until = cancel.clone();
        let (tell, mut heard) = duplex(LINES);
        let run = Box::pin(async move {
            let mut call = ScriptCall::question(LOAD_ARRIVING, arguments)
                .within(LONGEST)
                .until(&until);
            call.as_root = push.link.privilege == Privilege::Sudo;
            call.input = Some(&mut heard);
            push.link.shell.run(call).await
        });
        Some(Self {
            push,
            run,
            has_ended: false,
            arriving: watch::Sender::new(0),
            upto: 0,
            tell,
            cancel,
        })
    }

    /// Where the send tells how many of the archive's first bytes have left this machine.
    pub(super) fn arriving(&self) -> watch::Sender<u64> {
        self.arriving.clone()
    }

    /// Does the work, and lets the load go on beside it.
    pub(super) async fn beside<T>(&mut self, mut work: Pin<Box<impl Future<Output = T>>>) -> T {
        let mut arriving = self.arriving.subscribe();
        loop {
            tokio::select! {
                done = &mut work => return done,
                Ok(()) = arriving.changed() => {
                    let left = *arriving.borrow_and_update();
                    self.let_have(left.saturating_sub(BEHIND)).await;
                }
                ended = &mut self.run, if !self.has_ended => {
                    self.has_ended = true;
                    tracing::info!(?ended, "a load that began early ended before the archive was there");
                }
            }
        }
    }

    /// Lets the engine have the whole pieces of so many bytes.
    async fn let_have(&mut self, bytes: u64) {
        let upto = bytes / PIECE * PIECE;
        if upto > self.upto && !self.has_ended {
            self.upto = upto;
            let line = format!("upto {upto}\n");
            if let Err(error) = self.tell.write_all(line.as_bytes()).await {
                tracing::debug!(%error, "a load that began early hears nothing any more");
            }
        }
    }

    /// Ends it on the host too.
    pub(super) async fn abandon(self) {
        self.cancel.cancel();
        if !self.has_ended {
            let ended = self.run.await;
            tracing::debug!(?ended, "a load that began early was given up");
        }
    }

    /// Lets the engine have the end of the archive, which was verified and is in `file`. None when the load had ended before,
    /// for whatever reason: then it is to be done again.
    pub(super) async fn finish(mut self, file: &str) -> Option<Ended> {
        let line = format!("verified {file}\n");
        if self.has_ended || self.tell.write_all(line.as_bytes()).await.is_err() {
            return None;
        }
        drop(self.tell);
        let patience = load_patience(self.push);
        match timeout(patience, &mut self.run).await {
            Ok(ended) => Some(ended),
            Err(_) => {
                self.cancel.cancel();
                let ended = self.run.await;
                tracing::warn!(?ended, "a load took too long");
                Some(Err(ShellError::Deadline(patience)))
            }
        }
    }
}
