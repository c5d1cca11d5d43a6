//! The command line that opens a session on the operator's terminal: ssh with a terminal, or the engine here.

use crate::model::destination::destination_words;
use crate::model::names::{ContainerId, HostName, SessionName};
use crate::model::profile::{Address, HostSettings};

/// Runs on the host, or here. Its text is constant; what varies are its arguments.
const SCRIPT: &str = include_str!("../../assets/host/session/attach.sh");

/// What ssh is told beside the operator's own config: no forwarding of that config is wanted twice, a command of it would be
/// in the way, and a connection that is gone must end.
const OPTIONS: [&str; 5] = [
    "ClearAllForwardings=yes",
    "RemoteCommand=none",
    "PermitLocalCommand=no",
    "ServerAliveInterval=5",
    "ServerAliveCountMax=3",
];

/// A program that gets the operator's terminal until it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachLine {
    /// Where.
    pub host: HostName,
    /// To which session.
    pub session: SessionName,
    /// The program.
    pub program: String,
    /// Its arguments, each taken as it is.
    pub arguments: Vec<String>,
}

/// The line for a session; `command` is what is run in it, a shell if it is empty. `ssh_config` is the operator's file.
pub fn attach_line(
    settings: &HostSettings,
    ssh_config: Option<&str>,
    session: &SessionName,
    container: &ContainerId,
    command: &[String],
) -> AttachLine {
    let socket = &settings.profile.paths.docker_socket;
    let words = |place: &str| {
        let fixed = ["sh", "-c", SCRIPT, "tagboat", place, socket, container.as_str()];
        fixed
            .into_iter()
            .map(str::to_owned)
            .chain(command.iter().cloned())
            .collect::<Vec<_>>()
    };
    let (program, arguments) = match &settings.address {
        Address::Local => ("sh".to_owned(), words("here").split_off(1)),
        Address::Ssh(address) => {
            let mut arguments = vec!["-t".to_owned()];
            arguments.extend(
                OPTIONS
                    .iter()
                    .flat_map(|option| ["-o".to_owned(), (*option).to_owned()]),
            );
            if let Some(file) = ssh_config {
                arguments.extend(["-F".to_owned(), file.to_owned()]);
            }
            // Behind `--` nothing that is configured as an address is an option.
            arguments.extend(destination_words(address));
            let quoted: Vec<_> = words("there").iter().map(|word| quote(word)).collect();
            arguments.push(quoted.join(" "));
            ("ssh".to_owned(), arguments)
        }
    };
    AttachLine {
        host: settings.name.clone(),
        session: session.clone(),
        program,
        arguments,
    }
}

/// A word that a POSIX shell takes as it is.
pub fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{attach_line, quote};
    use crate::model::names::{ContainerId, HostName, SessionName};
    use crate::model::profile::{Address, Guard, HostSettings, KnownFrom, Profile};

    fn line(address: Address, config: Option<&str>, command: &[&str]) -> super::AttachLine {
        let settings = HostSettings {
            name: HostName::parse("eu-01").unwrap(),
            address,
            known_from: KnownFrom::ConfigFile,
            groups: Vec::new(),
            guard: Guard::Normal,
            helper: true,
            profile: Profile::convocate(),
        };
        let session = SessionName::parse("convocate-session-1").unwrap();
        let container = ContainerId::parse(&"a1".repeat(32)).unwrap();
        let command: Vec<_> = command.iter().map(ToString::to_string).collect();
        attach_line(&settings, config, &session, &container, &command)
    }

    #[test]
    fn a_host_behind_ssh_is_reached_with_a_terminal_and_the_operators_own_config() {
        let line = line(
            Address::Ssh("-oProxyCommand=x".into()),
            Some("/home/me/.ssh/fleet"),
            &["sh", "-c", "it's $HOME"],
        );
        assert_eq!((line.program.as_str(), line.arguments[0].as_str()), ("ssh", "-t"));
        let at = line.arguments.iter().position(|word| word == "--").unwrap();
        assert_eq!(&line.arguments[at - 2..at], ["-F", "/home/me/.ssh/fleet"]);
        assert_eq!(
            line.arguments[at + 1],
            "-oProxyCommand=x",
            "an address is never an option"
        );
        assert_eq!(line.arguments.len(), at + 3);
        assert!(
            line.arguments[at + 2].ends_with(r"'sh' '-c' 'it'\''s $HOME'"),
            "{}",
            line.arguments[at + 2]
        );
    }

    #[test]
    fn the_engine_here_is_asked_without_ssh() {
        let line = line(Address::Local, None, &[]);
        assert_eq!((line.program.as_str(), line.arguments[0].as_str()), ("sh", "-c"));
        assert_eq!(line.arguments[3], "here");
        assert_eq!(line.arguments.last().unwrap(), &"a1".repeat(32));
    }

    #[test]
    fn a_quoted_word_is_one_word_whatever_is_in_it() {
        assert_eq!(quote("a b;$(c)"), "'a b;$(c)'");
        assert_eq!(quote("'"), r"''\'''");
        assert_eq!(quote(""), "''");
    }
}
