//! What ssh says, as a typed reason: its exit code is 255 for all of them (research/reliability.md section 3).

use super::unattended::NOT_ANSWERED;
use crate::model::clean::clean;
use crate::model::fleet::ConnectionProblem;

/// How a handshake ends that did not even begin. Where a jump host is between, the last ssh says so whatever failed there.
const NO_HANDSHAKE: &str = "kex_exchange_identification: ";

/// What the ssh of a jump host says when the host behind it cannot be reached from there.
const BEYOND: &str = "stdio forwarding failed";

/// Reads what an ssh that could not connect has written, and the ssh of each jump host (`jump`) on its way.
pub(super) fn read(said: &str, jump: Option<&str>) -> ConnectionProblem {
    let line = |wanted: &str| {
        said.lines()
            .find(|line| line.contains(wanted))
            .map(|line| clean(line.trim()))
    };
    let has = |wanted: &str| said.contains(wanted);
    let whose = |what: String| match at_jump(said, jump) {
        Some(jump) => format!("jump host {}: {what}", clean(jump)),
        None => what,
    };
    if has("REMOTE HOST IDENTIFICATION HAS CHANGED") || has("Offending") {
        let place = line("Offending").unwrap_or_else(|| "the key is not the known one".to_owned());
        return ConnectionProblem::HostKeyChanged(whose(place));
    }
    if has("Host key verification failed") || has("host key is known") {
        let what =
            line("host key is known").unwrap_or_else(|| "its key is in no known_hosts file".to_owned());
        return ConnectionProblem::HostKeyUnknown(whose(what));
    }
    if let Some(denied) = line("Permission denied").or_else(|| line("Too many authentication failures")) {
        return ConnectionProblem::NeedsAuth(whose(denied));
    }
    if let Some(problem) = asked(said, whose) {
        return problem;
    }
    let known = [
        "Connection refused",
        "Connection timed out",
        "No route to host",
        "Network is unreachable",
        "Could not resolve hostname",
    ];
    let short = known.into_iter().find(|text| has(text)).map(str::to_owned);
    let what = short.unwrap_or_else(|| last_words(said));
    let far = jump.filter(|_| at_jump(said, jump).is_none());
    ConnectionProblem::Unreachable(match far {
        Some(jump) => format!("{what} (through jump host {})", clean(jump)),
        None => whose(what),
    })
}

/// What a person was asked, where it is what the connection failed for: nothing else was said then but that there is no handshake.
fn asked(said: &str, whose: impl Fn(String) -> String) -> Option<ConnectionProblem> {
    let (asked, others): (Vec<_>, Vec<_>) = telling(said).partition(|line| line.starts_with(NOT_ANSWERED));
    let question = asked.last()?.trim_start_matches(NOT_ANSWERED).trim();
    if !others.iter().all(|line| line.starts_with(NO_HANDSHAKE)) {
        return None;
    }
    Some(if question.contains("yes/no") {
        ConnectionProblem::HostKeyUnknown(whose(clean(question)))
    } else {
        let what = format!("ssh asks what nobody can answer here: {}", clean(question));
        ConnectionProblem::NeedsAuth(whose(what))
    })
}

/// The jump hosts, where one of them is what failed and not the host behind it: then its own ssh said why before the last
/// one said that it has no handshake.
pub(super) fn at_jump<'a>(said: &str, jump: Option<&'a str>) -> Option<&'a str> {
    let mut lines = telling(said);
    let is_last = lines
        .next_back()
        .is_some_and(|line| line.starts_with(NO_HANDSHAKE));
    jump.filter(|_| is_last && lines.next().is_some() && !said.contains(BEYOND))
}

/// Lines that say more than that a connection ended.
fn telling(said: &str) -> impl DoubleEndedIterator<Item = &str> {
    let says_nothing = |line: &&str| {
        line.is_empty()
            || line.starts_with("Connection closed by ")
            || line.starts_with("Connection reset by ")
    };
    said.lines()
        .map(str::trim)
        .filter(move |line| !says_nothing(line))
}

/// The last line that tells something.
fn last_words(said: &str) -> String {
    if said.contains(BEYOND) {
        return "the host cannot be reached from there".to_owned();
    }
    let own = telling(said).rfind(|line| !line.starts_with(NO_HANDSHAKE));
    own.or_else(|| telling(said).next_back())
        .map_or_else(|| "ssh said nothing".to_owned(), clean)
}

