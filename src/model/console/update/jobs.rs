//! Jobs: asking before one is cancelled, showing what is left before one is taken up, and taking in what the engine says of them.

use super::super::action::one_job;
use super::plan;
use crate::model::command::Command;
use crate::model::console::{
    Details, Dirty, Effect, OnYes, Origin, Overlay, PlanDialog, Question, RowId, Severity, State, tally,
};
use crate::model::failure::Refusal;
use crate::model::job::{Job, JobEvent, JobState, Patience, TrackResult, Verdict};
use crate::model::names::JobId;
use crate::model::plan::Plan;
use crate::model::rollout::{Account, Stage};
use jiff::SignedDuration;
use std::collections::BTreeSet;

/// Asks before a job is cancelled.
pub(super) fn ask_to_cancel(state: &mut State) {
    let targets = state.targets();
    if let Ok(id) = one_job(&targets) {
        state.overlays.push(Overlay::Question(Question {
            on_yes: OnYes::Cancel(id.clone()),
            asked_at: state.clock.now,
        }));
    }
}

/// Shows what is left of a job as a plan, which asks for as much as a new one: its age makes nothing harmless.
pub(super) fn plan_the_rest(state: &mut State) -> Vec<Effect> {
    let targets = state.targets();
    let job = one_job(&targets).ok().and_then(|id| state.jobs.get(id));
    match job.map(|job| PlanDialog::to_resume(job, state.clock.now)) {
        Some(dialog) => plan::open(state, dialog),
        None => Vec::new(),
    }
}

/// Does what was confirmed: the plan becomes a job, or the job that it is the rest of is taken up.
pub(super) fn start(state: &mut State, dialog: PlanDialog) -> Vec<Effect> {
    match dialog.origin {
        Origin::New => run(state, dialog.plan, dialog.marks),
        Origin::Resume { job, .. } => {
            state.lists.give(job.clone(), dialog.marks);
            vec![Effect::Engine(Command::Resume(job, Some(Patience::USUAL)))]
        }
    }
}

/// Makes a plan a job, and shows it.
fn run(state: &mut State, plan: Plan, marks: BTreeSet<RowId>) -> Vec<Effect> {
    let mut moment = state.clock.now;
    let mut id = JobId::new(moment, state.clock.salt);
    while state.jobs.contains_key(&id) {
        moment += SignedDuration::from_millis(1);
        id = JobId::new(moment, state.clock.salt);
    }
    state.clock.salt = state.clock.salt.wrapping_add(1);
    let job = Job::new(
        id.clone(),
        plan.clone(),
        state.desk.operator.clone(),
        state.clock.now,
    );
    // Somebody looks on, sees who is waited for, and can end it.
    let patience = Patience::USUAL;
    state.jobs.insert(id.clone(), job.waiting(patience));
    state.lists.give(id.clone(), marks);
    state.details = Some(Details::of(RowId::Job(id.clone())));
    state.touch_rows();
    let mut effects = vec![Effect::Engine(Command::Run {
        id,
        plan: Box::new(plan),
        patience,
    })];
    effects.extend(retitle(state));
    effects
}

/// Takes in a job that the journal knows.
pub(super) fn know(state: &mut State, job: Job) -> Vec<Effect> {
    if job.state == JobState::Interrupted {
        let text = format!(
            "job {} was interrupted: {}; `u` on the jobs screen resumes it",
            job.id.short(),
            job.plan.title()
        );
        state.say(Severity::Warn, text);
    }
    if job.is_live() {
        state.lists.begun(&job.id);
    }
    state.jobs.insert(job.id.clone(), job);
    state.touch_rows();
    retitle(state)
}

/// Takes in what happened in a job.
pub(super) fn happen(state: &mut State, id: &JobId, event: JobEvent) -> Vec<Effect> {
    let (dirty, changes_rows) = match &event {
        JobEvent::Progress { .. } | JobEvent::Log { .. } => (Dirty::Progress, false),
        JobEvent::Step { .. } => (Dirty::Normal, false),
        _ => (Dirty::Normal, true),
    };
    let said = what_to_say(state, id, &event);
    let waited = waits_for_approval(state, id);
    if matches!(event, JobEvent::Started { .. }) {
        state.lists.begun(id);
    }
    match (state.jobs.get_mut(id), event) {
        (Some(job), event) => job.apply(event),
        (
            None,
            JobEvent::Started {
                plan,
                operator,
                patience,
                at,
            },
        ) => {
            let job = Job::new(id.clone(), *plan, operator, at).waiting(patience);
            state.jobs.insert(id.clone(), job);
        }
        // The engine told nothing of its beginning, so there is nothing that this could change.
        (None, _) => return Vec::new(),
    }
    state.touch(dirty);
    if changes_rows {
        state.touch_rows();
    }
    let has_ended = matches!(said, Some((_, _, true)));
    if let Some((severity, text, _)) = said {
        state.say(severity, text);
    }
    let mut effects = retitle(state);
    let asks = !waited && waits_for_approval(state, id);
    if asks {
        let text = format!(
            "the canaries of job {} are good: it waits for your approval",
            id.short()
        );
        state.say(Severity::Warn, text);
    }
    if has_ended || asks {
        effects.push(Effect::Bell);
    }
    effects
}

