//! The planner of mends: what an examination found wrong and is safe to mend without the operator's judgement.

use super::{SetupIntent, SetupPlan, SetupTarget, SetupWork, changeable};
use crate::model::failure::Refusal;
use crate::model::fleet::Fleet;
use crate::model::setup::{Finding, diagnose, pieces};

/// Plans the mends of everything that is found and can be mended, or says why there are none.
pub fn plan_mend(intent: &SetupIntent, fleet: &Fleet) -> Result<SetupPlan, Refusal> {
    let (mut hosts, mut refused, mut made) = (Vec::new(), Vec::new(), Vec::new());
    for name in &intent.hosts {
        let (host, told) = match changeable(name, fleet) {
            Ok(known) => known,
            Err(refusal) => {
                refused.push(refusal);
                continue;
            }
        };
        let (mut target, its) = (
            SetupTarget::of(host),
            pieces(&host.settings.profile, &told.system),
        );
        let findings = diagnose(host, fleet);
        let is_mended = |finding: &&Finding| !finding.mends.is_empty();
        let left = findings.iter().filter(|finding| !is_mended(finding));
        target.remarks = left
            .map(|finding| format!("stays: {}; {}", finding.found, finding.advice))
            .collect();
        // In the order of the pieces, because a later one may need an earlier one; other mends come after them.
        let mends = findings.iter().flat_map(|finding| finding.mends.iter().cloned());
        target.changes = mends.collect();
        let place = |name: &str| its.iter().position(|(piece, _)| piece.name() == name);
        target.changes.sort_by_key(|change| {
            change
                .step()
                .subject
                .as_deref()
                .and_then(place)
                .unwrap_or(usize::MAX)
        });
        target.there = its.len();
        hosts.push(target);
        made.extend(its);
    }
    SetupPlan::of(SetupWork::Mend, (hosts, refused), made)
}
