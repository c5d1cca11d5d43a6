//! Doing what was chosen in the palette: an action, or a verb with its arguments.

use super::session::{self, Wishes};
use super::{choose, plan, source};
use crate::model::console::palette::{PaletteEntry, Verb, entries};
use crate::model::console::{
    Details, Effect, Field, Filter, LineInput, Overlay, RowId, Screen, Severity, State, facets,
};
use crate::model::names::{HostName, ImageRef, SessionLabel, SessionName, Tag};

/// Does it; on a mistake the palette stays open with what was typed.
pub(super) fn run(state: &mut State, input: LineInput, cursor: usize) -> Vec<Effect> {
    match entries(state, input.text()).into_iter().nth(cursor) {
        Some(PaletteEntry::Action(info, _)) => return super::act(state, info.action),
        Some(PaletteEntry::Verb(verb, arguments)) if arguments.is_empty() && verb.word != "prune" => {
            // The verb is put in so that only its arguments are left to type.
            let input = LineInput::holding(&format!("{} ", verb.word));
            state.overlays.push(Overlay::Palette { input, cursor: 0 });
        }
        Some(PaletteEntry::Verb(verb, arguments)) => match obey(state, verb, &arguments) {
            Ok(effects) => {
                // Its targets were named: what is marked is none of its business, and stays marked.
                if let Some(Overlay::Plan(dialog)) = state.overlays.last_mut() {
                    dialog.marks.clear();
                }
                return effects;
            }
            Err(problem) => {
                state.say(Severity::Warn, format!("{problem}; {}", verb.usage));
                state.overlays.push(Overlay::Palette { input, cursor: 0 });
            }
        },
        None => {
            state.say(
                Severity::Warn,
                format!("nothing is called {:?}; `?` lists all", input.text()),
            );
            state.overlays.push(Overlay::Palette { input, cursor: 0 });
        }
    }
    Vec::new()
}

fn obey(state: &mut State, verb: Verb, arguments: &[String]) -> Result<Vec<Effect>, String> {
    let (first, rest) = arguments
        .split_first()
        .map_or(("", arguments), |(first, rest)| (first.as_str(), rest));
    match verb.word {
        "push" => {
            let reference = reference(state, first)?;
            let hosts = hosts(state, rest, |_| true)?;
            plan::push(state, reference, hosts);
        }
        "activate" => {
            let reference = reference(state, first)?;
            let hosts = hosts(state, rest, |host| host.image(&reference).is_some())?;
            plan::activate(state, reference, hosts);
        }
        "prune" => {
            let hosts = hosts(state, arguments, |_| true)?;
            plan::prune(state, hosts, Vec::new());
        }
        "restart" => return restart(state, first, rest),
        "build" | "release" | "publish" => {
            let reference = reference(state, first)?;
            return source::obey(state, verb.word, reference, rest);
        }
        "label" => label(state, first, rest)?,
        "new" => new(state, first, rest)?,
        "remove" => {
            let place = the_session(state, first)?;
            let with_volumes = match rest {
                [] => false,
                [word] if word == "volumes" => true,
                _ => return Err("after the session only `volumes` can be said".to_owned()),
            };
            session::remove(state, vec![place], with_volumes);
        }
        "filter" => {
            let filter = Filter::parse(&arguments.join(" "), state.screen).map_err(|e| e.to_string())?;
            state.lists.of_mut(state.screen).filter = filter;
            state.touch_rows();
        }
        "sort" => {
            let fields = Field::sorts(state.screen);
            let field = fields.iter().find(|field| field.word() == first);
            let field = *field.ok_or_else(|| format!("there is no column {first:?} here"))?;
            choose::sort_by(state, state.screen, field);
        }
        _ => show(state, first)?,
    }
    Ok(Vec::new())
}

/// A whole reference, or a bare tag of the image that the fleet runs.
fn reference(state: &State, text: &str) -> Result<ImageRef, String> {
    if text.contains(':') {
        return ImageRef::parse(text).map_err(|e| e.to_string());
    }
    let tag = Tag::parse(text).map_err(|e| e.to_string())?;
    let image = state
        .fleet
        .hosts()
        .next()
        .map(|host| &host.settings.profile.image);
    let image = image.ok_or_else(|| "there are no hosts".to_owned())?;
    Ok(image.with_tag(tag))
}

