//! The system of the host: its engine, its clock, and the room that a push needs.

use crate::model::amount::bytes;
use crate::model::fleet::{Host, Source};
use crate::model::setup::{Examination, Finding, Level};

/// The oldest engine that is tested (DESIGN section 4).
const OLDEST_ENGINE: (u32, u32) = (20, 10);

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

/// Its clock, as it was last listed.
pub(super) fn clock(host: &Host) -> Option<Finding> {
    let off = host.moment.clock_off;
    let way = if off > 0 { "ahead of" } else { "behind" };
    (off != 0).then(|| {
        Finding::new(
            Level::Warning,
            "clock",
            format!("its clock is {} s {way} the clock here", off.unsigned_abs()),
            "`timedatectl set-ntp true` there, or whatever sets its clock",
        )
    })
}

/// What it needs to do things alone.
pub(super) fn docker(told: &Examination) -> Option<Finding> {
    (!told.system.has_docker_cli).then(|| {
        Finding::new(
            Level::Problem,
            "docker",
            "the docker command is not there: restarts and the prune run it on the host",
            "install it (docker-cli, or docker.io on older systems)",
        )
    })
}
