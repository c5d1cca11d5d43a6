//! Which console this is, so that what a killed one left behind can be told from what another one still does.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// One running tagboat: the boot of its machine, its process namespace, its user, and its process id.
///
/// Machine names repeat and process ids start over; a boot id and a namespace do not. The user is part of it because a
/// machine may hide the processes of others (`hidepid` in `proc(5)`): only one's own can be known as gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleId {
    boot: String,
    namespace: String,
    user: String,
    process: u32,
}

impl ConsoleId {
    /// This process.
    pub fn here() -> Self {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let namespace = std::fs::read_link("/proc/self/ns/pid").unwrap_or_default();
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        Self {
            boot: boot.chars().filter(char::is_ascii_hexdigit).take(12).collect(),
            namespace: digits(&namespace.to_string_lossy()),
            user: std::fs::symlink_metadata("/proc/self")
                .map_or_else(|_| String::new(), |own| own.uid().to_string()),
            process: std::process::id(),
        }
    }

    /// Whether `owner`, as [`ConsoleId`] prints itself after a `#`, was a console of this machine that is gone now.
    pub fn knows_as_gone(&self, owner: &str) -> bool {
        let Some((_, console)) = owner.rsplit_once('#') else {
            return false;
        };
        let parts: Vec<_> = console.split('.').collect();
        let [boot, namespace, user, process] = parts.as_slice() else {
            return false;
        };
        let is_from_here =
            !self.boot.is_empty() && *boot == self.boot && *namespace == self.namespace && *user == self.user;
        let is_number = process.parse::<u32>().is_ok();
        is_from_here && is_number && !Path::new("/proc").join(process).exists()
    }
}

impl std::fmt::Display for ConsoleId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}.{}.{}.{}",
            self.boot, self.namespace, self.user, self.process
        )
    }
}

#[cfg(test)]
mod tests {
    use super::ConsoleId;

    #[test]
    fn only_a_console_of_this_machine_whose_process_is_gone_is_known_as_gone() {
        let here = ConsoleId::here();
        let gone = ConsoleId {
            process: u32::MAX,
            ..here.clone()
        };
        assert!(here.knows_as_gone(&format!("me@desk#{gone}")));
        assert!(!here.knows_as_gone(&format!("me@desk#{here}")), "it still runs");
        let elsewhere = ConsoleId {
            boot: "0123456789ab".to_owned(),
            ..gone
        };
        assert!(
            !here.knows_as_gone(&format!("me@desk#{elsewhere}")),
            "another machine"
        );
        assert!(!here.knows_as_gone("me@desk") && !here.knows_as_gone("me@desk#a.b.c"));
    }
}
