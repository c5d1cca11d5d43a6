//! The rollback planner: sessions go back to their predecessors, hosts to the tag that was active before, jobs to what was.
//!
//! A predecessor comes back at once and with its own layer, whatever became of its image's tags. Where there is none, a new
//! container is made on the image of before; if that is gone from the host, nothing is stopped and the push is offered.

use super::activate::{ActivateIntent, ActivatePlan, plan_activate};
use super::restart::{Aim, Replacement, RestartPlan, RestartTarget, replacement, restartable, session_on};
use super::{Plan, count};
use crate::model::failure::Refusal;
use crate::model::fleet::{Container, Fleet, Host, Session, Stamp};
use crate::model::job::{Job, Target};
use crate::model::names::{ContainerRole, HostName, ImageId, ImageRef, SessionName};
use crate::model::rollout::RolloutOrder;

/// Plans to bring sessions back to what they were before their last restart, or says why none can go back.
pub fn plan_session_rollback(
    sessions: &[(HostName, SessionName)],
    order: RolloutOrder,
    fleet: &Fleet,
) -> Result<RestartPlan, Refusal> {
    let go_back = |(host, name): &(HostName, SessionName)| {
        let (host, session) = session_on(fleet, host, name)?;
        restartable(host, &session)?;
        match session.predecessors().first() {
            Some(predecessor) if session.container().compose.is_none() => {
                onto_predecessor(host, &session, predecessor)
            }
            _ => onto_tag_of_before(host, &session),
        }
    };
    collect(sessions.iter().map(go_back), order)
}

/// Plans to take back what a job did, as far as it was done: of a push or an activation the active tag, of restarts the
/// sessions.
pub fn plan_job_rollback(job: &Job, order: RolloutOrder, fleet: &Fleet) -> Result<Plan, Refusal> {
    let is_done = |target: &Target| job.track(target).is_some_and(crate::model::job::Track::is_done);
    match &job.plan {
        Plan::Restart(plan) => {
            let done = plan.sessions.iter().filter(|one| is_done(&one.target()));
            let back = done.map(|one| before_job(job, one, fleet));
            collect(back, order).map(Plan::Restart)
        }
        Plan::Push(plan) => {
            let hosts = plan.hosts.iter().map(|one| (&one.host, &one.before));
            stamps_of_before(
                hosts.filter(|(host, _)| is_done(&Target::host((*host).clone()))),
                fleet,
            )
        }
        Plan::Activate(plan) => {
            let hosts = plan.hosts.iter().map(|one| (&one.host, &one.before));
            stamps_of_before(
                hosts.filter(|(host, _)| is_done(&Target::host((*host).clone()))),
                fleet,
            )
        }
        Plan::Start(_)
        | Plan::Stop(_)
        | Plan::Remove(_)
        | Plan::Rename(_)
        | Plan::Setup(_)
        | Plan::Build(_)
        | Plan::Publish(_)
        | Plan::Release(_)
        | Plan::Migrate(_)
        | Plan::Bootstrap(_) => Err(Refusal::of_plan(
            format!("a {} is not taken back as a job", job.plan.verb()),
            job.plan.undo(),
        )),
        Plan::Prune(_) => Err(Refusal::of_plan(
            "what a prune removed cannot be taken back",
            "push the tags that are needed again",
        )),
    }
}

/// Plans to make the tag active again that was before the active one, or says why no host can go back.
pub fn plan_stamp_rollback(hosts: &[HostName], fleet: &Fleet) -> Result<ActivatePlan, Refusal> {
    let mut refused = Vec::new();
    let mut before: Vec<(HostName, ImageRef)> = Vec::new();
    for name in hosts {
        let host = fleet.host(name).ok_or_else(|| super::push::unknown_host(name))?;
        match host.tag_before() {
            Some(reference) => before.push((name.clone(), reference.clone())),
            None => refused.push(Refusal::of_host(
                name,
                "its history tells of no tag that was active before the present one came",
                "name the tag: `tagboat activate TAG`",
            )),
        }
    }
    let mut plan = activate_together(before, &refused, fleet)?;
    plan.refused.splice(0..0, refused);
    Ok(plan)
}

/// The plan of those that can go back, with the reasons of those that cannot.
fn collect(
    targets: impl Iterator<Item = Result<RestartTarget, Refusal>>,
    order: RolloutOrder,
) -> Result<RestartPlan, Refusal> {
    let (mut sessions, mut refused) = (Vec::new(), Vec::new());
    for target in targets {
        match target {
            Ok(target) => sessions.push(target),
            Err(refusal) => refused.push(refusal),
        }
    }
    match (sessions.is_empty(), refused.is_empty()) {
        (true, true) => Err(Refusal::of_plan(
            "the job restarted no session, so there is nothing to roll back",
            "see `tagboat job list`",
        )),
        (true, false) => Err(Refusal::of_all(&refused, "session")),
        (false, _) => Ok(RestartPlan::new(sessions, refused, order, Aim::Back)),
    }
}

fn onto_predecessor(
    host: &Host,
    session: &Session<'_>,
    predecessor: &Container,
) -> Result<RestartTarget, Refusal> {
    let Some(onto) = predecessor.runs_on.reference() else {
        return Err(Refusal::of_host(
            &host.name,
            format!(
                "the predecessor of {} was created from an id and pins no tag",
                session.name()
            ),
            "restart it onto a tag: `tagboat session restart NAME --tag TAG`",
        ));
    };
    let by = Replacement::Predecessor(predecessor.id.clone());
    Ok(RestartTarget::of(
        host,
        session,
        onto.clone(),
        predecessor.image_id.clone(),
        by,
    ))
}

