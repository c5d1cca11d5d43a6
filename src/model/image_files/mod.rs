//! The files of an image, merged from its layers as an engine merges them; nothing leads out of the image.

mod accounts;
mod entry;
mod path;
mod program;
mod resolve;
mod sudo_rights;
#[cfg(test)]
mod tests;
mod tree;
mod unseen;

pub use accounts::{Account, Accounts, Group};
pub use entry::{EntryKind, LayerEntry, Owner};
pub use program::Program;
pub use resolve::ProgramFound;
pub use sudo_rights::SudoRight;
pub use tree::{ImageFiles, Node, NodeKind};
pub use unseen::{LayerSecret, Waste};
