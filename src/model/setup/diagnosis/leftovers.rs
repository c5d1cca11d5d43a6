//! What interrupted work has left on the host.

use crate::model::amount::bytes;
use crate::model::fleet::Host;
use crate::model::names::{ContainerRole, JobId, SessionName};
use crate::model::plan::job_of_pin;
use crate::model::setup::{Change, Examination, Finding, Level, StagedFile};
use std::time::Duration;

/// A job that began so long ago and holds images was forgotten.
const FORGOTTEN: Duration = Duration::from_hours(48);

/// All of it.
pub(super) fn leftovers(host: &Host, told: &Examination) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(staged(told));
    findings.extend(restarts(host, told));
    findings.extend(containers(host, told));
    findings.extend(pins(host, told));
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

/// Containers of restarts that are over: a successor or a stand-in that nobody will swap in. While somebody changes the host, or
/// where one came after the examination, that cannot be told.
fn containers(host: &Host, told: &Examination) -> Option<Finding> {
    if host.moment.lease.is_some() {
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

/// Images that jobs hold, of jobs that began so long ago that nobody is at them any more.
fn pins(host: &Host, told: &Examination) -> Option<Finding> {
    let day = told.at.checked_sub(FORGOTTEN).ok()?.to_string();
    // The digits of a time and of a job's id that begin with the date sort alike.
    let digits = |text: &str| {
        text.chars()
            .filter(char::is_ascii_digit)
            .take(14)
            .collect::<String>()
    };
    let references = host.images().flat_map(|image| &image.references);
    let mut jobs: Vec<String> = references
        .filter_map(job_of_pin)
        .filter(|job| digits(job.as_str()) < digits(&day))
        .map(|job| job.to_string())
        .collect();
    jobs.sort();
    jobs.dedup();
    (!jobs.is_empty()).then(|| {
        Finding::new(
            Level::Warning,
            "pins",
            format!("images are held for jobs that did not go on: {}", jobs.join(", ")),
            "`tagboat job resume` where it began ends the job; or `docker rmi` its tags of tagboat-pin there",
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
