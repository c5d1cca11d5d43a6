//! What the console wants done, as values: the shell performs it.

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
    /// Give the terminal back until the process is continued.
    Suspend,
    /// End with this exit code.
    Quit(u8),
}
