//! Starting, stopping, removing and labelling sessions: what is planned, what it asks for, and when it is refused.

use crate::fleets::{OneHost, container, host_name, reference, session};
use std::collections::BTreeMap;
use tagboat::model::compose::{ComposeOwner, ComposePlace};
use tagboat::model::failure::Refusal;
use tagboat::model::fleet::{ContainerState, Fleet, HostChange, RunsOn, Storage};
use tagboat::model::job::Target;
use tagboat::model::names::{ImageId, SessionLabel, Tag};
use tagboat::model::plan::{
    Gate, NewWish, Plan, RemoveIntent, RenameIntent, StartFrom, StartIntent, StopIntent, VolumeFate,
    plan_remove, plan_rename, plan_start, plan_stop,
};
use tagboat::model::profile::Guard;
use tagboat::model::template::Pattern;

const NAME: &str = "convocate-session-4f2a";

fn host(state: ContainerState) -> OneHost {
    OneHost::new().image(1, &["v1"]).container(NAME, "v1", 1, state)
}

fn with_storage(host: OneHost, state: ContainerState, removes_itself: bool, volumes: &[&str]) -> OneHost {
    let mut one = container(1, NAME, RunsOn::Reference(reference("v1")), 1, state);
    one.storage = Storage {
        removes_itself,
        volumes: volumes.iter().map(ToString::to_string).collect(),
    };
    host.with(HostChange::Container(one))
}

fn stop(fleet: &Fleet) -> Result<Plan, Refusal> {
    let sessions = vec![(host_name(), session(NAME))];
    plan_stop(&StopIntent { sessions }, fleet).map(Plan::Stop)
}

fn remove(fleet: &Fleet, with_volumes: bool) -> Result<Plan, Refusal> {
    let sessions = vec![(host_name(), session(NAME))];
    plan_remove(
        &RemoveIntent {
            sessions,
            with_volumes,
        },
        fleet,
    )
    .map(Plan::Remove)
}

fn start_again(fleet: &Fleet) -> Result<Plan, Refusal> {
    plan_start(&StartIntent::Again(vec![(host_name(), session(NAME))]), fleet).map(Plan::Start)
}

fn wish(id: &str) -> NewWish {
    NewWish {
        host: host_name(),
        template: None,
        id: id.to_owned(),
        onto: None,
        values: BTreeMap::new(),
    }
}

fn start_new(fleet: &Fleet, wish: NewWish) -> Result<Plan, Refusal> {
    plan_start(&StartIntent::New(wish), fleet).map(Plan::Start)
}

