//! From a key to a plan, through its gate, to the engine.

use crate::scenario::{busy, host, listed, now, quiet, session, tag, weighed, worked_in};
use crate::script::{press, ran, screen, toast};
use jiff::SignedDuration;
use tagboat::model::console::{Action, Msg, Overlay, State, update};
use tagboat::model::plan::Plan;

/// Presses keys that open a restart, and lets the hosts tell that it costs nothing.
fn restart(state: &mut State, script: &str) {
    let asked = press(state, script);
    assert!(weighed(state, &asked, &quiet()), "{script} asks what it costs");
}

#[test]
fn a_restart_is_shown_and_runs_on_y_alone() {
    let mut state = listed((80, 24));
    restart(&mut state, "r");
    assert!(screen(&mut state).contains("v3.0.0 → v3.1.0"));
    let Some(Plan::Restart(plan)) = ran(&press(&mut state, "y")) else {
        panic!("nothing ran");
    };
    assert_eq!(plan.sessions[0].session, session("convocate-session-atlas"));
    assert!(screen(&mut state).contains("restart convocate-session-atlas"));
}

#[test]
fn enter_alone_never_confirms() {
    for script in ["r<enter>", "3p<enter><enter>", "2x<enter>", "3je<enter><enter>"] {
        let mut state = listed((100, 30));
        let effects = press(&mut state, script);
        assert_eq!(ran(&effects), None, "{script}");
    }
    let mut state = listed((80, 24));
    press(&mut state, "r<enter>");
    assert!(toast(&state).contains("nothing was changed"), "{}", toast(&state));
}

#[test]
fn a_plan_takes_no_confirmation_in_its_first_moment() {
    let mut state = listed((80, 24));
    let asked = update(&mut state, Msg::Act(Action::Restart));
    weighed(&mut state, &asked, &quiet());
    let effects = update(&mut state, Msg::Act(Action::Confirm));
    assert_eq!(ran(&effects), None);
    assert_eq!(state.overlays.len(), 1);
    let armed = now() + SignedDuration::from_millis(300);
    assert_eq!(state.next_wakeup(), armed, "the button must light up in time");
    update(&mut state, Msg::Time(armed));
    assert!(ran(&update(&mut state, Msg::Act(Action::Confirm))).is_some());
}

#[test]
fn the_marked_sessions_are_restarted_in_the_order_of_the_screen() {
    let mut state = listed((100, 30));
    press(&mut state, "G<space>gg<space>Sr");
    let Some(Plan::Restart(plan)) =
        ran(&press(&mut state, "<C-c>")).or_else(|| match state.overlays.last() {
            Some(Overlay::Plan(dialog)) => Some(dialog.plan.clone()),
            _ => None,
        })
    else {
        panic!("no plan");
    };
    let names: Vec<_> = plan.sessions.iter().map(|one| one.host.as_str()).collect();
    assert_eq!(names, ["us-01", "eu-01"]);
}

#[test]
fn a_session_is_restarted_onto_a_tag_of_its_host() {
    let mut state = listed((100, 30));
    press(&mut state, "t");
    assert!(screen(&mut state).contains("convocate:v3.1.0  active"));
    restart(&mut state, "j<enter>");
    let Some(Plan::Restart(plan)) = ran(&press(&mut state, "y")) else {
        panic!("nothing ran");
    };
    assert_eq!(plan.sessions[0].onto, tag("v3.0.0"));
}

#[test]
fn a_push_goes_to_all_hosts_but_those_that_were_taken_out_or_cannot_be_reached() {
    let mut state = listed((100, 30));
    press(&mut state, "3p");
    assert!(screen(&mut state).contains("6 of 6 hosts chosen"));
    press(&mut state, "<space><enter>");
    let text = screen(&mut state);
    assert!(text.contains("left out") && text.contains("eu-03"), "{text}");
    // One of them is strict: the tag is typed.
    assert!(ran(&press(&mut state, "y")).is_none());
    let Some(Plan::Push(plan)) = ran(&press(&mut state, "<C-u>v3.2.0<enter>")) else {
        panic!("nothing ran");
    };
    let hosts: Vec<_> = plan.hosts.iter().map(|one| one.host.clone()).collect();
    assert_eq!(hosts, ["eu-02", "eu-05", "us-01"].map(host));
}

#[test]
fn a_push_begins_on_the_hosts_screen_too() {
    let mut state = listed((100, 30));
    press(&mut state, "2<space><space>p");
    assert!(screen(&mut state).contains("push which tag to 2 hosts?"));
    let Some(Plan::Push(plan)) = ran(&press(&mut state, "<enter>y")) else {
        panic!("nothing ran");
    };
    assert_eq!((plan.reference, plan.hosts.len()), (tag("v3.2.0"), 2));
}

#[test]
fn a_tag_that_hosts_have_is_made_active_on_them() {
    let mut state = listed((100, 30));
    // One of them is strict: the tag is typed.
    let effects = press(&mut state, "3Ge<enter>v3.0.0<enter>");
    let Some(Plan::Activate(plan)) = ran(&effects) else {
        panic!("nothing ran");
    };
    assert_eq!((plan.reference, plan.hosts.len()), (tag("v3.0.0"), 4));
}

#[test]
fn a_prune_is_confirmed_by_typing_and_only_by_the_whole_word() {
    let mut state = listed((100, 30));
    press(&mut state, "2jjjjx");
    let text = screen(&mut state);
    assert!(
        text.contains("type eu-05 to remove 0") || text.contains("nothing would be removed"),
        "{text}"
    );
    let mut state = prunable();
    press(&mut state, "2jjjjx");
    assert!(screen(&mut state).contains("type eu-05 to remove 1"));
    assert_eq!(ran(&press(&mut state, "eu-0<enter>")), None);
    assert!(toast(&state).contains("type eu-05"));
    assert!(ran(&press(&mut state, "5<enter>")).is_some());
}

