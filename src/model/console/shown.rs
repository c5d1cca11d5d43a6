//! What the last frame showed. Movement by pages and scrolling depend on it, and only the view knows it.

/// The measures of the last frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// The position of the first row of the list.
    pub top: usize,
    /// How many rows of the list fit.
    pub rows: usize,
    /// How far the details can be scrolled.
    pub details_reach: usize,
    /// How far the overlay on top can be scrolled.
    pub overlay_reach: usize,
}

impl Default for Shown {
    fn default() -> Self {
        Self {
            top: 0,
            rows: 10,
            details_reach: usize::MAX,
            overlay_reach: usize::MAX,
        }
    }
}
