//! What the engine says: what must be drawn, what must be said, and what must not reach the screen as it is.

use crate::scenario::{self, RUNNING, busy, host, job_id, listed, now, silent, tell};
use crate::script::{press, screen};
use jiff::SignedDuration;
use tagboat::model::console::{Dirty, Effect, Msg, Screen, update};
use tagboat::model::event::Event;
use tagboat::model::fleet::{Connection, ConnectionProblem, HostChange};
use tagboat::model::job::{JobEvent, Progress, Target, Verdict};

fn of_job(event: JobEvent) -> Msg {
    Msg::from(Event::Job {
        id: job_id(RUNNING),
        event,
    })
}

#[test]
fn the_first_frame_shows_every_host_before_any_has_answered() {
    let mut state = silent((80, 24));
    let text = screen(&mut state);
    assert!(text.contains("0 of 6 hosts have answered"), "{text}");
    press(&mut state, "2");
    let text = screen(&mut state);
    assert!(text.contains("eu-01") && text.contains("waiting"), "{text}");
}

#[test]
fn a_list_that_only_confirms_what_is_shown_draws_nothing() {
    let mut state = listed((80, 24));
    state.frame.dirty = Dirty::Clean;
    tell(&mut state, "eu-01", HostChange::Listed(now()));
    assert_eq!(state.frame.dirty, Dirty::Clean);
    tell(&mut state, "eu-05", HostChange::Listed(now()));
    assert_eq!(state.frame.dirty, Dirty::Normal, "it was stale before");
}

#[test]
fn an_idle_console_is_woken_once_a_minute_and_not_drawn_in_between() {
    let mut state = listed((80, 24));
    state.messages.acknowledge();
    state.frame.dirty = Dirty::Clean;
    assert_eq!(state.next_wakeup(), now() + SignedDuration::from_mins(1));
    update(&mut state, Msg::Time(now() + SignedDuration::from_secs(59)));
    assert_eq!(state.frame.dirty, Dirty::Clean);
    update(&mut state, Msg::Time(now() + SignedDuration::from_secs(60)));
    assert_ne!(state.frame.dirty, Dirty::Clean);
}

#[test]
fn a_running_job_is_drawn_every_second_and_its_progress_may_wait() {
    let mut state = busy((80, 24));
    assert_eq!(state.next_wakeup(), now() + SignedDuration::from_secs(1));
    state.frame.dirty = Dirty::Clean;
    update(
        &mut state,
        of_job(JobEvent::Progress {
            target: Target::host(host("eu-02")),
            progress: Progress {
                done: 300_000_000,
                total: Some(445_000_000),
                rate: 12_000_000,
            },
        }),
    );
    assert_eq!(state.frame.dirty, Dirty::Progress);
    press(&mut state, "4<enter>");
    assert!(screen(&mut state).contains("300 MB of 445 MB"));
}

#[test]
fn the_end_of_a_job_is_said_and_rung_and_the_title_follows() {
    let mut state = busy((100, 24));
    let effects = update(
        &mut state,
        of_job(JobEvent::Ended {
            verdict: Verdict::Partly,
            at: now(),
        }),
    );
    assert_eq!(effects, [Effect::Title("tagboat".into()), Effect::Bell]);
    assert!(screen(&mut state).contains("partly done, 1 of 3; its details say why"));
}

#[test]
fn what_a_host_says_can_neither_steer_the_terminal_nor_hide() {
    let mut state = listed((100, 30));
    let nasty = "\u{1b}]0;owned\u{7}\u{202e}evil\u{9b}2J\nsecond".to_owned();
    let problem = ConnectionProblem::Unreachable(nasty.clone());
    let change = HostChange::Connection(Connection::Failed {
        problem,
        retry_at: None,
    });
    tell(&mut state, "eu-03", change);
    update(&mut state, Msg::from(Event::Notice(nasty)));
    press(&mut state, "2jj<enter>!");
    let text = screen(&mut state);
    assert!(text.contains("\\x1b]0;owned"), "{text}");
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
    assert!(!text.contains('\u{202e}'));
}

#[test]
fn a_marked_row_that_vanishes_is_unmarked_and_named() {
    let mut state = listed((100, 24));
    press(&mut state, "<space>");
    let container = scenario::container(
        "convocate-session-atlas",
        "v3.0.0",
        tagboat::model::fleet::ContainerState::Running,
    );
    tell(&mut state, "eu-01", HostChange::ContainerGone(container.id));
    let text = screen(&mut state);
    assert!(state.lists.of(Screen::Sessions).marks.is_empty());
    assert!(
        text.contains("eu-01/convocate-session-atlas is gone, and so is its mark"),
        "{text}"
    );
}

#[test]
fn a_key_for_a_row_that_vanished_just_before_does_nothing_and_says_so() {
    let mut state = listed((100, 24));
    screen(&mut state);
    let container = scenario::container(
        "convocate-session-atlas",
        "v3.0.0",
        tagboat::model::fleet::ContainerState::Running,
    );
    tell(&mut state, "eu-01", HostChange::ContainerGone(container.id));
    press(&mut state, "r");
    assert!(state.overlays.is_empty());
    assert!(screen(&mut state).contains("is gone; nothing was done, look again"));
}
