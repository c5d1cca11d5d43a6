//! The steps `export`, `send` and `verify`: the archive is made here, goes to the staging directory, and is compared there.

use super::compare::HEADROOM;
use super::context::{Push, Staged, megabytes, patience};
use super::counted::Counted;
use super::scripts::{RECEIVE, STAGED, VERIFY};
use crate::ops::export::{Archive, Codec, ExportError, Exports, Origin};
use crate::ops::ports::{ScriptCall, ScriptOutput, ShellError};
use crate::ops::report::{Outcome, StepError};
use std::sync::Arc;
use std::time::Duration;
use tokio::fs::File;
use tokio::io::AsyncSeekExt;

/// Nothing leaves this machine for so long: the link or the host is stuck, though the connection still answers.
const STALL: Duration = Duration::from_mins(2);

/// No archive takes so long; a send is ended by its stall, by the operator or by the connection before that.
const LONGEST: Duration = Duration::from_hours(48);

/// What is staged of an archive.
enum There {
    /// All of it, verified just now.
    Whole,
    /// So many bytes of it that are the archive's first.
    Part(u64),
}

/// What the host said of one path.
#[derive(Debug, PartialEq, Eq)]
enum Look<'a> {
    Absent,
    Foreign,
    File { size: u64, sum: &'a str },
}

/// Makes the archive, or takes the one that is there.
pub(super) async fn export(push: &Push<'_>, codec: Codec) -> Result<Outcome<Arc<Archive>>, StepError> {
    let plan = push.plan;
    let counter = push.reporter.byte_counter(Some(plan.image.size));
    let exported = push
        .exports
        .get(
            &plan.image,
            &plan.reference,
            codec,
            |done| counter.set(done),
            push.reporter.cancel(),
        )
        .await;
    let (archive, origin) = exported.map_err(|error| export_failed(push, &error))?;
    let size = megabytes(archive.facts.size);
    let note = match origin {
        Origin::Made => format!("{size} of {}", codec.word()),
        Origin::Reused => format!("{size} of {}, made before", codec.word()),
    };
    Ok(Outcome::noted(archive, note))
}

fn export_failed(push: &Push<'_>, error: &ExportError) -> StepError {
    let state = push.nothing_sent();
    match error {
        ExportError::Cancelled => StepError::Cancelled(state),
        error if error.is_passing() => StepError::passing(error.to_string(), state, push.again()),
        ExportError::Cache { .. } => push.refuse(error.to_string(), "free space here"),
        _ => push.refuse(error.to_string(), "look at the image with `docker image inspect`"),
    }
}

/// Sends what the host lacks of the archive. Tells whether the whole file is verified there already.
pub(super) async fn send(
    push: &Push<'_>,
    archive: &Archive,
    staged: &Staged,
) -> Result<Outcome<bool>, StepError> {
    let total = archive.facts.size;
    let offset = match find(push, archive, staged).await? {
        There::Whole => {
            return Ok(Outcome::skipped(true, format!("{} was there", staged.file)));
        }
        There::Part(all) if all == total => {
            return Ok(Outcome::skipped(
                false,
                format!("all of {} was there", staged.part),
            ));
        }
        There::Part(offset) => offset,
    };
    let output = transfer(push, archive, staged, offset).await?;
    let arrived = output.success().map_err(|why| {
        let mend = if why.contains("No space left") {
            "free space in the staging directory there"
        } else {
            "look at the staging directory there"
        };
        StepError::trouble(
            why,
            partly(push, staged),
            format!("{mend}, then {}", push.again()),
        )
    })?;
    if arrived.trim().parse() != Ok(total) {
        return Err(StepError::passing(
            format!("the stream ended after {} of {total} bytes", arrived.trim()),
            partly(push, staged),
            push.again(),
        ));
    }
    let note = match offset {
        0 => megabytes(total),
        _ => format!(
            "resumed: {} were there, {} sent",
            megabytes(offset),
            megabytes(total - offset)
        ),
    };
    Ok(Outcome::noted(false, note))
}

/// The state after a send that did not end well.
fn partly(push: &Push<'_>, staged: &Staged) -> String {
    format!(
        "Nothing was loaded; what arrived stays at {} and the next push goes on from there; {}.",
        staged.part,
        push.still()
    )
}

