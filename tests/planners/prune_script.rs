//! The prune that hosts do alone says of every tag what the planner says of it, for random hosts; names of images with a registry are not
//! among them, and `min_age` is by itself: by the clock of the host.

use crate::fleets::{OneHost, any_host, host_name};
use jiff::Timestamp;
use proptest::prelude::*;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;
use tagboat::model::fleet::{Container, ContainerState, Fleet, Host, HostChange, HostImage, RunsOn};
use tagboat::model::plan::{PruneDecision, PruneIntent, plan_prune};
use tagboat::model::profile::Profile;
use tagboat::model::setup::prune_script;
use tempfile::TempDir;

/// The shells of hosts, as far as this machine has them.
const SHELLS: [&[&str]; 3] = [&["dash"], &["busybox", "sh"], &["bash", "--posix"]];

fn state(state: ContainerState) -> &'static str {
    match state {
        ContainerState::Created => "created",
        ContainerState::Running => "running",
        ContainerState::Paused => "paused",
        ContainerState::Restarting => "restarting",
        ContainerState::Removing => "removing",
        ContainerState::Exited => "exited",
        ContainerState::Dead => "dead",
    }
}

fn container_line(one: &Container) -> String {
    let from = match &one.runs_on {
        // A name alone is its tag `latest`.
        RunsOn::Reference(reference) if reference.tag.as_str() == "latest" => reference.image.to_string(),
        RunsOn::Reference(reference) => reference.to_string(),
        RunsOn::Other(text) => text.clone(),
    };
    format!(
        "{} {} {} {from} /{}\n",
        one.id,
        one.image_id,
        state(one.state),
        one.name
    )
}

fn image_lines(one: &HostImage) -> Vec<String> {
    let line = |name: &str, tag: &str| format!("{name} {tag} {} 1MB\n", one.id);
    if one.references.is_empty() {
        return vec![line("<none>", "<none>")];
    }
    let references = one.references.iter();
    references
        .map(|reference| line(reference.image.as_str(), reference.tag.as_str()))
        .collect()
}

/// A host as files that a script finds: its stamp, its history, and a docker that answers from lists.
struct Played(TempDir);

impl Played {
    fn of(host: &Host) -> Self {
        let folder = tempfile::Builder::new().prefix("tb").tempdir().unwrap();
        let put = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
        let active = host.stamp.active().unwrap();
        put("stamp", format!("{active}\n"));
        let mut history: Vec<String> = host
            .history
            .iter()
            .map(|record| {
                format!(
                    "2026-11-21T10:00:00Z\tme@desk\t{}\tsha256:0\t-\n",
                    record.reference
                )
            })
            .collect();
        // An image that was stamped once is known by its id; the tag of that time is told by no other line.
        let leftovers = host.images().filter(|image| image.is_managed_leftover);
        for image in leftovers {
            history.insert(
                0,
                format!("2026-11-21T09:00:00Z\tme@desk\t{active}\t{}\t-\n", image.id),
            );
        }
        put("history", history.concat());
        put("containers", host.containers().map(container_line).collect());
        put("images", host.images().flat_map(image_lines).collect());
        put("docker", include_str!("fake_docker.sh").to_owned());
        fs::set_permissions(folder.path().join("docker"), fs::Permissions::from_mode(0o755)).unwrap();
        let mut profile: Profile = host.settings.profile.clone();
        let of = |name: &str| folder.path().join(name).display().to_string();
        profile.paths.stamp = of("stamp");
        profile.paths.history = of("history");
        profile.paths.state = of("state");
        put("prune", prune_script(&profile));
        Self(folder)
    }

