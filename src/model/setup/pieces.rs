//! Which pieces make a host a member, by its profile and by what starts services there.

use super::before::{Before, FileSum};
use super::boot_hook::BOOT_HOOK;
use super::examination::{Cron, Examination, Init, System};
use super::piece::{Mode, Piece, Purpose};
use super::prune_script::prune_script;
use super::units::{hook_cron, hook_timer, hook_unit, prune_timer_unit, prune_unit};
use crate::model::profile::Profile;

const HOOK_UNIT: &str = "tagboat-restarts.service";
const HOOK_TIMER_UNIT: &str = "tagboat-restarts.timer";
const PRUNE_UNIT: &str = "tagboat-prune.service";
const PRUNE_TIMER_UNIT: &str = "tagboat-prune.timer";
const HOOK_CRON: &str = "/etc/cron.d/tagboat-restarts";

/// A piece with the text of its file; empty for what is no file.
pub type Made = (Piece, String);

/// The pieces of a member in the order in which they are put there: what another one needs comes before it.
pub fn pieces(profile: &Profile, system: &System) -> Vec<Made> {
    let (prune, hook) = (prune_path(profile), hook_path(profile));
    let mut made = directories(profile);
    made.push(file(&prune, 0o755, Purpose::Prune, prune_script(profile)));
    made.push(file(&hook, 0o700, Purpose::Recovery, BOOT_HOOK.to_owned()));
    match system.init {
        Init::Systemd => made.extend(of_systemd(profile, &hook)),
        Init::Other => made.push(file(
            HOOK_CRON,
            0o644,
            Purpose::Recovery,
            hook_cron(profile, &hook),
        )),
    }
    if system.init == Init::Systemd && system.cron == Cron::Missing {
        made.extend(prune_timer(&prune));
    }
    if system.init == Init::Systemd {
        made.extend(units_of(profile));
    }
    made
}

/// Every piece that a host may have, however it starts its services: what is asked about, and what is taken off again.
pub fn pieces_anywhere(profile: &Profile) -> Vec<Made> {
    let (prune, hook) = (prune_path(profile), hook_path(profile));
    let other = System::default();
    let mut made = pieces(profile, &other);
    made.extend(of_systemd(profile, &hook));
    made.extend(prune_timer(&prune));
    made.extend(units_of(profile));
    made
}

/// Pieces for what starts services elsewhere, which are on a host although something else starts them there: what they run would be
/// run twice. The last one that was put there comes first. A file counts only when it is this very piece.
pub fn strays(profile: &Profile, told: &Examination) -> Vec<(Piece, Before)> {
    let own = pieces(profile, &told.system);
    let is_own = |piece: &Piece| own.iter().any(|(other, _)| other == piece);
    let others = pieces_anywhere(profile).into_iter().rev().map(|(piece, _)| piece);
    let strays = others.filter(|piece| {
        let is_runner = matches!(piece.purpose(), Purpose::Recovery | Purpose::PruneTimer);
        is_runner && !is_own(piece)
    });
    strays
        .filter_map(|piece| {
            let before = told.at(&piece.question())?.clone();
            let is_there = match (&before, &piece) {
                (Before::File { sum, .. }, Piece::File { sum: ours, .. }) => sum == ours,
                (Before::Unit(state), _) => matches!(state.as_str(), "enabled" | "stopped"),
                _ => false,
            };
            is_there.then_some((piece, before))
        })
        .collect()
}

/// Whether a host is a member: a file of tagboat is on it.
pub fn is_member(profile: &Profile, told: &Examination) -> bool {
    let files = pieces_anywhere(profile).into_iter();
    files
        .filter(|(piece, _)| matches!(piece, Piece::File { .. }))
        .any(|(piece, _)| matches!(told.at(&piece.question()), Some(Before::File { .. })))
}

/// Where the prune is: cron runs only names of letters, digits, `-` and `_`.
pub fn prune_path(profile: &Profile) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '_' {
            c
        } else {
            '-'
        }
    };
    let name: String = profile.image.as_str().chars().map(plain).collect();
    format!("/etc/cron.daily/{name}-image-prune")
}

/// Where the hook is.
fn hook_path(profile: &Profile) -> String {
    format!("{}/take-up-restarts", profile.paths.state.trim_end_matches('/'))
}

fn directories(profile: &Profile) -> Vec<Made> {
    let paths = &profile.paths;
    let state = paths.state.trim_end_matches('/');
    let mut made: Vec<Made> = Vec::new();
    for file in [&paths.stamp, &paths.history] {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        // Files of a host's root directory have no directory of their own to make.
        if !folder.is_empty() && !made.iter().any(|(piece, _)| piece.name() == folder) {
            made.push(directory(folder, 0o755, Purpose::Stamp));
        }
    }
    made.push(directory(state, 0o700, Purpose::State));
    made.push(directory(&format!("{state}/restarts"), 0o700, Purpose::State));
    made
}

