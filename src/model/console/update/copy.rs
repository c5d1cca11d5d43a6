//! Copying: a menu of what there is to copy of a row, or the whole of a text that is shown.

use crate::model::console::{
    CatalogueEntry, Choice, ChoiceOption, Chosen, ChosenFor, Effect, Overlay, RowId, State,
};
use crate::model::job::TrackResult;
use crate::model::names::{HostName, ImageRef, JobId, SessionName};

/// Opens the menu, or copies at once where there is only one thing.
pub(super) fn begin(state: &mut State) -> Vec<Effect> {
    match state.overlays.last() {
        Some(Overlay::Messages { .. }) => {
            let lines: Vec<_> = state
                .messages
                .newest_first()
                .map(|message| format!("{} {}: {}", message.at, message.severity.word(), message.text))
                .collect();
            return vec![Effect::Copy(lines.join("\n"))];
        }
        Some(Overlay::Logs(view)) => return vec![Effect::Copy(view.text())],
        Some(Overlay::Refused { what, refusal, .. }) => {
            return vec![Effect::Copy(format!("{what}: {refusal}"))];
        }
        _ => {}
    }
    if let Some(row) = state.pointed().cloned() {
        let options = options(state, &row);
        state.overlays.push(Overlay::Choice(Choice {
            purpose: ChosenFor::Copy,
            options,
            cursor: 0,
        }));
    }
    Vec::new()
}

fn option(note: &str, text: impl Into<String>) -> ChoiceOption {
    let text = text.into();
    ChoiceOption {
        value: Chosen::Text(text.clone()),
        label: text,
        note: note.to_owned(),
    }
}

fn options(state: &State, row: &RowId) -> Vec<ChoiceOption> {
    match row {
        RowId::Session(host, name) => of_session(state, host, name),
        RowId::Host(name) => of_host(state, name),
        RowId::Image(reference) => of_image(state, reference),
        RowId::Job(id) => of_job(state, id),
    }
}

fn of_session(state: &State, host: &HostName, name: &SessionName) -> Vec<ChoiceOption> {
    let mut options = vec![option("name", name.as_str()), option("host", host.as_str())];
    let known = state.fleet.host(host);
    if let Some(session) = known.and_then(|host| host.session(name)) {
        options.extend(session.label().map(|label| option("label", label.as_str())));
        let pinned = session.pinned();
        options.extend(pinned.map(|pinned| option("pinned tag", pinned.to_string())));
        options.push(option("image id", session.container().image_id.as_str()));
        options.push(option("container id", session.container().id.as_str()));
        let verb = if session.container().state.is_up() {
            "stop"
        } else {
            "start"
        };
        options.extend(command_lines(host, name, verb));
    }
    options
}

/// What the keys of a session do, as command lines.
fn command_lines(host: &HostName, name: &SessionName, start_or_stop: &str) -> Vec<ChoiceOption> {
    let line = |(note, verb, flags): (&str, &str, &str)| {
        option(
            note,
            format!("tagboat session {verb} {name} --host {host}{flags}"),
        )
    };
    [
        ("command line: restart", "restart", ""),
        ("command line: output", "logs", " --follow"),
        ("command line: attach", "attach", ""),
        (
            if start_or_stop == "stop" {
                "command line: stop"
            } else {
                "command line: start"
            },
            start_or_stop,
            "",
        ),
        ("command line: remove", "remove", ""),
    ]
    .map(line)
    .into()
}

fn of_host(state: &State, name: &HostName) -> Vec<ChoiceOption> {
    let mut options = vec![option("name", name.as_str())];
    if let Some(host) = state.fleet.host(name) {
        let active = host.stamp.active();
        options.extend(active.map(|tag| option("active tag", tag.to_string())));
        options.extend(host.connection.reason().map(|why| option("reason", why)));
    }
    options.push(option("command line", format!("tagboat prune --host {name}")));
    let line = format!("tagboat session start --new --host {name}");
    options.push(option("command line: new session", line));
    options
}

fn of_image(state: &State, reference: &ImageRef) -> Vec<ChoiceOption> {
    let mut options = vec![
        option("reference", reference.to_string()),
        option("tag", reference.tag.as_str()),
    ];
    let entry = CatalogueEntry::of(&state.fleet, reference);
    if let Some(image) = entry.source {
        options.push(option("image id here", image.id.as_str()));
    }
    if let Some((host, image)) = entry.on.first() {
        options.push(option(&format!("image id on {}", host.name), image.id.as_str()));
    }
    let published = entry.publications(&state.fleet).into_iter();
    let published = published.map(|one| {
        one.published
            .repository
            .with_digest(one.digest.clone())
            .to_string()
    });
    // The newest is what somebody wants to pin.
    options.extend(published.map(|text| option("published digest", text)).next());
    options.push(option("command line", format!("tagboat push {reference} --all")));
    options
}

fn of_job(state: &State, id: &JobId) -> Vec<ChoiceOption> {
    let mut options = vec![option("job id", id.as_str())];
    let tracks = state.jobs.get(id).map(|job| job.tracks.as_slice());
    for track in tracks.unwrap_or_default() {
        if let Some(TrackResult::Failed(failure)) = &track.result {
            options.push(option("failure", failure.to_string()));
        }
    }
    options.push(option("command line", format!("tagboat job show {id}")));
    options
}
