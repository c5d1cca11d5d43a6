//! Files for what runs other things on a host: units of its service manager, and a line for cron.

use crate::model::attach::quote;
use crate::model::profile::Profile;

/// The unit that runs the hook at boot. The engine may come later: the hook's work waits for it by itself. What it starts lives on
/// after it (`KillMode=process`), where no `systemd-run` is there to give it a unit of its own.
pub(super) fn hook_unit(profile: &Profile, hook: &str) -> String {
    format!(
        "# Written by tagboat.\n\
         [Unit]\n\
         Description=Takes up session restarts that a boot has interrupted\n\
         After=docker.service\n\
         \n\
         [Service]\n\
         Type=oneshot\n\
         ExecStart=/bin/sh {} {}\n\
         KillMode=process\n\
         \n\
         [Install]\n\
         WantedBy=multi-user.target\n",
        unit_word(hook),
        unit_word(&profile.paths.state)
    )
}

/// Runs the hook daily too, in case it came to nothing at the boot.
pub(super) fn hook_timer() -> String {
    daily_timer("Takes up session restarts that were interrupted, daily", "")
}

/// The same for cron, at boot and, in case that was missed, every day.
pub(super) fn hook_cron(profile: &Profile, hook: &str) -> String {
    let line = format!(
        "root /bin/sh {} {}",
        cron_word(hook),
        cron_word(&profile.paths.state)
    );
    format!(
        "# Written by tagboat: takes up session restarts that a boot has interrupted.\n@reboot {line}\n@daily {line}\n"
    )
}

/// The unit that runs the prune, and the timer that runs that unit daily, for a host without cron.
pub(super) fn prune_unit(prune: &str) -> String {
    format!(
        "# Written by tagboat.\n\
         [Unit]\n\
         Description=Removes image tags that no session needs\n\
         After=docker.service\n\
         \n\
         [Service]\n\
         Type=oneshot\n\
         ExecStart=/bin/sh {}\n",
        unit_word(prune)
    )
}

/// Its timer. What was missed while the host was off is done after the boot.
pub(super) fn prune_timer_unit() -> String {
    daily_timer(
        "Removes image tags that no session needs, daily",
        "RandomizedDelaySec=1h\nPersistent=true\n",
    )
}

/// A timer that starts the unit of its name every day.
fn daily_timer(description: &str, more: &str) -> String {
    format!(
        "# Written by tagboat.\n\
         [Unit]\n\
         Description={description}\n\
         \n\
         [Timer]\n\
         OnCalendar=daily\n\
         {more}\
         \n\
         [Install]\n\
         WantedBy=timers.target\n"
    )
}

/// A path as one word of a unit's command: `%` and `$` have meanings there.
fn unit_word(path: &str) -> String {
    format!(
        "\"{}\"",
        path.replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('%', "%%")
            .replace('$', "$$")
    )
}

/// A path as one word of a cron line, where `%` ends the command.
fn cron_word(path: &str) -> String {
    quote(path).replace('%', "\\%")
}
