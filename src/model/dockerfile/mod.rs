//! What a Dockerfile says: the stage that is built, what it inherits, and what cannot be known from the text alone.

mod context;
mod expand;
mod facts;
mod gather;
mod heredoc;
mod ignored;
mod instruction;
mod read;
mod shell;
#[cfg(test)]
mod tests;
mod variables;
mod words;

pub use context::BuildContext;
pub use facts::{Base, CopyFacts, Named, RunFacts, Setting, StageFacts, VolumePlace};
pub use gather::{NoSuchStage, stage_facts};
pub use ignored::Ignore;
pub use instruction::{Command, Copy, Instruction, Run, Stage, Step};
pub use read::{Dockerfile, Unreadable};
pub use shell::ShellCommand;
