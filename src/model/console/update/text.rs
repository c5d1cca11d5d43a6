//! Typing and pasting into the text that is edited, and what follows it live.

use crate::model::clean::clean;
use crate::model::console::{Dirty, Edit, Effect, Filter, Overlay, Place, Severity, State};

/// Changes the edited text.
pub(super) fn edit(state: &mut State, edit: Edit) -> Vec<Effect> {
    if !state.place().takes_text() {
        return Vec::new();
    }
    if let Some(input) = state.overlays.last_mut().and_then(Overlay::input_mut) {
        input.edit(edit);
        follow(state);
    }
    Vec::new()
}

/// Puts a pasted text where a text is edited. Anywhere else, and where a confirmation is typed, it is refused.
pub(super) fn paste(state: &mut State, pasted: &str) -> Vec<Effect> {
    let place = state.place();
    if !place.takes_text() || matches!(place, Place::Typed | Place::Vanished) {
        let count = pasted.chars().count();
        let why = if place == Place::Typed {
            "; the word must be typed"
        } else {
            ""
        };
        state.say(Severity::Info, format!("paste ignored ({count} characters){why}"));
        return Vec::new();
    }
    if let Some(input) = state.overlays.last_mut().and_then(Overlay::input_mut) {
        for c in clean(pasted).chars() {
            input.edit(Edit::Insert(c));
        }
        follow(state);
    }
    Vec::new()
}

/// Lets the list, the matches or the scroll follow the text.
fn follow(state: &mut State) {
    state.touch(Dirty::Normal);
    let screen = state.screen;
    match state.overlays.last_mut() {
        Some(Overlay::Filter { input, problem, .. }) => match Filter::parse(input.text(), screen) {
            Ok(filter) => {
                *problem = None;
                state.lists.of_mut(screen).filter = filter;
                state.frame.is_order_stale = true;
                state.settle();
            }
            Err(unknown) => {
                // The words that are understood go on working while one is mended.
                *problem = Some(unknown);
                state.lists.of_mut(screen).filter = Filter::of_known_words(input.text(), screen);
                state.frame.is_order_stale = true;
                state.settle();
            }
        },
        Some(Overlay::Palette { cursor, .. }) => *cursor = 0,
        Some(Overlay::Help { scroll, .. }) => *scroll = 0,
        _ => {}
    }
}
