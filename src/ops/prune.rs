//! The prune of one host: list again, decide again, and remove only what is still nobody's.

use crate::model::fleet::{Connection, Delta, Fleet, Host, HostChange, Listing};
use crate::model::job::{Step, StepKind, TrackResult};
use crate::model::names::{HostName, ImageRef};
use crate::model::plan::{PruneDecision, PruneHost, PruneIntent, PruneVerdict, verdicts};
use crate::ops::connector::Connected;
use crate::ops::host_link::HostLink;
use crate::ops::lister::Lister;
use crate::ops::ports::Removal;
use crate::ops::report::{Outcome, StepError, TrackReporter};

/// What running jobs are about to stamp, asked anew before every removal.
pub type InFlight<'a> = &'a (dyn Fn() -> Vec<(HostName, ImageRef)> + Send + Sync);

/// Prunes one host as planned; what became needed since is kept and reported, never forced.
pub async fn prune_host(
    plan: &PruneHost,
    link: &HostLink,
    in_flight: InFlight<'_>,
    reporter: &TrackReporter,
) -> TrackResult {
    match prune(plan, link, in_flight, reporter).await {
        Ok(note) => TrackResult::Done(Some(note)),
        Err(result) => result,
    }
}

async fn prune(
    plan: &PruneHost,
    link: &HostLink,
    in_flight: InFlight<'_>,
    reporter: &TrackReporter,
) -> Result<String, TrackResult> {
    let mut lister = reporter
        .step(Step::of(StepKind::Check), check(plan, link))
        .await?;
    let (mut removed, mut kept, mut freed) = (0, 0, 0);
    for verdict in plan.verdicts.iter().filter(|verdict| verdict.is_removed()) {
        let step = Step::about(StepKind::Remove, verdict.subject());
        let work = remove(verdict, &mut lister, in_flight, reporter);
        if reporter.step(step, work).await? {
            removed += 1;
            freed += verdict.size;
        } else {
            kept += 1;
        }
    }
    let also = if kept > 0 {
        format!(", {kept} kept because they are needed now")
    } else {
        String::new()
    };
    Ok(format!(
        "{removed} removed, up to {} MB freed{also}",
        freed / 1_000_000
    ))
}

async fn check(plan: &PruneHost, link: &HostLink) -> Result<Outcome<Lister>, StepError> {
    let connected = Connected {
        link: link.clone(),
        has_zstd: false,
        jump: None,
    };
    let lister = Lister::new(connected)
        .await
        .map_err(|problem| list_failed(&problem.to_string()))?;
    let goes = plan
        .verdicts
        .iter()
        .filter(|verdict| verdict.is_removed())
        .count();
    if goes == 0 {
        return Ok(Outcome::noted(lister, "nothing to remove"));
    }
    Ok(Outcome::done(lister))
}

/// Removes one tag if it is still nobody's; tells whether it is gone.
async fn remove(
    verdict: &PruneVerdict,
    lister: &mut Lister,
    in_flight: InFlight<'_>,
    reporter: &TrackReporter,
) -> Result<Outcome<bool>, StepError> {
    // The list is taken anew for each removal: a session may have started since the last one.
    let listing = lister
        .list()
        .await
        .map_err(|problem| list_failed(&problem.to_string()))?;
    let link = lister.link();
    let intent = PruneIntent {
        hosts: vec![link.name().clone()],
        only: Vec::new(),
        in_flight: in_flight(),
        now: reporter.now(),
    };
    let now = decide_again(&listing, link, &intent)?;
    let Some(same) = now
        .iter()
        .find(|one| one.reference == verdict.reference && one.image_id == verdict.image_id)
    else {
        let has_moved = now
            .iter()
            .any(|one| one.reference.is_some() && one.reference == verdict.reference);
        return Ok(if has_moved {
            Outcome::skipped(false, "kept: the tag names another image now")
        } else {
            Outcome::skipped(true, "it was gone already")
        });
    };
    if let PruneDecision::Keep(why) = &same.decision {
        return Ok(Outcome::skipped(false, format!("kept: {why}")));
    }
    let name = verdict
        .reference
        .as_ref()
        .map_or_else(|| verdict.image_id.to_string(), ToString::to_string);
    match link.engine.remove_image(&name).await {
        Ok(Removal::Removed) => Ok(Outcome::done(true)),
        Ok(Removal::WasGone) => Ok(Outcome::skipped(true, "it was gone already")),
        Ok(Removal::InUse(why)) => Ok(Outcome::skipped(false, format!("kept, the engine says: {why}"))),
        Err(error) => Err(StepError::of_engine(
            &error,
            format!("{name} is still there."),
            format!("tagboat prune --host {}", link.name()),
        )),
    }
}

/// The planner's own verdicts on what the host has now: the same rules, never a second set of them.
fn decide_again(
    listing: &Listing,
    link: &HostLink,
    intent: &PruneIntent,
) -> Result<Vec<PruneVerdict>, StepError> {
    let name = link.name().clone();
    let mut fleet = Fleet::new([Host::new(link.settings.clone())]);
    let changes = listing.changes_since(&Listing::default()).into_iter().chain([
        HostChange::Connection(Connection::Connected),
        HostChange::Listed(intent.now),
    ]);
    for change in changes {
        fleet.apply(Delta::Host {
            host: name.clone(),
            change,
        });
    }
    let host = fleet
        .host(&name)
        .ok_or_else(|| list_failed("it is not in its own list"))?;
    verdicts(host, intent)
        .map_err(|refusal| StepError::trouble(refusal.reason, "Nothing more was removed.", refusal.advice))
}

fn list_failed(why: &str) -> StepError {
    StepError::passing(
        format!("its containers and images cannot be listed: {why}"),
        "Nothing more was removed.",
        "mend the connection, then prune again",
    )
}
