//! Draws the state. A view reads the state and writes cells; it decides nothing and changes nothing.
//!
//! ```text
//! header   fleet in one line
//! tabs     1 Sessions  2 Hosts  3 Images  4 Jobs
//! body     the list, or details over it; on wide windows the details of the cursor's row beside it
//! strip    running jobs
//! status   a message, the filter, or how much of the list is shown
//! hints    what the keys do here
//! ```

mod choice;
mod document;
mod drafting;
mod filter;
mod footer;
mod frame;
mod header;
mod help;
mod host_details;
mod host_health;
mod host_picker;
mod hosts;
mod image_contract;
mod image_details;
mod images;
mod input_line;
mod job_details;
mod jobs;
mod list;
mod logs;
mod look;
mod messages;
mod palette;
mod plan_dialog;
mod question;
mod refused;
mod rollout;
mod rollout_dialog;
mod session_details;
mod sessions;
mod so_far;
mod standing;
mod strip;
mod table;
mod too_small;

pub use look::Look;

use super::layout::{Regions, SizeClass, regions};
use crate::model::console::{Details, Overlay, RowId, Shown, State};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws everything; tells what was shown.
pub fn draw(buffer: &mut Buffer, area: Rect, state: &State, look: &Look<'_>) -> Shown {
    let regions = regions(area, state.live_jobs().count());
    if regions.class == SizeClass::TooSmall {
        too_small::draw(buffer, area, state);
        return state.shown;
    }
    let mut shown = Shown {
        overlay_reach: 0,
        ..state.shown
    };
    header::draw(buffer, &regions, state, look);
    body(buffer, &regions, state, look, &mut shown);
    strip::draw(buffer, regions.strip, state, look);
    footer::draw(buffer, &regions, state, look);
    if let Some(overlay) = state.overlays.last() {
        let around = Rect {
            height: regions.status.y.saturating_sub(regions.body.y),
            width: area.width,
            ..regions.body
        };
        shown.overlay_reach = overlay_over(buffer, around, &regions, overlay, state, look);
    }
    shown
}

fn body(buffer: &mut Buffer, regions: &Regions, state: &State, look: &Look<'_>, shown: &mut Shown) {
    match (&state.details, regions.side) {
        (Some(details), None) => {
            shown.rows = usize::from(regions.body.height);
            if let Some(job) = state.rollout() {
                shown.rows = rollout::draw(buffer, regions.body, state, look, job);
            } else {
                shown.details_reach = details_in(buffer, regions.body, state, look, details);
            }
        }
        (details, side) => {
            (shown.top, shown.rows) = list::draw(buffer, regions.body, state, look);
            let cursor = state.lists.of(state.screen).cursor.clone();
            let beside = details.clone().or_else(|| cursor.map(Details::of));
            if let (Some(side), Some(beside)) = (side, beside) {
                frame::divide(buffer, side, look);
                if let Some(job) = state.rollout() {
                    shown.rows = rollout::draw(buffer, side, state, look, job);
                    return;
                }
                shown.details_reach = details_in(buffer, side, state, look, &beside);
            }
        }
    }
}

/// Draws details; tells how far they can be scrolled.
fn details_in(buffer: &mut Buffer, area: Rect, state: &State, look: &Look<'_>, details: &Details) -> usize {
    let width = usize::from(area.width);
    let document = match &details.row {
        RowId::Session(host, name) => session_details::document(state, look, width, host, name),
        RowId::Host(name) => host_details::document(state, look, width, name),
        RowId::Image(reference) => image_details::document(state, look, width, reference),
        RowId::Job(id) => job_details::document(state, look, width, id),
    };
    document.draw(buffer, area, details.scroll)
}

/// Draws the overlay on top; tells how far it can be scrolled.
fn overlay_over(
    buffer: &mut Buffer,
    around: Rect,
    regions: &Regions,
    overlay: &Overlay,
    state: &State,
    look: &Look<'_>,
) -> usize {
    match overlay {
        Overlay::Help { input, scroll } => help::draw(buffer, around, state, look, (input, *scroll)),
        Overlay::Palette { input, cursor } => palette::draw(buffer, around, state, look, (input, *cursor)),
        Overlay::Filter { input, problem, .. } => {
            filter::draw(buffer, regions.status, state, look, (input, problem.as_ref()));
            0
        }
        Overlay::Plan(dialog) => plan_dialog::draw(buffer, around, state, look, dialog),
        Overlay::Refused { what, refusal, .. } | Overlay::Vanished { what, refusal } => {
            refused::draw(buffer, around, state, look, (what, refusal))
        }
        Overlay::Drafting(wish) => drafting::draw(buffer, around, look, wish),
        Overlay::Question(question) => question::draw(buffer, around, state, look, question),
        Overlay::Hosts(picker) => host_picker::draw(buffer, around, state, look, picker),
        Overlay::Rollout(dialog) => rollout_dialog::draw(buffer, around, look, dialog),
        Overlay::Choice(choice) => choice::draw(buffer, around, look, choice),
        Overlay::Logs(view) => logs::draw(buffer, around, look, view),
        Overlay::Messages { scroll } => messages::draw(buffer, around, state, look, *scroll),
    }
}
