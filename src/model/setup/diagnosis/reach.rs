//! Whether the host can be reached, and what the login may do there.

use crate::model::destination::typed_destination;
use crate::model::fleet::{Connection, ConnectionProblem, Fleet, Host, Privilege};
use crate::model::profile::Address;
use crate::model::setup::{Examination, Finding, Level};

/// Channels that one connection of tagboat may need at once (DESIGN section 4).
const CHANNELS: u32 = 6;

/// Why the host cannot be used, with the command that mends it.
pub(super) fn connection(host: &Host) -> Finding {
    let Connection::Failed { problem, .. } = &host.connection else {
        return Finding::new(
            Level::Problem,
            "connection",
            "it has not answered yet",
            format!("tagboat host doctor {}", host.name),
        );
    };
    Finding::new(
        Level::Problem,
        "connection",
        problem.to_string(),
        mend(host, problem),
    )
}

/// The command for each kind of trouble, with the host's own address in it.
fn mend(host: &Host, problem: &ConnectionProblem) -> String {
    let Address::Ssh(address) = &host.settings.address else {
        return problem.advice().to_owned();
    };
    let typed = typed_destination(address);
    match problem {
        ConnectionProblem::NeedsAuth(_) => {
            format!(
                "`ssh-add` the key that {address} takes, or set IdentityFile for it in your ssh config; then try `ssh {typed} true`"
            )
        }
        ConnectionProblem::HostKeyChanged(_) => format!(
            "ask whoever runs {address} why its key changed; only then `ssh-keygen -R` the old one and compare the new fingerprint in `ssh {typed}`"
        ),
        ConnectionProblem::HostKeyUnknown(_) => {
            format!("`ssh {typed}` once by hand, and compare the fingerprint before you say yes")
        }
        ConnectionProblem::Unreachable(_) | ConnectionProblem::Lost(_) => {
            format!("`ssh -v {typed} true` shows how far it gets; it is tried again by itself")
        }
        ConnectionProblem::DockerDenied(_) | ConnectionProblem::DockerDown(_) => {
            format!("{} (`ssh {typed}`)", problem.advice())
        }
        ConnectionProblem::NoShell(_) => problem.advice().to_owned(),
    }
}

/// Whether another host is the same machine.
pub(super) fn twins(host: &Host, fleet: &Fleet) -> Option<Finding> {
    let others: Vec<&str> = fleet.twins(host).map(|other| other.name.as_str()).collect();
    (!others.is_empty()).then(|| {
        Finding::new(
            Level::Warning,
            "name",
            format!(
                "it is the same machine as {} (one engine): its sessions are there twice",
                others.join(", ")
            ),
            format!(
                "keep one of the names: `tagboat host forget {}`, or give it a profile with another image",
                host.name
            ),
        )
    })
}

/// What the login may do.
pub(super) fn rights(host: &Host) -> Option<Finding> {
    let facts = host.facts.as_ref()?;
    (facts.privilege == Privilege::None).then(|| {
        Finding::new(
            Level::Problem,
            "sudo",
            "the login is not root and may not use `sudo -n`: the host can be watched, not changed",
            "log in as root, or give the login a line `NOPASSWD: ALL` in /etc/sudoers.d",
        )
    })
}

/// What sshd allows.
pub(super) fn limits(host: &Host, told: &Examination) -> Vec<Finding> {
    let mut findings: Vec<Finding> = unknown_limits(host, told).into_iter().collect();
    if let Some(sessions) = told.limits.max_sessions.filter(|&sessions| sessions < CHANNELS) {
        findings.push(Finding::new(
            Level::Warning,
            "sshd",
            format!(
                "MaxSessions is {sessions}; a push and a console together need up to {CHANNELS} channels"
            ),
            "set MaxSessions 10 in /etc/ssh/sshd_config and `systemctl reload ssh`",
        ));
    }
    let startups = told.limits.max_startups.as_deref().unwrap_or_default();
    let begin: Option<u32> = startups.split(':').next().and_then(|first| first.parse().ok());
    if begin.is_some_and(|begin| begin < 3) {
        findings.push(Finding::new(
            Level::Warning,
            "sshd",
            format!("MaxStartups is {startups}: connections that begin together are turned away"),
            "set MaxStartups 10:30:100 in /etc/ssh/sshd_config and `systemctl reload ssh`",
        ));
    }
    findings
}

/// What sshd does not tell, and why.
fn unknown_limits(host: &Host, told: &Examination) -> Option<Finding> {
    let limits = &told.limits;
    let what = match (limits.max_sessions, &limits.max_startups) {
        // Nobody logs in there.
        _ if host.settings.address == Address::Local => return None,
        (Some(_), Some(_)) => return None,
        (Some(_), None) => "MaxStartups is",
        (None, Some(_)) => "MaxSessions is",
        (None, None) => "MaxSessions and MaxStartups are",
    };
    let why = limits.unknown.as_deref().unwrap_or("sshd did not tell");
    Some(Finding::new(
        Level::Note,
        "sshd",
        format!("{what} not known: {why}"),
        format!(
            "look at the settings of its ssh server; MaxSessions is to be {CHANNELS} or more, MaxStartups 10:30:100"
        ),
    ))
}