/// One host has a tag that nobody needs.
fn prunable() -> State {
    let mut state = listed((100, 30));
    crate::scenario::tell(&mut state, "eu-05", crate::scenario::spare_image("v2.0.0"));
    state
}

#[test]
fn y_is_text_where_a_word_must_be_typed() {
    let mut state = prunable();
    assert_eq!(ran(&press(&mut state, "2jjjjxy")), None);
    assert_eq!(state.overlays.len(), 1);
}

#[test]
fn a_change_that_is_not_possible_says_why_and_what_to_do() {
    let mut state = listed((100, 30));
    press(&mut state, "2jjx");
    let text = screen(&mut state);
    assert!(
        text.contains("not possible") && text.contains("connect to port 22 timed out"),
        "{text}"
    );
    assert!(text.contains("Nothing was changed."));
}

#[test]
fn a_tag_that_is_not_at_the_source_cannot_be_pushed_and_the_reason_is_told() {
    let mut state = listed((100, 30));
    press(&mut state, "3Gp");
    assert!(state.overlays.is_empty());
    assert!(
        toast(&state).contains("convocate:v3.0.0 is not at the source"),
        "{}",
        toast(&state)
    );
}

#[test]
fn moving_a_tag_that_names_another_image_needs_the_tag_typed() {
    let mut state = listed((100, 30));
    crate::scenario::tell(&mut state, "eu-01", crate::scenario::other_content("v3.2.0"));
    press(&mut state, "3p<enter>");
    assert!(screen(&mut state).contains("names another image there"));
    press(&mut state, "<esc>pm<enter>");
    assert!(screen(&mut state).contains("type v3.2.0 to push to 4"));
    assert!(ran(&press(&mut state, "v3.2.0<enter>")).is_some());
}

#[test]
fn a_running_push_protects_what_it_is_about_to_stamp_from_a_prune() {
    let mut state = busy((100, 40));
    crate::scenario::tell(&mut state, "us-01", crate::scenario::spare_image("v3.2.0"));
    press(&mut state, "2Gx");
    assert!(screen(&mut state).contains("a running job needs it"));
}

#[test]
fn a_confirmed_plan_shows_its_job_and_leaves_the_list_as_it_was() {
    let mut state = listed((100, 30));
    restart(&mut state, "jjjr");
    press(&mut state, "y");
    assert!(screen(&mut state).contains("waiting"));
    press(&mut state, "<esc>");
    assert!(screen(&mut state).contains(">  eu-02  convocate-session-delta"));
}

#[test]
fn two_jobs_that_start_in_one_second_have_two_ids() {
    let mut state = listed((100, 30));
    for _ in 0..2 {
        update(&mut state, Msg::Act(Action::Close));
        let asked = update(&mut state, Msg::Act(Action::Restart));
        weighed(&mut state, &asked, &quiet());
        state.clock.now += SignedDuration::from_millis(301);
        update(&mut state, Msg::Act(Action::Confirm));
        state.clock.now = now();
    }
    assert_eq!(state.jobs.len(), 2);
}

#[test]
fn a_restart_takes_no_yes_before_its_hosts_have_told_what_it_costs_nor_right_after() {
    let mut state = listed((100, 30));
    let asked = press(&mut state, "r");
    let text = screen(&mut state);
    assert!(text.contains("looking at what it costs"), "{text}");
    assert!(text.contains("waits for eu-01 to tell what it costs"), "{text}");
    assert_eq!(ran(&press(&mut state, "yy<enter>")), None);
    let mut state = listed((100, 30));
    press(&mut state, "r");
    weighed(&mut state, &asked, &quiet());
    let effects = update(&mut state, Msg::Act(Action::Confirm));
    assert_eq!(
        ran(&effects),
        None,
        "what was pressed a moment ago was meant for what was there before"
    );
    assert!(screen(&mut state).contains("nothing of its own outside its volumes"));
    assert!(ran(&press(&mut state, "y")).is_some());
}

#[test]
fn what_a_restart_costs_can_raise_what_confirms_it() {
    let mut lost = worked_in();
    lost.vanishes = true;
    let mut untold = tagboat::model::cost::Cost::untold(now(), "no answer within 16 s");
    untold.vanishes = false;
    for (cost, runs_on_y, said) in [
        (quiet(), true, "output 42 min ago"),
        (
            worked_in(),
            true,
            "2 terminals open in it: tmux attach -t main, bash -l",
        ),
        (lost, false, "type eu-01 to restart 1"),
        (untold, true, "what it costs is not known: no answer within 16 s"),
    ] {
        let mut state = listed((110, 32));
        let asked = press(&mut state, "r");
        weighed(&mut state, &asked, &cost);
        let text = screen(&mut state);
        assert!(text.contains(said), "{said}: {text}");
        assert_eq!(ran(&press(&mut state, "y")).is_some(), runs_on_y, "{said}");
        if !runs_on_y {
            assert!(ran(&press(&mut state, "<C-u>eu-01<enter>")).is_some(), "{said}");
        }
    }
}

#[test]
fn what_hosts_tell_of_a_plan_that_was_closed_or_of_another_one_changes_nothing() {
    let mut state = listed((100, 30));
    let asked = press(&mut state, "r");
    press(&mut state, "<esc>");
    weighed(&mut state, &asked, &worked_in());
    assert!(state.overlays.is_empty());
    let others = press(&mut state, "jjjr");
    weighed(&mut state, &asked, &quiet());
    assert!(screen(&mut state).contains("looking at what it costs"));
    assert!(weighed(&mut state, &others, &quiet()));
    assert!(!screen(&mut state).contains("looking at what it costs"));
}
