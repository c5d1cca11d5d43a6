//! Marking rows, in lists and in the choice of hosts.

use crate::model::console::{Action, List, Overlay, State};

/// Changes the marks.
pub(super) fn mark(state: &mut State, action: Action) {
    if let Some(Overlay::Hosts(picker)) = state.overlays.last_mut() {
        match action {
            Action::MarkAll => picker.choose_all(true),
            Action::MarkNone => picker.choose_all(false),
            Action::MarkInvert => picker.invert(),
            _ => picker.toggle(),
        }
        return;
    }
    let list = state.lists.of_mut(state.screen);
    match action {
        Action::Mark => toggle(list),
        Action::MarkRange => range(list),
        Action::MarkAll => list.marks.extend(list.order.iter().cloned()),
        Action::MarkNone => {
            list.marks.clear();
            list.anchor = None;
        }
        _ => {
            for id in &list.order {
                if !list.marks.remove(id) {
                    list.marks.insert(id.clone());
                }
            }
        }
    }
    // A filter may ask for marked rows.
    state.touch_rows();
}

fn toggle(list: &mut List) {
    let Some(cursor) = list.cursor.clone() else {
        return;
    };
    if !list.marks.remove(&cursor) {
        list.marks.insert(cursor);
    }
    list.go_to(list.position().unwrap_or_default() + 1);
}

/// The first press remembers a row, the second marks everything between it and the cursor.
fn range(list: &mut List) {
    let (Some(here), Some(cursor)) = (list.position(), list.cursor.clone()) else {
        return;
    };
    let start = list
        .anchor
        .take()
        .and_then(|anchor| list.order.iter().position(|id| *id == anchor));
    match start {
        Some(start) => {
            let (from, to) = (start.min(here), start.max(here));
            list.marks.extend(list.order[from..=to].iter().cloned());
        }
        None => list.anchor = Some(cursor),
    }
}