fn of_systemd(profile: &Profile, hook: &str) -> [Made; 4] {
    [
        unit_file(HOOK_UNIT, Purpose::Recovery, hook_unit(profile, hook)),
        unit_file(HOOK_TIMER_UNIT, Purpose::Recovery, hook_timer()),
        enabled(HOOK_UNIT, false, Purpose::Recovery),
        enabled(HOOK_TIMER_UNIT, true, Purpose::Recovery),
    ]
}

fn prune_timer(prune: &str) -> [Made; 3] {
    [
        unit_file(PRUNE_UNIT, Purpose::PruneTimer, prune_unit(prune)),
        unit_file(PRUNE_TIMER_UNIT, Purpose::PruneTimer, prune_timer_unit()),
        enabled(PRUNE_TIMER_UNIT, true, Purpose::PruneTimer),
    ]
}

/// What the profile brings besides; what says when it is started is enabled, and started at once.
fn units_of(profile: &Profile) -> impl Iterator<Item = Made> {
    profile.units.iter().flat_map(|unit| {
        let name = unit.name.as_str();
        let file = unit_file(name, Purpose::ProfileUnit, unit.text.clone());
        let started = unit
            .is_started()
            .then(|| enabled(name, true, Purpose::ProfileUnit));
        std::iter::once(file).chain(started)
    })
}

fn directory(path: &str, mode: u16, purpose: Purpose) -> Made {
    let piece = Piece::Directory {
        path: path.to_owned(),
        mode: Mode(mode),
        purpose,
    };
    (piece, String::new())
}

fn file(path: &str, mode: u16, purpose: Purpose, text: String) -> Made {
    let piece = Piece::File {
        path: path.to_owned(),
        mode: Mode(mode),
        purpose,
        sum: FileSum::of(&text),
    };
    (piece, text)
}

fn unit_file(name: &str, purpose: Purpose, text: String) -> Made {
    file(&format!("/etc/systemd/system/{name}"), 0o644, purpose, text)
}

fn enabled(unit: &str, now: bool, purpose: Purpose) -> Made {
    let piece = Piece::Enabled {
        unit: unit.to_owned(),
        now,
        purpose,
    };
    (piece, String::new())
}

#[cfg(test)]
mod tests {
    use super::{Cron, Init, System, pieces, pieces_anywhere};
    use crate::model::profile::Profile;

    fn names(init: Init, cron: Cron) -> Vec<String> {
        let system = System {
            init,
            cron,
            ..System::default()
        };
        pieces(&Profile::convocate(), &system)
            .iter()
            .map(|(piece, _)| piece.name().to_owned())
            .collect()
    }

    #[test]
    fn a_host_with_systemd_gets_a_unit_and_any_other_a_line_of_cron() {
        let common = [
            "/etc/convocate-agent",
            "/var/lib/tagboat",
            "/var/lib/tagboat/restarts",
            "/etc/cron.daily/convocate-image-prune",
            "/var/lib/tagboat/take-up-restarts",
        ];
        let with = |more: &[&'static str]| -> Vec<&str> { common.iter().chain(more).copied().collect() };
        let unit = [
            "/etc/systemd/system/tagboat-restarts.service",
            "/etc/systemd/system/tagboat-restarts.timer",
            "tagboat-restarts.service",
            "tagboat-restarts.timer",
        ];
        assert_eq!(names(Init::Systemd, Cron::Runs), with(&unit));
        assert_eq!(
            names(Init::Other, Cron::Runs),
            with(&["/etc/cron.d/tagboat-restarts"])
        );
        let timer = [
            "/etc/systemd/system/tagboat-prune.service",
            "/etc/systemd/system/tagboat-prune.timer",
            "tagboat-prune.timer",
        ];
        assert_eq!(
            names(Init::Systemd, Cron::Missing),
            with(&[&unit[..], &timer[..]].concat())
        );
    }

    #[test]
    fn whatever_a_host_may_have_is_asked_about() {
        let profile = Profile::convocate();
        let asked = pieces_anywhere(&profile);
        for (init, cron) in [(Init::Systemd, Cron::Missing), (Init::Other, Cron::Runs)] {
            let system = System {
                init,
                cron,
                ..System::default()
            };
            for made in pieces(&profile, &system) {
                assert!(asked.contains(&made), "{}", made.0.name());
            }
        }
    }
}
