//! From a key to a plan: the targets are collected, a choice is offered where one is needed, the planner decides.

use super::super::action::one_image;
use crate::model::command::Command;
use crate::model::console::{
    Action, CatalogueEntry, Choice, ChoiceOption, Chosen, ChosenFor, Effect, HostPicker, Overlay, PickedFor,
    PlanDialog, RowId, Screen, State,
};
use crate::model::failure::Refusal;
use crate::model::job::Job;
use crate::model::names::{HostName, ImageRef, SessionName, Tag};
use crate::model::plan::{
    ActivateIntent, Plan, PruneIntent, PushIntent, RestartIntent, RestartPlan, plan_activate, plan_prune,
    plan_push, plan_restart,
};
use crate::model::rollout::RolloutOrder;
use std::collections::BTreeMap;

/// Begins a change: opens its plan, or the choice that comes before it.
pub(super) fn begin(state: &mut State, action: Action) -> Vec<Effect> {
    let targets = state.targets();
    let is_image = state.screen_of_targets() == Screen::Images;
    match action {
        Action::Restart => return restart(state, session_targets(&targets), None),
        Action::RestartOnto => choose_tag(state, ChosenFor::RestartOnto(session_targets(&targets))),
        Action::Push if is_image => {
            if let Ok(reference) = one_image(&targets, "push") {
                let hosts = state.fleet.hosts().map(|host| host.name.clone()).collect();
                pick_hosts(state, PickedFor::Push(reference.clone()), hosts);
            }
        }
        Action::Push => choose_tag(state, ChosenFor::PushTo(host_targets(&targets))),
        Action::Activate if is_image => {
            if let Ok(reference) = one_image(&targets, "activate") {
                let hosts = hosts_with(state, reference);
                pick_hosts(state, PickedFor::Activate(reference.clone()), hosts);
            }
        }
        Action::Activate => choose_tag(state, ChosenFor::ActivateOn(host_targets(&targets))),
        Action::Prune if is_image => {
            if let Ok(reference) = one_image(&targets, "prune") {
                let hosts = hosts_with(state, reference);
                prune(state, hosts, vec![reference.tag.clone()]);
            }
        }
        Action::Prune => prune(state, host_targets(&targets), Vec::new()),
        Action::ReplaceTag => {
            if let Some(Overlay::Hosts(picker)) = state.overlays.last_mut() {
                picker.replace_tag = !picker.replace_tag;
            }
        }
        Action::AllowFailing => allow_failing(state),
        _ => {}
    }
    Vec::new()
}

/// Lets a push bring an image to hosts whose contract it fails: where its hosts are chosen, again for the other way; where its plan or
/// refusal is shown, by another plan in its place.
fn allow_failing(state: &mut State) {
    if let Some(Overlay::Hosts(picker)) = state.overlays.last_mut() {
        picker.allow_failing = !picker.allow_failing;
    } else if let Some(push) = state.overlays.last().and_then(Overlay::push) {
        let push = push.allowing_failing();
        state.overlays.pop();
        show_push(state, &push);
    }
}

/// Plans a restart and shows the plan, while the hosts are asked what it costs.
pub(super) fn restart(
    state: &mut State,
    sessions: Vec<(HostName, SessionName)>,
    onto: Option<Tag>,
) -> Vec<Effect> {
    let intent = RestartIntent {
        sessions,
        onto,
        order: RolloutOrder::default(),
        only_others: false,
    };
    let plan = plan_restart(&intent, &state.fleet);
    show_restart(state, "restart", plan)
}

/// Shows a plan of restarts, and asks the hosts what they cost.
pub(super) fn show_restart(state: &mut State, what: &str, plan: Result<RestartPlan, Refusal>) -> Vec<Effect> {
    match plan {
        Ok(plan) => open(state, PlanDialog::new(Plan::Restart(plan), state.clock.now)),
        Err(refusal) => {
            show(state, what, Err(refusal));
            Vec::new()
        }
    }
}

