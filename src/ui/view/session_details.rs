//! The details of one session: its tags and where they stand, its container, what a restart kept of it.
//!
//! ```text
//! convocate-session-1 on eu-01
//! standing     ▲ behind: pinned v3.0.0, active v3.1.0
//! state        ● running
//! ...
//! next         r restarts it onto v3.1.0
//! ```

use super::document::Document;
use super::{Look, standing};
use crate::model::compose::ComposePlace;
use crate::model::console::{Action, State};
use crate::model::fleet::{Container, Host, RunsOn, Session};
use crate::model::names::{ContainerRole, HostName, SessionName};
use crate::ui::format;
use crate::ui::theme::Role;

/// The details as a text.
pub(super) fn document<'l>(
    state: &State,
    look: &'l Look<'l>,
    width: usize,
    host: &HostName,
    name: &SessionName,
) -> Document<'l> {
    let mut document = Document::new(look, width);
    document.heading(&format!("{name} on {host}"));
    let found = state.fleet.host(host);
    let found = found.and_then(|host| host.session(name).map(|session| (host, session)));
    let Some((host, session)) = found else {
        document.paragraph(0, Role::Warn, "This session is not on the host now.");
        return document;
    };
    if let Some(label) = session.label() {
        document.field("label", Role::Plain, label.as_str());
    }
    tags(&mut document, look, host, &session);
    container(&mut document, look, state, host, &session);
    predecessors(&mut document, state, host, &session);
    next(&mut document, look, host, &session);
    document
}

fn tags(document: &mut Document<'_>, look: &Look<'_>, host: &Host, session: &Session<'_>) {
    let said = standing::of_session(session, host, look);
    document.field("standing", said.role, &said.text());
    let pinned = match &session.container().runs_on {
        RunsOn::Reference(reference) => reference.to_string(),
        RunsOn::Other(text) => format!("none, it was started from {text}"),
    };
    document.field("pinned tag", Role::Plain, &pinned);
    let active = host.stamp.active().map(ToString::to_string);
    let active = active.or_else(|| host.stamp.problem()).unwrap_or_default();
    document.field("active tag", Role::Plain, &active);
    let container = session.container();
    document.field("image id", Role::Plain, container.image_id.as_str());
    let stands = session.standing();
    if stands.moved
        && let Some(now) = session.pinned().and_then(|pinned| host.image(pinned))
    {
        let text = format!("its tag names {} on this host now", now.id.short());
        document.field("moved", Role::Warn, &text);
    }
    if stands.missing {
        document.field("missing", Role::Warn, "its tag is not on this host any more");
    }
}

fn container(
    document: &mut Document<'_>,
    look: &Look<'_>,
    state: &State,
    host: &Host,
    session: &Session<'_>,
) {
    let container = session.container();
    let now = state.clock.now;
    let does = standing::of_container(container, host, now, look);
    document.field("state", does.role, &does.text());
    document.field("container", Role::Plain, container.id.short());
    if container.storage.removes_itself {
        document.field(
            "--rm",
            Role::Warn,
            "the engine removes it as soon as it is stopped",
        );
    }
    if !container.storage.volumes.is_empty() {
        document.field("volumes", Role::Plain, &container.storage.volumes.join(", "));
    }
    let created = format!(
        "{} ({} ago)",
        format::moment(container.created_at),
        format::age(container.created_at, now)
    );
    document.field("created", Role::Plain, &created);
    if let Some(compose) = &container.compose {
        let (role, text) = match &compose.place {
            ComposePlace::Known(service) => (
                Role::Plain,
                format!("{} in {}", compose.name, service.working_dir),
            ),
            ComposePlace::Unknown(why) => (Role::Warn, format!("{}, {why}", compose.name)),
        };
        document.field("compose", role, &text);
    }
    let is_reached = standing::of_host(host, now, look);
    document.field("host", is_reached.role, &is_reached.text());
}

/// What restarts kept: stopped predecessors, and successors that failed their probe.
fn predecessors(document: &mut Document<'_>, state: &State, host: &Host, session: &Session<'_>) {
    let mut kept: Vec<(&str, &Container)> = session
        .predecessors()
        .into_iter()
        .map(|container| ("predecessor", container))
        .collect();
    kept.extend(
        host.containers()
            .filter_map(|container| match &container.session {
                Some((name, ContainerRole::Failed(_))) if name == session.name() => {
                    Some(("failed", container))
                }
                Some((name, ContainerRole::Successor(_))) if name == session.name() => {
                    Some(("successor", container))
                }
                _ => None,
            }),
    );
    if kept.is_empty() {
        return;
    }
    document.gap();
    document.heading("kept by restarts");
    let row = |(what, container): &(&str, &Container)| {
        let on = match &container.runs_on {
            RunsOn::Reference(reference) => reference.tag.to_string(),
            RunsOn::Other(_) => container.image_id.short().to_owned(),
        };
        let age = format::age(container.created_at, state.clock.now);
        vec![
            (Role::Muted, (*what).to_owned()),
            (Role::Plain, on),
            (Role::Plain, container.state.word().to_owned()),
            (Role::Muted, format!("created {age} ago")),
        ]
    };
    let rows: Vec<_> = kept.iter().map(row).collect();
    document.columns(1, &rows);
}

fn next(document: &mut Document<'_>, look: &Look<'_>, host: &Host, session: &Session<'_>) {
    document.gap();
    let standing = session.standing();
    let restart = look.keymap.key(Action::Restart);
    let onto = look.keymap.key(Action::RestartOnto);
    let text = match (host.stamp.active(), standing.behind) {
        (Some(active), Some(true)) => format!("{restart} restarts it onto {active}; {onto} onto another tag"),
        (Some(active), _) if standing.moved => {
            format!("{restart} restarts it onto what {active} names now")
        }
        (Some(_), _) => {
            format!("nothing to do; {restart} re-creates it, {onto} restarts it onto another tag")
        }
        (None, _) => format!("{onto} restarts it onto a tag that you choose"),
    };
    document.field("next", Role::Plain, &text);
}
