//! What is known of the image that a Dockerfile makes, from its text alone.

use super::instruction::{Command, Run};
use crate::model::secret::Hidden;

/// A setting of the image.
#[derive(Clone)]
pub enum Setting<T> {
    /// The text sets it.
    Set {
        /// To this.
        value: T,
        /// On this line.
        line: usize,
    },
    /// Nothing sets it, and there is no base image that could.
    Unset,
    /// It is as the base image has it, which the text does not tell.
    OfBase,
    /// The text sets it to what only a build knows.
    Unclear {
        /// On this line.
        line: usize,
    },
}

impl<T> Setting<T> {
    /// The line that sets it.
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::Set { line, .. } | Self::Unclear { line } => Some(*line),
            Self::Unset | Self::OfBase => None,
        }
    }
}

/// The image that the stages begin with.
#[derive(Clone)]
pub struct Base {
    /// Its reference; none where only a build knows it.
    pub reference: Option<String>,
    /// The line of its `FROM`.
    pub line: usize,
}

impl Base {
    /// Whether it is nothing at all.
    pub fn is_scratch(&self) -> bool {
        self.reference.as_deref() == Some("scratch")
    }
}

/// Something with a name and a value.
#[derive(Clone)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its value as it is written; none for an argument without one.
    pub written: Option<Hidden>,
    /// Its value; none where only a build knows it.
    pub value: Option<Hidden>,
    /// The line.
    pub line: usize,
}

/// A `VOLUME`.
#[derive(Clone)]
pub struct VolumePlace {
    /// Its path; none where only a build knows it.
    pub path: Option<String>,
    /// The line.
    pub line: usize,
}

/// A `RUN`.
#[derive(Clone)]
pub struct RunFacts {
    /// The line.
    pub line: usize,
    /// As whom it runs.
    pub user: Setting<String>,
    /// What it runs.
    pub run: Run,
    /// Whether the instruction before it is a `RUN` too.
    pub follows_run: bool,
}

/// A `COPY` or `ADD`.
#[derive(Clone)]
pub struct CopyFacts {
    /// The line.
    pub line: usize,
    /// What is copied out of the build context, or from a URL, with its variables expanded where they are known; nothing where
    /// it comes from another stage or image.
    pub sources: Vec<Hidden>,
    /// Where to, as it is written.
    pub target: String,
    /// What its here-documents hold.
    pub texts: Vec<Hidden>,
}

/// All that is known.
#[derive(Clone)]
pub struct StageFacts {
    /// The image it begins with.
    pub base: Base,
    /// `USER`.
    pub user: Setting<String>,
    /// `ENTRYPOINT`.
    pub entrypoint: Setting<Command>,
    /// `CMD`.
    pub cmd: Setting<Command>,
    /// `WORKDIR`, absolute.
    pub workdir: Setting<String>,
    /// `ENV`, in order.
    pub env: Vec<Named>,
    /// `LABEL`, in order.
    pub labels: Vec<Named>,
    /// `ARG`, in order, with those before the first `FROM`.
    pub args: Vec<Named>,
    /// `VOLUME`.
    pub volumes: Vec<VolumePlace>,
    /// `RUN`, in order.
    pub runs: Vec<RunFacts>,
    /// `COPY` and `ADD`, in order.
    pub copies: Vec<CopyFacts>,
    /// Lines of `WORKDIR` with a relative path.
    pub relative_workdirs: Vec<usize>,
}

impl StageFacts {
    /// Before the first instruction of a stage that begins with an image.
    pub(super) fn on(base: Base) -> Self {
        fn begin<T>(base: &Base) -> Setting<T> {
            if base.is_scratch() {
                Setting::Unset
            } else {
                Setting::OfBase
            }
        }
        Self {
            user: begin(&base),
            entrypoint: begin(&base),
            cmd: begin(&base),
            workdir: begin(&base),
            base,
            env: Vec::new(),
            labels: Vec::new(),
            args: Vec::new(),
            volumes: Vec::new(),
            runs: Vec::new(),
            copies: Vec::new(),
            relative_workdirs: Vec::new(),
        }
    }

    /// The last value of a variable of the image.
    pub fn env_of(&self, name: &str) -> Option<&Named> {
        self.env.iter().rev().find(|one| one.name == name)
    }

    /// The last value of a label.
    pub fn label_of(&self, name: &str) -> Option<&Named> {
        self.labels.iter().rev().find(|one| one.name == name)
    }
}
