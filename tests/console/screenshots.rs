//! The screenshots of the manual, compared with what is drawn now. `UPDATE=1` writes them anew.

use crate::rollouts;
use crate::scenario::{busy, delta_push, listed, quiet, spare_image, stocked, tell, weighed, worked_in};
use crate::script::{draw, press};
use std::path::Path;
use tagboat::model::console::{Msg, State, update};
use tagboat::model::event::Event;
use tagboat::model::fleet::{HostChange, HostLease};
use tagboat::model::logs::{LogLine, LogNews, LogStream};
use tagboat::ui::svg::{Palette, render};

fn check(name: &str, mut state: State, script: &str) {
    press(&mut state, script);
    let svg = render(&draw(&mut state), &Palette::DARK);
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("screenshots")
        .join(format!("{name}.svg"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, svg).unwrap();
        return;
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        svg == known,
        "{} is not what is drawn now; look at it and write it anew with UPDATE=1",
        path.display()
    );
}

const SIZE: (u16, u16) = (110, 32);

#[test]
fn the_sessions_screen_is_as_in_its_picture() {
    check("sessions", busy(SIZE), "jjj<space><space>");
}

#[test]
fn the_hosts_screen_is_as_in_its_picture() {
    let mut state = busy(SIZE);
    somebody_changes(&mut state);
    check("hosts", state, "2jjj");
}

#[test]
fn the_images_screen_is_as_in_its_picture() {
    check("images", busy(SIZE), "3");
}

#[test]
fn the_details_of_an_image_say_what_its_push_would_cost_each_host_as_in_their_picture() {
    let mut state = stocked(SIZE);
    let to = "ghcr.io/acme/convocate:v3.2.0";
    crate::scenario::published(&mut state, &[crate::scenario::publication(to, "v3.2.0", 0)]);
    check("image-details", state, "3<enter>");
}

#[test]
fn a_release_plan_is_as_in_its_picture() {
    check("release-plan", crate::source::planned(), "");
}

#[test]
fn a_release_that_ended_at_its_contract_is_as_in_its_picture() {
    check("release-failed", crate::scenario::release::failed(), "4<enter>");
}

#[test]
fn what_a_check_of_an_image_found_is_as_in_its_picture() {
    check("image-check", crate::contracts::looked_at(SIZE), "");
}

#[test]
fn a_push_that_is_allowed_although_its_image_fails_is_as_in_its_picture() {
    let mut state = stocked(SIZE);
    crate::scenario::checked(&mut state, "v3.2.0", Some(&crate::scenario::failing()));
    check("push-failing", state, "3pf<enter>");
}

#[test]
fn the_jobs_screen_is_as_in_its_picture() {
    check("jobs", busy(SIZE), "4");
}

#[test]
fn a_running_push_is_as_in_its_picture() {
    check("push-running", busy(SIZE), "4<enter>");
}

#[test]
fn a_failed_push_is_as_in_its_picture() {
    check("push-failed", busy(SIZE), "4j<enter>");
}

#[test]
fn the_choice_of_hosts_is_as_in_its_picture() {
    check("push-hosts", listed(SIZE), "3pj<space>");
}

#[test]
fn a_push_plan_is_as_in_its_picture() {
    check("push-plan", stocked(SIZE), "3p<enter>");
}

#[test]
fn a_push_by_delta_to_several_hosts_is_as_in_its_picture() {
    check("push-delta", delta_push(SIZE), "4<enter>");
}

#[test]
fn a_restart_plan_is_as_in_its_picture() {
    let mut state = listed(SIZE);
    let asked = press(&mut state, "r");
    weighed(&mut state, &asked, &quiet());
    check("restart-plan", state, "");
}

#[test]
fn a_restart_of_a_session_that_somebody_works_in_is_as_in_its_picture() {
    let mut state = listed(SIZE);
    let asked = press(&mut state, "r");
    weighed(&mut state, &asked, &worked_in());
    check("restart-costs", state, "");
}

#[test]
fn a_prune_plan_is_as_in_its_picture() {
    let mut state = listed(SIZE);
    tell(&mut state, "eu-05", spare_image("v2.0.0"));
    check("prune-plan", state, "2jjjjxeu-0");
}

#[test]
fn the_details_of_a_host_that_cannot_be_reached_are_as_in_their_picture() {
    check("host-details", listed(SIZE), "2jjj<enter>");
}

#[test]
fn the_doctor_on_a_broken_host_is_as_in_its_picture() {
    let mut state = listed(SIZE);
    crate::doctor::is_broken(&mut state, "eu-01");
    check("host-doctor", state, "2d");
}

#[test]
fn the_details_of_a_host_that_somebody_changes_are_as_in_their_picture() {
    let mut state = listed(SIZE);
    somebody_changes(&mut state);
    check("host-changed", state, "2<enter>");
}

/// Another console has a host, one has left one without a word, and the prune of a third is at work.
fn somebody_changes(state: &mut State) {
    for (name, told) in [
        (
            "eu-01",
            "kim@desk#0.1.0.4242\t20261121-012700-beef\t48\t190\tpush",
        ),
        (
            "eu-05",
            "jo@laptop#0.1.0.77\t20261121-002000-cafe\t-1900\t4100\trestart",
        ),
        ("us-01", "prune@us-01#991\tdaily-prune\t280\t20\tprune"),
    ] {
        tell(state, name, HostChange::Lease(HostLease::read(told)));
    }
    tell(state, "eu-02", HostChange::ClockOff(86_405));
    tell(state, "eu-01", HostChange::ClockOff(-90));
}

#[test]
fn the_help_is_as_in_its_picture() {
    check("help", listed(SIZE), "?");
}

#[test]
fn the_palette_is_as_in_its_picture() {
    check("palette", listed(SIZE), ":re");
}

#[test]
fn a_wide_window_is_as_in_its_picture() {
    check("wide", busy((170, 44)), "4");
}

#[test]
fn a_small_window_is_as_in_its_picture() {
    check("compact", busy((60, 20)), "j");
}

#[test]
fn a_rollout_in_the_middle_is_as_in_its_picture() {
    check("rollout", rollouts::in_the_middle(), "j");
}

#[test]
fn the_choice_of_how_a_rollout_goes_is_as_in_its_picture() {
    check("rollout-order", listed(SIZE), "oj");
}

#[test]
fn a_removal_of_a_session_is_as_in_its_picture() {
    check("remove-plan", listed(SIZE), "x");
}

#[test]
fn the_output_of_a_session_is_as_in_its_picture() {
    let mut state = listed(SIZE);
    press(&mut state, "L");
    let line = |n: usize| LogLine {
        is_error: n == 27,
        text: if n == 27 {
            "warning: the cache is full, evicting".to_owned()
        } else {
            format!("2026-11-21T03:13:{n:02}Z step {n} of 40 done")
        },
    };
    let news = LogNews::Lines((0..40).map(line).collect());
    update(&mut state, Msg::from(Event::Logs(LogStream(1), news)));
    check("session-output", state, "/cache<enter>");
}
