//! Opening what lies over a list without asking anything of the fleet: help, palette, filter, sort, messages.

use crate::model::console::{
    Action, Choice, ChoiceOption, Chosen, ChosenFor, Field, Filter, LineInput, Overlay, State,
};

/// Opens one.
pub(super) fn open(state: &mut State, action: Action) {
    let overlay = match action {
        Action::Help => Overlay::Help {
            input: LineInput::default(),
            scroll: 0,
        },
        Action::Palette => Overlay::Palette {
            input: LineInput::default(),
            cursor: 0,
        },
        Action::Messages => Overlay::Messages { scroll: 0 },
        Action::Filter => {
            let before = state.lists.of(state.screen).filter.clone();
            Overlay::Filter {
                input: LineInput::holding(before.text()),
                before,
                problem: None,
            }
        }
        _ => Overlay::Choice(sort_menu(state)),
    };
    state.overlays.push(overlay);
    state.shown.overlay_reach = usize::MAX;
}

fn sort_menu(state: &State) -> Choice {
    let sort = state.lists.of(state.screen).sort;
    let fields = Field::sorts(state.screen);
    let option = |field: &Field| ChoiceOption {
        value: Chosen::Column(*field),
        label: field.word().to_owned(),
        note: match (*field == sort.field, field.is_descending()) {
            (true, _) => "now; `S` turns it around".to_owned(),
            (false, true) => "largest or newest first".to_owned(),
            (false, false) => String::new(),
        },
    };
    Choice {
        purpose: ChosenFor::Sort(state.screen),
        options: fields.iter().map(option).collect(),
        cursor: fields
            .iter()
            .position(|field| *field == sort.field)
            .unwrap_or_default(),
    }
}

/// Turns the order around.
pub(super) fn reverse_order(state: &mut State) {
    let sort = &mut state.lists.of_mut(state.screen).sort;
    sort.is_reversed = !sort.is_reversed;
    state.touch_rows();
}

/// Removes the filter, or else the marks.
pub(super) fn clear(state: &mut State) {
    let list = state.lists.of_mut(state.screen);
    if list.filter.is_empty() {
        list.marks.clear();
        list.anchor = None;
    } else {
        list.filter = Filter::default();
    }
    state.touch_rows();
}

/// Changes the value under the cursor.
pub(super) fn turn(state: &mut State, more: bool) {
    if let Some(Overlay::Rollout(dialog)) = state.overlays.last_mut() {
        dialog.change(more);
    }
}
