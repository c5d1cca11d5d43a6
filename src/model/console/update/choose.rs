//! Taking what was chosen in a picker, a menu or a list of tags.

use super::plan;
use super::session::{self, Wishes};
use crate::model::console::{
    Choice, Chosen, ChosenFor, Effect, Field, HostPicker, Overlay, PickedFor, Screen, Severity, Sort, State,
};
use crate::model::plan::PushIntent;

/// The chosen hosts become a plan.
pub(super) fn hosts(state: &mut State, picker: HostPicker) {
    let hosts = picker.picked();
    if hosts.is_empty() {
        state.say(Severity::Warn, "no host is chosen; space chooses one");
        state.overlays.push(Overlay::Hosts(picker));
        return;
    }
    match picker.purpose {
        PickedFor::Push(reference) => {
            let intent = PushIntent {
                reference,
                hosts,
                replace_tag: picker.replace_tag,
                allow_failing: picker.allow_failing,
                options: state.desk.push,
            };
            plan::show_push(state, &intent);
        }
        PickedFor::Activate(reference) => plan::activate(state, reference, hosts),
    }
}

/// The chosen thing is used.
pub(super) fn one(state: &mut State, choice: Choice) -> Vec<Effect> {
    let Some(option) = choice.options.into_iter().nth(choice.cursor) else {
        return Vec::new();
    };
    match (choice.purpose, option.value) {
        (ChosenFor::RestartOnto(sessions), Chosen::Tag(reference)) => {
            return plan::restart(state, sessions, Some(reference.tag));
        }
        (ChosenFor::PushTo(hosts), Chosen::Tag(reference)) => plan::push(state, reference, hosts),
        (ChosenFor::ActivateOn(hosts), Chosen::Tag(reference)) => plan::activate(state, reference, hosts),
        (ChosenFor::Sort(screen), Chosen::Column(field)) => sort_by(state, screen, field),
        (ChosenFor::NewSession(host), Chosen::Template(name)) => {
            let wishes = Wishes {
                template: Some(name),
                ..Wishes::default()
            };
            session::make(state, host, wishes);
        }
        (ChosenFor::Attach(..), Chosen::Attach(line)) => return vec![Effect::Attach(line)],
        (_, Chosen::Text(text)) => return vec![Effect::Copy(text)],
        _ => {}
    }
    Vec::new()
}

/// Sorts a screen by a column; by the same column again turns the order around.
pub(super) fn sort_by(state: &mut State, screen: Screen, field: Field) {
    let sort = &mut state.lists.of_mut(screen).sort;
    let is_reversed = sort.field == field && !sort.is_reversed;
    *sort = Sort { field, is_reversed };
    state.touch_rows();
}
