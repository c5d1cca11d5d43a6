//! A stretch of a parcel on its way into a file on the host, over one channel of the connection.

use super::context::Push;
use super::counted::{Counted, Tally};
use super::pace::Paced;
use super::scripts::RECEIVE;
use super::send::{export_failed, partly};
use crate::ops::export::Parcel;
use crate::ops::ports::{ScriptCall, ScriptOutput, ShellError};
use crate::ops::report::StepError;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio_util::sync::CancellationToken;

/// Nothing leaves this machine for so long: the link or the host is stuck, though the connection still answers.
const STALL: Duration = Duration::from_mins(2);

/// No archive takes so long; a send is ended by its stall, by the operator or by the connection before that.
pub(super) const LONGEST: Duration = Duration::from_hours(48);

/// A stretch of a parcel, and the file on the host that it goes to.
pub(super) struct Stretch {
    /// The file.
    pub(super) file: String,
    /// Where in the parcel the file begins.
    pub(super) begin: u64,
    /// Bytes that the file has already.
    pub(super) there: u64,
    /// Where in the parcel it ends; none for the parcel's own end.
    pub(super) end: Option<u64>,
}

impl Stretch {
    /// Where in the parcel the first byte is that is still to be sent.
    fn next(&self) -> u64 {
        self.begin + self.there
    }
}

/// Sends what is missing of a stretch. What the host said of it still has to be looked at. `cancel` ends it on the host too.
pub(super) async fn transfer(
    push: &Push<'_>,
    parcel: &Arc<Parcel>,
    stretch: &Stretch,
    tally: &Tally,
    cancel: &CancellationToken,
) -> Result<ScriptOutput, StepError> {
    let from = stretch.next();
    let bytes = parcel
        .reader(from)
        .take(stretch.end.map_or(u64::MAX, |end| end - from));
    let paced = Paced::new(bytes, push.pace.clone());
    let (mut input, movement) = Counted::new(paced, from, tally.clone());
    // A stall ends the transfer on the host too, as a cancellation does.
    let ended = cancel.child_token();
    let arguments = [stretch.file.clone(), stretch.there.to_string()];
    let mut call = ScriptCall::question(RECEIVE, arguments)
        .within(LONGEST)
        .until(&ended);
    call.input = Some(&mut input);
    let is_starved = |read| parcel.size().is_none() && parcel.available() <= read;
    let mut stalled = std::pin::pin!(movement.stalled(STALL, is_starved));
    let mut measured = std::pin::pin!(async {
        if let Ok(facts) = parcel.finished().await {
            tally.expect(facts.size);
        }
        std::future::pending::<Infallible>().await
    });
    let mut run = std::pin::pin!(push.link.shell.run(call));
    let (sent, has_stalled) = tokio::select! {
        sent = &mut run => (sent, false),
        () = &mut stalled => {
            ended.cancel();
            (run.await, true)
        }
        never = &mut measured => match never {},
    };
    let state = || partly(push, &stretch.file);
    match sent {
        Err(ShellError::Cancelled) if has_stalled => Err(StepError::passing(
            format!("nothing moved for {} s", STALL.as_secs()),
            state(),
            push.again(),
        )),
        Err(ShellError::Input(why)) => Err(match parcel.finished().await {
            Err(error) => export_failed(push, &error, state()),
            Ok(_) => push.shell_failed(&ShellError::Input(why), state()),
        }),
        sent => sent.map_err(|error| push.shell_failed(&error, state())),
    }
}
