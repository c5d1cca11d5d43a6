//! The list of a screen: headings, the rows that fit, or why there are none.
//!
//! ```text
//!    HOST   SESSION     PINNED   ACTIVE   STANDING    STATE
//! >  eu-01  agent-0007  v3.0.0   v3.1.0   ▲ behind    ● running
//!  * eu-01  agent-0008  v3.1.0   v3.1.0   on active   ● running
//! ```

use super::table::{self, Column, Row};
use super::{Look, hosts, images, jobs, sessions};
use crate::model::console::{RowId, Screen, State};
use crate::ui::text;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the list; tells the position of its first row and how many fit.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, state: &State, look: &Look<'_>) -> (usize, usize) {
    let list = state.lists.of(state.screen);
    let height = usize::from(area.height.saturating_sub(1)).max(1);
    let top = window(
        state.shown.top,
        list.position().unwrap_or_default(),
        list.order.len(),
        height,
    );
    let visible = list.order.iter().skip(top).take(height);
    let rows: Vec<Row> = visible
        .filter_map(|id| {
            Some(Row {
                cells: cells(state, look, id)?,
                is_under_cursor: list.cursor.as_ref() == Some(id),
                is_marked: list.marks.contains(id),
            })
        })
        .collect();
    table::draw(buffer, area, look, columns(state), &rows);
    if list.order.is_empty() {
        let y = area.y + 2.min(area.height.saturating_sub(1));
        let room = usize::from(area.width).saturating_sub(6);
        for (y, line) in (y..area.bottom()).zip(text::wrap(&why_empty(state), room)) {
            buffer.set_string(area.x + 3, y, line, look.theme.style(Role::Muted));
        }
    }
    (top, height)
}

/// The first row so that the cursor is seen, moved as little as possible.
fn window(top: usize, cursor: usize, rows: usize, height: usize) -> usize {
    let top = top.min(rows.saturating_sub(height));
    top.clamp((cursor + 1).saturating_sub(height), cursor)
}

fn columns(state: &State) -> &'static [Column] {
    match state.screen {
        Screen::Sessions => sessions::COLUMNS,
        Screen::Hosts => hosts::COLUMNS,
        Screen::Images => images::columns(state),
        Screen::Jobs => jobs::COLUMNS,
    }
}

fn cells(state: &State, look: &Look<'_>, id: &RowId) -> Option<Vec<table::Cell>> {
    match id {
        RowId::Session(host, name) => sessions::cells(state, look, host, name),
        RowId::Host(name) => hosts::cells(state, look, name),
        RowId::Image(reference) => Some(images::cells(state, look, reference)),
        RowId::Job(id) => jobs::cells(state, look, id),
    }
}

/// An empty list always says why.
fn why_empty(state: &State) -> String {
    let list = state.lists.of(state.screen);
    if list.total > 0 {
        return format!(
            "0 of {}: the filter {:?} hides all; Esc clears it.",
            list.total,
            list.filter.text()
        );
    }
    let hosts = state.fleet.hosts().len();
    let answered = state
        .fleet
        .hosts()
        .filter(|host| host.listed_at.is_some())
        .count();
    match state.screen {
        Screen::Sessions if answered < hosts => {
            format!("No session is known yet: {answered} of {hosts} hosts have answered. `2` shows why.")
        }
        Screen::Sessions => "No host runs a session.".to_owned(),
        Screen::Hosts => "No host is configured. `tagboat host add` adds one.".to_owned(),
        Screen::Images => {
            let why = state.fleet.source().problem.as_ref();
            let source = why.map_or("the source engine has none", String::as_str);
            format!(
                "No image tag of the fleet is known: {answered} of {hosts} hosts have answered; {source}."
            )
        }
        Screen::Jobs => {
            "No job was run yet. `p` on the images screen pushes; `r` on the sessions screen restarts."
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::window;

    #[test]
    fn the_window_moves_only_when_the_cursor_would_leave_it() {
        assert_eq!(window(0, 5, 100, 10), 0);
        assert_eq!(window(0, 10, 100, 10), 1);
        assert_eq!(window(50, 40, 100, 10), 40);
        assert_eq!(window(95, 99, 100, 10), 90);
        assert_eq!(window(5, 0, 0, 10), 0);
    }
}
