//! How much of what is on the screen is out of date, and so how soon it must be drawn.

/// The level of change since the last frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dirty {
    /// Nothing: an identical frame would still cost bytes, so none is drawn.
    #[default]
    Clean,
    /// Only progress: a few frames in a second are enough.
    Progress,
    /// Something that the operator did or must see.
    Normal,
    /// The screen itself may hold something else: draw every cell.
    Full,
}
