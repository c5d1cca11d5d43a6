//! What of an archive is staged on a host already, and whether there is room for the rest.

use super::compare::HEADROOM;
use super::context::{Push, Staged, patience};
use super::scripts::STAGED;
use super::send::export_failed;
use crate::model::amount::bytes;
use crate::ops::export::{Parcel, ParcelFacts};
use crate::ops::ports::ScriptCall;
use crate::ops::report::StepError;

/// What is staged of an archive.
pub(super) enum There {
    /// All of it, verified just now.
    Whole(ParcelFacts),
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
    let arguments = [staged.part.clone(), file.clone(), most.to_string()];
    let call = ScriptCall::question(STAGED, arguments)
        .within(patience(most.saturating_mul(2)))
        .until(push.reporter.cancel());
    let output = push.link.shell.run(call).await;
    let output = output.map_err(|error| push.shell_failed(&error, push.nothing_sent()))?;
    let answer = output
        .success()
        .map_err(|why| push.refuse(why, "look at the staging directory there"))?;
    for (word, path) in [("file", &file), ("part", &staged.part)] {
        if look(&answer, word) == Look::Foreign {
            return Err(push.refuse(
                format!("{path} is there and is no file of this login"),
                "remove it on the host",
            ));
        }
    }
    if let (Look::File { size, sum }, Some(facts)) = (look(&answer, "file"), known)
        && size == facts.size
        && sum == facts.sha256.hex()
    {
        return Ok(There::Whole(facts));
    }
    let mut usable = 0;
    if let Look::File { size, sum } = look(&answer, "part")
        && (1..=most).contains(&size)
    {
        let ours = parcel.prefix(size, push.reporter.cancel()).await;
        let ours = ours.map_err(export_failed)?;
        if ours.is_some_and(|ours| ours.hex() == sum) {
            usable = size;
        }
    }
    check_room(push, &answer, parcel.upper_bound().saturating_sub(usable))?;
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

/// Now the size is known better; the plan could only tell what the image has unpacked.
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
                bytes(free),
                bytes(need)
            ),
            "free space there",
        )),
        _ => Ok(()),
    }
}
