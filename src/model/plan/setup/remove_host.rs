//! The planner that takes tagboat off a host: the pieces backwards. What sessions need stays.

use super::{SetupIntent, SetupPlan, SetupTarget, SetupWork, changeable};
use crate::model::failure::Refusal;
use crate::model::fleet::{Fleet, Host};
use crate::model::setup::{Before, Change, Examination, Purpose, pieces_anywhere};

/// Plans how members become machines again, or says why none of them can.
pub fn plan_remove_host(intent: &SetupIntent, fleet: &Fleet) -> Result<SetupPlan, Refusal> {
    let (mut hosts, mut refused) = (Vec::new(), Vec::new());
    for name in &intent.hosts {
        match changeable(name, fleet).and_then(|(host, told)| target(host, told)) {
            Ok(host) => hosts.push(host),
            Err(refusal) => refused.push(refusal),
        }
    }
    SetupPlan::of(SetupWork::Remove, (hosts, refused), [])
}

fn target(host: &Host, told: &Examination) -> Result<SetupTarget, Refusal> {
    if let Some(open) = told.restarts.first() {
        return Err(Refusal::of_host(
            &host.name,
            format!(
                "the restart {} is not over: without the hook a boot would leave it so",
                open.journal
            ),
            format!("tagboat host doctor {} --fix, then run it again", host.name),
        ));
    }
    let mut target = SetupTarget::of(host);
    for (piece, _) in pieces_anywhere(&host.settings.profile).into_iter().rev() {
        // The stamp and the state are what sessions and other operators rely on; their directories hold more than pieces.
        if matches!(piece.purpose(), Purpose::Stamp | Purpose::State) {
            continue;
        }
        match told.at(&piece.question()) {
            None | Some(Before::Missing | Before::Directory(_) | Before::Other) => {}
            Some(Before::Unit(state)) if !matches!(state.as_str(), "enabled" | "stopped") => {}
            Some(before) => target.changes.push(Change::Take {
                piece,
                before: before.clone(),
            }),
        }
    }
    target
        .changes
        .extend(told.helpers.iter().map(|path| Change::RemoveFile {
            path: path.clone(),
            what: "a helper of tagboat".to_owned(),
        }));
    Ok(target)
}