/// Opens a plan, and asks the hosts for what must be known before it can be confirmed.
pub(super) fn open(state: &mut State, dialog: PlanDialog) -> Vec<Effect> {
    let question = dialog.to_weigh();
    put(state, dialog);
    if question.is_empty() {
        Vec::new()
    } else {
        vec![Effect::Engine(Command::Weigh(question))]
    }
}

/// Plans a push and shows the plan.
pub(super) fn push(state: &mut State, reference: ImageRef, hosts: Vec<HostName>) {
    let intent = PushIntent {
        reference,
        hosts,
        replace_tag: false,
        allow_failing: false,
        options: state.desk.push,
    };
    show_push(state, &intent);
}

/// The same with what was allowed where its hosts were chosen.
pub(super) fn show_push(state: &mut State, intent: &PushIntent) {
    match plan_push(intent, &state.fleet) {
        Ok(plan) => {
            let mut dialog = PlanDialog::new(Plan::Push(plan), state.clock.now);
            dialog.push = Some(intent.clone());
            put(state, dialog);
        }
        Err(refusal) => state.overlays.push(Overlay::Refused {
            what: format!("push {}", intent.reference),
            refusal,
            push: Some(Box::new(intent.clone())),
        }),
    }
}

/// Plans an activation and shows the plan.
pub(super) fn activate(state: &mut State, reference: ImageRef, hosts: Vec<HostName>) {
    let what = format!("activate {reference}");
    let plan = plan_activate(&ActivateIntent { reference, hosts }, &state.fleet).map(Plan::Activate);
    show(state, &what, plan);
}

/// Plans a prune and shows the plan.
pub(super) fn prune(state: &mut State, hosts: Vec<HostName>, only: Vec<Tag>) {
    let intent = PruneIntent {
        hosts,
        only,
        in_flight: state.jobs.values().flat_map(Job::needed_tags).collect(),
        now: state.clock.now,
    };
    let plan = plan_prune(&intent, &state.fleet).map(Plan::Prune);
    show(state, "prune", plan);
}

/// Shows a plan whose cost nobody need be asked for, or why there is none.
pub(super) fn show(state: &mut State, what: &str, plan: Result<Plan, Refusal>) {
    match plan {
        Ok(plan) => put(state, PlanDialog::new(plan, state.clock.now)),
        Err(refusal) => state.overlays.push(Overlay::Refused {
            what: what.to_owned(),
            refusal,
            push: None,
        }),
    }
}

/// Puts a plan on top. What is marked now is what it was made from, unless details are open.
fn put(state: &mut State, mut dialog: PlanDialog) {
    if state.details.is_none() {
        dialog.marks.clone_from(&state.lists.of(state.screen).marks);
    }
    state.overlays.push(Overlay::Plan(Box::new(dialog)));
    state.shown.overlay_reach = usize::MAX;
}

fn pick_hosts(state: &mut State, purpose: PickedFor, hosts: Vec<HostName>) {
    state
        .overlays
        .push(Overlay::Hosts(HostPicker::all_of(purpose, hosts)));
}

fn hosts_with(state: &State, reference: &ImageRef) -> Vec<HostName> {
    let entry = CatalogueEntry::of(&state.fleet, reference);
    entry.on.iter().map(|(host, _)| host.name.clone()).collect()
}

