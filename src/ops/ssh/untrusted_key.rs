//! Keys that are not trusted: which one the host shows, and the command by which the operator may decide about it.

use super::{SshSettings, hop};
use crate::model::clean::clean;
use crate::model::destination::destination_words;
use std::process::Stdio;
use std::time::Duration;
use tokio::time::timeout;

/// How long a second look at a host's key may take.
const LOOK: Duration = Duration::from_secs(6);

/// What is said of a host whose key nobody trusted yet: ssh does not tell the fingerprint when it refuses, so it is asked
/// once more, for that alone.
pub(super) async fn unknown(what: &str, address: &str, jump: Option<&str>, settings: &SshSettings) -> String {
    let asked = jump.map_or_else(|| destination_words(address), hop::words);
    let key = match (shown(&asked, settings).await, jump) {
        (Some(key), None) => format!("{key} is in no known_hosts file"),
        (Some(key), Some(jump)) => format!("jump host {}: {key} is in no known_hosts file", clean(jump)),
        (None, _) => what.to_owned(),
    };
    let command = settings.by_hand(&asked);
    format!("{key}; if it is the right one, trust it with: {command}")
}

async fn shown(words: &[String], settings: &SshSettings) -> Option<String> {
    let mut ssh = settings.ssh();
    ssh.args(["-N", "-T", "-o", "LogLevel=DEBUG1", "-o", "ControlPath=none"])
        .args(words)
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let answer = timeout(LOOK, ssh.output()).await.ok()?.ok()?;
    fingerprint(&String::from_utf8_lossy(&answer.stderr))
}

fn fingerprint(said: &str) -> Option<String> {
    let key = said
        .lines()
        .find_map(|line| line.split_once("Server host key: ").map(|(_, key)| key))?;
    let (kind, print) = key.split_once(' ')?;
    let is_print = print.starts_with("SHA256:") && !print.contains(char::is_whitespace);
    is_print.then(|| clean(&format!("{kind} {print}")))
}

/// What is said of a host that shows another key than the known one: both places, and nothing that is done by itself.
pub(super) fn changed(said: &str, known_as: &str, jump: Option<&str>) -> String {
    let words: Vec<&str> = said.split_whitespace().collect();
    let print = words.iter().find(|word| word.starts_with("SHA256:"));
    let print = print.map_or("another key", |print| print.trim_end_matches('.'));
    let place = said.lines().find_map(|line| {
        let (_, place) = line.trim().strip_prefix("Offending ")?.split_once(" in ")?;
        Some(place.trim())
    });
    let whose = jump.map_or(String::new(), |jump| format!("jump host {jump}: "));
    let told = match place.and_then(|place| place.rsplit_once(':').map(|(file, _)| (place, file))) {
        Some((place, file)) => format!(
            "{whose}it shows {print}, and not the key at {place}; once you know why, forget that one with: ssh-keygen -f '{file}' -R '{known_as}'"
        ),
        None => format!("{whose}it shows {print}, and not the known one"),
    };
    clean(&told)
}

#[cfg(test)]
mod tests {
    use super::{changed, fingerprint};

    #[test]
    fn the_fingerprint_is_read_from_what_ssh_tells_of_its_handshake() {
        let said = "debug1: kex: done\ndebug1: Server host key: ssh-ed25519 SHA256:abc+/1\nNo ED25519 host key is known";
        assert_eq!(fingerprint(said).unwrap(), "ssh-ed25519 SHA256:abc+/1");
        assert_eq!(fingerprint("debug1: Server host key: ssh-rsa SHA256:a b"), None);
    }

    #[test]
    fn a_changed_key_is_told_with_its_fingerprint_the_place_of_the_known_one_and_the_command_that_forgets_it()
    {
        let said = "@@@\nThe fingerprint for the ED25519 key sent by the remote host is\nSHA256:new.\n\
                    Offending ED25519 key in /home/me/.ssh/known_hosts:3\nHost key verification failed.\n";
        assert_eq!(
            changed(said, "[eu-1]:2222", None),
            "it shows SHA256:new, and not the key at /home/me/.ssh/known_hosts:3; once you know why, forget that one with: \
             ssh-keygen -f '/home/me/.ssh/known_hosts' -R '[eu-1]:2222'"
        );
    }
}
