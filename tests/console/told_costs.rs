//! What a plan costs and what it waits for: the console says it in the words of the plan, as the command line does.

use crate::scenario::{container, host, listed, quiet, tell, weighed, worked_in};
use crate::script::{press, ran, screen};
use tagboat::model::command::Command;
use tagboat::model::compose::{ComposeOwner, ComposePlace, ComposeService};
use tagboat::model::console::{Effect, Msg, Overlay, Place, State, update};
use tagboat::model::event::Event;
use tagboat::model::fleet::{ContainerState, HostChange};
use tagboat::model::names::{ProjectName, ProjectPath, ServiceName};
use tagboat::model::plan::Plan;

/// Makes the second session of the list one of Compose whose files are known.
fn composed(state: &mut State) {
    let path = |text: &str| ProjectPath::parse(text).unwrap();
    let service = ComposeService {
        project: ProjectName::parse("agents").unwrap(),
        service: ServiceName::parse("birch").unwrap(),
        working_dir: path("/srv/agents"),
        config_files: vec![path("/srv/agents/compose.yml")],
        env_files: Vec::new(),
    };
    let mut owned = container("convocate-session-birch", "v3.1.0", ContainerState::Running);
    owned.compose = Some(Box::new(ComposeOwner {
        name: "agents/birch".to_owned(),
        place: ComposePlace::Known(service),
    }));
    tell(state, "eu-01", HostChange::Container(owned));
}

/// The texts that the plan on top has under its lines.
fn planned(state: &State) -> Vec<String> {
    let Some(Overlay::Plan(dialog)) = state.overlays.last() else {
        return Vec::new();
    };
    dialog
        .plan
        .lines()
        .into_iter()
        .flat_map(|line| line.costs)
        .collect()
}

#[test]
fn files_in_a_session_of_compose_are_gone_and_the_plan_does_not_call_them_kept() {
    let mut state = listed((110, 32));
    composed(&mut state);
    let asked = press(&mut state, "jr");
    weighed(&mut state, &asked, &worked_in());
    let said = screen(&mut state);
    assert!(said.contains("214 "), "{said}");
    assert!(said.contains("with it, as no predecessor is kept"), "{said}");
    assert!(!said.contains("kept in its stopped predecessor"), "{said}");
    assert!(said.contains("type eu-01 to restart 1"), "{said}");
}

#[test]
fn what_the_plan_says_of_costs_is_on_the_screen_word_by_word() {
    let mut state = listed((160, 40));
    composed(&mut state);
    let asked = press(&mut state, "<space><space>r");
    weighed(&mut state, &asked, &worked_in());
    let (said, planned) = (screen(&mut state), planned(&state));
    assert!(planned.len() > 6, "{planned:?}");
    for line in planned {
        // A long one is wrapped; its beginning is on one line.
        let beginning: String = line.chars().take(50).collect();
        assert!(said.contains(beginning.trim_end()), "{line}\n{said}");
    }
}

#[test]
fn a_rollout_that_waits_for_quiet_says_so_in_its_plan_before_and_after_its_hosts_have_told() {
    let mut state = listed((110, 40));
    let asked = press(&mut state, "ojjjjj<space><space><space><enter>");
    assert!(screen(&mut state).contains("waits for 15 min of quiet"));
    weighed(&mut state, &asked, &worked_in());
    assert!(screen(&mut state).contains("waits for 15 min of quiet"));
    press(&mut state, "<esc>o<enter>");
    assert!(!screen(&mut state).contains("of quiet"));
}

/// Answers what a rollout asked: the sessions of this host are worked in, all others are quiet.
fn weighed_but(state: &mut State, asked: &[Effect], unclean: &str) {
    for effect in asked {
        let Effect::Engine(Command::Weigh(hosts)) = effect else {
            continue;
        };
        for (on, ids) in hosts {
            let cost = if *on == host(unclean) {
                worked_in()
            } else {
                quiet()
            };
            let costs = ids.iter().map(|id| (id.clone(), cost.clone())).collect();
            let host = on.clone();
            update(state, Msg::from(Event::Weighed { host, costs }));
        }
    }
}

#[test]
fn a_rollout_of_clean_sessions_alone_leaves_the_others_out_with_what_is_in_them() {
    let mut state = listed((110, 40));
    let asked = press(&mut state, "/eu-<enter>ojjjjjj<space><enter>");
    assert!(screen(&mut state).contains("only if its layer is clean"));
    weighed_but(&mut state, &asked, "eu-01");
    let said = screen(&mut state);
    assert!(
        said.contains("convocate-session-atlas is not clean: 214"),
        "{said}"
    );
    let Some(Plan::Restart(plan)) = ran(&press(&mut state, "y")) else {
        panic!("{said}")
    };
    assert!(plan.conditions.require_clean);
    assert!(!plan.sessions.is_empty());
    assert!(plan.sessions.iter().all(|one| one.host != host("eu-01")));
}

#[test]
fn a_rollout_for_which_no_clean_session_is_left_is_refused_where_its_plan_was() {
    let mut state = listed((110, 32));
    let asked = press(&mut state, "/eu-01<enter>ojjjjjj<space><enter>");
    weighed(&mut state, &asked, &worked_in());
    let said = screen(&mut state);
    assert!(said.contains("is not clean: 214"), "{said}");
    assert_eq!(state.place(), Place::Vanished);
    assert_eq!(ran(&press(&mut state, "y")), None);
}