async fn transfer(
    push: &Push<'_>,
    archive: &Archive,
    staged: &Staged,
    offset: u64,
) -> Result<ScriptOutput, StepError> {
    let unreadable = |error: std::io::Error| {
        let cause = format!("{} cannot be read: {error}", archive.path.display());
        StepError::passing(cause, partly(push, staged), push.again())
    };
    let mut file = File::open(&archive.path).await.map_err(unreadable)?;
    file.seek(std::io::SeekFrom::Start(offset))
        .await
        .map_err(unreadable)?;
    let counter = push.reporter.byte_counter(Some(archive.facts.size));
    let (mut input, movement) = Counted::new(file, offset, counter);
    // A stall ends the transfer on the host too, as a cancellation does.
    let ended = push.reporter.cancel().child_token();
    let mut call = ScriptCall::question(RECEIVE, [staged.part.clone(), offset.to_string()])
        .within(LONGEST)
        .until(&ended);
    call.input = Some(&mut input);
    let mut run = std::pin::pin!(push.link.shell.run(call));
    let (sent, has_stalled) = tokio::select! {
        sent = &mut run => (sent, false),
        () = movement.stalled(STALL) => {
            ended.cancel();
            (run.await, true)
        }
    };
    match sent {
        Err(ShellError::Cancelled) if has_stalled => Err(StepError::passing(
            format!("nothing moved for {} s", STALL.as_secs()),
            partly(push, staged),
            push.again(),
        )),
        sent => sent.map_err(|error| push.shell_failed(&error, partly(push, staged))),
    }
}

/// What of the archive is staged, by its SHA-256; what is not of this archive is sent anew.
async fn find(push: &Push<'_>, archive: &Archive, staged: &Staged) -> Result<There, StepError> {
    let total = archive.facts.size;
    let arguments = [staged.part.clone(), staged.file.clone(), total.to_string()];
    let call = ScriptCall::question(STAGED, arguments)
        .within(patience(total.saturating_mul(2)))
        .until(push.reporter.cancel());
    let output = push.link.shell.run(call).await;
    let output = output.map_err(|error| push.shell_failed(&error, push.nothing_sent()))?;
    let answer = output
        .success()
        .map_err(|why| push.refuse(why, "look at the staging directory there"))?;
    for (word, path) in [("file", &staged.file), ("part", &staged.part)] {
        if look(&answer, word) == Look::Foreign {
            return Err(push.refuse(
                format!("{path} is there and is no file of this login"),
                "remove it on the host",
            ));
        }
    }
    if let Look::File { size, sum } = look(&answer, "file")
        && size == total
        && sum == archive.facts.sha256.hex()
    {
        return Ok(There::Whole);
    }
    let usable = match look(&answer, "part") {
        Look::File { size, sum } if (1..=total).contains(&size) => {
            let ours = Exports::prefix(archive, size, push.reporter.cancel()).await;
            if ours.is_ok_and(|ours| ours.hex() == sum) {
                size
            } else {
                0
            }
        }
        _ => 0,
    };
    check_room(push, &answer, total - usable)?;
    Ok(There::Part(usable))
}

fn look<'a>(answer: &'a str, word: &str) -> Look<'a> {
    let line = answer
        .lines()
        .find_map(|line| line.strip_prefix(word)?.strip_prefix(' '));
    match line.map(str::trim) {
        Some("absent") => Look::Absent,
        Some(line) => match line
            .split_once(' ')
            .and_then(|(size, sum)| Some((size.parse().ok()?, sum)))
        {
            Some((size, sum)) => Look::File { size, sum },
            None => Look::Foreign,
        },
        // A script that did not say it saw nothing did not look.
        None => Look::Foreign,
    }
}

/// Now the size is known to the byte; the plan could only tell its upper bound.
fn check_room(push: &Push<'_>, answer: &str, need: u64) -> Result<(), StepError> {
    let free = answer
        .lines()
        .find_map(|line| line.strip_prefix("free ")?.trim().parse::<u64>().ok());
    let need = need.saturating_add(HEADROOM / 4);
    match free {
        Some(free) if free < need => Err(push.refuse(
            format!(
                "{} has {} free and needs {}",
                push.link.profile().paths.staging,
                megabytes(free),
                megabytes(need)
            ),
            "free space there",
        )),
        _ => Ok(()),
    }
}

/// Compares what arrived in a command of its own: a connection that breaks can let the receiving one end well.
pub(super) async fn verify(
    push: &Push<'_>,
    archive: &Archive,
    staged: &Staged,
) -> Result<Outcome<()>, StepError> {
    let facts = &archive.facts;
    let arguments = [
        staged.part.clone(),
        staged.file.clone(),
        facts.size.to_string(),
        facts.sha256.hex().to_owned(),
    ];
    let call = ScriptCall::question(VERIFY, arguments)
        .within(patience(facts.size))
        .until(push.reporter.cancel());
    let output = push.link.shell.run(call).await;
    let output = output.map_err(|error| push.shell_failed(&error, partly(push, staged)))?;
    let answer = output.success().map_err(|why| {
        let advice = format!("look at the staging directory there, then {}", push.again());
        StepError::trouble(why, partly(push, staged), advice)
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
            staged.part,
            push.still()
        ),
        push.again(),
    ))
}
