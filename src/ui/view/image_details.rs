//! Where one image tag is used: the hosts with their ids, the sessions, where it is active, and what it is here.
//!
//! ```text
//! convocate:v3.1.0
//! standing     ✓ active on 3
//! here         1.16 GB, linux/amd64, 2 layers, built 2d ago
//! published    ghcr.io/acme/convocate:v3.1.0, 1d ago
//!              sha256:9f3c…
//! eu-01        ✓ active     2 sessions   1.16 GB   0f0f0f0f0f0f
//! eu-02        · not there  a push costs: delta against v3.0.0, 182 kB
//! ```

use super::document::Document;
use super::{Look, image_contract, images};
use crate::model::console::{Action, CatalogueEntry, State, Whereabouts};
use crate::model::fleet::Host;
use crate::model::names::ImageRef;
use crate::model::plan::{PushIntent, PushOptions, plan_push};
use crate::ui::format;
use crate::ui::theme::Role;

/// Publications of one image that are shown: it has few, or was given the tags of many branches.
const PUBLICATIONS: usize = 4;

/// The details as a text.
pub(super) fn document<'l>(
    state: &State,
    look: &'l Look<'l>,
    width: usize,
    reference: &ImageRef,
) -> Document<'l> {
    let mut document = Document::new(look, width);
    document.heading(&reference.to_string());
    let entry = CatalogueEntry::of(&state.fleet, reference);
    if entry.is_gone() {
        document.paragraph(
            0,
            Role::Warn,
            "This tag is neither here nor on any host that answers.",
        );
        return document;
    }
    let (role, standing) = images::standing(&entry, look);
    document.field("standing", role, &standing);
    here(&mut document, state, &entry);
    published(&mut document, state, &entry);
    image_contract::write(&mut document, state, look, &entry);
    hosts(&mut document, look, state, &entry);
    sessions(&mut document, state, &entry);
    document.gap();
    let key = |action| look.keymap.key(action);
    let next = match (entry.source.is_some(), entry.on.is_empty()) {
        (true, true) => format!("{} pushes it to hosts", key(Action::Push)),
        (true, false) => format!(
            "{} pushes it to hosts, {} makes it active where it is, {} prunes it where nobody needs it",
            key(Action::Push),
            key(Action::Activate),
            key(Action::Prune)
        ),
        (false, _) => format!(
            "{} makes it active where it is, {} prunes it where nobody needs it",
            key(Action::Activate),
            key(Action::Prune)
        ),
    };
    document.field("next", Role::Plain, &next);
    document
}

fn here(document: &mut Document<'_>, state: &State, entry: &CatalogueEntry<'_>) {
    match (entry.source, &state.fleet.source().problem) {
        (Some(image), _) => {
            let built = image.created_at.map(|at| format::age(at, state.clock.now));
            let built = built.map(|age| format!(", built {age} ago"));
            let text = format!(
                "{}, {}, {}{}",
                format::bytes(image.size),
                image.platform,
                format::count(image.layers.len(), "layer"),
                built.unwrap_or_default()
            );
            document.field("here", Role::Plain, &text);
            document.field("image id", Role::Muted, image.id.as_str());
            document.field("content", Role::Muted, image.content.0.as_str());
        }
        (None, Some(problem)) => document.field("here", Role::Warn, problem),
        (None, None) => document.field(
            "here",
            Role::Muted,
            "not at the source; it cannot be pushed from here",
        ),
    }
}

/// Where it was published to from this machine, under which digest, and when.
fn published(document: &mut Document<'_>, state: &State, entry: &CatalogueEntry<'_>) {
    let all = entry.publications(&state.fleet);
    for one in all.iter().take(PUBLICATIONS) {
        let age = format::age(one.time, state.clock.now);
        let (role, since) = if state.fleet.is_tag_moved(one) {
            (Role::Warn, "; that tag names another image by now")
        } else {
            (Role::Plain, "")
        };
        document.field("published", role, &format!("{}, {age} ago{since}", one.published));
        document.field("", Role::Muted, one.digest.as_str());
    }
    if let Some(more) = all.len().checked_sub(PUBLICATIONS).filter(|more| *more > 0) {
        let text = format!("and under {more} more");
        document.field("", Role::Muted, &text);
    }
}

fn hosts(document: &mut Document<'_>, look: &Look<'_>, state: &State, entry: &CatalogueEntry<'_>) {
    document.gap();
    let all = state.fleet.hosts().len();
    document.heading(&format!(
        "on {} of {}",
        entry.on.len(),
        format::count(all, "host")
    ));
    let row = |(host, place): (&Host, Whereabouts)| {
        let (role, sign, words) = images::sign(place, look);
        let [use_of_it, size, id] = match host.image(entry.reference) {
            Some(image) => [
                format::count(host.sessions_using(entry.reference), "session"),
                format::bytes(image.size),
                image.id.short().to_owned(),
            ],
            None => [
                push_cost(state, entry, host).unwrap_or_default(),
                String::new(),
                String::new(),
            ],
        };
        vec![
            (Role::Plain, host.name.to_string()),
            (role, format!("{sign} {words}")),
            (Role::Plain, use_of_it),
            (Role::Plain, size),
            (Role::Muted, id),
        ]
    };
    let (there, lacking): (Vec<_>, Vec<_>) = entry
        .places(&state.fleet)
        .partition(|(host, _)| host.image(entry.reference).is_some());
    // Two tables: what a push costs takes more room than what there is.
    for places in [there, lacking] {
        let rows: Vec<_> = places.into_iter().map(row).collect();
        document.columns(1, &rows);
    }
}

/// What a push would cost a host that lacks the tag, or why there is none; nothing where the tag is not here.
fn push_cost(state: &State, entry: &CatalogueEntry<'_>, host: &Host) -> Option<String> {
    entry.source?;
    let intent = PushIntent {
        reference: entry.reference.clone(),
        hosts: vec![host.name.clone()],
        replace_tag: false,
        // What its contract says stands above; here it is about bytes.
        allow_failing: true,
        options: PushOptions::default(),
    };
    Some(match plan_push(&intent, &state.fleet) {
        Ok(plan) => match &plan.hosts.first()?.route {
            Some(route) => format!("a push costs: {}", route.brief()),
            None => "a push costs nothing: the host has the content".to_owned(),
        },
        Err(refusal) => format!("no push: {}", refusal.reason),
    })
}

fn sessions(document: &mut Document<'_>, state: &State, entry: &CatalogueEntry<'_>) {
    let uses = |host: &Host, session: &crate::model::fleet::Session<'_>| {
        let id = host.image(entry.reference).map(|image| &image.id);
        session.pinned() == Some(entry.reference) || id == Some(&session.container().image_id)
    };
    let rows: Vec<_> = state
        .fleet
        .sessions()
        .filter(|(host, session)| uses(host, session))
        .map(|(host, session)| {
            vec![
                (Role::Plain, host.name.to_string()),
                (Role::Plain, session.name().to_string()),
                (Role::Muted, session.container().state.word().to_owned()),
            ]
        })
        .collect();
    if !rows.is_empty() {
        document.gap();
        document.heading(&format!("used by {}", format::count(rows.len(), "session")));
        document.columns(1, &rows);
    }
}
