//! The examination: one question to a host, which changes nothing; and the check that a plan was made from a true one.

use super::Setup;
use crate::model::plan::SetupWork;
use crate::model::setup::{Before, Change, Examination, pieces_anywhere, prune_path};
use crate::ops::helper::Helper;
use crate::ops::host_link::HostLink;
use crate::ops::ports::{Clock, Script, ScriptCall, SystemClock};
use crate::ops::report::{Outcome, StepError};
use std::time::Duration;

pub(super) const EXAMINE: Script = Script {
    name: "examine",
    text: concat!(
        include_str!("../../../assets/host/engine.sh"),
        include_str!("../../../assets/host/setup/examine.sh")
    ),
};

/// How long a host may take: it asks its engine for all containers.
const WITHIN: Duration = Duration::from_secs(45);

const UNTOUCHED: &str = "Nothing was changed.";

/// Examines a host.
pub async fn examine(link: &HostLink, clock: &dyn Clock) -> Result<Examination, StepError> {
    let advice = || format!("see `tagboat host doctor {}`", link.name());
    let call = ScriptCall::question(EXAMINE, arguments(link))
        .as_root()
        .within(WITHIN);
    let answer = link.shell.run(call).await;
    let answer = answer.map_err(|error| StepError::of_shell(&error, UNTOUCHED, advice()))?;
    let told = answer
        .success()
        .and_then(|told| Examination::read(&told, clock.now()))
        .map_err(|why| StepError::passing(why, UNTOUCHED, advice()))?;
    Ok(without_our_helper(told))
}

/// What the script is asked with: where things are, and what is to be described.
fn arguments(link: &HostLink) -> Vec<String> {
    let profile = link.profile();
    let places = [
        link.engine_socket(),
        profile.paths.state.clone(),
        profile.paths.staging.trim_end_matches('/').to_owned(),
        profile.image.staged_prefix(),
        prune_path(profile),
    ];
    let pieces = pieces_anywhere(profile);
    places
        .into_iter()
        .chain(pieces.iter().map(|(piece, _)| piece.question()))
        .collect()
}

/// Only helpers of other versions are worth a word.
fn without_our_helper(mut told: Examination) -> Examination {
    let ours = format!("helper-{}", &Helper::embedded().sha256.hex()[..16]);
    told.helpers.retain(|path| !path.ends_with(&ours));
    told
}

/// Examines again: what the plan will replace must still be what it was made with, or be as it is to be.
pub(super) async fn check(setup: &Setup<'_>) -> Result<Outcome<Examination>, StepError> {
    let told = examine(setup.link, &SystemClock).await?;
    if let (SetupWork::Remove, Some(open)) = (setup.plan.work, told.restarts.first()) {
        return Err(StepError::trouble(
            format!(
                "the restart {} is not over: without the hook a boot would leave it so",
                open.journal
            ),
            UNTOUCHED,
            format!(
                "tagboat host doctor {} --fix, then {}",
                setup.host(),
                setup.again()
            ),
        ));
    }
    for change in &setup.target.changes {
        let (Change::Put { piece, before } | Change::Take { piece, before }) = change else {
            continue;
        };
        let now = told.at(&piece.question()).unwrap_or(&Before::Missing);
        // A directory may have come about meanwhile: the lease and journals make those that they need. A unit is another one with
        // every change before it.
        let is_fine = now == before
            || now.is(piece)
            || matches!(now, Before::Missing | Before::Directory(_) | Before::Unit(_));
        if !is_fine {
            return Err(StepError::trouble(
                format!("{} is not as it was when the plan was made", piece.name()),
                UNTOUCHED,
                format!("make the plan again: {}", setup.again()),
            ));
        }
    }
    let name = told.system.name.clone();
    Ok(Outcome::noted(told, name))
}
