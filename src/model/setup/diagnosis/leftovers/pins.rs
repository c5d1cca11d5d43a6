//! Pin tags that no work owns any more: what they hold is kept by every prune.

use super::is_being_changed;
use crate::model::fleet::{Host, RunsOn};
use crate::model::names::{ImageRef, JobId};
use crate::model::plan::{PinOf, pin_of};
use crate::model::setup::{Examination, Finding, Level, prune_path};
use jiff::SignedDuration;

/// A job that began so long ago and holds images was forgotten.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(48);

/// A restart that began so long ago, and has no open journal on the host, is over.
const OVER: SignedDuration = SignedDuration::from_hours(1);

/// Pins of jobs that nobody is at, of restarts that are over, of prunes that died, and those of which nobody knows.
pub(super) fn pins(host: &Host, told: &Examination) -> Vec<Finding> {
    let pins: Vec<(&ImageRef, PinOf)> = host
        .images()
        .flat_map(|image| &image.references)
        .filter_map(|reference| Some((reference, pin_of(reference)?)))
        // A way back of Compose may end with a session that runs on its pin.
        .filter(|(reference, _)| {
            !host
                .containers()
                .any(|one| one.runs_on == RunsOn::Reference((*reference).clone()))
        })
        .collect();
    let of = |wanted: &dyn Fn(&PinOf) -> bool| -> Vec<&ImageRef> {
        let those = pins.iter().filter(|(_, owner)| wanted(owner));
        those.map(|(reference, _)| *reference).collect()
    };
    let mut findings = Vec::new();
    findings.extend(of_jobs(&pins, told));
    // Whoever changes the host now may have made it a moment ago.
    if !is_being_changed(host) {
        let is_over = |owner: &PinOf| matches!(owner, PinOf::Session(job) if is_over(job, told));
        findings.extend(left(&of(&is_over), "held for restarts and starts that are over"));
        findings.extend(of_prunes(&of(&|owner| *owner == PinOf::Prune), host));
    }
    findings.extend(left(
        &of(&|owner| *owner == PinOf::Nobody),
        "held by pins that are not tagboat's own",
    ));
    findings
}

fn is_over(job: &JobId, told: &Examination) -> bool {
    let is_open = |journal: &str| {
        journal
            .strip_prefix(job.as_str())
            .is_some_and(|rest| rest.starts_with('-'))
    };
    began_before(job, told, OVER) && !told.restarts.iter().any(|open| is_open(&open.journal))
}

/// Whether a job began longer ago than this.
fn began_before(job: &JobId, told: &Examination, ago: SignedDuration) -> bool {
    let Ok(then) = told.at.checked_sub(ago) else {
        return false;
    };
    // The digits of a time and of a job's id that begin with the date sort alike.
    let digits = |text: &str| {
        let digits = text.chars().filter(char::is_ascii_digit);
        digits.take(14).collect::<String>()
    };
    digits(job.as_str()) < digits(&then.to_string())
}

/// Images that jobs hold, of jobs that began so long ago that nobody is at them any more.
fn of_jobs(pins: &[(&ImageRef, PinOf)], told: &Examination) -> Option<Finding> {
    let jobs = pins.iter().filter_map(|(_, owner)| match owner {
        PinOf::Job(job) if began_before(job, told, FORGOTTEN) => Some(job.to_string()),
        _ => None,
    });
    let mut jobs: Vec<String> = jobs.collect();
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

fn of_prunes(pins: &[&ImageRef], host: &Host) -> Option<Finding> {
    (!pins.is_empty()).then(|| {
        Finding::new(
            Level::Warning,
            "pins",
            format!(
                "a prune that died took the tags off and holds their images: {}",
                list(pins)
            ),
            format!(
                "its next run puts the tags back; `{}` there does it now",
                prune_path(&host.settings.profile)
            ),
        )
    })
}

fn left(pins: &[&ImageRef], why: &str) -> Option<Finding> {
    (!pins.is_empty()).then(|| {
        Finding::new(
            Level::Warning,
            "pins",
            format!("images are {why}: {}", list(pins)),
            format!(
                "no prune takes them while these tags are there: `docker rmi {}` there",
                words(pins, " ")
            ),
        )
    })
}

fn list(pins: &[&ImageRef]) -> String {
    words(pins, ", ")
}

fn words(pins: &[&ImageRef], between: &str) -> String {
    let mut words: Vec<String> = pins.iter().map(ToString::to_string).collect();
    words.sort();
    words.join(between)
}
