//! What interrupted work has left on the host.

mod pins;

use crate::model::amount::bytes;
use crate::model::fleet::{Holder, Host};
use crate::model::names::{ContainerRole, JobId, SessionName};
use crate::model::setup::{Change, Examination, Finding, Level, StagedFile};
use std::time::Duration;

/// A lease that ran out so long ago was left by its console.
const ABANDONED: Duration = Duration::from_hours(1);

/// All of it.
pub(super) fn leftovers(host: &Host, told: &Examination) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(staged(told));
    findings.extend(restarts(host, told));
    findings.extend(containers(host, told));
    findings.extend(lease(told));
    findings.extend(pins::pins(host, told));
    findings.extend(old_helpers(told));
    findings
}

fn staged(told: &Examination) -> Option<Finding> {
    let stale: Vec<_> = told
        .staged
        .iter()
        .filter(|file| file.age > StagedFile::STALE)
        .collect();
    let size = stale.iter().map(|file| file.size).sum();
    let names: Vec<_> = stale.iter().map(|file| file.path.as_str()).collect();
    let mends = stale.iter().map(|file| Change::RemoveFile {
        path: file.path.clone(),
        what: format!("{} of a push that did not end", bytes(file.size)),
    });
    (!stale.is_empty()).then(|| {
        Finding::new(
            Level::Warning,
            "staging",
            format!("{} of pushes that did not end: {}", bytes(size), names.join(", ")),
            "the same push goes on from them; without it they are of no use",
        )
        .mended_by(mends.collect())
    })
}

fn restarts(host: &Host, told: &Examination) -> Option<Finding> {
    let left = told.restarts.iter().filter(|one| one.is_abandoned());
    let journals: Vec<String> = left.map(|one| one.journal.clone()).collect();
    (!journals.is_empty()).then(|| {
        Finding::new(
            Level::Problem,
            "restarts",
            format!(
                "{} interrupted and not taken up: {}",
                journals.len(),
                journals.join(", ")
            ),
            format!(
                "tagboat job resume, or `tagboat host doctor {} --fix`: the host finishes or undoes them",
                host.name
            ),
        )
        .mended_by(vec![Change::TakeUpRestarts { journals }])
    })
}

/// A lease that ran out and that nobody marked as over: its console died, or lost the host, and nobody was there since.
fn lease(told: &Examination) -> Option<Finding> {
    let lease = told.lease.as_ref()?;
    let since = Duration::from_secs(u64::try_from(-lease.left).ok()?);
    if since < ABANDONED {
        return None;
    }
    let advice = match lease.holder {
        Holder::Prune => "the next prune puts back what it held, and takes its place".to_owned(),
        _ => format!(
            "`tagboat job resume {}` where it began ends that job; whoever changes the host next takes its place",
            lease.job
        ),
    };
    let hours = since.as_secs() / 3600;
    Some(Finding::new(
        Level::Warning,
        "lease",
        format!(
            "{} left it in the middle ({}): the lease ran out {hours} h ago and was not given back",
            lease.holder,
            lease.doing()
        ),
        advice,
    ))
}

/// Whether somebody changed it when it was listed: a lease that has run out is nobody's.
fn is_being_changed(host: &Host) -> bool {
    host.moment.lease.as_ref().is_some_and(|lease| lease.left > 0)
}

/// Containers of restarts that are over: a successor or a stand-in that nobody will swap in. While somebody changes the host, or
/// where one came after the examination, that cannot be told.
fn containers(host: &Host, told: &Examination) -> Option<Finding> {
    if is_being_changed(host) {
        return None;
    }
    let is_open = |session: &SessionName, job: &JobId| {
        let journal = format!("{job}-{session}");
        told.restarts.iter().any(|open| open.journal == journal)
    };
    let left = host.containers().filter(|container| match &container.session {
        Some((session, ContainerRole::Successor(job) | ContainerRole::StandIn(job))) => {
            !is_open(session, job) && container.created_at < told.at
        }
        _ => false,
    });
    let names: Vec<_> = left.map(|container| container.name.as_str()).collect();
    (!names.is_empty()).then(|| {
        Finding::new(
            Level::Warning,
            "containers",
            format!(
                "made by restarts that are over, and in nobody's use: {}",
                names.join(", ")
            ),
            "look at them with `docker inspect`, then `docker rm` them there",
        )
    })
}

fn old_helpers(told: &Examination) -> Option<Finding> {
    let mends = told.helpers.iter().map(|path| Change::RemoveFile {
        path: path.clone(),
        what: "the helper of another version".to_owned(),
    });
    (!told.helpers.is_empty()).then(|| {
        Finding::new(
            Level::Note,
            "helper",
            format!("{} of other versions of tagboat", told.helpers.len()),
            format!("no push uses them any more: {}", told.helpers.join(", ")),
        )
        .mended_by(mends.collect())
    })
}
