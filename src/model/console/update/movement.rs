//! Moving: the cursor of a list, the scroll of a text, the screen.

use super::rollout;
use crate::model::console::{Action, Details, Overlay, RolloutField, Screen, State};

/// Moves what the keys go to.
pub(super) fn go(state: &mut State, action: Action) {
    if super::logs::go(state, action) {
        return;
    }
    if let Some(overlay) = state.overlays.last_mut() {
        let reach = state.shown.overlay_reach;
        let (place, last) = match overlay {
            Overlay::Hosts(picker) => {
                let last = picker.hosts.len().saturating_sub(1);
                (&mut picker.cursor, last)
            }
            Overlay::Rollout(dialog) => (&mut dialog.cursor, RolloutField::ALL.len() - 1),
            Overlay::Choice(choice) => {
                let last = choice.options.len().saturating_sub(1);
                (&mut choice.cursor, last)
            }
            // The palette knows its matches only when it is drawn.
            Overlay::Palette { cursor, .. } => (cursor, reach),
            other => match other.scroll_mut() {
                Some(scroll) => (scroll, reach),
                None => return,
            },
        };
        *place = moved(action, *place, last, state.shown.rows);
        return;
    }
    if let Some(job) = state.rollout() {
        let targets: Vec<_> = job.tracks.iter().map(|track| track.target.clone()).collect();
        let chosen = state.chosen_session().map(|track| &track.target);
        let from = targets.iter().position(|target| Some(target) == chosen);
        let to = moved(
            action,
            from.unwrap_or_default(),
            targets.len() - 1,
            state.shown.rows,
        );
        rollout::choose(state, targets.into_iter().nth(to));
        return;
    }
    if let Some(details) = &mut state.details {
        details.scroll = moved(
            action,
            details.scroll,
            state.shown.details_reach,
            state.shown.rows,
        );
        return;
    }
    let list = state.lists.of_mut(state.screen);
    let end = list.order.len().saturating_sub(1);
    let position = list.position().unwrap_or_default();
    list.go_to(moved(action, position, end, state.shown.rows));
}

fn moved(action: Action, from: usize, last: usize, page: usize) -> usize {
    let page = page.max(2);
    let to = match action {
        Action::Down => from.saturating_add(1),
        Action::Up => from.saturating_sub(1),
        Action::Top => 0,
        Action::Bottom => last,
        Action::HalfDown => from.saturating_add(page / 2),
        Action::HalfUp => from.saturating_sub(page / 2),
        Action::PageDown => from.saturating_add(page - 1),
        Action::PageUp => from.saturating_sub(page - 1),
        _ => from,
    };
    to.min(last)
}

/// Shows a screen; details that are open are left.
pub(super) fn show(state: &mut State, screen: Screen) {
    state.screen = screen;
    state.details = None;
    state.shown.top = 0;
    state.lists.of_mut(screen).anchor = None;
}

/// Opens the details of the row under the cursor, whatever is marked.
pub(super) fn open(state: &mut State) {
    let cursor = state.lists.of(state.screen).cursor.clone();
    state.details = cursor.map(Details::of);
}
