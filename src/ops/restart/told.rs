//! What is told of the thing that a restart's script works on, wherever it got to: one session, or a whole project.

/// Sentences about it.
pub(super) struct Told {
    /// As long as the host has not taken over.
    pub(super) untouched: &'static str,
    /// When it is not known whether the host has.
    pub(super) handing_over: &'static str,
    /// When the host cannot be heard any more.
    pub(super) alone: &'static str,
    /// When a step has failed.
    pub(super) going_back: &'static str,
    /// At the end of the way back.
    pub(super) back: &'static str,
    /// What `docker ps` shows it by, before its name.
    pub(super) filter: &'static str,
}

/// A session whose container is replaced.
pub(super) const SESSION: Told = Told {
    untouched: super::UNTOUCHED,
    handing_over: "If the host has taken over, it goes on alone; if not, the session runs on as it was.",
    alone: "The host goes on alone: it finishes the restart, or puts back what was.",
    going_back: "The old container is put back.",
    back: "The old container is the session again, as it was.",
    filter: "name=",
};

/// A session that Compose replaces.
pub(super) const OF_COMPOSE: Told = Told {
    going_back: "The pin and the old image are put back.",
    back: "The pin is as it was, and the session runs the old image.",
    ..SESSION
};

/// A project that goes from its build to a pin.
pub(super) const MIGRATION: Told = Told {
    untouched: "The project runs on as it was.",
    handing_over: "If the host has taken over, it goes on alone; if not, the project runs on as it was.",
    alone: "The host goes on alone: it finishes the migration, or puts back what was.",
    going_back: "The files and the old images are put back.",
    back: "The files are as they were, and the project runs what it ran.",
    filter: "label=com.docker.compose.project=",
};

/// A project that is put on a host that had nothing of it.
pub(super) const BOOTSTRAP: Told = Told {
    untouched: "This job has put nothing of the project on the host, but perhaps its image.",
    handing_over: "If the host has taken over, it goes on alone; if not, nothing of the project is there.",
    alone: "The host goes on alone: it brings the project up, or takes off what it has put there.",
    going_back: "What was started is taken off again, and the files of this job with it.",
    back: "What this job had put there is taken off again: its containers and its files.",
    filter: "label=com.docker.compose.project=",
};
