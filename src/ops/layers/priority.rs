//! Whether work may take the processor from others.

/// How urgent packing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// Somebody waits for it.
    Urgent,
    /// Nobody does yet: everything else on this machine comes first.
    Background,
}

impl Priority {
    /// Gives it to this thread, which keeps it: only root may take it back.
    pub fn apply(self) {
        if self == Self::Background
            // On Linux it is the thread's own, other than POSIX has it (setpriority(2), "C library/kernel differences").
            && let Err(error) = rustix::process::setpriority_process(None, 10)
        {
            tracing::debug!(%error, "a thread keeps its priority");
        }
    }
}
