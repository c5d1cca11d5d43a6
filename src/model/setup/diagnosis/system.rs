//! The system of the host: its engine, its clock, its cron, and the room that a push needs.

use crate::model::amount::bytes;
use crate::model::fleet::{Host, Source};
use crate::model::setup::examination::Cron;
use crate::model::setup::{Examination, Finding, Init, Level};

/// The oldest engine that is tested (DESIGN section 4).
const OLDEST_ENGINE: (u32, u32) = (20, 10);

/// Seconds that a clock may be wrong before it is told.
const SKEW: u64 = 5;

/// Bytes that a push needs beside what arrives.
const HEADROOM: u64 = 64 << 20;

/// The engine's version.
pub(super) fn engine(host: &Host) -> Option<Finding> {
    let facts = host.facts.as_ref()?;
    let mut numbers = facts.engine.split('.').map(|part| part.parse::<u32>().ok());
    let version = (numbers.next()??, numbers.next()??);
    (version < OLDEST_ENGINE).then(|| {
        Finding::new(
            Level::Problem,
            "engine",
            format!(
                "Docker Engine {} is older than {}.{}",
                facts.engine, OLDEST_ENGINE.0, OLDEST_ENGINE.1
            ),
            "upgrade the engine of the host",
        )
    })
}

/// The room for a push of the largest image that could come.
pub(super) fn space(host: &Host, source: &Source) -> Vec<Finding> {
    let (Some(facts), profile) = (&host.facts, &host.settings.profile) else {
        return Vec::new();
    };
    let here = source
        .images
        .iter()
        .filter(|(reference, _)| reference.image == profile.image)
        .map(|(reference, image)| (image.size, reference));
    let there = host.images().flat_map(|image| {
        let managed = image
            .references
            .iter()
            .filter(|reference| reference.image == profile.image);
        managed.map(|reference| (image.size, reference))
    });
    let Some((size, largest)) = here.chain(there).max() else {
        return Vec::new();
    };
    let places = [
        (
            format!("the staging directory {}", profile.paths.staging),
            facts.space.staging,
            size,
        ),
        (
            "the engine's data root".to_owned(),
            facts.space.engine_root,
            size.saturating_mul(2),
        ),
    ];
    let short = places
        .into_iter()
        .filter(|(_, free, need)| *free < need + HEADROOM);
    short
        .map(|(place, free, need)| {
            Finding::new(
                Level::Warning,
                "space",
                format!(
                    "{place} has {} free; a push of the whole of {largest} may need {}",
                    bytes(free),
                    bytes(need + HEADROOM)
                ),
                format!("tagboat prune --host {}, or free space there", host.name),
            )
        })
        .collect()
}

/// Its clock, and what it needs to do things alone.
pub(super) fn system(host: &Host, told: &Examination) -> Vec<Finding> {
    let mut findings = Vec::new();
    let skew = told.clock_ahead.unsigned_abs();
    if skew > SKEW {
        let way = if told.clock_ahead > 0 { "ahead" } else { "behind" };
        findings.push(Finding::new(
            Level::Warning,
            "clock",
            format!("its clock is {skew} s {way} the clock here"),
            "`timedatectl set-ntp true` there, or whatever sets its clock",
        ));
    }
    if !told.system.has_docker_cli {
        findings.push(Finding::new(
            Level::Problem,
            "docker",
            "the docker command is not there: restarts and the prune run it on the host",
            "install it (docker-cli, or docker.io on older systems)",
        ));
    }
    findings.extend(cron(host, told));
    findings
}

/// Who runs the prune, and on a host without systemd the hook.
fn cron(host: &Host, told: &Examination) -> Option<Finding> {
    let (system, name) = (&told.system, &host.name);
    let what = match system.init {
        Init::Systemd => "the prune is not run",
        Init::Other => "neither the prune nor the recovery after a boot is run",
    };
    match system.cron {
        Cron::Missing if system.init == Init::Systemd => None,
        Cron::Missing => Some(Finding::new(
            Level::Problem,
            "cron",
            format!("there is no cron: {what}"),
            format!("`apt-get install cron` there, or what brings one, then `tagboat host update {name}`"),
        )),
        Cron::Installed => Some(Finding::new(
            Level::Problem,
            "cron",
            format!("cron is installed and does not run: {what}"),
            match system.init {
                Init::Systemd => "`systemctl enable --now cron` there",
                Init::Other => "start it there with `service cron start`, and have it start at every boot",
            },
        )),
        Cron::Simple if system.init == Init::Other => Some(Finding::new(
            Level::Problem,
            "cron",
            "its cron reads neither /etc/cron.d nor what is to be done at a boot: nothing takes up a restart after a boot",
            "install Debian's cron or cronie in the place of busybox crond",
        )),
        Cron::Runs | Cron::Simple if !system.has_daily_cron => Some(Finding::new(
            Level::Warning,
            "cron",
            "nothing runs what is in /etc/cron.daily: the prune is not run",
            "add the line of your system for /etc/cron.daily to /etc/crontab there",
        )),
        Cron::Runs | Cron::Simple => None,
    }
}
