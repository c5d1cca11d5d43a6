//! Which row a key is about: what opens one session takes the row under the cursor, and marks go when their job has begun.

use crate::scenario::{ago, container, host, listed, operator, quiet, session, stamp, tell, weighed};
use crate::script::{draw, press, screen, toast};
use tagboat::model::command::Command;
use tagboat::model::console::{Action, ChosenFor, Effect, Msg, Overlay, Screen, State, update};
use tagboat::model::event::Event;
use tagboat::model::failure::Refusal;
use tagboat::model::fleet::ContainerState;
use tagboat::model::job::JobEvent;
use tagboat::model::names::JobId;

/// A session is marked, and the filter hides it; the cursor is on another one.
fn with_a_hidden_mark() -> State {
    let mut state = listed((110, 32));
    press(&mut state, "<space>/grove<enter>");
    assert!(screen(&mut state).contains("1 marked (1 hidden by the filter)"));
    state
}

fn attached(state: &State) -> Option<&str> {
    match state.overlays.last() {
        Some(Overlay::Choice(choice)) => match &choice.purpose {
            ChosenFor::Attach(_, session) => Some(session.as_str()),
            _ => None,
        },
        _ => None,
    }
}

fn marks(state: &State) -> usize {
    state.lists.of(Screen::Sessions).marks.len()
}

/// The job that the engine was told to run, and that it began.
fn begin(state: &mut State, effects: &[Effect]) -> JobId {
    let run = effects.iter().find_map(|effect| match effect {
        Effect::Engine(Command::Run { id, plan, .. }) => Some((id.clone(), plan.clone())),
        _ => None,
    });
    let (id, plan) = run.unwrap();
    let event = JobEvent::Started {
        plan,
        operator: operator(),
        patience: tagboat::model::job::Patience::NONE,
        at: ago(0),
    };
    let told = id.clone();
    update(state, Msg::from(Event::Job { id: told, event }));
    id
}

#[test]
fn a_shell_the_output_and_a_label_are_of_the_row_under_the_cursor_and_never_of_a_hidden_mark() {
    let mut state = with_a_hidden_mark();
    press(&mut state, "e");
    assert_eq!(attached(&state), Some("convocate-session-grove"));
    let mut state = with_a_hidden_mark();
    let effects = press(&mut state, "L");
    let [Effect::Engine(Command::ReadLogs(_, request))] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    let grove = container("convocate-session-grove", "v3.1.0", ContainerState::Running);
    assert_eq!((&request.host, &request.container), (&host("eu-05"), &grove.id));
    let mut state = with_a_hidden_mark();
    press(&mut state, "c");
    assert!(screen(&mut state).contains("label eu-05/convocate-session-grove"));
}

#[test]
fn a_mark_moves_the_cursor_on_and_a_shell_is_of_where_it_is_then() {
    let mut state = listed((110, 32));
    press(&mut state, "<space>e");
    assert_eq!(attached(&state), Some("convocate-session-birch"));
}

#[test]
fn the_foot_counts_marks_only_at_keys_that_are_about_them() {
    let mut state = listed((160, 32));
    press(&mut state, "<space><space>");
    let said = screen(&mut state);
    assert!(said.contains("r restart 2"), "{said}");
    assert!(
        said.contains("e attach  ") && said.contains("L output  "),
        "{said}"
    );
}

#[test]
fn a_shell_is_not_of_the_neighbour_of_a_row_that_left_the_filter_just_before() {
    for action in [Action::Attach, Action::Logs] {
        let mut state = listed((110, 32));
        press(&mut state, "/is:behind<enter>gg");
        draw(&mut state);
        // Its host got back the tag that its sessions have: they are behind no more.
        tell(&mut state, "eu-01", stamp("v3.0.0"));
        assert_eq!(update(&mut state, Msg::Act(action)), []);
        assert!(state.overlays.is_empty());
        assert!(toast(&state).contains("nothing was done, look again"));
    }
}

#[test]
fn the_marks_go_when_the_plan_that_was_made_from_them_has_begun() {
    let mut state = listed((110, 32));
    let asked = press(&mut state, "<space>jjj<space>r");
    weighed(&mut state, &asked, &quiet());
    press(&mut state, "<esc>");
    assert_eq!(marks(&state), 2, "nothing was confirmed");
    let asked = press(&mut state, "r");
    weighed(&mut state, &asked, &quiet());
    let effects = press(&mut state, "y");
    assert_eq!(marks(&state), 2, "it has not begun");
    begin(&mut state, &effects);
    assert_eq!(marks(&state), 0);
}

#[test]
fn the_marks_of_a_rollout_go_and_those_of_a_plan_that_the_engine_declines_stay() {
    let mut state = listed((110, 32));
    let asked = press(&mut state, "<space>jj<space>o<enter>");
    weighed(&mut state, &asked, &quiet());
    let effects = press(&mut state, "y");
    let id = state.jobs.keys().next().unwrap().clone();
    let refusal = Refusal::of_plan("kim@laptop holds the lease of eu-01", "wait, or ask kim");
    let refused = Event::Refused {
        id: id.clone(),
        refusal,
    };
    let mut declined = state.clone();
    update(&mut declined, Msg::from(refused));
    assert_eq!(marks(&declined), 2);
    assert_eq!(begin(&mut state, &effects), id);
    assert_eq!(marks(&state), 0);
}

#[test]
fn a_plan_whose_target_was_named_or_looked_at_leaves_the_marks_alone() {
    let mut state = listed((110, 32));
    press(&mut state, "<space>jjj<space>:restart");
    update(&mut state, Msg::Paste(" convocate-session-grove".to_owned()));
    let asked = press(&mut state, "<enter>");
    weighed(&mut state, &asked, &quiet());
    let effects = press(&mut state, "y");
    begin(&mut state, &effects);
    assert_eq!(marks(&state), 2);
    press(&mut state, "<esc>/grove<enter><enter>");
    let asked = press(&mut state, "r");
    weighed(&mut state, &asked, &quiet());
    let effects = press(&mut state, "y");
    let id = begin(&mut state, &effects);
    assert_eq!(
        state.jobs[&id].tracks[0].target.session,
        Some(session("convocate-session-grove"))
    );
    assert_eq!(marks(&state), 2);
}