fn steps(plan: &Plan) -> Vec<String> {
    plan.steps(&Target::session(host_name(), session(NAME)))
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_stop_that_a_start_brings_back_asks_for_one_key_and_one_that_loses_the_container_for_a_word() {
    let plan = stop(&host(ContainerState::Running).fleet()).unwrap();
    assert_eq!(plan.gate(), Gate::Bar);
    assert!(plan.undo().contains("tagboat session start"), "{}", plan.undo());
    let anonymous = "ab".repeat(32);
    let fleet = with_storage(
        host(ContainerState::Running),
        ContainerState::Running,
        true,
        &["data", &anonymous],
    )
    .fleet();
    let plan = stop(&fleet).unwrap();
    assert_eq!(plan.gate(), Gate::Typed("4f2a".to_owned()));
    let line = &plan.lines()[0];
    assert_eq!(line.after, "gone");
    assert!(
        line.note.contains("--rm") && line.note.contains("1 anonymous volume"),
        "{}",
        line.note
    );
}

#[test]
fn only_what_runs_is_stopped_and_only_what_is_stopped_is_started() {
    use ContainerState as S;
    for (state, stops, starts) in [
        (S::Running, true, false),
        (S::Restarting, true, false),
        (S::Paused, false, false),
        (S::Exited, false, true),
        (S::Created, false, true),
        (S::Removing, false, false),
        (S::Dead, false, false),
    ] {
        let fleet = host(state).fleet();
        assert_eq!(stop(&fleet).is_ok(), stops, "{state:?}");
        assert_eq!(start_again(&fleet).is_ok(), starts, "{state:?}");
    }
    let refusal = start_again(&host(S::Running).fleet()).unwrap_err();
    assert!(refusal.reason.contains("runs already"), "{refusal}");
}

#[test]
fn a_removal_names_all_that_goes_and_keeps_the_volumes() {
    let predecessor = "convocate-session-4f2a.tagboat-old-20261121-013000-a1b2";
    let mut old = container(
        9,
        predecessor,
        RunsOn::Reference(reference("v1")),
        1,
        ContainerState::Exited,
    );
    old.storage.volumes = vec!["data".to_owned(), "old-only".to_owned()];
    let fleet = with_storage(
        host(ContainerState::Running),
        ContainerState::Running,
        false,
        &["data"],
    )
    .with(HostChange::Container(old))
    .fleet();
    let plan = remove(&fleet, false).unwrap();
    assert_eq!(
        steps(&plan),
        [
            "check".to_owned(),
            "stop".into(),
            format!("remove {predecessor}"),
            format!("remove {NAME}")
        ]
    );
    let note = &plan.lines()[0].note;
    assert!(
        note.contains("stopped first") && note.contains("1 earlier container"),
        "{note}"
    );
    assert!(note.contains("volumes kept: data, old-only"), "{note}");
    assert_eq!(plan.gate(), Gate::Typed("4f2a".to_owned()));
}

#[test]
fn volumes_go_only_where_that_is_said_with_another_word_and_never_those_of_others() {
    let anonymous = "cd".repeat(32);
    let mut other = container(
        9,
        "bystander",
        RunsOn::Reference(reference("v1")),
        1,
        ContainerState::Running,
    );
    other.storage.volumes = vec!["shared".to_owned()];
    let fleet = with_storage(
        host(ContainerState::Exited),
        ContainerState::Exited,
        false,
        &["data", "shared", &anonymous],
    )
    .with(HostChange::Container(other))
    .fleet();
    let plan = remove(&fleet, true).unwrap();
    assert_eq!(plan.gate(), Gate::Typed("4f2a and volumes".to_owned()));
    let Plan::Remove(removal) = &plan else {
        unreachable!()
    };
    let fates: BTreeMap<_, _> = removal.sessions[0]
        .volumes
        .iter()
        .map(|one| (one.name.as_str(), &one.fate))
        .collect();
    assert_eq!(fates["data"], &VolumeFate::Removed);
    assert_eq!(fates["shared"], &VolumeFate::Shared("bystander".to_owned()));
    assert_eq!(fates[anonymous.as_str()], &VolumeFate::Removed);
    assert!(steps(&plan).contains(&"remove volume data".to_owned()));
    assert!(!steps(&plan).iter().any(|step| step.contains("shared")));
}

#[test]
fn what_the_engine_removes_with_a_running_rm_session_is_told_and_not_promised_to_stay() {
    let anonymous = "ef".repeat(32);
    let fleet = with_storage(
        host(ContainerState::Running),
        ContainerState::Running,
        true,
        &["data", &anonymous],
    )
    .fleet();
    let note = remove(&fleet, false).unwrap().lines()[0].note.clone();
    assert!(
        note.contains("the engine removes with it (--rm): efefefefefef"),
        "{note}"
    );
    assert!(note.contains("volumes kept: data"), "{note}");
}

#[test]
fn a_session_of_compose_or_a_paused_one_is_not_removed() {
    let mut owned = container(
        1,
        NAME,
        RunsOn::Reference(reference("v1")),
        1,
        ContainerState::Running,
    );
    owned.compose = Some(Box::new(ComposeOwner {
        name: "factory/agents".to_owned(),
        place: ComposePlace::Unknown("its labels do not tell where it is".to_owned()),
    }));
    let fleet = host(ContainerState::Running)
        .with(HostChange::Container(owned))
        .fleet();
    assert!(
        remove(&fleet, false)
            .unwrap_err()
            .reason
            .contains("factory/agents")
    );
    assert!(remove(&host(ContainerState::Paused).fleet(), false).is_err());
}

#[test]
fn a_new_session_is_made_from_the_template_on_the_active_tag_under_the_name_of_the_profile() {
    let fleet = host(ContainerState::Running).fleet();
    for id in ["new-1", "convocate-session-new-1"] {
        let Plan::Start(plan) = start_new(&fleet, wish(id)).unwrap() else {
            unreachable!()
        };
        let one = &plan.sessions[0];
        assert_eq!(one.session, session("convocate-session-new-1"), "{id}");
        let StartFrom::Template(new) = &one.from else {
            unreachable!()
        };
        assert_eq!((&new.onto, new.bindings.id.as_str()), (&reference("v1"), "new-1"));
        let plan = Plan::Start(plan);
        assert_eq!(plan.gate(), Gate::Plan);
        assert_eq!(
            plan.needed_tags(),
            [(host_name(), reference("v1"))],
            "a prune keeps it meanwhile"
        );
        assert!(plan.lines()[0].note.contains("--rm"), "{}", plan.lines()[0].note);
    }
}

#[test]
fn a_new_session_is_refused_before_anything_happens_where_something_is_missing() {
    let fleet = host(ContainerState::Running).fleet();
    let with = |change: fn(&mut NewWish)| {
        let mut wish = wish("new-1");
        change(&mut wish);
        start_new(&fleet, wish).unwrap_err().to_string()
    };
    for (said, expected) in [
        (
            with(|wish| wish.onto = Tag::parse("v9").ok()),
            "tagboat push convocate:v9 --host eu-1",
        ),
        (
            with(|wish| wish.id = "4f2a".into()),
            "there is a container convocate-session-4f2a already, it is running",
        ),
        (
            with(|wish| wish.template = Some("none".into())),
            "the templates are session",
        ),
        (
            with(|wish| drop(wish.values.insert("x".into(), "y".into()))),
            "has no value x",
        ),
        (
            with(|wish| wish.id = "a b".into()),
            "cannot be the name of a session",
        ),
        (
            with(|wish| wish.id = String::new()),
            "cannot be the name of a session",
        ),
        (
            with(|wish| wish.id = "x.tagboat-old-20261121-013000-a1b2".into()),
            "cannot be the name of a session",
        ),
    ] {
        assert!(said.contains(expected), "{said}\n{expected}");
    }
    let mut bare = host(ContainerState::Running);
    bare.settings.profile.templates.clear();
    let refusal = start_new(&bare.fleet(), wish("new-1")).unwrap_err();
    assert!(refusal.advice.contains("[[templates]]"), "{refusal}");
}

#[test]
fn a_value_without_a_default_must_be_set_and_one_that_makes_no_path_is_refused() {
    let fleet = || {
        let mut host = host(ContainerState::Running);
        let template = &mut host.settings.profile.templates[0];
        template.values.insert("project".into(), String::new());
        template.mounts[0].source = Pattern::parse("/srv/{project}").unwrap();
        host.fleet()
    };
    let said = start_new(&fleet(), wish("new-1")).unwrap_err();
    assert!(said.advice.contains("--set project="), "{said}");
    let set = |value: &str| {
        let mut wish = wish("new-1");
        wish.values.insert("project".into(), value.into());
        start_new(&fleet(), wish)
    };
    assert!(set("web").is_ok());
    assert!(set("../etc").unwrap_err().reason.contains("no absolute path"));
    assert!(set("a\nb").unwrap_err().reason.contains("control character"));
}

#[test]
fn a_label_is_the_sessions_alone_and_its_plan_tells_the_way_back() {
    let label = |text: &str| SessionLabel::parse(text).unwrap();
    let labelled = [(session(NAME), label("web"))].into();
    let other = "convocate-session-77";
    let fleet = host(ContainerState::Running)
        .container(other, "v1", 1, ContainerState::Running)
        .with(HostChange::Labels(labelled))
        .fleet();
    let rename = |name: &str, text: Option<&str>| {
        let intent = RenameIntent {
            host: host_name(),
            session: session(name),
            label: text.map(label),
        };
        plan_rename(&intent, &fleet).map(Plan::Rename)
    };
    let plan = rename(NAME, Some("db")).unwrap();
    assert_eq!(
        (plan.lines()[0].before.as_str(), plan.lines()[0].after.as_str()),
        ("web", "db")
    );
    assert!(plan.undo().contains("\"web\""), "{}", plan.undo());
    assert_eq!(plan.gate(), Gate::Bar);
    assert!(rename(NAME, None).is_ok());
    assert!(rename(NAME, Some("web")).unwrap_err().reason.contains("already"));
    assert!(rename(other, Some("web")).unwrap_err().reason.contains(NAME));
    assert!(rename(other, None).is_err());
}

#[test]
fn a_strict_host_wants_its_name_typed_for_each_of_them() {
    let strict = |state| {
        let mut host = host(state);
        host.settings.guard = Guard::Strict;
        host.fleet()
    };
    let word = Gate::Typed("eu-1".to_owned());
    assert_eq!(stop(&strict(ContainerState::Running)).unwrap().gate(), word);
    assert_eq!(start_again(&strict(ContainerState::Exited)).unwrap().gate(), word);
    assert_eq!(
        start_new(&strict(ContainerState::Exited), wish("new"))
            .unwrap()
            .gate(),
        word
    );
}

#[test]
fn a_session_that_is_not_there_is_refused_by_all_of_them() {
    let fleet = OneHost::new().image(1, &["v1"]).fleet();
    assert!(stop(&fleet).is_err() && remove(&fleet, false).is_err() && start_again(&fleet).is_err());
    assert_eq!(
        fleet.host(&host_name()).unwrap().images().next().unwrap().id,
        ImageId(crate::fleets::digest(1))
    );
}
