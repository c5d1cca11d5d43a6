//! Real consoles, engines and hosts die in the middle of a restart: one session with its data is left, and nothing else.
//!
//! A part of all crash points, spread over policies and stores; `scripts/soak restart` does all of them, several times.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod deaths;
#[path = "../headless/mod.rs"]
mod headless;
mod points;
mod rivals;
mod scene;

use deaths::{Death, die, lab};
use scene::Scene;

/// The hosts of the lab; the second one has the containerd store.
const HOSTS: [&str; 3] = ["lab-1", "lab-2", "lab-3"];

/// Restart policies of sessions, with and without a way back by themselves.
const POLICIES: [&str; 5] = [
    "--restart always",
    "--rm",
    "--restart unless-stopped",
    "--restart on-failure:3",
    "--restart no",
];

/// Lets every death happen, on all hosts at the same time; what was lost, if anything was.
fn all_die(name: &str, deaths: &[(Death, &str)]) {
    let lost: Vec<String> = std::thread::scope(|threads| {
        let on_a_host = |(turn, host): (usize, &&'static str)| {
            let (host, mine) = (*host, deaths.iter().skip(turn).step_by(HOSTS.len()));
            let mine: Vec<_> = mine.enumerate().collect();
            threads.spawn(move || {
                let mut lost = Vec::new();
                for (index, (death, point)) in mine {
                    let scene = Scene::on(host, name, POLICIES[(index + turn) % POLICIES.len()]);
                    if let Err(why) = die(&scene, *death, point) {
                        lost.push(format!(
                            "{host} {} {} dies at {point}: {why}",
                            scene.policy,
                            death.word()
                        ));
                    }
                    scene.remove();
                }
                lost
            })
        };
        let running: Vec<_> = HOSTS.iter().enumerate().map(on_a_host).collect();
        running
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(lost.is_empty(), "{lost:#?}");
}

fn each(death: Death, points: &[String]) -> Vec<(Death, &str)> {
    points.iter().map(|point| (death, point.as_str())).collect()
}

#[test]
fn a_console_that_is_killed_at_any_of_its_steps_leaves_a_session_that_a_resume_ends() {
    lab(&["reset"]).unwrap();
    all_die("console", &each(Death::ConsoleBefore, &points::of_console()));
}

#[test]
fn a_console_that_is_killed_at_any_step_of_the_host_is_not_needed_any_more() {
    lab(&["reset"]).unwrap();
    all_die("alone", &each(Death::Console, &points::of_host()));
}

#[test]
fn an_engine_that_is_killed_at_any_step_is_waited_for_and_the_host_ends_the_work_alone() {
    lab(&["reset"]).unwrap();
    all_die("engine", &each(Death::Engine, &points::of_host()));
    lab(&["reset"]).unwrap();
}

#[test]
fn a_host_that_loses_its_power_ends_the_work_within_a_minute_of_its_boot_or_when_it_is_resumed() {
    lab(&["reset"]).unwrap();
    let hook = ["hold", "rename_new", "put_back_name", "probe", "policy", "end"];
    let mut deaths: Vec<(Death, &str)> = hook.iter().map(|point| (Death::Host, *point)).collect();
    deaths.extend(["stop", "start", "pin"].map(|point| (Death::HostWithoutHook, point)));
    all_die("power", &deaths);
    lab(&["reset"]).unwrap();
}
