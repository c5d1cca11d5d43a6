//! What every step of one push to one host works with, and how it says what state things are in when it fails.

use super::pace::Pace;
use super::via_registry::Pulls;
use crate::model::names::{JobId, Operator};
use crate::model::plan::{PushPlan, PushTarget};
use crate::ops::check::Checker;
use crate::ops::export::{Exports, Parcel, ParcelFacts, Wrapping};
use crate::ops::host_link::HostLink;
use crate::ops::ports::{EngineError, ShellError};
use crate::ops::report::{StepError, TrackReporter};
use crate::ops::stamp::still;
use std::time::Duration;

/// One push to one host.
pub(super) struct Push<'a> {
    pub(super) plan: &'a PushPlan,
    pub(super) target: &'a PushTarget,
    pub(super) job: &'a JobId,
    pub(super) operator: &'a Operator,
    pub(super) link: &'a HostLink,
    pub(super) exports: &'a Exports,
    pub(super) checker: &'a Checker,
    pub(super) pace: &'a Pace,
    pub(super) pulls: Option<&'a Pulls>,
    pub(super) reporter: &'a TrackReporter,
}

impl Push<'_> {
    /// The command that runs this push again, for this host.
    pub(super) fn again(&self) -> String {
        let replace = if self.plan.replace_tag {
            " --replace-tag"
        } else {
            ""
        };
        let via = match &self.plan.via {
            Some(via) => format!(" --via registry --to {}", via.publish.to.repository),
            None => String::new(),
        };
        let allow = if self.plan.allow_failing {
            " --allow-failing"
        } else {
            ""
        };
        if let Some(command) = &self.plan.part_of {
            return format!("{command}{allow}");
        }
        format!(
            "tagboat push {} --host {}{via}{replace}{allow}",
            self.plan.reference, self.target.host
        )
    }

    /// The stamp, which only the last steps touch: `the stamp is still convocate:v1.0.0`.
    pub(super) fn still(&self) -> String {
        still(&self.target.before)
    }

    /// The state before anything was sent.
    pub(super) fn nothing_sent(&self) -> String {
        format!("Nothing was sent; {}.", self.still())
    }

    /// A failure before anything was sent that only the operator can mend.
    pub(super) fn refuse(&self, cause: impl AsRef<str>, mend: &str) -> StepError {
        StepError::trouble(
            cause,
            self.nothing_sent(),
            format!("{mend}, then {}", self.again()),
        )
    }

    /// What an error of the host's shell means when `state` holds.
    pub(super) fn shell_failed(&self, error: &ShellError, state: String) -> StepError {
        StepError::of_shell(error, state, self.again())
    }

    /// What an error of the host's engine means when `state` holds.
    pub(super) fn engine_failed(&self, error: &EngineError, state: String) -> StepError {
        StepError::of_engine(error, state, self.again())
    }
}

/// The places of one parcel on a host.
pub(super) struct Staged {
    /// While it arrives.
    pub(super) part: String,
    folder: String,
    prefix: String,
    wrapping: Wrapping,
}

impl Staged {
    /// The places of an archive in the host's staging directory.
    pub(super) fn of(push: &Push<'_>, parcel: &Parcel) -> Self {
        let folder = push.link.profile().paths.staging.trim_end_matches('/').to_owned();
        let (prefix, wrapping) = (push.plan.reference.image.staged_prefix(), parcel.wrapping());
        Self {
            part: format!("{folder}/{prefix}{}.{}.part", parcel.name(), wrapping.extension()),
            folder,
            prefix,
            wrapping,
        }
    }

    /// Its second half, while that arrives beside the first one.
    pub(super) fn half(&self) -> String {
        half_of(&self.part)
    }

    /// Where it is when it is verified, which its bytes tell.
    pub(super) fn file(&self, facts: &ParcelFacts) -> String {
        let (folder, prefix, extension) = (&self.folder, &self.prefix, self.wrapping.extension());
        format!("{folder}/{prefix}{}.{extension}", &facts.sha256.hex()[..16])
    }

    /// All of it is there.
    pub(super) fn arrived(&self, facts: ParcelFacts, sent: u64, is_verified: bool) -> Arrived {
        Arrived {
            file: self.file(&facts),
            facts,
            part: self.part.clone(),
            sent,
            is_verified,
        }
    }
}

/// A parcel that is on a host.
pub(super) struct Arrived {
    /// What is known of it.
    pub(super) facts: ParcelFacts,
    /// Where it arrived.
    pub(super) part: String,
    /// Bytes that were sent for it now; less than it has when some were there.
    pub(super) sent: u64,
    /// Where it is when it is verified.
    pub(super) file: String,
    /// Whether it was found there, verified.
    pub(super) is_verified: bool,
}

impl Arrived {
    /// All files that a push can leave of it.
    pub(super) fn files(&self) -> [String; 3] {
        [self.part.clone(), half_of(&self.part), self.file.clone()]
    }
}

fn half_of(part: &str) -> String {
    format!("{part}.half")
}

/// How long reading or writing `bytes` once may take on a host: at least 10 MB/s, and a minute for a busy one to begin.
pub(super) fn patience(bytes: u64) -> Duration {
    Duration::from_secs(60 + bytes / 10_000_000)
}