/// Whether sshd, be it a jump host's, turned a connection away before it said who it is (`MaxStartups`): another attempt
/// helps. Nothing else is tried again.
pub(super) fn is_crowded(said: &str) -> bool {
    let mut lines = telling(said).peekable();
    lines.peek().is_some()
        && lines.all(|line| {
            let end = line.strip_prefix(NO_HANDSHAKE).unwrap_or_default();
            end.ends_with("Connection closed by remote host") || end.ends_with("Connection reset by peer")
        })
}

#[cfg(test)]
mod tests {
    use super::{is_crowded, read};

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
            assert_eq!(read(said, None).word(), word, "{said}");
        }
    }

    const PROXY_ENDED: &str = "kex_exchange_identification: Connection closed by remote host\nConnection closed by UNKNOWN port 65535\n";

    #[test]
    fn what_fails_at_a_jump_host_names_it_and_what_fails_behind_it_says_so() {
        for (said, told) in [
            (
                "ssh: connect to host 10.0.0.1 port 22: Connection refused\n",
                "unreachable: jump host door: Connection refused",
            ),
            (
                "No ED25519 host key is known for door and you have requested strict checking.\nHost key verification failed.\n",
                "host key unknown: jump host door: No ED25519 host key is known for door and you have requested strict checking.",
            ),
            (
                "ops@door: Permission denied (publickey).\n",
                "needs auth: jump host door: ops@door: Permission denied (publickey).",
            ),
            (
                "stdio forwarding failed\n",
                "unreachable: the host cannot be reached from there (through jump host door)",
            ),
        ] {
            let said = format!("{said}{PROXY_ENDED}");
            assert_eq!(read(&said, Some("door")).to_string(), told);
            assert!(!is_crowded(&said), "{said}");
        }
    }

    #[test]
    fn only_an_sshd_that_closes_the_door_before_it_says_who_it_is_is_tried_again() {
        let reset = "kex_exchange_identification: read: Connection reset by peer\n";
        let closed = "kex_exchange_identification: Connection closed by remote host\n";
        for crowded in [reset, closed] {
            assert!(is_crowded(crowded), "{crowded}");
            assert!(is_crowded(&format!("{crowded}{PROXY_ENDED}")), "at a jump host");
        }
        for other in [
            "",
            "Connection closed by 10.0.0.1 port 22\n",
            "Connection timed out during banner exchange\nConnection to 10.0.0.1 port 22 timed out\n",
            "kex_exchange_identification: banner line contains invalid characters\n",
            "ssh: connect to host 10.0.0.1 port 22: Connection reset by peer\n",
            "Timeout, server 10.0.0.1 not responding.\n",
        ] {
            assert!(!is_crowded(other), "{other}");
        }
    }

    #[test]
    fn what_a_person_was_asked_is_the_reason_only_where_nothing_else_is() {
        let password = "tagboat did not answer: ops@door's password: \n";
        let unknown =
            "tagboat did not answer: The authenticity of host 'door' can't be established. (yes/no)? \n";
        let passphrase = "tagboat did not answer: Enter passphrase for key '/k': \n";
        for (said, told) in [
            (
                password.to_owned(),
                "needs auth: ssh asks what nobody can answer here: ops@door's password:",
            ),
            (
                format!("{passphrase}{password}{PROXY_ENDED}"),
                "needs auth: ssh asks what nobody can answer here: ops@door's password:",
            ),
            (
                format!("{unknown}{PROXY_ENDED}"),
                "host key unknown: The authenticity of host 'door' can't be established. (yes/no)?",
            ),
            (
                format!("{passphrase}root@eu: Permission denied (publickey).\n"),
                "needs auth: root@eu: Permission denied (publickey).",
            ),
            (
                format!("{passphrase}ssh: connect to host 10.0.0.1 port 22: Connection refused\n"),
                "unreachable: Connection refused",
            ),
        ] {
            assert_eq!(read(&said, None).to_string(), told, "{said}");
            assert!(!is_crowded(&said), "it is not asked again and again: {said}");
        }
    }

    #[test]
    fn what_a_server_puts_into_its_refusal_cannot_reach_the_terminal() {
        let problem = read("root@eu: Permission denied (\u{1b}]0;owned\u{7}).", None);
        assert!(!problem.to_string().chars().any(char::is_control));
    }
}
