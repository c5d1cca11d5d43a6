//! Package managers in the commands of a `RUN`.

use crate::model::dockerfile::ShellCommand;

/// What a package manager is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manager {
    Apt,
    Apk,
    Rpm,
    Pacman,
}

/// What it is told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Update,
    Install,
}

/// What a command does with packages of the system.
pub(super) fn packages(command: &ShellCommand) -> Option<(Manager, Action)> {
    let manager = match command.program() {
        "apt-get" | "apt" | "aptitude" => Manager::Apt,
        "apk" => Manager::Apk,
        "dnf" | "yum" | "microdnf" | "tdnf" | "zypper" => Manager::Rpm,
        "pacman" => Manager::Pacman,
        _ => return None,
    };
    if manager == Manager::Pacman {
        let syncs = command.words.iter().any(|word| word.starts_with("-S"));
        return syncs.then_some((manager, Action::Install));
    }
    command.operands().find_map(|word| match word {
        "install" | "add" | "in" | "upgrade" | "dist-upgrade" | "full-upgrade" | "groupinstall"
        | "build-dep" => Some((manager, Action::Install)),
        "update" | "makecache" | "refresh" => Some((manager, Action::Update)),
        _ => None,
    })
}

/// Whether a command installs anything from the network, packages of languages too.
pub(super) fn installs(command: &ShellCommand) -> bool {
    if packages(command).is_some_and(|(_, action)| action == Action::Install) {
        return true;
    }
    let first = command.operands().next().unwrap_or_default();
    match command.program() {
        "pip" | "pip3" | "gem" | "cargo" | "uv" | "pipx" => first == "install",
        "npm" | "pnpm" | "yarn" => matches!(first, "install" | "i" | "ci" | "add"),
        "go" => matches!(first, "install" | "get"),
        _ => false,
    }
}

/// Whether the lists and caches that these commands make are gone at their end, or never were in the image.
pub(super) fn cleans_up(manager: Manager, commands: &[ShellCommand], mounts: &[String]) -> bool {
    let removes = |folder: &str| {
        commands.iter().any(|command| {
            let is_removal = matches!(command.program(), "rm" | "find");
            is_removal && command.words.iter().any(|word| word.starts_with(folder))
        })
    };
    let is_cached = |folder: &str| {
        mounts
            .iter()
            .any(|mount| mount.contains("type=cache") && mount.contains(folder))
    };
    let does = |program: &[&str], words: [&str; 2]| {
        let is_it = |command: &&ShellCommand| {
            program.contains(&command.program()) && words.iter().all(|word| command.has(word))
        };
        commands.iter().find(is_it).is_some()
    };
    match manager {
        Manager::Apt => removes("/var/lib/apt") || is_cached("/var/lib/apt"),
        Manager::Apk => {
            let leaves = |command: &&ShellCommand| command.program() == "apk" && !command.has("--no-cache");
            commands.iter().find(leaves).is_none() || removes("/var/cache/apk") || is_cached("/var/cache/apk")
        }
        Manager::Rpm => {
            does(&["dnf", "yum", "microdnf", "tdnf"], ["clean", "all"])
                || commands.iter().any(|command| {
                    command.program() == "zypper" && (command.has("clean") || command.has("cc"))
                })
                || removes("/var/cache")
                || is_cached("/var/cache")
        }
        Manager::Pacman => {
            commands.iter().any(|command| {
                command.program() == "pacman" && command.words.iter().any(|word| word.starts_with("-Sc"))
            }) || removes("/var/cache/pacman")
        }
    }
}
