//! Filtering what is shown.

use crate::scenario::listed;
use crate::script::{press, screen};
use tagboat::model::console::{Screen, State};

fn shown(state: &State) -> usize {
    state.lists.of(state.screen).order.len()
}

#[test]
fn the_list_follows_the_filter_while_it_is_typed() {
    let mut state = listed((80, 24));
    press(&mut state, "/is:behind");
    assert_eq!(shown(&state), 6);
    press(&mut state, "<space>host:eu-01");
    assert_eq!(shown(&state), 2);
    press(&mut state, "<enter>");
    assert_eq!(shown(&state), 2);
    press(&mut state, "<esc>");
    assert_eq!(shown(&state), 9);
}

#[test]
fn leaving_the_filter_line_brings_the_earlier_filter_back() {
    let mut state = listed((80, 24));
    press(&mut state, "/eu-01<enter>/<C-u>us<esc>");
    assert_eq!(state.lists.of(Screen::Sessions).filter.text(), "eu-01");
    assert_eq!(shown(&state), 3);
}

#[test]
fn keys_in_the_filter_line_are_text_and_never_actions() {
    let mut state = listed((80, 24));
    let effects = press(&mut state, "/rtpxqy:?!");
    assert!(effects.is_empty());
    assert_eq!(state.overlays.len(), 1);
}

#[test]
fn an_unknown_field_is_answered_with_the_nearest_one_and_hides_nothing() {
    let mut state = listed((120, 24));
    press(&mut state, "/hsot:eu");
    assert_eq!(shown(&state), 9);
    assert!(screen(&mut state).contains("did you mean host:"));
    press(&mut state, "<enter>");
    assert_eq!(state.overlays.len(), 1, "the line stays open to be mended");
}

#[test]
fn a_filter_that_hides_all_says_so_and_how_to_get_back() {
    let mut state = listed((80, 24));
    press(&mut state, "/nothing-like-this<enter>");
    let text = screen(&mut state);
    assert!(text.contains("0 of 9") && text.contains("Esc clears"), "{text}");
}

#[test]
fn each_screen_has_its_own_filter() {
    let mut state = listed((80, 24));
    press(&mut state, "/us<enter>2/state:unreachable<enter>");
    assert_eq!(shown(&state), 1);
    press(&mut state, "1");
    assert_eq!(shown(&state), 2);
}

#[test]
fn what_is_marked_can_be_filtered_for() {
    let mut state = listed((80, 24));
    press(&mut state, "<space><space>/is:marked<enter>");
    assert_eq!(shown(&state), 2);
}

#[test]
fn a_group_of_hosts_filters_every_screen_as_a_pattern_of_their_names_does() {
    let mut state = crate::scenario::busy((120, 30));
    for screen in ["1", "2", "3", "4"] {
        press(&mut state, screen);
        for name in ["eu", "us"] {
            press(&mut state, &format!("/<C-u>host:{name}-*<enter>"));
            let by_name = state.lists.of(state.screen).order.clone();
            press(&mut state, &format!("/<C-u>group:{name}<enter>"));
            assert_eq!(state.lists.of(state.screen).order, by_name, "{screen} {name}");
            assert!(!by_name.is_empty(), "{screen} {name}");
        }
        press(&mut state, "/<C-u>group:nobody<enter>");
        assert_eq!(shown(&state), 0, "{screen}");
    }
}

#[test]
fn hosts_by_pattern_and_strict_hosts_are_found() {
    let mut state = listed((120, 30));
    press(&mut state, "2/host:eu-*<enter>");
    assert_eq!(shown(&state), 5);
    press(&mut state, "/<C-u>is:strict<enter>");
    assert_eq!(shown(&state), 1);
}
