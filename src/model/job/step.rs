//! Steps: the smallest units that a job can be resumed at.

use crate::model::failure::Failure;
use serde::{Deserialize, Serialize};

/// One step of a plan on one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// What it does it to, where a target has several such steps: the tag that a prune removes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

impl Step {
    /// A step that a target has once.
    pub fn of(kind: StepKind) -> Self {
        Self { kind, subject: None }
    }

    /// A step about one of several things.
    pub fn about(kind: StepKind, subject: impl Into<String>) -> Self {
        Self {
            kind,
            subject: Some(subject.into()),
        }
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.subject {
            Some(subject) => write!(f, "{} {subject}", self.kind.word()),
            None => f.pad(self.kind.word()),
        }
    }
}

/// What a step does (DESIGN sections 5 to 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Nothing happens in the session any more.
    Quiet,
    /// Preconditions hold.
    Check,
    /// What the host has already.
    Compare,
    /// The archive is made from the source engine.
    Export,
    /// The archive goes to the staging directory.
    Send,
    /// Its SHA-256 there equals the one computed here.
    Verify,
    /// The engine loads it under a staging tag.
    Load,
    /// The loaded image is the source's; then it gets its tag.
    Confirm,
    /// The stamp is written.
    Stamp,
    /// What the job left is removed.
    CleanUp,
    /// The journal is written, here and on the host.
    Record,
    /// The successor is created beside the old container.
    Create,
    /// The old container can no longer come back by itself; of one of Compose, both images are held.
    Hold,
    /// The old container is stopped.
    Stop,
    /// The successor takes the session's name.
    Rename,
    /// The successor is started.
    Start,
    /// The pin in a Compose project's `.env` names the new image.
    WritePin,
    /// Compose replaces the container.
    Up,
    /// The successor is good.
    Probe,
    /// The swap is final.
    Commit,
    /// The old container is put back.
    PutBack,
    /// A tag or a leftover is removed.
    Remove,
    /// A directory or a file of tagboat, or those of a Compose project, are put on the host.
    Install,
    /// A unit of tagboat is started at every boot from now on.
    Enable,
    /// A unit of tagboat is not started any more.
    Disable,
    /// The host takes up restarts that were interrupted.
    TakeUp,
    /// The context of a build is made an archive.
    Pack,
    /// The engine builds an image under a staging tag.
    Build,
    /// The image that was built gets its tag.
    Tag,
    /// An image is taken in, so that a push finds it ready.
    Index,
    /// The source engine publishes the image to a registry.
    Publish,
    /// The host's engine pulls the image from a registry.
    Pull,
}

impl StepKind {
    /// The step in the words of the interface.
    pub fn word(self) -> &'static str {
        match self {
            Self::Quiet => "wait for quiet",
            Self::Check => "check",
            Self::Compare => "compare",
            Self::Export => "export",
            Self::Send => "send",
            Self::Verify => "verify",
            Self::Load => "load",
            Self::Confirm => "confirm",
            Self::Stamp => "stamp",
            Self::CleanUp => "clean up",
            Self::Record => "record",
            Self::Create => "create",
            Self::Hold => "hold",
            Self::Stop => "stop",
            Self::Rename => "rename",
            Self::Start => "start",
            Self::WritePin => "write pin",
            Self::Up => "up",
            Self::Probe => "probe",
            Self::Commit => "commit",
            Self::PutBack => "put back",
            Self::Remove => "remove",
            Self::Install => "install",
            Self::Enable => "enable",
            Self::Disable => "disable",
            Self::TakeUp => "take up",
            Self::Pack => "pack",
            Self::Build => "build",
            Self::Tag => "tag",
            Self::Index => "index",
            Self::Publish => "publish",
            Self::Pull => "pull",
        }
    }

    /// Whether its progress counts steps of its own, and not bytes.
    pub fn counts_steps(self) -> bool {
        self == Self::Build
    }
}

/// The state of a step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", content = "detail", rename_all = "snake_case")]
pub enum StepState {
    /// Not begun.
    #[default]
    Waiting,
    /// Under way.
    Running,
    /// Done; the note says what was found, such as `26.1, classic store`.
    Done(Option<String>),
    /// Not needed, and why.
    Skipped(String),
    /// Not possible.
    Failed(Failure),
}

impl StepState {
    /// The state in the words of the interface.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done(_) => "done",
            Self::Skipped(_) => "skipped",
            Self::Failed(_) => "failed",
        }
    }

    /// Whether nothing more will come of it.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Skipped(_) | Self::Failed(_))
    }
}
