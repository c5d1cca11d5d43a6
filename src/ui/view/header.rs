//! The two lines at the top: the fleet in numbers, and the tabs of the screens.
//!
//! ```text
//!  tagboat  3 of 4 hosts  ✗ 1 not reached  ⋯ 1 stale 4m  ● 1 job 67 %  ▲ 4 behind        me@desk
//!  1 Sessions 12  2 Hosts 4  3 Images 5  4 Jobs 3
//! ```

use super::Look;
use crate::model::console::{Screen, State, tally};
use crate::model::fleet::{Connection, Freshness};
use crate::ui::format;
use crate::ui::layout::{Regions, SizeClass};
use crate::ui::text;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws both lines.
pub(super) fn draw(buffer: &mut Buffer, regions: &Regions, state: &State, look: &Look<'_>) {
    if regions.header.height > 0 {
        numbers(buffer, regions.header, state, look);
    }
    tabs(buffer, regions.tabs, state, look, regions.class);
}

fn numbers(buffer: &mut Buffer, area: Rect, state: &State, look: &Look<'_>) {
    let mut parts: Vec<Span<'static>> = vec![look.span(Role::Heading, " tagboat")];
    let mut room = usize::from(area.width).saturating_sub(8);
    // What does not fit is left out as a whole: half a number would be another number.
    let mut say = |role, words: String| {
        if let Some(rest) = room.checked_sub(text::width(&words) + 2) {
            room = rest;
            parts.push(Span::raw("  "));
            parts.push(look.span(role, words));
        }
    };
    hosts(state, look, &mut say);
    jobs(state, look, &mut say);
    behind(state, look, &mut say);
    if state.messages.unread() > 0 {
        let unread = format::count(state.messages.unread(), "message");
        say(Role::Warn, format!("{unread}: !"));
    }
    let line = Line::from(parts);
    let used = line.width();
    buffer.set_line(area.x, area.y, &line, area.width);
    let operator = state.desk.operator.as_str();
    let width = text::width(operator) + 1;
    if used + 2 + width <= usize::from(area.width) {
        let x = area.right() - u16::try_from(width).unwrap_or_default();
        buffer.set_string(x, area.y, operator, look.theme.style(Role::Muted));
    }
}

fn hosts(state: &State, look: &Look<'_>, say: &mut impl FnMut(Role, String)) {
    let all = state.fleet.hosts().len();
    let usable = state
        .fleet
        .hosts()
        .filter(|host| host.connection.is_usable())
        .count();
    let role = if usable == all { Role::Good } else { Role::Plain };
    say(role, format!("{usable} of {}", format::count(all, "host")));
    let failed = state
        .fleet
        .hosts()
        .filter(|host| matches!(host.connection, Connection::Failed { .. }))
        .count();
    if failed > 0 {
        say(Role::Bad, format!("{} {failed} not reached", look.glyphs.failed));
    }
    // The oldest one counts: the screen is as old as that.
    let ages: Vec<_> = state
        .fleet
        .hosts()
        .filter_map(|host| match host.freshness(state.clock.now) {
            Freshness::Stale(age) => Some(age),
            _ => None,
        })
        .collect();
    if let Some(oldest) = ages.iter().max() {
        let age = format::minutes(*oldest);
        say(
            Role::Warn,
            format!("{} {} stale {age}", look.glyphs.stale, ages.len()),
        );
    }
}

fn behind(state: &State, look: &Look<'_>, say: &mut impl FnMut(Role, String)) {
    let behind = state
        .fleet
        .sessions()
        .filter(|(_, session)| session.standing().behind == Some(true))
        .count();

    if behind > 0 {
        say(Role::Warn, format!("{} {behind} behind", look.glyphs.warn));
    }
}

fn jobs(state: &State, look: &Look<'_>, say: &mut impl FnMut(Role, String)) {
    let sums: Vec<_> = state.live_jobs().map(tally).collect();
    if !sums.is_empty() {
        let permille: usize = sums.iter().map(|sum| usize::from(sum.permille)).sum();
        let percent = permille / sums.len() / 10;
        let jobs = format::count(sums.len(), "job");
        say(Role::Busy, format!("{} {jobs} {percent} %", look.glyphs.running));
    }
}

fn tabs(buffer: &mut Buffer, area: Rect, state: &State, look: &Look<'_>, class: SizeClass) {
    let mut parts = Vec::new();
    for (index, screen) in Screen::ALL.into_iter().enumerate() {
        let count = state.lists.of(screen).total;
        let words = match class {
            SizeClass::Minimal => format!(" {} {} ", index + 1, screen.title()),
            _ => format!(" {} {} {count} ", index + 1, screen.title()),
        };
        let role = if screen == state.screen {
            Role::Tab
        } else {
            Role::Muted
        };
        parts.push(look.span(role, words));
    }
    if let Some(details) = &state.details {
        parts.push(look.span(Role::Heading, format!("  {}", details.row)));
    }
    buffer.set_line(area.x, area.y, &Line::from(parts), area.width);
}
