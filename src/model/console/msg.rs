//! Everything that can happen to the console, as values: the only way in which its state changes.

use super::Severity;
use super::action::Action;
use super::line_input::Edit;
use crate::model::event::Event;
use jiff::Timestamp;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// The operator pressed the key of an action.
    Act(Action),
    /// The operator edits a text.
    Text(Edit),
    /// Something was pasted. It is text where a text is edited, and never anything else.
    Paste(String),
    /// The window has another size.
    Resize(Size),
    /// The engine said something.
    Engine(Box<Event>),
    /// The shell says something, such as where a copied text went.
    Said(Severity, String),
    /// It is this time now. Told before everything else that happened at this time.
    Time(Timestamp),
    /// The process got a signal.
    Signal(Signal),
}

impl From<Event> for Msg {
    fn from(event: Event) -> Self {
        Self::Engine(Box::new(event))
    }
}

/// A signal that the console answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Somebody wants the process to end.
    Terminate,
    /// The terminal is gone.
    HangUp,
    /// Interrupt from outside.
    Interrupt,
    /// Stop, to be continued later.
    Stop,
    /// Continued after a stop.
    Continue,
}

/// Columns and rows of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Size {
    /// Whether a list and a status line fit. In a smaller window keys would act on what nobody can see.
    pub fn is_enough(self) -> bool {
        self.width >= 40 && self.height >= 10
    }
}
