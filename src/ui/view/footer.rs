//! The two lines at the foot: a message or how much of the list is shown, and what the keys do here.
//!
//! ```text
//!  3 of 12 sessions  filter host:eu*  2 marked  by host
//!  Enter details  r restart 2  t onto a tag  space mark  / filter  : palette  ? help  q quit
//! ```

use super::Look;
use crate::model::console::action::{actions_at, unavailable};
use crate::model::console::{Action, Overlay, Place, Risk, State};
use crate::ui::format;
use crate::ui::layout::Regions;
use crate::ui::text;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws both lines.
pub(super) fn draw(buffer: &mut Buffer, regions: &Regions, state: &State, look: &Look<'_>) {
    status(buffer, regions.status, state, look);
    if regions.hints.height > 0 {
        hints(buffer, regions.hints, state, look);
    }
}

fn status(buffer: &mut Buffer, area: Rect, state: &State, look: &Look<'_>) {
    let line = match state.messages.toast() {
        Some(message) => {
            let words = format!(" {}: {}", message.severity.word(), message.text);
            let hint = "  !: all messages";
            let room = usize::from(area.width);
            let ellipsis = look.glyphs.strokes.ellipsis;
            if text::width(&words) > room {
                let cut = text::cut(&words, room.saturating_sub(text::width(hint)), ellipsis);
                Line::from(vec![
                    look.span(message.severity.into(), cut),
                    look.span(Role::Muted, hint),
                ])
            } else {
                Line::from(look.span(message.severity.into(), words))
            }
        }
        None => summary(state, look),
    };
    buffer.set_line(area.x, area.y, &line, area.width);
}

/// How much of the list is shown, and in which order.
fn summary(state: &State, look: &Look<'_>) -> Line<'static> {
    let list = state.lists.of(state.screen);
    let noun = state.screen.noun();
    let mut parts: Vec<Span<'static>> = Vec::new();
    if list.filter.is_empty() {
        parts.push(look.span(Role::Muted, format!(" {}", format::count(list.total, noun))));
    } else {
        let shown = format!(" {} of {}", list.order.len(), format::count(list.total, noun));
        parts.push(look.span(Role::Plain, shown));
        parts.push(look.span(Role::Key, format!("  filter {}", list.filter.text())));
        if list.order.is_empty() {
            parts.push(look.span(Role::Warn, "  hides all; Esc clears it"));
        }
    }
    if !list.marks.is_empty() {
        let hidden = match list.hidden_marks() {
            0 => String::new(),
            n => format!(" ({n} hidden by the filter)"),
        };
        parts.push(look.span(Role::Mark, format!("  {} marked{hidden}", list.marks.len())));
    }
    if list.anchor.is_some() {
        parts.push(look.span(Role::Mark, "  range begun: v ends it"));
    }
    let order = if list.sort.is_reversed { ", reversed" } else { "" };
    parts.push(look.span(Role::Muted, format!("  by {}{order}", list.sort.field.word())));
    Line::from(parts)
}

fn hints(buffer: &mut Buffer, area: Rect, state: &State, look: &Look<'_>) {
    let place = state.place();
    let marked = match place {
        Place::List(screen) => state.lists.of(screen).marks.len(),
        _ => 0,
    };
    let mut parts: Vec<Span<'static>> = vec![Span::raw(" ")];
    let mut used = 1;
    for info in actions_at(place).filter(|info| info.is_hinted) {
        let key = look.keymap.key(info.action).to_owned();
        let mut title = match hint_title(state, info.action) {
            Some(title) => title.to_owned(),
            None => info.title.to_owned(),
        };
        if marked > 0 && info.risk != Risk::Safe {
            title = format!("{title} {marked}");
        }
        let width = text::width(&key) + 1 + text::width(&title) + 2;
        if used + width > usize::from(area.width) {
            break;
        }
        used += width;
        let can = unavailable(state, info.action).is_none();
        let role = if can { Role::Plain } else { Role::Muted };
        let key_role = if can { Role::Key } else { Role::Muted };
        parts.push(look.span(key_role, key));
        parts.push(look.span(role, format!(" {title}  ")));
    }
    buffer.set_line(area.x, area.y, &Line::from(parts), area.width);
}

/// What a key does in the overlay on top, where the table can only speak of overlays in general.
fn hint_title(state: &State, action: Action) -> Option<&'static str> {
    match (state.overlays.last()?, action) {
        (Overlay::Filter { .. }, Action::Accept) => Some("keep"),
        (Overlay::Filter { .. }, Action::Close) => Some("as before"),
        (Overlay::Hosts(_), Action::Accept) => Some("show the plan"),
        (Overlay::Choice(_), Action::Accept) => Some("choose"),
        (Overlay::Palette { .. }, Action::Accept) => Some("do it"),
        (Overlay::Messages { .. } | Overlay::Refused { .. } | Overlay::Help { .. }, Action::Accept) => {
            Some("close")
        }
        (Overlay::Plan(dialog), Action::Accept) if !dialog.has_work() => Some("close"),
        (Overlay::Plan(_), Action::Accept) if state.place() == Place::Typed => Some("confirm the typed word"),
        (Overlay::Plan(_) | Overlay::Question(_), Action::Accept) => Some("cancel"),
        (Overlay::Plan(_), Action::Close) => Some("cancel"),
        _ => None,
    }
}
