//! A paste is text where a text is edited, and nothing anywhere else.

use crate::scenario::busy;
use crate::script::press;
use tagboat::model::console::{Effect, Msg, Overlay, State, update};

fn everything() -> String {
    let printable: String = (' '..='~').collect();
    format!("{printable}\n\r\u{1b}y\n")
}

/// Every way to every place.
const PLACES: [&str; 18] = [
    "", "2", "3", "4", "<enter>", "2<enter>", "3<enter>", "4<enter>", "r", "t", "3p", "2jjx", "4c", "s", "!",
    "?", ":", "/",
];

#[test]
fn pasting_every_character_in_every_place_changes_nothing() {
    for place in PLACES {
        let mut state = busy((100, 30));
        press(&mut state, place);
        let overlays = state.overlays.len();
        let effects = update(&mut state, Msg::Paste(everything()));
        assert_eq!(effects, Vec::<Effect>::new(), "{place}");
        assert_eq!(state.overlays.len(), overlays, "{place}");
    }
}

#[test]
fn a_paste_outside_of_a_text_is_reported_with_its_length() {
    let mut state = busy((100, 30));
    update(&mut state, Msg::Paste("yes\n".into()));
    let toast = state.messages.toast().unwrap();
    assert_eq!(toast.text, "paste ignored (4 characters)");
}

#[test]
fn a_pasted_filter_is_one_clean_line() {
    let mut state = busy((100, 30));
    press(&mut state, "/");
    update(&mut state, Msg::Paste("host:eu*\nis:behind\u{1b}".into()));
    let Some(Overlay::Filter { input, .. }) = state.overlays.last() else {
        panic!("the filter line was left");
    };
    assert_eq!(input.text(), "host:eu* is:behind\\x1b");
}

#[test]
fn the_word_that_confirms_cannot_be_pasted() {
    let mut state: State = crate::scenario::listed((100, 30));
    crate::scenario::tell(&mut state, "eu-05", crate::scenario::spare_image("v2.0.0"));
    press(&mut state, "2jjjjx");
    update(&mut state, Msg::Paste("eu-05".into()));
    let Some(Overlay::Plan(dialog)) = state.overlays.last() else {
        panic!("the plan was left");
    };
    assert_eq!(dialog.typed.text(), "");
}
