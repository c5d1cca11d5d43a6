//! What lies over a screen: it freezes its targets, closes itself when they are gone, and can always be left.

use crate::scenario::{DONE, RUNNING, busy, container, job_id, listed, quiet, spare_image, tell, weighed};
use crate::script::{press, screen};
use tagboat::model::command::Command;
use tagboat::model::console::{Effect, Msg, Overlay, Place, State, update};
use tagboat::model::event::Event;
use tagboat::model::failure::Refusal;
use tagboat::model::fleet::{ContainerState, HostChange};

fn said(state: &State) -> String {
    state
        .messages
        .newest_first()
        .map(|message| message.text.clone())
        .collect::<Vec<_>>()
        .join("\n")
}

fn gone(name: &str) -> HostChange {
    HostChange::ContainerGone(container(name, "v3.0.0", ContainerState::Running).id)
}

#[test]
fn a_choice_is_as_wide_as_its_longest_label_beside_its_longest_note() {
    let mut state = listed((110, 32));
    tell(
        &mut state,
        "us-01",
        spare_image("v2.9.0-with-a-name-that-is-longer-than-all-others"),
    );
    press(&mut state, "/us-01<enter>t");
    let shown = screen(&mut state);
    let row = shown
        .lines()
        .find(|line| line.contains("convocate:v3.1.0   ") && line.contains("active"));
    assert!(row.is_some(), "{shown}");
    assert!(
        shown.contains("v2.9.0-with-a-name-that-is-longer-than-all-others"),
        "{shown}"
    );
}

#[test]
fn a_plan_whose_session_is_gone_makes_place_for_the_reason() {
    let mut state = listed((100, 30));
    press(&mut state, "r");
    tell(&mut state, "eu-01", gone("convocate-session-atlas"));
    let text = screen(&mut state);
    assert!(text.contains("not possible: restart"), "{text}");
    assert!(text.contains("eu-01/convocate-session-atlas is gone"), "{text}");
    assert!(said(&state).contains("convocate-session-atlas is gone; nothing was changed"));
    press(&mut state, "<esc>");
    assert!(state.overlays.is_empty());
}

#[test]
fn a_word_that_is_typed_for_a_plan_never_acts_on_the_list_when_the_plan_goes_away_meanwhile() {
    let mut state = listed((100, 30));
    press(&mut state, "/grove<enter>x");
    assert_eq!(state.place(), Place::Typed);
    // As after a restart from elsewhere: the same name, another container.
    let mut anew = container("convocate-session-grove", "v3.1.0", ContainerState::Running);
    anew.id = container("another", "v3.1.0", ContainerState::Running).id;
    tell(&mut state, "eu-05", gone("convocate-session-grove"));
    tell(&mut state, "eu-05", HostChange::Container(anew));
    let effects = press(&mut state, "ghqyeduxlr<left><right>e<C-u>");
    assert_eq!(effects, []);
    update(&mut state, Msg::Paste("grove".to_owned()));
    assert_eq!(state.place(), Place::Vanished);
    assert!(screen(&mut state).contains("eu-05/convocate-session-grove was re-created meanwhile"));
    assert_eq!(press(&mut state, "<enter>"), []);
    assert!(state.overlays.is_empty());
}

#[test]
fn a_confirmation_that_was_on_its_way_does_not_reach_a_plan_whose_session_is_gone() {
    let mut state = listed((100, 30));
    press(&mut state, "r");
    tell(&mut state, "eu-01", gone("convocate-session-atlas"));
    assert!(press(&mut state, "y").is_empty());
}

#[test]
fn a_plan_stays_as_it_was_when_other_things_change() {
    let mut state = listed((100, 30));
    press(&mut state, "r");
    let before = state.overlays.clone();
    tell(&mut state, "eu-01", gone("convocate-session-cedar"));
    tell(&mut state, "eu-01", crate::scenario::stamp("v3.0.0"));
    screen(&mut state);
    assert_eq!(state.overlays, before);
}

#[test]
fn every_overlay_is_left_with_esc_and_nothing_is_done() {
    for script in [
        "?", ":", "/", "s", "!", "r", "t", "y", "3p", "3je", "2x", "2jjx", "2p", "4c", "4jjju",
    ] {
        let mut state = busy((100, 30));
        press(&mut state, script);
        assert_eq!(state.overlays.len(), 1, "{script}");
        let effects = press(&mut state, "<esc>");
        assert!(state.overlays.is_empty(), "{script}");
        let acts = |effect: &Effect| matches!(effect, Effect::Engine(_) | Effect::Quit(_));
        assert!(!effects.iter().any(acts), "{script}: {effects:?}");
    }
}

#[test]
fn a_running_job_is_cancelled_only_after_a_yes() {
    let mut state = busy((100, 30));
    press(&mut state, "4c");
    assert!(screen(&mut state).contains("cancel job 3f07?"));
    assert!(press(&mut state, "n").is_empty());
    let effects = press(&mut state, "cy");
    assert!(effects.contains(&Effect::Engine(Command::Cancel(job_id(RUNNING)))));
    assert!(screen(&mut state).contains("cancelling"));
}

#[test]
fn a_job_that_is_done_everywhere_is_not_resumed() {
    let mut state = busy((100, 30));
    press(&mut state, "4jju");
    assert!(state.overlays.is_empty());
    assert!(state.jobs.contains_key(&job_id(DONE)));
    assert!(said(&state).contains("nothing of it is left to do"));
}

#[test]
fn a_job_that_the_engine_refuses_is_taken_back_and_the_reason_stays() {
    let mut state = listed((100, 30));
    let asked = press(&mut state, "r");
    weighed(&mut state, &asked, &quiet());
    press(&mut state, "y");
    let id = state.jobs.keys().next().unwrap().clone();
    let refusal = Refusal::of_plan("kim@laptop holds the lease of eu-01", "wait, or ask kim");
    update(&mut state, Msg::from(Event::Refused { id, refusal }));
    let text = screen(&mut state);
    assert!(text.contains("kim@laptop holds the lease"), "{text}");
    assert!(state.jobs.is_empty() && state.details.is_none());
    assert!(matches!(state.overlays.last(), Some(Overlay::Refused { .. })));
}

#[test]
fn errors_stay_in_the_list_until_it_was_read() {
    let mut state = listed((100, 30));
    let refusal = Refusal::of_plan("no", "wait");
    let id = job_id(RUNNING);
    update(&mut state, Msg::from(Event::Refused { id, refusal }));
    press(&mut state, "<esc>jjjjjjjj");
    assert!(screen(&mut state).contains("1 message: !"));
    press(&mut state, "!");
    assert!(screen(&mut state).contains("error"));
    press(&mut state, "<esc>");
    assert!(!screen(&mut state).contains("1 message: !"));
}

#[test]
fn copying_offers_the_parts_of_a_row() {
    let mut state = listed((100, 30));
    press(&mut state, "y");
    assert!(screen(&mut state).contains("pinned tag"));
    let effects = press(&mut state, "<enter>");
    assert_eq!(effects, [Effect::Copy("convocate-session-atlas".into())]);
}

#[test]
fn the_help_lists_each_key_of_the_place_and_can_be_searched() {
    let mut state = listed((100, 40));
    press(&mut state, "?");
    assert!(screen(&mut state).contains("Restarts the sessions onto the active tag"));
    press(&mut state, "prune");
    let text = screen(&mut state);
    assert!(
        text.contains("Removes image tags") && !text.contains("Restarts the sessions"),
        "{text}"
    );
}
