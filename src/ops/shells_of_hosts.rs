//! The shells that hosts have, as far as this machine has them, for tests of the scripts that run there.

use std::process::Command;

const SHELLS: [&[&str]; 2] = [&["dash"], &["busybox", "sh"]];

/// Those that are here. No test of a script may pass because there was none to run it.
pub(crate) fn shells() -> Vec<&'static [&'static str]> {
    let is_here = |shell: &&[&str]| {
        Command::new(shell[0])
            .args(&shell[1..])
            .args(["-c", ":"])
            .output()
            .is_ok()
    };
    let here: Vec<_> = SHELLS.into_iter().filter(is_here).collect();
    assert!(!here.is_empty(), "no shell of hosts is installed: {SHELLS:?}");
    here
}
