//! Takes a piece off the host, or a file that interrupted work has left.

use super::{Changed, Setup};
use crate::model::setup::{Before, Piece};
use crate::ops::ports::Script;
use crate::ops::report::StepError;

const TAKE: Script = Script {
    name: "setup take",
    text: include_str!("../../../assets/host/setup/take.sh"),
};

/// Takes a piece off, if it is what the plan was made with.
pub(super) async fn take(setup: &Setup<'_>, piece: &Piece, before: &Before) -> Result<Changed, StepError> {
    let path = piece.name();
    let (kind, sum) = match before {
        Before::File { sum, .. } => ("file", sum.as_str()),
        _ => ("directory", "any"),
    };
    run(setup, kind, path, sum).await
}

/// Removes a file, whatever is in it.
pub(super) async fn remove_file(setup: &Setup<'_>, path: &str) -> Result<Changed, StepError> {
    run(setup, "file", path, "any").await
}

async fn run(setup: &Setup<'_>, kind: &str, path: &str, sum: &str) -> Result<Changed, StepError> {
    let arguments = [kind, path, sum].map(str::to_owned).into();
    let said = setup.ask(TAKE, arguments, None, path).await?;
    Ok(match said.strip_prefix("kept ") {
        Some(why) => Changed::Already(format!("kept: {why}")),
        None if said == "gone" => Changed::Already("it is gone already".to_owned()),
        None => Changed::Now,
    })
}
