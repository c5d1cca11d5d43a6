//! The two lines at the foot: a message or how much of the list is shown, and what the keys do here.
//!
//! ```text
//!  3 of 12 sessions  filter host:eu*  2 marked  by host
//!  Enter details  r restart 2  t onto a tag  space mark  / filter  : palette  ? help  q quit
//! ```

use super::Look;
use crate::model::console::action::{actions_at, unavailable};
use crate::model::console::{Action, ActionInfo, Overlay, Place, Risk, RowId, State};
use crate::model::setup::diagnose;
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
        None if state.details.is_some() => Line::default(),
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
    let shown: Vec<_> = actions_at(place)
        .filter(|info| info.is_hinted)
        .filter_map(|info| hint(state, info).map(|title| (info, title)))
        .collect();
    let width = |(info, title): &(&ActionInfo, String)| {
        text::width(look.keymap.key(info.action)) + 1 + text::width(title) + 2
    };
    // Whoever knows nothing else must find the help and the way out, so their places are kept.
    let is_kept = |entry: &&(&ActionInfo, String)| matches!(entry.0.action, Action::Help | Action::Quit);
    let kept: usize = shown.iter().filter(is_kept).map(width).sum();
    let mut parts: Vec<Span<'static>> = vec![Span::raw(" ")];
    let mut room = usize::from(area.width).saturating_sub(1 + kept);
    for entry in &shown {
        let (info, title) = entry;
        if !is_kept(&entry) {
            match room.checked_sub(width(entry)) {
                Some(rest) => room = rest,
                None => continue,
            }
        }
        let can = unavailable(state, info.action).is_none();
        let (key_role, role) = if can {
            (Role::Key, Role::Plain)
        } else {
            (Role::Muted, Role::Muted)
        };
        parts.push(look.span(key_role, look.keymap.key(info.action)));
        parts.push(look.span(role, format!(" {title}  ")));
    }
    buffer.set_line(area.x, area.y, &Line::from(parts), area.width);
}

/// What a key does here, in a few words; none where another hint says the same.
fn hint(state: &State, info: &ActionInfo) -> Option<String> {
    let place = state.place();
    if let Place::List(screen) = place
        && info.risk >= Risk::Reversible
        && !state.lists.of(screen).marks.is_empty()
    {
        let marked = state.lists.of(screen).marks.len();
        return Some(format!("{} {marked}", info.title));
    }
    let special = match (state.overlays.last(), info.action) {
        (Some(Overlay::Filter { .. }), Action::Accept) => "keep",
        (Some(Overlay::Filter { .. }), Action::Close) => "as before",
        (Some(Overlay::Hosts(_) | Overlay::Rollout(_)), Action::Accept) => "show the plan",
        (Some(Overlay::Hosts(_)), Action::Mark) => "choose or not",
        (Some(Overlay::Choice(_)), Action::Accept) => "choose",
        (Some(Overlay::Palette { .. }), Action::Accept) => "do it",
        (Some(Overlay::Plan(dialog)), Action::Accept) if dialog.has_work() && place == Place::Typed => {
            "confirm the typed word"
        }
        (Some(Overlay::Plan(dialog)), Action::Confirm) if !dialog.has_work() => return None,
        (Some(Overlay::Plan(_) | Overlay::Question(_)), Action::Confirm) => "confirm",
        (Some(Overlay::Plan(dialog)), Action::Close) if !dialog.has_work() => "close",
        (Some(Overlay::Plan(_) | Overlay::Question(_)), Action::Close) => "cancel",
        (Some(Overlay::Logs(_)), Action::Close) if place == Place::LogEntry => "leave it",
        (
            Some(
                Overlay::Messages { .. }
                | Overlay::Refused { .. }
                | Overlay::Vanished { .. }
                | Overlay::Drafting(_)
                | Overlay::Help { .. }
                | Overlay::Logs(_),
            ),
            Action::Close,
        ) => "close",
        (Some(Overlay::Logs(_)), Action::Accept) => "take it",
        (Some(_), Action::Accept | Action::Decline) => return None,
        (None, Action::PauseRollout) if state.rollout().is_some_and(|job| job.steering.is_paused) => "go on",
        (None, Action::MendHost) if !is_mendable(state) => return None,
        // Few plans are about a push that is held back.
        (Some(Overlay::Plan(_) | Overlay::Refused { .. } | Overlay::Drafting(_)), Action::AllowFailing) => {
            unavailable(state, info.action)
                .is_none()
                .then_some("push all the same")?
        }
        (None, Action::CancelJob) if place == Place::Rollout => "abort",
        _ => info.title,
    };
    Some(special.to_owned())
}

/// Whether the host under the cursor was examined, with something found that can be mended from here.
fn is_mendable(state: &State) -> bool {
    let Some(RowId::Host(name)) = state.pointed() else {
        return false;
    };
    state.fleet.host(name).is_some_and(|host| {
        host.examined.is_some()
            && diagnose(host, &state.fleet)
                .iter()
                .any(|finding| !finding.mends.is_empty())
    })
}
