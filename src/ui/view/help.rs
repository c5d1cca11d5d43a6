//! The help: every action of this place first, then of all others, made from the action table and searchable.

use super::document::Document;
use super::{Look, frame, input_line};
use crate::model::console::action::{ACTIONS, unavailable};
use crate::model::console::{ActionInfo, Field, LineInput, Risk, State, palette};
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// Draws the help; tells how far it can be scrolled.
pub(super) fn draw(
    buffer: &mut Buffer,
    around: Rect,
    state: &State,
    look: &Look<'_>,
    (input, scroll): (&LineInput, usize),
) -> usize {
    let width = usize::from(around.width).saturating_sub(4).min(110);
    let inside = frame::centred(
        buffer,
        around,
        look,
        "help: type to search, Esc closes",
        (width, usize::from(around.height)),
    );
    let mut line = vec![look.span(Role::Key, "search ")];
    line.extend(input_line::pieces(input, look, width.saturating_sub(7)));
    buffer.set_line(inside.x, inside.y, &Line::from(line), inside.width);
    let text = Rect {
        y: inside.y + 1,
        height: inside.height.saturating_sub(1),
        ..inside
    };
    document(state, look, usize::from(inside.width), input.text()).draw(buffer, text, scroll)
}

fn document<'l>(state: &State, look: &'l Look<'l>, width: usize, wanted: &str) -> Document<'l> {
    let mut document = Document::new(look, width);
    let place = palette::underlying_place(state);
    let wanted = wanted.to_lowercase();
    let fits = |info: &&ActionInfo| {
        wanted.is_empty()
            || [info.name, info.title, info.help]
                .iter()
                .any(|text| text.to_lowercase().contains(&wanted))
            || info.keys.contains(&wanted.as_str())
    };
    let (here, elsewhere): (Vec<&ActionInfo>, Vec<&ActionInfo>) = ACTIONS
        .iter()
        .filter(fits)
        .partition(|info| info.places.contains(&place));
    for (title, actions) in [("here", here), ("elsewhere", elsewhere)] {
        if actions.is_empty() {
            continue;
        }
        document.gap();
        document.heading(title);
        let rows: Vec<_> = actions
            .into_iter()
            .map(|info| row(state, look, info, title == "here"))
            .collect();
        document.columns(1, &rows);
    }
    if wanted.is_empty() || "filter fields".contains(&wanted) {
        filters(state, &mut document);
    }
    if document.len() == 0 {
        document.paragraph(0, Role::Muted, "Nothing in the help matches.");
    }
    document
}

fn row(state: &State, look: &Look<'_>, info: &ActionInfo, is_here: bool) -> Vec<(Role, String)> {
    let first = look.keymap.key(info.action);
    let others = info.keys.iter().skip(1).map(|key| format!(", {key}"));
    let keys = others.fold(first.to_owned(), |keys, key| keys + &key);
    let reason = is_here.then(|| unavailable(state, info.action)).flatten();
    let (role, help) = match reason {
        Some(reason) => (Role::Muted, format!("{} Not now: {reason}.", info.help)),
        None if info.risk == Risk::Safe => (Role::Plain, info.help.to_owned()),
        None => (Role::Plain, format!("{} It {}.", info.help, info.risk.word())),
    };
    vec![
        (Role::Key, keys),
        (Role::Heading, info.name.to_owned()),
        (role, help),
    ]
}

fn filters(state: &State, document: &mut Document<'_>) {
    let fields: Vec<_> = Field::filters(state.screen)
        .iter()
        .map(|field| format!("{}:", field.word()))
        .collect();
    document.gap();
    document.heading("filter");
    document.field("fields", Role::Plain, &fields.join(" "));
    document.field(
        "example",
        Role::Plain,
        "host:eu* is:behind|moved !worker   all words must match; * is any text, | is or, ! is not",
    );
}