/// Without a predecessor: the tag that the host had before it first had the session's own.
fn onto_tag_of_before(host: &Host, session: &Session<'_>) -> Result<RestartTarget, Refusal> {
    let name = session.name();
    let before = tag_of_before(host, session.pinned()).map_err(|why| {
        Refusal::of_host(
            &host.name,
            format!("{name} has no predecessor, and {why}"),
            format!(
                "name the tag: `tagboat session restart {name} --host {} --tag TAG`",
                host.name
            ),
        )
    })?;
    let Some(image) = host.image(before) else {
        return Err(gone(host, name, before));
    };
    Ok(RestartTarget::of(
        host,
        session,
        before.clone(),
        image.id.clone(),
        replacement(host, session)?,
    ))
}

/// What stands before the first record of a tag in the host's history, or why nothing does. The newest other tag would not do:
/// it may have come after, and be the very one that is rolled back from.
fn tag_of_before<'a>(host: &'a Host, pinned: Option<&ImageRef>) -> Result<&'a ImageRef, String> {
    let Some(own) = pinned else {
        return Err("it pins no tag, so the host's history does not tell what it had before".to_owned());
    };
    let mut before = None;
    for record in &host.history {
        if record.reference == *own {
            return before.ok_or_else(|| format!("{own} is the oldest tag of the host's history"));
        }
        before = Some(&record.reference);
    }
    Err(format!("its tag {own} is not in the host's history"))
}

/// What a session was before a job restarted it, if nobody changed it since.
fn before_job(job: &Job, one: &RestartTarget, fleet: &Fleet) -> Result<RestartTarget, Refusal> {
    let (host, session) = session_on(fleet, &one.host, &one.session)?;
    restartable(host, &session)?;
    if session.container().image_id != one.onto_id {
        return Err(Refusal::of_host(
            &host.name,
            format!("{} was changed since job {}", one.session, job.id),
            "roll it back by itself: `tagboat rollback NAME`",
        ));
    }
    let kept = host.containers().find(|container| {
        matches!(&container.session,
            Some((name, ContainerRole::Predecessor(of))) if *name == one.session && *of == job.id)
    });
    if let Some(predecessor) = kept {
        return onto_predecessor(host, &session, predecessor);
    }
    let reference = ImageRef::parse(&one.from).map_err(|_| {
        Refusal::of_host(
            &host.name,
            format!(
                "{} ran {} before, which pins no tag, and its predecessor is gone",
                one.session, one.from
            ),
            "restart it onto a tag: `tagboat session restart NAME --tag TAG`",
        )
    })?;
    match host.image(&reference) {
        Some(image) if image.id == one.from_id => Ok(RestartTarget::of(
            host,
            &session,
            reference,
            one.from_id.clone(),
            replacement(host, &session)?,
        )),
        Some(image) => Err(moved(host, &reference, &one.from_id, &image.id)),
        None => Err(gone(host, &one.session, &reference)),
    }
}

fn gone(host: &Host, name: &SessionName, reference: &ImageRef) -> Refusal {
    Refusal::of_host(
        &host.name,
        format!("{name} has no predecessor, and {reference} is gone from the host"),
        format!(
            "tagboat push {reference} --host {}, then roll back; the session runs on",
            host.name
        ),
    )
}

fn moved(host: &Host, reference: &ImageRef, was: &ImageId, is: &ImageId) -> Refusal {
    Refusal::of_host(
        &host.name,
        format!(
            "{reference} names {} now and not {} as before",
            is.short(),
            was.short()
        ),
        format!(
            "push the image of before under another tag, then restart onto that on {}",
            host.name
        ),
    )
}

fn stamps_of_before<'a>(
    hosts: impl Iterator<Item = (&'a HostName, &'a Stamp)>,
    fleet: &Fleet,
) -> Result<Plan, Refusal> {
    let mut refused = Vec::new();
    let mut before = Vec::new();
    for (host, stamp) in hosts {
        match stamp.active() {
            Some(reference) => before.push((host.clone(), reference.clone())),
            None => refused.push(Refusal::of_host(
                host,
                "there was no active tag before the job",
                "name the tag: `tagboat activate TAG`",
            )),
        }
    }
    activate_together(before, &refused, fleet).map(Plan::Activate)
}

/// One activation for hosts that had the same tag before; which one it is of several is for the operator to say.
fn activate_together(
    before: Vec<(HostName, ImageRef)>,
    refused: &[Refusal],
    fleet: &Fleet,
) -> Result<ActivatePlan, Refusal> {
    let Some((first, reference)) = before.first().cloned() else {
        return Err(match refused {
            [] => Refusal::of_plan(
                "it stamped no host, so there is nothing to roll back",
                "see `tagboat job list`",
            ),
            refused => Refusal::of_all(refused, "host"),
        });
    };
    if let Some((other, another)) = before.iter().find(|(_, one)| *one != reference) {
        return Err(Refusal::of_plan(
            format!("{first} had {reference} before and {other} had {another}"),
            format!(
                "roll back {} with the same tag together, with --host",
                count(2, "host")
            ),
        ));
    }
    let hosts = before.into_iter().map(|(host, _)| host).collect();
    plan_activate(&ActivateIntent { reference, hosts }, fleet)
}
