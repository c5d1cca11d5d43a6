//! The prune that a host does alone, daily: one POSIX sh file that needs docker and coreutils, with the rules of `plan::prune`.

use crate::model::attach::quote;
use crate::model::profile::{Profile, PruneRule};

/// The whole file for the hosts of a profile: its settings, then what is the same everywhere.
pub fn prune_script(profile: &Profile) -> String {
    let (paths, rules) = (&profile.paths, &profile.prune);
    let rule = match rules.rule {
        PruneRule::AnyContainer => "any-container",
        PruneRule::RunningOnly => "running-only",
    };
    let settings = [
        ("image", profile.image.as_str().to_owned()),
        ("stamp", paths.stamp.clone()),
        ("history", paths.history.clone()),
        ("state", paths.state.clone()),
        ("notice", paths.lease_notice()),
        ("socket", paths.docker_socket.clone()),
        ("keep", rules.keep.to_string()),
        ("min_age", rules.min_age.as_secs().to_string()),
        ("rule", rule.to_owned()),
    ];
    let settings: Vec<String> = settings
        .iter()
        .map(|(name, value)| format!("{name}={}", quote(value)))
        .collect();
    let settings = settings.join("\n");
    format!(
        "#!/bin/sh\n# Written by tagboat from the profile {}.\n{settings}\n{BODY}",
        profile.name
    )
}

const BODY: &str = concat!(
    include_str!("../../../assets/host/prune/head.sh"),
    "\n# The lease of the host, as consoles take it.\nlease() (\n",
    include_str!("../../../assets/host/lease.sh"),
    ")\n\n# What a boot does with restarts that are not over.\ntake_up() (\n",
    include_str!("../../../assets/host/restart/hook.sh"),
    ")\n\n",
    include_str!("../../../assets/host/audit/line.sh"),
    "\n",
    include_str!("../../../assets/host/prune/lists.sh"),
    "\n",
    include_str!("../../../assets/host/prune/verdicts.sh"),
    "\n",
    include_str!("../../../assets/host/prune/remove.sh"),
    "\n",
    include_str!("../../../assets/host/prune/run.sh"),
);
