//! The palette: every action by name, and verbs with arguments.

use crate::scenario::{busy, listed};
use crate::script::{press, screen};
use tagboat::model::console::{Overlay, Screen, State};

fn plan_title(state: &State) -> String {
    match state.overlays.last() {
        Some(Overlay::Plan(dialog)) => dialog.plan.title(),
        other => format!("{other:?}"),
    }
}

#[test]
fn an_action_is_found_by_its_letters_and_done_where_the_palette_was_opened() {
    let mut state = listed((100, 30));
    press(&mut state, ":restart<enter>");
    assert!(plan_title(&state).starts_with("restart convocate-session-atlas"));
}

#[test]
fn an_action_that_cannot_be_done_is_listed_with_its_reason() {
    let mut state = busy((100, 30));
    press(&mut state, "4jj:resume");
    assert!(screen(&mut state).contains("not now: nothing of it is left to do"));
}

#[test]
fn a_verb_takes_arguments_and_shows_the_same_plan() {
    let mut state = listed((100, 30));
    press(&mut state, ":push<space>v3.2.0<space>eu-01<enter>");
    assert_eq!(plan_title(&state), "push convocate:v3.2.0 to 1 host");
    press(
        &mut state,
        "<esc>:restart<space>convocate-session-inlet<space>v3.1.0<enter>",
    );
    assert!(plan_title(&state).contains("onto convocate:v3.1.0"));
    press(&mut state, "<esc>:activate<space>v3.0.0<enter>");
    assert_eq!(plan_title(&state), "activate convocate:v3.0.0 on 4 hosts");
    press(&mut state, "<esc>:filter<space>host:us*<enter>");
    assert_eq!(state.lists.of(Screen::Sessions).order.len(), 2);
    press(&mut state, ":show<space>eu-03<enter>");
    assert!(screen(&mut state).contains("connect to port 22 timed out"));
}

#[test]
fn a_mistake_keeps_the_palette_open_with_what_was_typed() {
    let mut state = listed((100, 30));
    press(&mut state, ":push<space>v3.2.0<space>eu-99<enter>");
    let text = screen(&mut state);
    assert!(text.contains("there is no host eu-99"), "{text}");
    assert!(text.contains("push v3.2.0 eu-99"), "{text}");
}
