//! Whether an action can be done now, and the reason when it cannot. It is listed either way.

use super::Action;
use crate::model::console::catalogue::CatalogueEntry;
use crate::model::console::update::word_of;
use crate::model::console::{Overlay, PickedFor, Place, RowId, Screen, State};
use crate::model::fleet::ContainerState;
use crate::model::job::{JobState, Word};
use crate::model::names::{HostName, ImageRef, JobId, SessionName};
use jiff::SignedDuration;

/// How long what an examination told is taken for true.
const STILL_TRUE: SignedDuration = SignedDuration::from_mins(10);

/// Why an action cannot be done now; none when it can.
pub fn unavailable(state: &State, action: Action) -> Option<String> {
    let targets = state.targets();
    match action {
        Action::RollOut => nothing_to_roll_out(state),
        Action::RollBack => match state.screen_of_targets() {
            Screen::Jobs => one_job(&targets).map_or_else(Some, |id| not_over(state, id)),
            screen => none_chosen(&targets, screen),
        },
        Action::PauseRollout | Action::ApproveRollout | Action::SkipSession | Action::RetrySession => {
            not_steerable(state, action)
        }
        Action::Restart | Action::RestartOnto | Action::Start | Action::Stop | Action::Remove => {
            none_chosen(&targets, Screen::Sessions)
        }
        Action::Logs | Action::Label if the_session(state).is_none() => {
            Some("there is no session under the cursor".to_owned())
        }
        Action::Attach => match the_session(state) {
            Some((host, session)) => not_running(state, host, session),
            None => Some("there is no session under the cursor".to_owned()),
        },
        Action::New => one_host(&targets),
        Action::Push => match state.screen_of_targets() {
            Screen::Images => one_image(&targets, "push")
                .err()
                .or_else(|| not_at_source(state, &targets)),
            _ => none_chosen(&targets, Screen::Hosts).or_else(|| nothing_at_source(state)),
        },
        Action::Activate | Action::Prune => match state.screen_of_targets() {
            Screen::Images => one_image(&targets, action.info().name)
                .err()
                .or_else(|| on_no_host(state, &targets)),
            _ => none_chosen(&targets, Screen::Hosts),
        },
        Action::Publish => one_image(&targets, "publish")
            .err()
            .or_else(|| not_at_source(state, &targets)),
        Action::Build | Action::Release => no_source(state),
        Action::CheckImage => match state.pointed() {
            Some(RowId::Image(reference)) => not_checkable(state, reference),
            _ => Some("there is no image under the cursor".to_owned()),
        },
        Action::Examine => match state.pointed() {
            Some(RowId::Host(host)) => not_connected(state, host),
            _ => Some("there is no host under the cursor".to_owned()),
        },
        Action::MendHost | Action::MakeReady | Action::UpdateHost => none_chosen(&targets, Screen::Hosts)
            .or_else(|| targets.iter().find_map(|target| not_examined(state, target))),
        Action::CancelJob => one_job(&targets).map_or_else(Some, |id| not_cancellable(state, id)),
        Action::ResumeJob => one_job(&targets).map_or_else(Some, |id| not_resumable(state, id)),
        Action::Open | Action::Copy | Action::Mark | Action::MarkRange => nothing_there(state, &targets),
        Action::ReplaceTag => moves_no_tag(state),
        Action::AllowFailing => nothing_to_allow(state),
        Action::Clear => nothing_to_clear(state),
        _ => None,
    }
}

fn none_chosen(targets: &[RowId], screen: Screen) -> Option<String> {
    targets
        .is_empty()
        .then(|| format!("there is no {} under the cursor", screen.noun()))
}

/// Why a host cannot be asked anything now.
fn not_connected(state: &State, host: &HostName) -> Option<String> {
    let connection = &state.fleet.host(host)?.connection;
    (!connection.is_usable()).then(|| {
        let reason = connection
            .reason()
            .unwrap_or_else(|| "it has not answered yet".to_owned());
        format!("{host}: {reason}")
    })
}

