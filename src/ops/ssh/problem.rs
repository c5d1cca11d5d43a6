//! What ssh says, as a typed reason: its exit code is 255 for all of them (research/reliability.md section 3).

use crate::model::clean::clean;
use crate::model::fleet::ConnectionProblem;

/// Reads the log of an ssh that could not connect.
pub(super) fn read(said: &str) -> ConnectionProblem {
    let line = |wanted: &str| {
        said.lines()
            .find(|line| line.contains(wanted))
            .map(|line| clean(line.trim()))
    };
    let has = |wanted: &str| said.contains(wanted);
    if has("REMOTE HOST IDENTIFICATION HAS CHANGED") || has("Offending") {
        let place = line("Offending").unwrap_or_else(|| "the key is not the known one".to_owned());
        return ConnectionProblem::HostKeyChanged(place);
    }
    if has("Host key verification failed") || has("host key is known") {
        let what =
            line("host key is known").unwrap_or_else(|| "its key is in no known_hosts file".to_owned());
        return ConnectionProblem::HostKeyUnknown(what);
    }
    if let Some(denied) = line("Permission denied").or_else(|| line("Too many authentication failures")) {
        return ConnectionProblem::NeedsAuth(denied);
    }
    let last = said
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or("ssh said nothing");
    let known = [
        "Connection refused",
        "Connection timed out",
        "No route to host",
        "Network is unreachable",
        "Could not resolve hostname",
    ];
    let short = known.into_iter().find(|text| has(text));
    ConnectionProblem::Unreachable(short.map_or_else(|| clean(last), str::to_owned))
}

/// Whether sshd turned a connection away because too many begin at once (`MaxStartups`); another attempt helps.
pub(super) fn is_crowded(said: &str) -> bool {
    said.contains("kex_exchange_identification") || said.contains("Connection reset by peer")
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn each_text_of_ssh_becomes_its_own_reason() {
        for (said, word) in [
            (
                "connect to host 10.0.0.9 port 22: Connection refused",
                "unreachable",
            ),
            (
                "connect to host 10.0.0.9 port 22: Connection timed out",
                "unreachable",
            ),
            (
                "Could not resolve hostname eu-01: Name or service not known",
                "unreachable",
            ),
            (
                "root@eu-01: Permission denied (publickey,password).",
                "needs auth",
            ),
            (
                "No ED25519 host key is known for eu-01 and you have requested strict checking.\nHost key verification failed.",
                "host key unknown",
            ),
            (
                "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nOffending ED25519 key in /k:3\nHost key verification failed.",
                "host key changed",
            ),
        ] {
            assert_eq!(read(said).word(), word, "{said}");
        }
    }

    #[test]
    fn what_a_server_puts_into_its_refusal_cannot_reach_the_terminal() {
        let problem = read("root@eu: Permission denied (\u{1b}]0;owned\u{7}).");
        assert!(!problem.to_string().chars().any(char::is_control));
    }
}
