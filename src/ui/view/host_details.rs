//! The details of one host: how it is reached and why not, its engine and space, its stamp, its images.
//!
//! ```text
//! eu-03
//! state        ✗ unreachable
//! reason       unreachable: connect timed out
//! next         check the host and the network; it is tried again by itself
//! ```

use super::document::Document;
use super::{Look, standing};
use crate::model::console::State;
use crate::model::fleet::{Connection, Freshness, Host, HostFacts, Privilege};
use crate::model::names::HostName;
use crate::model::profile::{Address, Guard, KnownFrom};
use crate::ui::format;
use crate::ui::theme::Role;
use jiff::Timestamp;

/// The details as a text.
pub(super) fn document<'l>(state: &State, look: &'l Look<'l>, width: usize, name: &HostName) -> Document<'l> {
    let mut document = Document::new(look, width);
    document.heading(name.as_str());
    let Some(host) = state.fleet.host(name) else {
        document.paragraph(0, Role::Warn, "This host is not configured.");
        return document;
    };
    let now = state.clock.now;
    connection(&mut document, look, host, now);
    if let Some(facts) = &host.facts {
        engine(&mut document, facts);
    }
    super::host_health::write(&mut document, host, &state.fleet, now);
    stamp(&mut document, host, now);
    images(&mut document, look, host, now);
    let sessions = host.sessions().count();
    document.gap();
    document.field("sessions", Role::Plain, &sessions.to_string());
    document
}

fn connection(document: &mut Document<'_>, look: &Look<'_>, host: &Host, now: Timestamp) {
    let said = standing::of_host(host, now, look);
    document.field("state", said.role, &said.text());
    if let Connection::Failed { problem, retry_at } = &host.connection {
        document.field("reason", Role::Bad, &problem.to_string());
        document.field("next", Role::Plain, problem.advice());
        let retry = match retry_at {
            Some(_) => "by itself; C-r tries at once",
            None => "only when you have mended it: C-r",
        };
        document.field("tried again", Role::Muted, retry);
    }
    let listed = match host.freshness(now) {
        Freshness::Never => "never".to_owned(),
        Freshness::Fresh(age) | Freshness::Stale(age) => format!("{} ago", format::minutes(age)),
    };
    document.field("listed", Role::Plain, &listed);
    changing(document, host, now);
    if let Some((span, which)) = standing::of_clock(host) {
        let words = format!("{span} {which}, compared with this machine's");
        document.field("clock", Role::Warn, &words);
    }
    let address = match &host.settings.address {
        Address::Ssh(to) => format!("ssh {to}"),
        Address::Local => "this machine".to_owned(),
    };
    document.field("address", Role::Plain, &address);
    if host.settings.known_from != KnownFrom::ConfigFile {
        let place = match &host.settings.known_from {
            KnownFrom::AgentKeys(agent) => format!("agent-keys, as agent {agent}"),
            other => other.word().to_owned(),
        };
        document.field("known from", Role::Plain, &place);
    }
    if !host.settings.groups.is_empty() {
        document.field("groups", Role::Plain, &host.settings.groups.join(", "));
    }
    if host.settings.guard == Guard::Strict {
        document.field("guard", Role::Warn, "strict: every change is confirmed by typing");
    }
}

/// Who changes it, with what, since when, and for how long that is good without being renewed.
fn changing(document: &mut Document<'_>, host: &Host, now: Timestamp) {
    let (Some(lease), Some(told_at)) = (&host.moment.lease, host.listed_at) else {
        return;
    };
    let who = format!("{}, {}", lease.holder, lease.doing());
    let since = format::seconds(lease.held_at(told_at, now).as_secs().unsigned_abs());
    match lease.left_at(told_at, now) {
        Some(left) => {
            document.field("changed by", Role::Busy, &who);
            let lease = format!("for {since}; good for {} more", format::seconds(left));
            document.field("lease", Role::Plain, &lease);
        }
        None => {
            document.field("left by", Role::Warn, &who);
            let over = "not renewed any more, and over: the next change takes the host";
            document.field("lease", Role::Warn, over);
        }
    }
}

fn engine(document: &mut Document<'_>, facts: &HostFacts) {
    document.gap();
    document.field(
        "engine",
        Role::Plain,
        &format!("Docker {}, API {}", facts.engine, facts.api),
    );
    document.field("image store", Role::Plain, facts.store.word());
    document.field("platform", Role::Plain, &facts.platform.to_string());
    let (role, privilege) = match facts.privilege {
        Privilege::Root => (Role::Plain, "root"),
        Privilege::Sudo => (Role::Plain, "sudo without a password"),
        Privilege::None => (Role::Warn, "none: this host can be watched but not stamped"),
    };
    document.field("privilege", role, privilege);
    let space = format!(
        "{} for archives, {} for images",
        format::bytes(facts.space.staging),
        format::bytes(facts.space.engine_root)
    );
    document.field("free", Role::Plain, &space);
    let zstd = if facts.has_zstd { "zstd" } else { "gzip" };
    document.field("compression", Role::Plain, zstd);
}

fn stamp(document: &mut Document<'_>, host: &Host, now: Timestamp) {
    document.gap();
    match (host.stamp.active(), host.stamp.problem()) {
        (Some(active), _) => document.field("active tag", Role::Good, &active.to_string()),
        (None, problem) => document.field("active tag", Role::Warn, &problem.unwrap_or_default()),
    }
    document.field("stamp file", Role::Muted, &host.settings.profile.paths.stamp);
    if host.history.is_empty() {
        return;
    }
    document.field("history", Role::Muted, "newest first");
    let row = |record: &crate::model::fleet::StampRecord| {
        vec![
            (Role::Plain, record.reference.tag.to_string()),
            (Role::Muted, format!("{} ago", format::age(record.at, now))),
            (Role::Muted, record.operator.clone()),
            (Role::Muted, record.job.clone()),
        ]
    };
    let rows: Vec<_> = host.history.iter().rev().take(10).map(row).collect();
    document.columns(2, &rows);
}

fn images(document: &mut Document<'_>, look: &Look<'_>, host: &Host, now: Timestamp) {
    let name = &host.settings.profile.image;
    let mut rows = Vec::new();
    for image in host.images() {
        for reference in image.references.iter().filter(|r| r.image == *name) {
            let is_active = host.stamp.active() == Some(reference);
            let users = host.sessions_using(reference);
            let use_of_it = match (is_active, users) {
                (true, n) => format!("active, {}", format::count(n, "session")),
                (false, 0) => "unused".to_owned(),
                (false, n) => format::count(n, "session"),
            };
            let age = image.created_at.map(|at| format::age(at, now));
            let sign = if is_active {
                look.glyphs.done
            } else {
                look.glyphs.idle
            };
            rows.push(vec![
                (
                    if is_active { Role::Good } else { Role::Plain },
                    format!("{sign} {}", reference.tag),
                ),
                (Role::Plain, use_of_it),
                (Role::Plain, format::bytes(image.size)),
                (Role::Muted, age.unwrap_or_else(|| "-".to_owned())),
                (Role::Muted, image.id.short().to_owned()),
            ]);
        }
    }
    if rows.is_empty() {
        return;
    }
    document.gap();
    document.heading(&format!("images {name}"));
    document.columns(1, &rows);
}
