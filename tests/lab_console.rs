//! The console by keys alone, in tmux, on real hosts: what an operator does at a release, and at 3 a.m.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod real_fleet;
mod tmux_console;

use real_fleet::Lab;
use tmux_console::Console;

const BEHIND: usize = 8;

fn count(screen: &str, word: &str) -> usize {
    screen
        .lines()
        .filter(|line| line.contains("convocate-session-") && line.contains(word))
        .count()
}

fn push_everywhere(console: &Console) {
    console.keys(&["3"]);
    console.cursor_to("convocate:v1.1.0");
    console.keys(&["p"]);
    console.shows(&["3 of 3 hosts chosen"]);
    console.keys(&["Enter"]);
    console.shows(&[
        "push convocate:v1.1.0 to 3 hosts",
        "v1.0.0 → v1.1.0",
        "[ Cancel ]",
    ]);
    confirm(console);
}

fn prune_old_tag(console: &Console) {
    console.keys(&["3"]);
    console.cursor_to("convocate:v0.9.0");
    console.keys(&["x"]);
    console.shows(&[
        "convocate:v0.9.0 → remove",
        "convocate:v1.0.0 → keep",
        "type 3 to remove 3",
    ]);
    console.text("3");
    console.press_until("Enter", "the plan was taken", |screen| {
        !screen.contains("type 3 to remove 3")
    });
    console.keys(&["3"]);
    console.until("v0.9.0 only here any more", |screen| {
        screen
            .lines()
            .any(|line| line.contains("convocate:v0.9.0") && line.contains("only here"))
    });
}

/// `y`, until it is taken: a plan that was just opened takes no answer for 300 ms, so that a key typed ahead is none.
fn confirm(console: &Console) {
    console.press_until("y", "the plan was taken", |screen| !screen.contains("[ Cancel ]"));
}

#[test]
fn a_release_is_pushed_watched_taken_by_one_session_and_the_old_tag_is_pruned() {
    let lab = Lab::reset();
    for host in ["lab-1", "lab-2", "lab-3"] {
        lab.run(&["shape", host, "rate=60mbit"]);
    }
    let console = Console::start();
    console.until("nine sessions on the active tag", |screen| {
        count(screen, "on active") == 9
    });

    push_everywhere(&console);
    console.keys(&["4"]);
    console.shows(&["push convocate:v1.1.0 to 3 hosts", "running"]);
    console.keys(&["Enter"]);
    console.until("bytes, rate and time left of a step that sends", |screen| {
        let sends = |line: &str| line.contains("● send") && line.contains(" MB of ") && line.contains("MB/s");
        screen.lines().any(sends)
    });
    console.shows(&["3 of 3 done", "convocate:v1.1.0 is active"]);

    console.keys(&["1"]);
    console.until("nine sessions behind", |screen| count(screen, "behind") == 9);
    console.keys(&["r"]);
    console.shows(&[
        "[ Cancel ]",
        "v1.0.0 → v1.1.0",
        "every other session keeps running",
    ]);
    confirm(&console);
    console.keys(&["1"]);
    console.until(
        "one session on the new tag, the others pinned to the old one and behind",
        |screen| count(screen, "on active") == 1 && count(screen, "behind") == BEHIND,
    );

    prune_old_tag(&console);

    console.keys(&["4"]);
    console.shows(&[
        "push convocate:v1.1.0 to 3 hosts",
        "restart convocate-session-",
        "prune 3 image tags on 3 hosts",
    ]);
    for host in ["lab-1", "lab-2", "lab-3"] {
        let tags = lab.on(
            host,
            "docker images --format '{{.Tag}}' convocate | sort | tr '\\n' ' '",
        );
        assert_eq!(tags, "v1.0.0 v1.1.0", "{host}");
    }
    let on_new = ["lab-1", "lab-2", "lab-3"]
        .map(|host| lab.on(host, "docker ps -q --filter ancestor=convocate:v1.1.0 | wc -l"));
    let all: u32 = on_new.iter().map(|count| count.parse::<u32>().unwrap()).sum();
    assert_eq!(all, 1, "{on_new:?}");

    console.keys(&["q"]);
    console.shows(&["exit code 0"]);
}

#[test]
fn nothing_is_changed_by_enter_by_a_paste_or_by_keys_in_a_window_too_small_to_read() {
    let lab = Lab::reset();
    let console = Console::start();
    console.until("nine sessions", |screen| count(screen, "running") == 9);
    console.paste("rytxpcy\n");
    console.shows(&["paste"]);
    console.keys(&["3"]);
    console.cursor_to("convocate:v0.9.0");
    console.keys(&["x"]);
    console.shows(&["type 3 to remove 3"]);
    console.keys(&["Enter"]);
    console.paste("3");
    console.keys(&["Enter", "Escape"]);
    console.until("the plan closed", |screen| !screen.contains("type 3 to remove"));
    console.resize(30, 8);
    console.shows(&["40x10"]);
    console.keys(&["x", "3", "Enter"]);
    console.resize(80, 24);
    console.shows(&["convocate:v0.9.0"]);
    console.keys(&["4"]);
    console.shows(&["4 Jobs 0"]);
    assert_eq!(lab.on("lab-1", "docker images -q convocate | wc -l"), "2");
}

#[test]
fn a_console_that_is_killed_in_a_push_shows_the_job_as_interrupted_at_its_next_start_and_resumes_it() {
    let lab = Lab::reset();
    for host in ["lab-1", "lab-2", "lab-3"] {
        lab.run(&["shape", host, "rate=8mbit"]);
    }
    let console = Console::start();
    console.until("nine sessions", |screen| count(screen, "running") == 9);
    push_everywhere(&console);
    console.keys(&["4", "Enter"]);
    console.until("it sends", |screen| {
        screen
            .lines()
            .any(|line| line.contains("● send") && line.contains(" MB of "))
    });
    let console = console.killed_and_started_again();
    console.shows(&["3 of 3 hosts"]);
    for host in ["lab-1", "lab-2", "lab-3"] {
        lab.run(&["shape", host, "off"]);
    }
    console.keys(&["4"]);
    console.shows(&["push convocate:v1.1.0 to 3 hosts", "interrupted"]);
    console.keys(&["u"]);
    console.shows(&["resume job", "y resume and push to 3"]);
    console.press_until("y", "the job was taken up", |screen| {
        !screen.contains("y resume and push")
    });
    let ended = console.until("the job is done", |screen| {
        screen.lines().any(|line| {
            line.contains("push convocate:v1.1.0") && line.contains("done") && line.contains("3 of 3")
        })
    });
    assert!(!ended.contains("interrupted"), "{ended}");
    assert_eq!(
        lab.on("lab-2", "cat /etc/convocate-agent/current-image"),
        "convocate:v1.1.0"
    );
}

#[test]
fn quitting_while_a_job_runs_asks_first_and_says_what_happens_to_it() {
    let lab = Lab::reset();
    for host in ["lab-1", "lab-2", "lab-3"] {
        lab.run(&["shape", host, "rate=8mbit"]);
    }
    let console = Console::start();
    console.until("nine sessions", |screen| count(screen, "running") == 9);
    push_everywhere(&console);
    console.shows(&["1 job"]);
    console.keys(&["C-c"]);
    console.shows(&["push convocate:v1.1.0 to 3 hosts", "interrupted", "resume"]);
    console.keys(&["Escape"]);
    console.until("still there", |screen| {
        screen.contains("1 job") && !screen.contains("exit code")
    });
}
