//! Where a console can be made to die, for tests of what it leaves: the same as in the script on the host.

/// The variable that names the point, in the environment of the console.
const AT: &str = "TAGBOAT_CONSOLE_CRASH_AT";

/// The points, in the order in which a restart comes to them.
pub const CONSOLE_CRASH_POINTS: [&str; 10] = [
    "check",
    "checked",
    "record",
    "recorded",
    "create",
    "pinned",
    "successor",
    "created",
    "handed_over",
    "followed",
];

/// Ends this process without a last word if it was told to die here.
pub(super) fn crash_point(point: &str) {
    debug_assert!(CONSOLE_CRASH_POINTS.contains(&point), "{point}");
    if std::env::var_os(AT).is_some_and(|at| at == point) {
        let killed = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        tracing::error!(point, ?killed, "the console lives on at its crash point");
    }
}
