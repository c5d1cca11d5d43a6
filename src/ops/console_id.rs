//! Which console this is, so that what a killed one left behind can be told from what another one still does.

use std::path::Path;

/// One running tagboat: the boot of its machine, its process namespace, and its process id.
///
/// Machine names repeat and process ids start over; a boot id and a namespace do not (`proc(5)`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleId {
    boot: String,
    namespace: String,
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
            process: std::process::id(),
        }
    }

    /// Whether `owner`, as [`ConsoleId`] prints itself after a `#`, was a console of this machine that is gone now.
    pub fn knows_as_gone(&self, owner: &str) -> bool {
        let Some((_, console)) = owner.rsplit_once('#') else {
            return false;
        };
        let parts: Vec<_> = console.split('.').collect();
        let [boot, namespace, process] = parts.as_slice() else {
            return false;
        };
        let is_from_here = !self.boot.is_empty() && *boot == self.boot && *namespace == self.namespace;
        let is_number = process.parse::<u32>().is_ok();
        is_from_here && is_number && !Path::new("/proc").join(process).exists()
    }
}

impl std::fmt::Display for ConsoleId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.boot, self.namespace, self.process)
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
