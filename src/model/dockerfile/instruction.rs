//! The instructions of a stage, as far as a contract asks for them.

use super::shell::ShellCommand;
use crate::model::secret::Hidden;

/// A stage as it is written.
pub struct Stage {
    /// The line of its `FROM`.
    pub line: usize,
    /// The image or the stage that it begins with, as it is written.
    pub from: String,
    /// Its name.
    pub name: Option<String>,
    /// Its instructions.
    pub steps: Vec<Step>,
}

/// An instruction.
pub struct Step {
    /// Its first line.
    pub line: usize,
    /// What it says.
    pub instruction: Instruction,
}

/// What an instruction says; variables are as they are written.
pub enum Instruction {
    /// `ARG`: names with what they are when the build says nothing.
    Arg(Vec<(String, Option<Hidden>)>),
    /// `ENV`.
    Env(Vec<(String, Hidden)>),
    /// `LABEL`.
    Label(Vec<(String, Hidden)>),
    /// `USER`.
    User(String),
    /// `WORKDIR`.
    Workdir(String),
    /// `VOLUME`.
    Volume(Vec<String>),
    /// `ENTRYPOINT`.
    Entrypoint(Command),
    /// `CMD`.
    Cmd(Command),
    /// `RUN`.
    Run(Run),
    /// `COPY` and `ADD`.
    Copy(Copy),
    /// What no contract asks for, and what is only for builds from the image.
    Other,
}

/// A command in one of its forms.
#[derive(Clone)]
pub enum Command {
    /// A JSON array.
    Exec(Vec<Hidden>),
    /// A line for the shell.
    Shell(Hidden),
}

impl Command {
    /// Whether it is there and empty, which clears what the base image has.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Exec(words) => words.is_empty(),
            Self::Shell(line) => line.is_empty(),
        }
    }

    /// The words of the exec form; those of the shell form as an engine makes them.
    pub fn words(&self) -> Vec<&str> {
        match self {
            Self::Exec(words) => words.iter().map(Hidden::look).collect(),
            Self::Shell(line) => vec!["/bin/sh", "-c", line.look()],
        }
    }
}

/// `RUN`.
#[derive(Clone)]
pub struct Run {
    /// Its text, with what is in its here-documents.
    pub text: Hidden,
    /// The commands that the shell would run.
    pub commands: Vec<ShellCommand>,
    /// `--mount` options.
    pub mounts: Vec<String>,
}

/// `COPY` and `ADD`.
#[derive(Clone)]
pub struct Copy {
    /// The stage or image that it copies from; the build context when absent.
    pub from: Option<String>,
    /// What is copied, as it is written; a here-document is left out.
    pub sources: Vec<Hidden>,
    /// Where to.
    pub target: String,
    /// What its here-documents hold.
    pub texts: Vec<Hidden>,
}
