//! Whether a host has the room for what a push brings.

use crate::model::failure::Refusal;
use crate::model::fleet::{Host, HostFacts};

/// Bytes that a host needs free beyond what arrives: the engine unpacks beside the archive.
const HEADROOM: u64 = 64 << 20;

/// What is sent lies in the staging directory; the engine's copy of what it unpacks and the layers are twice that.
pub(super) fn enough_space(host: &Host, facts: &HostFacts, sent: u64, unpacked: u64) -> Result<(), Refusal> {
    let needs = [
        (
            "the staging directory",
            host.settings.profile.paths.staging.as_str(),
            facts.space.staging,
            sent,
        ),
        (
            "the engine's data root",
            "",
            facts.space.engine_root,
            unpacked.saturating_mul(2),
        ),
    ];
    for (what, path, have, need) in needs {
        let need = need.saturating_add(HEADROOM);
        if have < need {
            return Err(Refusal::of_host(
                &host.name,
                format!(
                    "{what} {path} has {} MB free and needs {} MB",
                    have >> 20,
                    need.div_ceil(1 << 20)
                )
                .replace("  ", " "),
                "prune old tags there, or free space, and push again",
            ));
        }
    }
    Ok(())
}
