//! What a session writes, over the whole of the list.
//!
//! ```text
//! ┌ output of eu-01/convocate-session-1: following ───────┐
//! │ ready                                                 │
//! │ tick                                                  │
//! │ search /tick                                          │
//! └───────────────────────────────────────────────────────┘
//! ```

use super::{Look, frame, input_line};
use crate::model::console::{EntryFor, LogView};
use crate::model::logs::{LogEnd, LogLine};
use crate::ui::format;
use crate::ui::text;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws the lines; tells how many of them are shown.
pub(super) fn draw(buffer: &mut Buffer, around: Rect, look: &Look<'_>, view: &LogView) -> usize {
    let whole = frame::boxed(buffer, around, look, "");
    let foot = foot(view, look, usize::from(whole.width));
    let height = whole.height.saturating_sub(u16::from(foot.is_some()));
    let inside = Rect { height, ..whole };
    let rows = rows(view, look, usize::from(inside.width), usize::from(inside.height));
    let shown = rows.iter().filter(|(is_first, _)| *is_first).count();
    for (y, (_, line)) in (inside.y..).zip(&rows) {
        buffer.set_line(inside.x, y, line, inside.width);
    }
    // The title tells of what is shown, so it comes last.
    title(buffer, around, look, &title_of(view, shown));
    if let Some(foot) = foot {
        buffer.set_line(whole.x, whole.bottom().saturating_sub(1), &foot, whole.width);
    }
    shown.max(1)
}

fn title(buffer: &mut Buffer, around: Rect, look: &Look<'_>, title: &str) {
    let room = usize::from(around.width).saturating_sub(6);
    let title = text::cut(title, room, look.glyphs.strokes.ellipsis);
    buffer.set_string(
        around.x + 2,
        around.y,
        format!(" {title} "),
        look.theme.style(Role::Heading),
    );
}

fn title_of(view: &LogView, shown: usize) -> String {
    let state = match (&view.end, view.top) {
        (Some(LogEnd::Failed { .. }), _) => "ended".to_owned(),
        (Some(_), None) => "all of it".to_owned(),
        (None, None) => "following".to_owned(),
        (_, Some(_)) => match view.hidden(shown) {
            0 => "paused".to_owned(),
            n => format!("paused, {} below", format::count(n, "line")),
        },
    };
    let gone = match view.ring.first() {
        0 => String::new(),
        n => format!("; {} before these are not held", format::count(n, "line")),
    };
    format!("output of {}/{}: {state}{gone}", view.host, view.session)
}

/// The rows that fit, each with whether a line begins in it. While the newest are followed, the last line is always seen.
fn rows(view: &LogView, look: &Look<'_>, width: usize, height: usize) -> Vec<(bool, Line<'static>)> {
    let lines =
        |from: usize| (from..view.ring.end()).filter_map(|number| Some((number, view.ring.line(number)?)));
    let draw = |(number, line): (usize, &LogLine)| row(view, look, width, number, line);
    if view.ring.end() == view.ring.first() {
        let text = if view.end.is_some() {
            "it wrote nothing"
        } else {
            "nothing yet"
        };
        return vec![(true, Line::from(look.span(Role::Muted, text)))];
    }
    if view.top.is_some() {
        let mut rows: Vec<_> = lines(view.first_shown(height))
            .take(height)
            .flat_map(draw)
            .collect();
        rows.truncate(height);
        return rows;
    }
    let from = view.first_shown(height);
    let mut rows: Vec<_> = lines(from).flat_map(draw).collect();
    rows.drain(..rows.len().saturating_sub(height));
    rows
}

fn row(
    view: &LogView,
    look: &Look<'_>,
    width: usize,
    number: usize,
    line: &LogLine,
) -> Vec<(bool, Line<'static>)> {
    let role = if view.found == Some(number) && !view.search.is_empty() {
        Role::Cursor
    } else if view.is_match(&line.text) {
        Role::Key
    } else if line.is_error {
        Role::Warn
    } else {
        Role::Plain
    };
    let texts = if view.is_wrapped {
        text::wrap(&line.text, width)
    } else {
        vec![text::cut(&line.text, width, look.glyphs.strokes.ellipsis)]
    };
    let span = |text: String| Line::from(look.span(role, text));
    texts
        .into_iter()
        .enumerate()
        .map(|(at, text)| (at == 0, span(text)))
        .collect()
}

/// What is typed, or why no more comes.
fn foot(view: &LogView, look: &Look<'_>, width: usize) -> Option<Line<'static>> {
    if let Some(entry) = &view.entry {
        let word = match entry.purpose {
            EntryFor::Search => "search /",
            EntryFor::Save => "save as ",
        };
        let mut pieces: Vec<Span<'static>> = vec![look.span(Role::Key, word)];
        pieces.extend(input_line::pieces(
            &entry.input,
            look,
            width.saturating_sub(word.len()),
        ));
        return Some(Line::from(pieces));
    }
    let end = view.end.as_ref()?;
    let role = match end {
        LogEnd::Failed { .. } => Role::Bad,
        LogEnd::Complete | LogEnd::Stopped(_) => Role::Muted,
    };
    Some(Line::from(look.span(
        role,
        text::cut(&end.to_string(), width, look.glyphs.strokes.ellipsis),
    )))
}