/// What is not known cannot be changed: the operator is to see it first, and as it is now.
fn not_examined(state: &State, target: &RowId) -> Option<String> {
    let RowId::Host(host) = target else { return None };
    let is_fresh = match &state.fleet.host(host)?.examined {
        Some(Ok(told)) => state.clock.now.duration_since(told.at) < STILL_TRUE,
        Some(Err(_)) => true,
        None => return Some(format!("{host} was not examined yet; examine it first (d)")),
    };
    (!is_fresh).then(|| format!("{host} was examined a while ago; examine it again first (d)"))
}

fn nothing_there(state: &State, targets: &[RowId]) -> Option<String> {
    let is_list = matches!(state.place(), Place::List(_));
    (is_list && targets.is_empty()).then(|| "the list is empty".to_owned())
}

/// The one image tag that is chosen, or why there is none.
pub(in crate::model::console) fn one_image<'a>(
    targets: &'a [RowId],
    verb: &str,
) -> Result<&'a ImageRef, String> {
    match targets {
        [RowId::Image(reference)] => Ok(reference),
        [] => Err("there is no image tag under the cursor".to_owned()),
        many => Err(format!(
            "{verb} takes one image tag, {} are marked; `A` unmarks",
            many.len()
        )),
    }
}

/// The session that is looked at: what opens one takes no mark, which may be an hour old and hidden by the filter.
pub(in crate::model::console) fn the_session(state: &State) -> Option<(&HostName, &SessionName)> {
    match state.pointed() {
        Some(RowId::Session(host, session)) => Some((host, session)),
        _ => None,
    }
}

fn one_host(targets: &[RowId]) -> Option<String> {
    match targets {
        [RowId::Session(..) | RowId::Host(_)] => None,
        [] => Some("there is nothing under the cursor that tells the host".to_owned()),
        many => Some(format!(
            "a new session is made on one host, {} are marked; `A` unmarks",
            many.len()
        )),
    }
}

fn not_running(state: &State, host: &HostName, session: &SessionName) -> Option<String> {
    let container = state.fleet.host(host)?.session(session)?.container();
    (container.state != ContainerState::Running)
        .then(|| format!("it is {}; `u` starts it", container.state.word()))
}

/// The one job that is chosen, or why there is none.
pub(in crate::model::console) fn one_job(targets: &[RowId]) -> Result<&JobId, String> {
    match targets {
        [RowId::Job(id)] => Ok(id),
        [] => Err("there is no job under the cursor".to_owned()),
        many => Err(format!(
            "one job at a time, {} are marked; `A` unmarks",
            many.len()
        )),
    }
}

fn no_source(state: &State) -> Option<String> {
    let problem = state.fleet.source().problem.as_ref()?;
    Some(format!("the source engine cannot be asked: {problem}"))
}

fn not_at_source(state: &State, targets: &[RowId]) -> Option<String> {
    let reference = one_image(targets, "push").ok()?;
    let source = state.fleet.source();
    if source.problem.is_some() {
        return no_source(state);
    }
    (!source.images.contains_key(reference))
        .then(|| format!("{reference} is not at the source; build or pull it here first"))
}

/// Why an image cannot be checked here.
fn not_checkable(state: &State, reference: &ImageRef) -> Option<String> {
    let source = state.fleet.source();
    if let Some(problem) = &source.problem {
        return Some(format!("the source engine cannot be asked: {problem}"));
    }
    if !source.images.contains_key(reference) {
        return Some(format!(
            "{reference} is not at the source; build or pull it here first"
        ));
    }
    state.fleet.contracts_of(&reference.image).is_empty().then(|| {
        format!(
            "nothing is asked of {}; see `contract` in the config",
            reference.image
        )
    })
}

fn nothing_at_source(state: &State) -> Option<String> {
    let source = state.fleet.source();
    if source.problem.is_some() {
        return no_source(state);
    }
    source
        .images
        .is_empty()
        .then(|| "the source engine has no image tags; build one here first".to_owned())
}