/// Offers the tags that can be meant, newest first.
fn choose_tag(state: &mut State, purpose: ChosenFor) {
    let hosts: Vec<HostName> = match &purpose {
        ChosenFor::RestartOnto(sessions) => sessions.iter().map(|(host, _)| host.clone()).collect(),
        ChosenFor::PushTo(hosts) | ChosenFor::ActivateOn(hosts) => hosts.clone(),
        ChosenFor::Sort(_) | ChosenFor::NewSession(_) | ChosenFor::Attach(..) | ChosenFor::Copy => Vec::new(),
    };
    let options = match &purpose {
        ChosenFor::PushTo(_) => tags_here(state),
        _ => tags_there(state, &hosts),
    };
    if options.is_empty() {
        let refusal = Refusal::of_plan(
            "no tag is known that could be chosen",
            "push an image first, or wait until the hosts have answered",
        );
        state.overlays.push(Overlay::Refused {
            what: "choose a tag".to_owned(),
            refusal,
            push: None,
        });
        return;
    }
    state.overlays.push(Overlay::Choice(Choice {
        purpose,
        options,
        cursor: 0,
    }));
}

/// The managed tags of the source engine.
fn tags_here(state: &State) -> Vec<ChoiceOption> {
    let mut entries = crate::model::console::catalogue(&state.fleet);
    entries.retain(|entry| entry.source.is_some());
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.created_at()));
    let option = |entry: &CatalogueEntry<'_>| ChoiceOption {
        value: Chosen::Tag(entry.reference.clone()),
        label: entry.reference.to_string(),
        note: {
            let place = match entry.on.len() {
                0 => "only here".to_owned(),
                1 => "on 1 host".to_owned(),
                n => format!("on {n} hosts"),
            };
            let fails = entry.is_failing(&state.fleet);
            place + if fails { ", FAILS its contract" } else { "" }
        },
    };
    entries.iter().map(option).collect()
}

/// The managed tags of some hosts, newest first.
pub(super) fn tags_of(state: &State, hosts: &[HostName]) -> Vec<Tag> {
    let tag = |option: ChoiceOption| match option.value {
        Chosen::Tag(reference) => Some(reference.tag),
        _ => None,
    };
    tags_there(state, hosts).into_iter().filter_map(tag).collect()
}

/// The managed tags of some hosts, with how many of them have each.
fn tags_there(state: &State, hosts: &[HostName]) -> Vec<ChoiceOption> {
    let mut unique: Vec<&HostName> = Vec::new();
    for name in hosts {
        if !unique.contains(&name) {
            unique.push(name);
        }
    }
    let mut tags: BTreeMap<&ImageRef, (usize, usize, _)> = BTreeMap::new();
    for host in unique.iter().filter_map(|name| state.fleet.host(name)) {
        for image in host.images() {
            for reference in &image.references {
                if reference.image == host.settings.profile.image {
                    let tag = tags.entry(reference).or_insert((0, 0, image.created_at));
                    tag.0 += 1;
                    tag.1 += usize::from(host.stamp.active() == Some(reference));
                    tag.2 = tag.2.max(image.created_at);
                }
            }
        }
    }
    let mut tags: Vec<_> = tags.into_iter().collect();
    tags.sort_by_key(|(_, (_, _, created))| std::cmp::Reverse(*created));
    let all = unique.len();
    let note = |there: usize, active: usize| match (all, active) {
        (1, 0) => String::new(),
        (1, _) => "active".to_owned(),
        (_, 0) => format!("on {there} of {all} hosts"),
        (_, active) => format!("on {there} of {all} hosts, active on {active}"),
    };
    let option = |(reference, (there, active, _)): (&ImageRef, (usize, usize, _))| ChoiceOption {
        value: Chosen::Tag(reference.clone()),
        label: reference.to_string(),
        note: note(there, active),
    };
    tags.into_iter().map(option).collect()
}

pub(super) fn session_targets(targets: &[RowId]) -> Vec<(HostName, SessionName)> {
    let session = |id: &RowId| match id {
        RowId::Session(host, session) => Some((host.clone(), session.clone())),
        _ => None,
    };
    targets.iter().filter_map(session).collect()
}

pub(super) fn host_targets(targets: &[RowId]) -> Vec<HostName> {
    let host = |id: &RowId| match id {
        RowId::Host(host) => Some(host.clone()),
        _ => None,
    };
    targets.iter().filter_map(host).collect()
}