fn waits_for_approval(state: &State, id: &JobId) -> bool {
    let account = state.jobs.get(id).and_then(Account::of);
    account.is_some_and(|account| account.stage == Stage::Approval)
}

/// What the operator must hear, and whether it is the end of the job.
fn what_to_say(state: &State, id: &JobId, event: &JobEvent) -> Option<(Severity, String, bool)> {
    match event {
        JobEvent::TargetEnded {
            result: TrackResult::Failed(failure),
            ..
        } => Some((Severity::Bad, failure.to_string(), false)),
        JobEvent::Ended { verdict, .. } => {
            let job = state.jobs.get(id)?;
            let severity = match verdict {
                Verdict::Done => Severity::Good,
                Verdict::Cancelled => Severity::Info,
                Verdict::Partly => Severity::Warn,
                Verdict::Failed => Severity::Bad,
            };
            let sums = tally(job);
            let outcome = match (verdict, &job.plan) {
                (Verdict::Done, Plan::Push(_) | Plan::Activate(_)) => {
                    "; sessions keep their tag until they are restarted".to_owned()
                }
                (Verdict::Done, _) => String::new(),
                _ => format!(", {} of {}; its details say why", sums.done, sums.targets),
            };
            let title = job.plan.title();
            Some((severity, format!("{title}: {}{outcome}", verdict.word()), true))
        }
        _ => None,
    }
}

/// A command was declined. A job that was only asked for is taken back; the reason stays until it was read.
pub(super) fn refuse(state: &mut State, id: &JobId, refusal: Refusal) -> Vec<Effect> {
    let was_asked_for = state
        .jobs
        .get(id)
        .is_some_and(|job| job.is_live() && job.tracks.iter().all(|track| track.steps_over().0 == 0));
    let what = state
        .jobs
        .get(id)
        .map_or_else(|| format!("job {}", id.short()), |job| job.plan.title());
    state.lists.declined(id);
    if was_asked_for {
        state.jobs.remove(id);
        if state
            .details
            .as_ref()
            .is_some_and(|details| details.row == RowId::Job(id.clone()))
        {
            state.details = None;
        }
    }
    state.say(Severity::Bad, format!("{what}: {refusal}"));
    state.overlays.push(Overlay::Refused {
        what,
        refusal,
        push: None,
    });
    state.touch_rows();
    retitle(state)
}

/// Cancels a job that still runs.
pub(super) fn cancel(state: &mut State, id: JobId) -> Vec<Effect> {
    match state.jobs.get_mut(&id) {
        Some(job) if job.state == JobState::Running => {
            job.state = JobState::Cancelling;
            state.touch_rows();
            vec![Effect::Engine(Command::Cancel(id))]
        }
        // Its own process says when it has taken the word.
        Some(job) if job.state == JobState::Elsewhere => vec![Effect::Engine(Command::Cancel(id))],
        _ => {
            state.say(Severity::Info, "the job had ended before it was cancelled");
            Vec::new()
        }
    }
}

/// The window title, if it is another one now: the operator may look at another window.
fn retitle(state: &mut State) -> Vec<Effect> {
    let sums: Vec<_> = state.live_jobs().map(tally).collect();
    let title = if sums.is_empty() {
        "tagboat".to_owned()
    } else {
        let permille: usize = sums.iter().map(|sum| usize::from(sum.permille)).sum();
        // Steps of five keep the title still while bytes trickle.
        let percent = permille / sums.len() / 50 * 5;
        let plural = if sums.len() == 1 { "" } else { "s" };
        format!("tagboat: {} job{plural} {percent} %", sums.len())
    };
    if title == state.frame.title {
        return Vec::new();
    }
    state.frame.title.clone_from(&title);
    vec![Effect::Title(title)]
}
