//! What came of one way of sending an image to a host.

use crate::ops::report::Outcome;

/// What came of a way, or of a step of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Attempt<T> {
    /// It worked.
    Went(T),
    /// The host or the image does not allow it, and why. Another way may do; nothing on the host is other than before, but
    /// for what is staged.
    Refused(String),
}

impl<T> Outcome<Attempt<T>> {
    /// A step that ended without a failure and without success: it is told as not needed, with the reason.
    pub(super) fn refused(why: impl Into<String>) -> Self {
        let why = why.into();
        Self::skipped(Attempt::Refused(why.clone()), why)
    }
}