fn hosts(
    state: &State,
    names: &[String],
    is_meant: impl Fn(&crate::model::fleet::Host) -> bool,
) -> Result<Vec<HostName>, String> {
    if names.is_empty() {
        let meant = state.fleet.hosts().filter(|host| is_meant(host));
        return Ok(meant.map(|host| host.name.clone()).collect());
    }
    let host = |name: &String| {
        let parsed = HostName::parse(name).map_err(|e| e.to_string())?;
        match state.fleet.host(&parsed) {
            Some(_) => Ok(parsed),
            None => Err(format!("there is no host {name}")),
        }
    };
    names.iter().map(host).collect()
}

fn label(state: &mut State, session: &str, words: &[String]) -> Result<(), String> {
    let (host, name) = the_session(state, session)?;
    let label = match words {
        [] => None,
        words => Some(SessionLabel::parse(&words.join(" ")).map_err(|e| e.to_string())?),
    };
    session::label(state, host, name, label);
    Ok(())
}

fn new(state: &mut State, host: &str, words: &[String]) -> Result<(), String> {
    let host = hosts(state, &[host.to_owned()], |_| true)?;
    let host = host
        .into_iter()
        .next()
        .ok_or_else(|| "no host is named".to_owned())?;
    let mut wishes = Wishes::default();
    for word in words {
        let (key, value) = word
            .split_once('=')
            .ok_or_else(|| format!("{word:?} sets nothing"))?;
        match key {
            "template" => wishes.template = Some(value.to_owned()),
            "name" => wishes.id = Some(value.to_owned()),
            "tag" => wishes.onto = Some(Tag::parse(value).map_err(|e| e.to_string())?),
            _ => {
                wishes.values.insert(key.to_owned(), value.to_owned());
            }
        }
    }
    session::make(state, host, wishes);
    Ok(())
}

/// The one session that a word names.
fn the_session(state: &State, session: &str) -> Result<(HostName, SessionName), String> {
    let mut found = found(state, session)?;
    match (found.len(), found.pop()) {
        (1, Some(place)) => Ok(place),
        (0, _) => Err(format!("there is no session {session}")),
        (n, _) => Err(format!(
            "{n} hosts have a session {session}; write HOST/{session}"
        )),
    }
}

fn found(state: &State, session: &str) -> Result<Vec<(HostName, SessionName)>, String> {
    let (host, name) = match session.split_once('/') {
        Some((host, name)) => (Some(HostName::parse(host).map_err(|e| e.to_string())?), name),
        None => (None, session),
    };
    let name = SessionName::parse(name).map_err(|e| e.to_string())?;
    let all = state.fleet.sessions_named(&name);
    Ok(all
        .filter(|(on, _)| host.as_ref().is_none_or(|host| on.name == *host))
        .map(|(on, session)| (on.name.clone(), session.name().clone()))
        .collect())
}

fn restart(state: &mut State, session: &str, rest: &[String]) -> Result<Vec<Effect>, String> {
    let place = the_session(state, session)?;
    let onto = match rest.first() {
        Some(tag) => Some(Tag::parse(tag).map_err(|e| e.to_string())?),
        None => None,
    };
    Ok(plan::restart(state, vec![place], onto))
}

/// Opens the details of whatever has this name.
fn show(state: &mut State, name: &str) -> Result<(), String> {
    let is_named = |id: &RowId| match id {
        RowId::Session(_, session) => session.as_str() == name || id.to_string() == name,
        RowId::Image(reference) => reference.tag.as_str() == name || id.to_string() == name,
        RowId::Job(job) => job.short() == name || job.as_str() == name,
        RowId::Host(host) => host.as_str() == name,
    };
    for screen in Screen::ALL {
        let rows = facets::of_screen(state, screen);
        if let Some(row) = rows.into_iter().map(|row| row.id).find(is_named) {
            state.screen = screen;
            state.lists.of_mut(screen).cursor = Some(row.clone());
            state.details = Some(Details::of(row));
            return Ok(());
        }
    }
    Err(format!("nothing is called {name:?}"))
}
