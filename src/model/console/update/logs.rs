//! What a session writes: opening it, moving in it, searching, saving, and taking in what comes.

use super::super::action::the_session;
use crate::model::command::Command;
use crate::model::console::log_view::{EntryFor, LogEntry, LogView, Towards};
use crate::model::console::{Action, Effect, LineInput, Overlay, Severity, State};
use crate::model::logs::{LogNews, LogRequest, LogStream};

/// Lines that are there already and are read when a view opens; more would not fit into its memory.
const EARLIER: u32 = 1000;

/// Opens the lines of the session that is looked at.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let Some((host, session)) = the_session(state) else {
        return Vec::new();
    };
    let (host, session) = (host.clone(), session.clone());
    let found = state.fleet.host(&host).and_then(|host| host.session(&session));
    let Some(container) = found.map(|session| session.container().id.clone()) else {
        return Vec::new();
    };
    state.clock.serial = state.clock.serial.wrapping_add(1);
    let stream = LogStream(state.clock.serial);
    state.overlays.push(Overlay::Logs(Box::new(LogView::new(
        stream,
        host.clone(),
        session,
    ))));
    state.shown.overlay_reach = 1;
    let request = LogRequest {
        host,
        container,
        follow: true,
        since: None,
        tail: Some(EARLIER),
    };
    vec![Effect::Engine(Command::ReadLogs(stream, request))]
}

/// Takes in what came of a stream; one that nobody looks at is stopped.
pub(super) fn hear(state: &mut State, stream: LogStream, news: LogNews) -> Vec<Effect> {
    let view = state.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Logs(view) if view.stream == stream => Some(view),
        _ => None,
    });
    let Some(view) = view else {
        return match news {
            LogNews::Lines(_) => vec![Effect::Engine(Command::StopLogs(stream))],
            LogNews::Ended(_) => Vec::new(),
        };
    };
    match news {
        LogNews::Lines(lines) => lines.into_iter().for_each(|line| view.ring.push(line)),
        LogNews::Ended(end) => view.end = Some(end),
    }
    state.touch(crate::model::console::Dirty::Normal);
    Vec::new()
}

/// The lines that are looked at, and how many fit.
fn top(state: &mut State) -> Option<(&mut LogView, usize)> {
    let rows = state.shown.overlay_reach.clamp(1, 1000);
    match state.overlays.last_mut() {
        Some(Overlay::Logs(view)) => Some((view, rows)),
        _ => None,
    }
}

/// Moves in the lines; false where none are on top.
pub(super) fn go(state: &mut State, action: Action) -> bool {
    let Some((view, rows)) = top(state) else {
        return false;
    };
    let from = view.first_shown(rows);
    let page = rows.max(2);
    let to = match action {
        Action::Down => from.saturating_add(1),
        Action::Up => from.saturating_sub(1),
        Action::Top => 0,
        Action::HalfDown => from.saturating_add(page / 2),
        Action::HalfUp => from.saturating_sub(page / 2),
        Action::PageDown => from.saturating_add(page - 1),
        Action::PageUp => from.saturating_sub(page - 1),
        _ => usize::MAX,
    };
    view.go_to(to, rows);
    true
}

/// Search, matches, wrap and save.
pub(super) fn act(state: &mut State, action: Action) {
    let name = |state: &State| format!("{}.log", state.clock.now.strftime("%Y%m%d-%H%M%S"));
    let stamp = name(state);
    let Some((view, rows)) = top(state) else {
        return;
    };
    let entry = |purpose, text: &str| {
        Some(LogEntry {
            purpose,
            input: LineInput::holding(text),
        })
    };
    match action {
        Action::LogSearch => view.entry = entry(EntryFor::Search, ""),
        Action::LogSave => view.entry = entry(EntryFor::Save, &format!("{}-{stamp}", view.session)),
        Action::LogWrap => view.is_wrapped = !view.is_wrapped,
        Action::NextMatch => find(state, Towards::Newer),
        Action::PreviousMatch => find(state, Towards::Older),
        _ => {
            // Pausing holds what is shown; the same key follows again.
            view.top = match view.top {
                Some(_) => None,
                None => Some(view.first_shown(rows)),
            };
        }
    }
}

fn find(state: &mut State, towards: Towards) {
    let Some((view, rows)) = top(state) else {
        return;
    };
    if view.search.is_empty() {
        state.say(Severity::Warn, "nothing is searched for; `/` searches");
        return;
    }
    match view.find(towards, rows) {
        Some(number) => {
            view.found = Some(number);
            // What was found stays on the screen, also on the last page.
            let last_page = view.ring.end().saturating_sub(rows).max(view.ring.first());
            view.top = Some(number.min(last_page));
        }
        None => {
            let way = if towards == Towards::Newer {
                "below"
            } else {
                "above"
            };
            let text = format!("nothing {way} holds {:?}", view.search);
            state.say(Severity::Info, text);
        }
    }
}

/// Enter in what is typed at the foot.
pub(super) fn accept(state: &mut State) -> Vec<Effect> {
    let Some((view, _)) = top(state) else {
        return Vec::new();
    };
    let Some(entry) = view.entry.take() else {
        return Vec::new();
    };
    let text = entry.input.text().trim().to_owned();
    match entry.purpose {
        EntryFor::Search => {
            view.search = text;
            view.found = None;
            if !view.search.is_empty() {
                // The newest is what an operator looks for; what is older is above it.
                let newest = view
                    .ring
                    .lines()
                    .rev()
                    .find(|(_, line)| view.is_match(&line.text))
                    .map(|(number, _)| number);
                view.found = newest.map(|number| number + 1);
                find(state, Towards::Older);
            }
            Vec::new()
        }
        EntryFor::Save if text.is_empty() => Vec::new(),
        EntryFor::Save => vec![Effect::Save {
            path: text,
            text: view.text(),
        }],
    }
}

/// Closes what is typed, or else the lines.
pub(super) fn close(state: &mut State) -> Vec<Effect> {
    if let Some((view, _)) = top(state)
        && view.entry.take().is_some()
    {
        return Vec::new();
    }
    match state.overlays.pop() {
        Some(Overlay::Logs(view)) => vec![Effect::Engine(Command::StopLogs(view.stream))],
        Some(other) => {
            state.overlays.push(other);
            Vec::new()
        }
        None => Vec::new(),
    }
}
