//! Moving, marking and looking closely.

use crate::scenario::{listed, session};
use crate::script::{press, screen};
use tagboat::model::console::{Field, RowId, Screen, State};

fn cursor(state: &State) -> String {
    let list = state.lists.of(state.screen);
    list.cursor.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn marks(state: &State) -> usize {
    state.lists.of(state.screen).marks.len()
}

#[test]
fn letters_and_arrows_move_the_cursor_the_same_way() {
    for script in ["jjk", "<down><down><up>"] {
        let mut state = listed((80, 24));
        press(&mut state, script);
        assert_eq!(cursor(&state), "eu-01/convocate-session-birch");
    }
    let mut state = listed((80, 24));
    press(&mut state, "G");
    assert_eq!(cursor(&state), "us-01/convocate-session-inlet");
    press(&mut state, "gg");
    assert_eq!(cursor(&state), "eu-01/convocate-session-atlas");
    press(&mut state, "<C-d>");
    assert_ne!(cursor(&state), "eu-01/convocate-session-atlas");
}

#[test]
fn a_broken_sequence_does_not_act_with_its_second_key() {
    let mut state = listed((80, 24));
    let effects = press(&mut state, "gr");
    assert!(effects.is_empty() && state.overlays.is_empty());
}

#[test]
fn screens_are_reached_by_number_and_by_tab_and_keep_their_cursor() {
    let mut state = listed((80, 24));
    press(&mut state, "jj2j3");
    assert_eq!(state.screen, Screen::Images);
    press(&mut state, "<tab><tab>");
    assert_eq!(cursor(&state), "eu-01/convocate-session-cedar");
    press(&mut state, "<tab>");
    assert_eq!(cursor(&state), "eu-02");
}

#[test]
fn marks_are_set_one_by_one_by_range_and_turned_around() {
    let mut state = listed((80, 24));
    press(&mut state, "<space><space>");
    assert_eq!(marks(&state), 2);
    press(&mut state, "vjjv");
    assert_eq!(marks(&state), 5);
    press(&mut state, "i");
    assert_eq!(marks(&state), 4);
    press(&mut state, "A");
    assert_eq!(marks(&state), 0);
    press(&mut state, "a");
    assert_eq!(marks(&state), 9);
    press(&mut state, "<esc>");
    assert_eq!(marks(&state), 0);
}

#[test]
fn marks_outlive_a_filter_that_hides_them_and_the_screen_says_so() {
    let mut state = listed((100, 24));
    press(&mut state, "<space>/birch<enter>");
    assert_eq!(marks(&state), 1);
    assert!(screen(&mut state).contains("1 marked (1 hidden by the filter)"));
}

#[test]
fn details_open_and_close_without_moving_the_cursor() {
    let mut state = listed((80, 24));
    press(&mut state, "j<enter>");
    assert!(screen(&mut state).contains("convocate-session-birch on eu-01"));
    press(&mut state, "jjh");
    assert_eq!(cursor(&state), "eu-01/convocate-session-birch");
    assert!(state.details.is_none());
}

#[test]
fn a_sort_can_be_chosen_and_turned_around() {
    let mut state = listed((80, 24));
    press(&mut state, "sj<enter>gg");
    assert_eq!(state.lists.of(Screen::Sessions).sort.field, Field::Session);
    assert!(cursor(&state).ends_with("atlas"));
    press(&mut state, "Sgg");
    assert!(cursor(&state).ends_with("inlet"));
}

#[test]
fn sorting_keeps_the_cursor_on_its_session() {
    let mut state = listed((80, 24));
    press(&mut state, "jjsj<enter>S");
    assert_eq!(cursor(&state), "eu-01/convocate-session-cedar");
    let RowId::Session(_, name) = state.lists.of(Screen::Sessions).cursor.clone().unwrap() else {
        panic!("not a session");
    };
    assert_eq!(name, session("convocate-session-cedar"));
}