    /// The clock of the host stands at this second.
    fn at(self, second: i64) -> Self {
        let date = self.0.path().join("date");
        let text = format!("#!/bin/sh\n[ \"$*\" = +%s ] || exec /bin/date \"$@\"\necho {second}\n");
        fs::write(&date, text).unwrap();
        fs::set_permissions(date, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// What a dry run in a shell says, as `REFERENCE verdict: WHY`.
    fn says(&self, shell: &[&str]) -> Vec<String> {
        let path = format!("{}:{}", self.0.path().display(), std::env::var("PATH").unwrap());
        let output = Command::new(shell[0])
            .args(&shell[1..])
            .arg(self.0.path().join("prune"))
            .arg("--dry-run")
            .env("PATH", path)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let mut lines: Vec<_> = text
            .lines()
            .map(|line| {
                let (head, why) = line.split_once(": ").unwrap();
                let words: Vec<_> = head.split(' ').collect();
                format!("{} {}: {why}", words[1], words[0])
            })
            .collect();
        lines.sort();
        lines
    }
}

fn planned(fleet: &Fleet) -> Vec<String> {
    planned_at(fleet, Timestamp::UNIX_EPOCH)
}

fn planned_at(fleet: &Fleet, now: Timestamp) -> Vec<String> {
    let intent = PruneIntent {
        hosts: vec![host_name()],
        only: Vec::new(),
        in_flight: Vec::new(),
        now,
    };
    let plan = plan_prune(&intent, fleet).unwrap();
    let mut lines: Vec<_> = plan.hosts[0]
        .verdicts
        .iter()
        .map(|verdict| {
            let name = verdict
                .reference
                .as_ref()
                .map_or("<untagged>".to_owned(), ToString::to_string);
            match &verdict.decision {
                PruneDecision::Remove(why) => format!("{name} remove: {why}"),
                PruneDecision::Keep(why) => format!("{name} keep: {why}"),
            }
        })
        .collect();
    lines.sort();
    lines
}

/// Those that are here. No test of the script may pass because there was none to run it.
pub(crate) fn shells() -> Vec<&'static [&'static str]> {
    let path = std::env::var_os("PATH").unwrap();
    let is_here = |shell: &&[&str]| std::env::split_paths(&path).any(|folder| folder.join(shell[0]).exists());
    let here: Vec<_> = SHELLS.into_iter().filter(is_here).collect();
    assert!(!here.is_empty(), "no shell of hosts is installed: {SHELLS:?}");
    here
}

#[test]
fn an_age_is_counted_by_the_clock_of_the_host_however_far_that_of_the_console_is_off() {
    const HOUR: i64 = 3600;
    // The images are of the first second of all.
    for (console, ahead, stays) in [
        (HOUR / 2, 0, true),
        (HOUR / 2, 24 * HOUR, false),
        (48 * HOUR, -48 * HOUR + HOUR / 2, true),
        (48 * HOUR, 0, false),
        // The host's clock stands before the image was made.
        (2 * HOUR, -24 * HOUR, true),
    ] {
        let mut host = OneHost::new()
            .image(0, &["v0"])
            .image(1, &["v1"])
            .with(HostChange::ClockOff(ahead));
        host.settings.profile.prune.min_age = Duration::from_hours(1);
        let fleet = host.fleet();
        let planned = planned_at(&fleet, Timestamp::from_second(console).unwrap());
        let why = if stays {
            "keep: younger than 1 h"
        } else {
            "remove: used by nobody"
        };
        assert!(
            planned.contains(&format!("convocate:v0 {why}")),
            "{console} {ahead}: {planned:?}"
        );
        // That of busybox has a `date` of its own.
        for shell in shells().into_iter().filter(|shell| shell[0] != "busybox") {
            let played = Played::of(fleet.host(&host_name()).unwrap()).at(console + ahead);
            assert_eq!(played.says(shell), planned, "{shell:?} {console} {ahead}");
        }
    }
}

proptest! {
    // Each case is a run of a script, with a hundred processes.
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn the_script_of_a_host_says_of_every_tag_what_the_planner_says(
        fleet in any_host(),
        turn in any::<prop::sample::Index>(),
    ) {
        let played = Played::of(fleet.host(&host_name()).unwrap());
        let shells = shells();
        let shell = shells[turn.index(shells.len())];
        prop_assert_eq!(played.says(shell), planned(&fleet), "{:?}", shell);
    }
}