fn on_no_host(state: &State, targets: &[RowId]) -> Option<String> {
    let reference = one_image(targets, "").ok()?;
    CatalogueEntry::of(&state.fleet, reference)
        .on
        .is_empty()
        .then(|| format!("no host has {reference} yet; `p` pushes it"))
}

fn not_cancellable(state: &State, id: &JobId) -> Option<String> {
    let job = state.jobs.get(id)?;
    match job.state {
        JobState::Running | JobState::Cancelling | JobState::Elsewhere => Word::Cancel.objection(job),
        JobState::Interrupted => Some("nobody runs it; `u` resumes it".to_owned()),
        JobState::Ended(verdict) => Some(format!("it ended: {}", verdict.word())),
    }
}

/// What a rollout would be about: the marked sessions or the one that is looked at, else all that are shown and behind.
pub(in crate::model::console) fn sessions_to_roll_out(state: &State) -> Vec<RowId> {
    let list = state.lists.of(Screen::Sessions);
    if state.details.is_some() || !list.marks.is_empty() {
        return state.targets();
    }
    let is_behind = |row: &&RowId| match row {
        RowId::Session(host, name) => state
            .fleet
            .host(host)
            .and_then(|host| host.session(name))
            .is_some_and(|session| session.standing().behind == Some(true)),
        _ => false,
    };
    list.order.iter().filter(is_behind).cloned().collect()
}

fn nothing_to_roll_out(state: &State) -> Option<String> {
    sessions_to_roll_out(state)
        .is_empty()
        .then(|| "no session that is shown is behind; mark those that are meant".to_owned())
}

fn not_steerable(state: &State, action: Action) -> Option<String> {
    let (job, steer) = word_of(state, action)?;
    match job.state {
        JobState::Running | JobState::Cancelling | JobState::Elsewhere => Word::Steer(steer).objection(job),
        JobState::Interrupted => Some("nobody runs it; `u` resumes it".to_owned()),
        JobState::Ended(verdict) => Some(format!("it ended: {}; `u` takes up the rest", verdict.word())),
    }
}

fn not_over(state: &State, id: &JobId) -> Option<String> {
    match state.jobs.get(id)?.state {
        JobState::Running | JobState::Cancelling => Some("it runs; `c` ends it first".to_owned()),
        JobState::Elsewhere => Some("it runs in another process; `c` ends it first".to_owned()),
        JobState::Interrupted | JobState::Ended(_) => None,
    }
}

fn not_resumable(state: &State, id: &JobId) -> Option<String> {
    let job = state.jobs.get(id)?;
    match job.state {
        _ if job.is_resumable() => None,
        JobState::Running | JobState::Cancelling => Some("it runs".to_owned()),
        JobState::Elsewhere => Some("it runs, in another process".to_owned()),
        JobState::Interrupted | JobState::Ended(_) => Some("nothing of it is left to do".to_owned()),
    }
}

fn moves_no_tag(state: &State) -> Option<String> {
    match state.overlays.last() {
        Some(Overlay::Hosts(picker)) if matches!(picker.purpose, PickedFor::Activate(_)) => {
            Some("an activation moves no tag".to_owned())
        }
        _ => None,
    }
}

fn nothing_to_allow(state: &State) -> Option<String> {
    match state.overlays.last() {
        Some(Overlay::Hosts(picker)) => match &picker.purpose {
            PickedFor::Activate(_) => Some("an activation checks nothing".to_owned()),
            PickedFor::Push(reference) => state
                .fleet
                .contracts_of(&reference.image)
                .is_empty()
                .then(|| format!("nothing is asked of {}", reference.image)),
        },
        Some(overlay) => {
            let push = overlay.push();
            let is_held_back = push.is_some_and(|push| push.is_held_back(&state.fleet));
            (!is_held_back).then(|| "there is no push that a contract holds back".to_owned())
        }
        None => None,
    }
}

fn nothing_to_clear(state: &State) -> Option<String> {
    let list = state.lists.of(state.screen);
    (list.filter.is_empty() && list.marks.is_empty() && list.anchor.is_none())
        .then(|| "there is neither a filter nor a mark".to_owned())
}
