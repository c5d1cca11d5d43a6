//! A rollout by keys alone, in tmux, on real hosts: a canary that fails, a pause, an abort, and the way back.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod real_fleet;
mod tmux_console;

use real_fleet::Lab;
use tmux_console::Console;

const HOSTS: [&str; 3] = ["lab-1", "lab-2", "lab-3"];

/// Makes a tag active on every host, as if it had been pushed: `CMD` is what its containers run, on the host `bad` alone.
fn active(lab: &Lab, tag: &str, bad: Option<&str>) {
    for host in HOSTS {
        lab.on(host, &format!("docker tag convocate:v1.0.0 convocate:{tag}"));
    }
    if let Some(bad) = bad {
        lab.on(
            bad,
            &format!(
                "docker rmi convocate:{tag} >/dev/null; id=$(docker create convocate:v1.0.0) && \
                 docker commit --change 'CMD [\"sh\", \"-c\", \"echo cannot start: no config; exit 1\"]' $id convocate:{tag} >/dev/null; \
                 docker rm $id >/dev/null"
            ),
        );
    }
    for host in HOSTS {
        lab.on(
            host,
            &format!("echo convocate:{tag} >/etc/convocate-agent/current-image"),
        );
    }
}

/// The tags that the sessions of all hosts run, sorted, as the engines tell.
fn tags(lab: &Lab) -> Vec<String> {
    let list =
        "docker ps --filter name=convocate-session- --format '{{.Names}} {{.Image}}' | grep -v tagboat-";
    let mut tags: Vec<String> = HOSTS
        .iter()
        .flat_map(|host| {
            let told = lab.on(host, list);
            told.lines()
                .map(|line| line.rsplit_once(':').unwrap().1.to_owned())
                .collect::<Vec<_>>()
        })
        .collect();
    tags.sort();
    tags
}

/// The sessions that are behind an active tag.
fn behind(screen: &str, active: &str) -> usize {
    let is_one =
        |line: &&str| line.contains("convocate-session-") && line.contains("behind") && line.contains(active);
    screen.lines().filter(is_one).count()
}

/// Sees nine sessions behind on the Sessions screen and begins a rollout over them with the order that `keys` choose.
fn roll_out(console: &Console, tag: &str, keys: &[&str]) {
    console.keys(&["1", "C-r"]);
    console.until("nine sessions behind", |screen| behind(screen, tag) == 9);
    console.keys(&["o"]);
    console.shows(&["roll out to 9 sessions: how?"]);
    console.keys(keys);
    console.keys(&["Enter"]);
    console.shows(&[&format!("restart 9 sessions onto convocate:{tag}"), "order"]);
    confirm(console);
}

/// `y`, until it is taken: not before the hosts have told what it costs.
fn confirm(console: &Console) {
    console.press_until("y", "the plan was taken", |screen| !screen.contains("[ Cancel ]"));
}

#[test]
fn a_canary_fails_a_rollout_is_paused_and_aborted_and_what_it_did_is_rolled_back() {
    let lab = Lab::reset();
    active(&lab, "v1.2.0", Some("lab-1"));
    let console = Console::start();

    roll_out(&console, "v1.2.0", &[]);
    console.shows(&["0/9 done · 1 failed · 8 not begun · failed"]);
    console.shows(&[
        "cannot start: no config",
        "The old container is the session again",
    ]);
    assert_eq!(tags(&lab), vec!["v1.0.0"; 9], "nothing else was touched");

    active(&lab, "v1.1.0", None);
    roll_out(&console, "v1.1.0", &["j", "j", "j", "+"]);
    console.shows(&["1/9 done · 2 restarting"]);
    console.keys(&["p"]);
    console.shows(&["2 restarting · paused", "p goes on"]);
    console.shows(&["3/9 done · paused"]);
    let at_the_pause = tags(&lab);
    console.keys(&["c"]);
    console.shows(&["cancel job"]);
    console.press_until("y", "the answer was taken", |screen| {
        !screen.contains("cancel job")
    });
    console.shows(&["cancelled"]);
    assert_eq!(
        tags(&lab),
        at_the_pause,
        "an abort between two waves changes nothing"
    );

    console.keys(&["b"]);
    console.shows(&["roll back", "comes back, with"]);
    confirm(&console);
    console.shows(&["roll back 3 sessions", "3/3 done · done"]);
    console.keys(&["1", "C-r"]);
    console.until("nine sessions behind again", |screen| {
        behind(screen, "v1.1.0") == 9
    });
    assert_eq!(tags(&lab), vec!["v1.0.0"; 9]);
    console.keys(&["q"]);
}
