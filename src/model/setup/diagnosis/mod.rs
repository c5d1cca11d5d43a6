//! From what is known of a host to the list of what is wrong with it: one file for each thing that is looked at.

mod daily;
mod leftovers;
mod member;
mod reach;
mod sessions;
mod system;

use super::finding::{Finding, Level};
use crate::model::fleet::{Connection, Fleet, Host, Privilege};

/// Everything that is known to be wrong with a host, the worst first. Of a host that was not examined it is less.
pub fn diagnose(host: &Host, fleet: &Fleet) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !matches!(host.connection, Connection::Connected) {
        findings.push(reach::connection(host));
        return findings;
    }
    findings.extend(reach::rights(host));
    findings.extend(reach::twins(host, fleet));
    findings.extend(system::engine(host));
    findings.extend(system::clock(host));
    findings.extend(system::space(host, fleet.source()));
    findings.extend(sessions::stamp(host));
    findings.extend(sessions::tags_gone(host));
    match &host.examined {
        Some(Ok(told)) => {
            findings.extend(system::docker(told));
            findings.extend(daily::cron(host, told));
            findings.extend(reach::limits(host, told));
            findings.extend(member::pieces_of(host, told));
            findings.extend(daily::prune(host, told));
            findings.extend(leftovers::leftovers(host, told));
            findings.extend(sessions::empty_binds(host, told));
        }
        Some(Err(why)) => findings.push(unexamined(host, why)),
        None => {}
    }
    findings.sort_by_key(|finding| finding.level);
    findings
}

/// A host that answers and cannot be examined.
fn unexamined(host: &Host, why: &str) -> Finding {
    let again = format!("`tagboat host doctor {}`", host.name);
    let has_root = host
        .facts
        .as_ref()
        .is_some_and(|facts| facts.privilege != Privilege::None);
    let advice = if has_root {
        format!("see whether `docker ps` answers there, then {again}")
    } else {
        format!("give the login root or `sudo -n` there, then {again}")
    };
    Finding::new(Level::Problem, "examination", why, advice)
}
