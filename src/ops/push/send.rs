//! The steps `send` and `verify`: a parcel goes to the staging directory, and is compared there.

use super::context::{Arrived, Push, Staged, patience};
use super::counted::Tally;
use super::find::{There, find};
use super::halves::{middle, send_halves};
use super::scripts::VERIFY;
use super::transfer::{Stretch, transfer};
use crate::model::amount::bytes;
use crate::ops::export::{ExportError, Parcel};
use crate::ops::ports::{ScriptCall, ScriptOutput};
use crate::ops::report::{Outcome, StepError};
use std::sync::Arc;
use tokio::sync::watch;

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
///
/// `arriving` is told how many of its first bytes have left this machine.
pub(super) async fn send(
    push: &Push<'_>,
    parcel: &Arc<Parcel>,
    arriving: &watch::Sender<u64>,
) -> Result<Outcome<Arrived>, StepError> {
    let staged = Staged::of(push, parcel);
    match find(push, parcel, &staged).await? {
        There::Whole(facts) => {
            let arrived = staged.arrived(facts, 0, true);
            let note = format!("{} was there", arrived.file);
            Ok(Outcome::skipped(arrived, note))
        }
        There::Part { there, .. } if parcel.size() == Some(there) => {
            let facts = parcel.finished().await;
            let facts = facts.map_err(|error| export_failed(push, &error, partly(push, &staged.part)))?;
            let note = format!("all of {} was there", staged.part);
            Ok(Outcome::skipped(staged.arrived(facts, 0, false), note))
        }
        There::Part { there, spare } => {
            let middle = middle(push, parcel, there, spare).await?;
            let (there, came) = match middle {
                Some(middle) => send_halves(push, parcel, &staged, there, middle).await?,
                None => send_whole(push, parcel, &staged, there, arriving).await?,
            };
            account(push, parcel, &staged, there, came).await
        }
    }
}

/// What came of a send that went well as far as the host said: so many bytes were `there` before, so many `came` to be there.
async fn account(
    push: &Push<'_>,
    parcel: &Arc<Parcel>,
    staged: &Staged,
    there: u64,
    came: u64,
) -> Result<Outcome<Arrived>, StepError> {
    let facts = parcel.finished().await;
    let facts = facts.map_err(|error| export_failed(push, &error, partly(push, &staged.part)))?;
    let total = facts.size;
    if came != total {
        return Err(ended_early(push, &staged.part, came, total));
    }
    let sent = total - there;
    let note = if there == 0 {
        bytes(total)
    } else {
        format!("resumed: {} were there, {} sent", bytes(there), bytes(sent))
    };
    Ok(Outcome::noted(staged.arrived(facts, sent, false), note))
}

/// Everything over one channel; how much that is may not be known before its end. Gives how many bytes were there and are there.
async fn send_whole(
    push: &Push<'_>,
    parcel: &Arc<Parcel>,
    staged: &Staged,
    there: u64,
    arriving: &watch::Sender<u64>,
) -> Result<(u64, u64), StepError> {
    let stretch = Stretch {
        file: staged.part.clone(),
        begin: 0,
        there,
        end: None,
    };
    let tally = Tally::new(push.reporter.byte_counter(parcel.size()), there).telling(arriving);
    let output = transfer(push, parcel, &stretch, &tally, push.reporter.cancel()).await?;
    Ok((there, received(push, output, &staged.part)?))
}

/// How many bytes a file on the host has after something was written to it.
pub(super) fn received(push: &Push<'_>, output: ScriptOutput, file: &str) -> Result<u64, StepError> {
    let said = output.success().map_err(|why| {
        let mend = if why.contains("No space left") {
            "free space in the staging directory there"
        } else {
            "look at the staging directory there"
        };
        StepError::trouble(why, partly(push, file), format!("{mend}, then {}", push.again()))
    })?;
    // A number that is none is no number of bytes that was expected.
    Ok(said.trim().parse().unwrap_or_default())
}

/// A connection that breaks can let the program that receives end well.
pub(super) fn ended_early(push: &Push<'_>, file: &str, came: u64, total: u64) -> StepError {
    let cause = format!("the stream ended after {came} of {total} bytes");
    StepError::passing(cause, partly(push, file), push.again())
}

/// The state after a send that did not end well.
pub(super) fn partly(push: &Push<'_>, part: &str) -> String {
    format!(
        "Nothing was loaded; what arrived stays at {part} and the next push goes on from there; {}.",
        push.still()
    )
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
