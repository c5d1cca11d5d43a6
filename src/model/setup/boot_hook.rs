//! What takes up, on the host alone, the restarts that a boot has interrupted.

/// The hook: for the boot, and for the daily run of cron. Its argument is the state directory.
pub const BOOT_HOOK: &str = include_str!("../../../assets/host/restart/hook.sh");
