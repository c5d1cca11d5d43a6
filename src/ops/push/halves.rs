//! Two channels for one archive: over a far link a channel of ssh waits for its window most of the time, so the second half
//! goes beside the first one, into a file of its own, and is put behind it on the host.

use super::context::{Push, Staged, patience};
use super::counted::Tally;
use super::find::part_of;
use super::scripts::{JOIN, ROUND_TRIP};
use super::send::{ended_early, partly, received};
use super::transfer::{Stretch, transfer};
use crate::ops::export::Parcel;
use crate::ops::ports::ScriptCall;
use crate::ops::report::StepError;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Fewer bytes are sent before a second channel is of use.
const LEAST: u64 = 8 << 20;

/// A channel has a window of 2 MiB, and running a command takes two round trips and some milliseconds of the host: beyond this
/// time a channel carries less than 80 MB/s. Measured at 1 Gbit/s with round trips of 20, 50 and 100 ms: one channel 74, 31 and
/// 15 MB/s, two of them 111, 51 and 25, and no more with four, because they share one TCP connection.
const FAR: Duration = Duration::from_millis(50);

/// Where the second half of an archive begins that is sent in two; none where that would not be quicker, where more than the
/// first half is there already, or where the host has no room for the half that is there twice while they are joined.
pub(super) async fn middle(
    push: &Push<'_>,
    parcel: &Parcel,
    there: u64,
    spare: Option<u64>,
) -> Result<Option<u64>, StepError> {
    // Of an archive that is still being made there is no second half yet.
    let Some(size) = parcel.size().filter(|size| size - there >= LEAST) else {
        return Ok(None);
    };
    let middle = size / 2;
    if there >= middle || spare.is_some_and(|spare| spare < size - middle) {
        return Ok(None);
    }
    let begun = Instant::now();
    let nothing: [&str; 0] = [];
    let answer = push
        .link
        .shell
        .run(ScriptCall::question(ROUND_TRIP, nothing))
        .await;
    answer.map_err(|error| push.shell_failed(&error, push.nothing_sent()))?;
    Ok((begun.elapsed() >= FAR).then_some(middle))
}

/// Sends what is missing of both halves and joins them; gives how many bytes were there and are there.
pub(super) async fn send_halves(
    push: &Push<'_>,
    parcel: &Arc<Parcel>,
    staged: &Staged,
    there: u64,
    middle: u64,
) -> Result<(u64, u64), StepError> {
    let size = parcel.upper_bound();
    let half = staged.half();
    let of_half = part_of(push, parcel, &half, middle..size).await?;
    let stretches = [
        Stretch {
            file: staged.part.clone(),
            begin: 0,
            there,
            end: Some(middle),
        },
        Stretch {
            file: half,
            begin: middle,
            there: of_half,
            end: None,
        },
    ];
    let tally = Tally::new(push.reporter.byte_counter(Some(size)), there + of_half);
    let ended = push.reporter.cancel().child_token();
    let [first, second] = stretches.each_ref().map(|stretch| {
        let (tally, ended) = (&tally, &ended);
        async move {
            let sent = transfer(push, parcel, stretch, tally, ended).await;
            let sent = sent.and_then(|output| received(push, output, &stretch.file));
            // What goes wrong with one half is not waited for by the other.
            if sent.is_err() {
                ended.cancel();
            }
            sent
        }
    });
    let (first, second) = tokio::join!(first, second);
    let came = match (first, second) {
        (Ok(first), Ok(second)) => [first, second],
        // The half that was ended for the other one only says that.
        (Err(StepError::Cancelled(_)) | Ok(_), Err(error)) | (Err(error), _) => return Err(error),
    };
    for (stretch, (came, total)) in stretches
        .iter()
        .zip(came.into_iter().zip([middle, size - middle]))
    {
        if came != total {
            return Err(ended_early(push, &stretch.file, came, total));
        }
    }
    let joined = join(push, staged, [middle, size - middle]).await?;
    Ok((there + of_half, joined))
}

async fn join(push: &Push<'_>, staged: &Staged, sizes: [u64; 2]) -> Result<u64, StepError> {
    let [first, second] = sizes.map(|size| size.to_string());
    let call = ScriptCall::question(JOIN, [staged.part.clone(), staged.half(), first, second])
        .within(patience(sizes.iter().sum()))
        .until(push.reporter.cancel());
    let output = push.link.shell.run(call).await;
    let output = output.map_err(|error| push.shell_failed(&error, partly(push, &staged.part)))?;
    received(push, output, &staged.part)
}
