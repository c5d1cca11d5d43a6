//! Images: checked against their contracts when somebody asks; what was found is in their details.

use super::movement;
use crate::model::command::Command;
use crate::model::console::{Effect, RowId, State};

/// Has the image under the cursor checked, and shows its details.
pub(super) fn check(state: &mut State) -> Vec<Effect> {
    let Some(RowId::Image(reference)) = state.pointed().cloned() else {
        return Vec::new();
    };
    if state.details.is_none() {
        movement::open(state);
    }
    vec![Effect::Engine(Command::Check(reference))]
}
