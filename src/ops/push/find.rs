//! What of an archive is staged on a host already, and whether there is room for the rest.

use super::compare::HEADROOM;
use super::context::{Push, Staged, patience};
use super::scripts::STAGED;
use super::send::export_failed;
use crate::model::amount::bytes;
use crate::ops::export::{Parcel, ParcelFacts};
use crate::ops::ports::ScriptCall;
use crate::ops::report::StepError;
use std::ops::Range;

/// What is staged of an archive.
pub(super) enum There {
    /// All of it, verified just now.
    Whole(ParcelFacts),
    /// The first bytes of it.
    Part {
        /// So many.
        there: u64,
        /// Bytes that stay free on the host when all of it is there, where the host tells.
        spare: Option<u64>,
    },
}

/// What the host said of one path.
#[derive(Debug, PartialEq, Eq)]
enum Look<'a> {
    Absent,
    Foreign,
    File { size: u64, sum: &'a str },
}

/// What of the archive is staged, by its SHA-256; what is not of this archive is sent anew.
pub(super) async fn find(push: &Push<'_>, parcel: &Parcel, staged: &Staged) -> Result<There, StepError> {
    let export_failed = |error| export_failed(push, &error, push.nothing_sent());
    // Of one that is still being made, nobody knows yet under which name all of it would be there.
    let known = match parcel.size() {
        Some(_) => Some(parcel.finished().await.map_err(export_failed)?),
        None => None,
    };
    let file = known.as_ref().map(|facts| staged.file(facts)).unwrap_or_default();
    let most = parcel.upper_bound();
    let answer = ask(push, [staged.part.clone(), file.clone(), most.to_string()], most).await?;
    for (word, path) in [("file", &file), ("part", &staged.part)] {
        if look(&answer, word) == Look::Foreign {
            return Err(foreign(push, path));
        }
    }
    if let (Look::File { size, sum }, Some(facts)) = (look(&answer, "file"), known)
        && size == facts.size
        && sum == facts.sha256.hex()
    {
        return Ok(There::Whole(facts));
    }
    let there = usable(push, parcel, &answer, 0..most).await?;
    let spare = check_room(push, &answer, parcel.upper_bound().saturating_sub(there))?;
    Ok(There::Part { there, spare })
}

/// How many bytes of a stretch of the archive are in a file on the host; what is not of it is sent anew.
pub(super) async fn part_of(
    push: &Push<'_>,
    parcel: &Parcel,
    file: &str,
    stretch: Range<u64>,
) -> Result<u64, StepError> {
    let most = stretch.end - stretch.start;
    let answer = ask(push, [file.to_owned(), String::new(), most.to_string()], most).await?;
    if look(&answer, "part") == Look::Foreign {
        return Err(foreign(push, file));
    }
    usable(push, parcel, &answer, stretch).await
}

/// The part, if it has the first bytes of the stretch.
async fn usable(
    push: &Push<'_>,
    parcel: &Parcel,
    answer: &str,
    stretch: Range<u64>,
) -> Result<u64, StepError> {
    let Look::File { size, sum } = look(answer, "part") else {
        return Ok(0);
    };
    if !(1..=stretch.end - stretch.start).contains(&size) {
        return Ok(0);
    }
    let there = stretch.start..stretch.start + size;
    let ours = parcel.digest_of(there, push.reporter.cancel()).await;
    let ours = ours.map_err(|error| export_failed(push, &error, push.nothing_sent()))?;
    Ok(if ours.is_some_and(|ours| ours.hex() == sum) {
        size
    } else {
        0
    })
}

async fn ask(push: &Push<'_>, arguments: [String; 3], most: u64) -> Result<String, StepError> {
    let call = ScriptCall::question(STAGED, arguments)
        .within(patience(most.saturating_mul(2)))
        .until(push.reporter.cancel());
    let output = push.link.shell.run(call).await;
    let output = output.map_err(|error| push.shell_failed(&error, push.nothing_sent()))?;
    let answer = output.success();
    answer.map_err(|why| push.refuse(why, "look at the staging directory there"))
}

fn foreign(push: &Push<'_>, path: &str) -> StepError {
    push.refuse(
        format!("{path} is there and is no file of this login"),
        "remove it on the host",
    )
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

/// Now the size is known better; the plan could only tell what the image has unpacked. Gives what stays free.
fn check_room(push: &Push<'_>, answer: &str, need: u64) -> Result<Option<u64>, StepError> {
    let free = answer
        .lines()
        .find_map(|line| line.strip_prefix("free ")?.trim().parse::<u64>().ok());
    let need = need.saturating_add(HEADROOM / 4);
    match free {
        Some(free) if free < need => Err(push.refuse(
            format!(
                "{} has {} free and needs {}",
                push.link.profile().paths.staging,
                bytes(free),
                bytes(need)
            ),
            "free space there",
        )),
        free => Ok(free.map(|free| free - need)),
    }
}
