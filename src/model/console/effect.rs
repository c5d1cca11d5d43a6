//! What the console wants done, as values: the shell performs it.

use crate::model::attach::AttachLine;
use crate::model::command::Command;

/// Something for the shell to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Give this to the engine.
    Engine(Command),
    /// Put this text where the operator can paste it from.
    Copy(String),
    /// Ring: a job ended.
    Bell,
    /// Name the window.
    Title(String),
    /// Write this text into a new file.
    Save {
        /// The file; an earlier one of the name is not replaced.
        path: String,
        /// What goes into it.
        text: String,
    },
    /// Give the terminal to this program until it ends.
    Attach(AttachLine),
    /// Give the terminal back until the process is continued.
    Suspend,
    /// End with this exit code.
    Quit(u8),
}
