//! Puts a directory or a file on the host, whole or not at all.

use super::{Changed, Setup};
use crate::model::setup::{Before, Piece};
use crate::ops::ports::Script;
use crate::ops::report::StepError;

const PUT: Script = Script {
    name: "setup put",
    text: include_str!("../../../assets/host/setup/put.sh"),
};

/// Puts it there, unless it is there already.
pub(super) async fn put(setup: &Setup<'_>, piece: &Piece, before: &Before) -> Result<Changed, StepError> {
    let said = match piece {
        Piece::Directory { path, mode, .. } => {
            let arguments = vec!["directory".to_owned(), path.clone(), mode.to_string()];
            setup.ask(PUT, arguments, None, path).await?
        }
        Piece::File { path, mode, sum, .. } => {
            let text = setup.plan.texts.get(sum).ok_or_else(|| {
                StepError::trouble(
                    format!("the plan has no text for {path}"),
                    "Nothing was changed.",
                    format!("make the plan again: {}", setup.again()),
                )
            })?;
            let was = match before {
                Before::File { sum, .. } => sum.as_str(),
                _ => "missing",
            };
            let arguments = vec![
                "file".to_owned(),
                path.clone(),
                mode.to_string(),
                sum.as_str().to_owned(),
                was.to_owned(),
            ];
            setup.ask(PUT, arguments, Some(text.as_bytes()), path).await?
        }
        Piece::Enabled { unit, now, .. } => return super::enable::enable(setup, "enable", unit, *now).await,
    };
    Ok(match said.as_str() {
        "there" => Changed::Already("it is there already".to_owned()),
        _ => Changed::Now,
    })
}
