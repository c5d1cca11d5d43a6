//! The steps `send` and `verify`: a parcel goes to the staging directory, and is compared there.

use super::context::{Arrived, Push, Staged, patience};
use super::counted::Counted;
use super::find::{There, find};
use super::pace::Paced;
use super::scripts::{RECEIVE, VERIFY};
use crate::model::amount::bytes;
use crate::ops::export::{ExportError, Parcel};
use crate::ops::ports::{ScriptCall, ScriptOutput, ShellError};
use crate::ops::report::{Outcome, StepError};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// Nothing leaves this machine for so long: the link or the host is stuck, though the connection still answers.
const STALL: Duration = Duration::from_mins(2);

/// No archive takes so long; a send is ended by its stall, by the operator or by the connection before that.
const LONGEST: Duration = Duration::from_hours(48);

/// What a failed export means when `state` holds.
pub(super) fn export_failed(push: &Push<'_>, error: &ExportError, state: String) -> StepError {
    let mend = match error {
        ExportError::Cancelled => return StepError::Cancelled(state),
        error if error.is_passing() => return StepError::passing(error.to_string(), state, push.again()),
        ExportError::Store(_) => "free space here",
        _ => "look at the image with `docker image inspect`",
    };
    StepError::trouble(error.to_string(), state, format!("{mend}, then {}", push.again()))
}

/// Sends what the host lacks of the archive.
pub(super) async fn send(push: &Push<'_>, parcel: &Arc<Parcel>) -> Result<Outcome<Arrived>, StepError> {
    let staged = Staged::of(push, parcel);
    match find(push, parcel, &staged).await? {
        There::Whole(facts) => {
            let arrived = staged.arrived(facts, 0, true);
            let note = format!("{} was there", arrived.file);
            Ok(Outcome::skipped(arrived, note))
        }
        There::Part(all) if parcel.size() == Some(all) => {
            let facts = parcel.finished().await;
            let facts = facts.map_err(|error| export_failed(push, &error, partly(push, &staged.part)))?;
            let note = format!("all of {} was there", staged.part);
            Ok(Outcome::skipped(staged.arrived(facts, 0, false), note))
        }
        There::Part(offset) => send_from(push, parcel, &staged, offset).await,
    }
}

async fn send_from(
    push: &Push<'_>,
    parcel: &Arc<Parcel>,
    staged: &Staged,
    offset: u64,
) -> Result<Outcome<Arrived>, StepError> {
    let output = transfer(push, parcel, staged, offset).await?;
    let came = output.success().map_err(|why| {
        let mend = if why.contains("No space left") {
            "free space in the staging directory there"
        } else {
            "look at the staging directory there"
        };
        StepError::trouble(
            why,
            partly(push, &staged.part),
            format!("{mend}, then {}", push.again()),
        )
    })?;
    let facts = parcel.finished().await;
    let facts = facts.map_err(|error| export_failed(push, &error, partly(push, &staged.part)))?;
    let total = facts.size;
    if came.trim().parse() != Ok(total) {
        return Err(StepError::passing(
            format!("the stream ended after {} of {total} bytes", came.trim()),
            partly(push, &staged.part),
            push.again(),
        ));
    }
    let note = match offset {
        0 => bytes(total),
        _ => format!(
            "resumed: {} were there, {} sent",
            bytes(offset),
            bytes(total - offset)
        ),
    };
    Ok(Outcome::noted(staged.arrived(facts, total - offset, false), note))
}

/// The state after a send that did not end well.
fn partly(push: &Push<'_>, part: &str) -> String {
    format!(
        "Nothing was loaded; what arrived stays at {part} and the next push goes on from there; {}.",
        push.still()
    )
}

async fn transfer(
    push: &Push<'_>,
    parcel: &Arc<Parcel>,
    staged: &Staged,
    offset: u64,
) -> Result<ScriptOutput, StepError> {
    let counter = push.reporter.byte_counter(parcel.size());
    let paced = Paced::new(parcel.reader(offset), push.pace.clone());
    let (mut input, movement) = Counted::new(paced, offset, counter.clone());
    // A stall ends the transfer on the host too, as a cancellation does.
    let ended = push.reporter.cancel().child_token();
    let mut call = ScriptCall::question(RECEIVE, [staged.part.clone(), offset.to_string()])
        .within(LONGEST)
        .until(&ended);
    call.input = Some(&mut input);
    let is_starved = |read| parcel.size().is_none() && parcel.available() <= read;
    let mut stalled = std::pin::pin!(movement.stalled(STALL, is_starved));
    let mut measured = std::pin::pin!(async {
        if let Ok(facts) = parcel.finished().await {
            counter.expect(facts.size);
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
    match sent {
        Err(ShellError::Cancelled) if has_stalled => Err(StepError::passing(
            format!("nothing moved for {} s", STALL.as_secs()),
            partly(push, &staged.part),
            push.again(),
        )),
        Err(ShellError::Input(why)) => Err(match parcel.finished().await {
            Err(error) => export_failed(push, &error, partly(push, &staged.part)),
            Ok(_) => push.shell_failed(&ShellError::Input(why), partly(push, &staged.part)),
        }),
        sent => sent.map_err(|error| push.shell_failed(&error, partly(push, &staged.part))),
    }
}

/// Compares what arrived in a command of its own: a connection that breaks can let the receiving one end well.
pub(super) async fn verify(push: &Push<'_>, arrived: &Arrived) -> Result<Outcome<()>, StepError> {
    let facts = &arrived.facts;
    let arguments = [
        arrived.part.clone(),
        arrived.file.clone(),
        facts.size.to_string(),
        facts.sha256.hex().to_owned(),
    ];
    let call = ScriptCall::question(VERIFY, arguments)
        .within(patience(facts.size))
        .until(push.reporter.cancel());
    let output = push.link.shell.run(call).await;
    let output = output.map_err(|error| push.shell_failed(&error, partly(push, &arrived.part)))?;
    let answer = output.success().map_err(|why| {
        let advice = format!("look at the staging directory there, then {}", push.again());
        StepError::trouble(why, partly(push, &arrived.part), advice)
    })?;
    if answer.trim() == "verified" {
        return Ok(Outcome::noted(
            (),
            format!("SHA-256 {}", &facts.sha256.hex()[..16]),
        ));
    }
    let got: Vec<_> = answer.split_whitespace().skip(1).collect();
    Err(StepError::passing(
        format!(
            "what arrived is not what was sent: got {} bytes with SHA-256 {}, expected {} with {}",
            got.first().unwrap_or(&"?"),
            got.last().unwrap_or(&"?"),
            facts.size,
            facts.sha256.hex()
        ),
        format!(
            "Nothing was loaded; the file stays at {}; {}.",
            arrived.part,
            push.still()
        ),
        push.again(),
    ))
}
