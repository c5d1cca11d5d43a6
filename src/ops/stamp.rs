//! Stamping: making a tag the active one of a host, for a push and for an activate.

use crate::model::clean::clean;
use crate::model::fleet::{Privilege, Stamp};
use crate::model::names::{ImageId, ImageRef, JobId, Operator};
use crate::ops::host_link::HostLink;
use crate::ops::ports::{Script, ScriptCall, ShellError};
use std::time::Duration;

const LOOK: Script = Script {
    name: "stamp-look",
    text: include_str!("../../assets/host/stamp-look.sh"),
};

const WRITE: Script = Script {
    name: "stamp",
    text: include_str!("../../assets/host/stamp.sh"),
};

/// The stamp is synced to disk, which can take long beside a load.
const WRITE_DEADLINE: Duration = Duration::from_mins(2);

/// The exit code of a stamp whose history could not be written.
const NO_HISTORY: i32 = 4;

/// Why a host was not stamped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StampError {
    /// The login has no way to root, who owns the stamp.
    #[error("the login is not root and `sudo -n` does not work for it, so the stamp cannot be written")]
    NoPrivilege,
    /// Somebody else stamped the host since the plan was made.
    #[error("the stamp was {was} when the plan was made and is {now} now")]
    Changed {
        /// What the plan was made with.
        was: String,
        /// What the host has.
        now: String,
    },
    /// The stamp's place, or the image, is not as it must be.
    #[error("{0}")]
    Refused(String),
    /// It is stamped, but its history is not.
    #[error("the history {path} could not be written: {why}")]
    NoHistory {
        /// The history file.
        path: String,
        /// What the host said.
        why: String,
    },
    /// The script did not run to its end.
    #[error(transparent)]
    Shell(#[from] ShellError),
}

/// What stamping did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamped {
    /// The stamp was replaced.
    Now,
    /// It held the reference already.
    Already,
}

/// Whether the stamp can be written, without changing anything, and what it holds now.
pub async fn look(link: &HostLink) -> Result<Stamp, StampError> {
    if link.privilege == Privilege::None {
        return Err(StampError::NoPrivilege);
    }
    let paths = &link.profile().paths;
    let call = ScriptCall::question(LOOK, [&paths.stamp, &paths.history]).as_root();
    let output = link.shell.run(call).await?;
    let content = output.success().map_err(|why| StampError::Refused(clean(&why)))?;
    Ok(match content.trim() {
        "missing" => Stamp::Missing,
        content => Stamp::read(&clean(content), &link.profile().image),
    })
}

/// Looks, and refuses when somebody else has stamped the host since the plan was made with `before`. A stamp that is
/// as wanted already is no conflict: an interrupted job wrote it.
pub async fn look_unchanged(link: &HostLink, before: &Stamp, wanted: &ImageRef) -> Result<Stamp, StampError> {
    let now = look(link).await?;
    if now == *before || *before == Stamp::Unknown || now.active() == Some(wanted) {
        return Ok(now);
    }
    let told = |stamp: &Stamp| match stamp {
        Stamp::Active(reference) => reference.to_string(),
        Stamp::Missing => "missing".to_owned(),
        Stamp::Unknown | Stamp::Unreadable(_) => "unreadable".to_owned(),
    };
    Err(StampError::Changed {
        was: told(before),
        now: told(&now),
    })
}

/// Writes the stamp and a line of history, as long as `reference` still names `image` on the host and nobody else has
/// stamped it since the plan was made with `before`.
///
/// It is not cancelled half-way: the file is replaced as a whole or not at all.
pub async fn stamp(
    link: &HostLink,
    before: &Stamp,
    reference: &ImageRef,
    image: &ImageId,
    operator: &Operator,
    job: &JobId,
) -> Result<Stamped, StampError> {
    look_unchanged(link, before, reference).await?;
    let paths = &link.profile().paths;
    let arguments = [
        paths.stamp.clone(),
        paths.history.clone(),
        reference.to_string(),
        image.to_string(),
        operator.to_string(),
        job.to_string(),
        paths.docker_socket.clone(),
    ];
    let call = ScriptCall::question(WRITE, arguments)
        .as_root()
        .within(WRITE_DEADLINE);
    let output = link.shell.run(call).await?;
    let code = output.code;
    match (output.success(), code) {
        (Ok(said), _) if said.trim() == "already" => Ok(Stamped::Already),
        (Ok(_), _) => Ok(Stamped::Now),
        (Err(why), NO_HISTORY) => Err(StampError::NoHistory {
            path: paths.history.clone(),
            why: clean(&why),
        }),
        (Err(why), _) => Err(StampError::Refused(clean(&why))),
    }
}

/// What a stamp holds, as the second half of a sentence: `the stamp is still convocate:v1.0.0`.
pub fn still(stamp: &Stamp) -> String {
    match stamp {
        Stamp::Active(reference) => format!("the stamp is still {reference}"),
        Stamp::Missing => "there is still no stamp".to_owned(),
        Stamp::Unknown | Stamp::Unreadable(_) => "the stamp is as it was".to_owned(),
    }
}
