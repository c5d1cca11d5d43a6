//! Starting, stopping, removing, labelling, reading and attaching sessions by keys.
#![allow(clippy::panic, reason = "a test fails by panicking")]

use crate::scenario::{container, host, listed, session, tell};
use crate::script::{press, ran, screen, toast};
use tagboat::model::command::Command;
use tagboat::model::console::{Effect, Msg, Overlay, Place, State, update};
use tagboat::model::event::Event;
use tagboat::model::fleet::{ContainerState, HostChange};
use tagboat::model::logs::{LogEnd, LogLine, LogNews, LogStream};
use tagboat::model::names::SessionLabel;
use tagboat::model::plan::{Plan, StartFrom};

/// What the plan on top says of its first target.
fn note(state: &State) -> String {
    match state.overlays.last() {
        Some(Overlay::Plan(dialog)) => dialog.plan.lines()[0].note.clone(),
        other => panic!("no plan: {other:?}"),
    }
}

#[test]
fn a_running_session_is_stopped_and_a_stopped_one_started_each_on_y_alone() {
    let mut state = listed((100, 30));
    press(&mut state, "d");
    assert!(screen(&mut state).contains("running → stopped"));
    let Some(Plan::Stop(plan)) = ran(&press(&mut state, "y")) else {
        panic!("nothing ran")
    };
    assert_eq!(plan.sessions[0].session, session("convocate-session-atlas"));
    let mut state = listed((100, 30));
    let Some(Plan::Start(plan)) = ran(&press(&mut state, "jjuy")) else {
        panic!("nothing ran")
    };
    assert_eq!(plan.sessions[0].session, session("convocate-session-cedar"));
    let mut state = listed((100, 30));
    press(&mut state, "jjd");
    assert!(screen(&mut state).contains("convocate-session-cedar does not run"));
}

#[test]
fn a_stop_that_loses_a_container_and_a_removal_ask_for_a_word() {
    let mut state = listed((100, 30));
    let mut vanishing = container("convocate-session-atlas", "v3.0.0", ContainerState::Running);
    vanishing.storage.removes_itself = true;
    tell(&mut state, "eu-01", HostChange::Container(vanishing));
    press(&mut state, "d");
    assert!(screen(&mut state).contains("type atlas to stop 1"));
    assert_eq!(ran(&press(&mut state, "y<enter>")), None);
    assert!(ran(&press(&mut state, "<C-u>atlas<enter>")).is_some());

    let mut state = listed((100, 30));
    press(&mut state, "x");
    let text = screen(&mut state);
    assert!(text.contains("type atlas to remove 1"), "{text}");
    assert!(note(&state).contains("1 earlier container"), "{}", note(&state));
    assert_eq!(ran(&press(&mut state, "<enter>")), None);
    let Some(Plan::Remove(plan)) = ran(&press(&mut state, "atlas<enter>")) else {
        panic!("nothing ran")
    };
    assert!(!plan.with_volumes);
    let mut state = listed((100, 30));
    press(&mut state, ":remove");
    for key in [" convocate-session-atlas", " volumes"] {
        update(&mut state, Msg::Paste(key.to_owned()));
    }
    press(&mut state, "<enter>");
    assert!(screen(&mut state).contains("type atlas and volumes to remove 1 with volumes"));
}

#[test]
fn a_session_of_compose_is_not_removed_and_the_reason_is_told() {
    let mut state = listed((100, 30));
    press(&mut state, "jx");
    assert!(screen(&mut state).contains("belongs to Compose (agents/birch)"));
}

#[test]
fn a_label_is_typed_behind_its_session_and_shown_beside_its_name() {
    let mut state = listed((120, 30));
    press(&mut state, "c");
    assert_eq!(state.place(), Place::Palette);
    update(&mut state, Msg::Paste("Web one".to_owned()));
    press(&mut state, "<enter>");
    assert!(screen(&mut state).contains("no label → Web one"));
    let Some(Plan::Rename(plan)) = ran(&press(&mut state, "y")) else {
        panic!("nothing ran")
    };
    assert_eq!(plan.after, SessionLabel::parse("Web one").ok());
    let labels = [(
        session("convocate-session-atlas"),
        SessionLabel::parse("Web one").unwrap(),
    )]
    .into();
    let mut state = listed((120, 30));
    tell(&mut state, "eu-01", HostChange::Labels(labels));
    assert!(screen(&mut state).contains("Web one (convocate-session-atlas)"));
    press(&mut state, "/web<enter>");
    assert!(screen(&mut state).contains("1 of 9 sessions"));
}

#[test]
fn a_new_session_is_planned_on_the_host_of_the_row_from_its_template() {
    for script in ["n", "2n"] {
        let mut state = listed((120, 30));
        press(&mut state, script);
        let note = note(&state);
        assert!(
            note.contains("template session, 6 mounts") && note.contains("--rm"),
            "{note}"
        );
        let Some(Plan::Start(plan)) = ran(&press(&mut state, "y")) else {
            panic!("nothing ran")
        };
        assert_eq!(plan.sessions[0].host, host("eu-01"));
        let StartFrom::Template(new) = &plan.sessions[0].from else {
            panic!("not new")
        };
        assert_eq!(new.onto.tag.as_str(), "v3.1.0");
    }
    let mut state = listed((120, 30));
    press(&mut state, ":new");
    update(&mut state, Msg::Paste(" eu-05 name=web-1 tag=v3.0.0".to_owned()));
    press(&mut state, "<enter>");
    assert!(screen(&mut state).contains("start convocate-session-web-1 on eu-05, new from convocate:v3.0.0"));
}

fn stream(effects: &[Effect]) -> LogStream {
    match effects {
        [Effect::Engine(Command::ReadLogs(stream, request))] => {
            assert!(request.follow);
            *stream
        }
        other => panic!("{other:?}"),
    }
}

fn lines(state: &mut State, stream: LogStream, range: std::ops::Range<usize>) {
    let line = |n| LogLine {
        is_error: n % 10 == 3,
        text: format!("line {n} of it"),
    };
    let news = LogNews::Lines(range.map(line).collect());
    update(state, Msg::from(Event::Logs(stream, news)));
}

#[test]
fn output_is_followed_until_the_operator_scrolls_and_again_at_its_end() {
    let mut state = listed((100, 30));
    let stream = stream(&press(&mut state, "L"));
    assert!(screen(&mut state).contains("output of eu-01/convocate-session-atlas: following"));
    lines(&mut state, stream, 0..200);
    assert!(screen(&mut state).contains("line 199 of it"));
    press(&mut state, "k");
    assert!(screen(&mut state).contains("paused, 1 line below"));
    lines(&mut state, stream, 200..210);
    let text = screen(&mut state);
    assert!(
        text.contains("paused, 11 lines below") && !text.contains("line 205 "),
        "{text}"
    );
    press(&mut state, "G");
    let text = screen(&mut state);
    assert!(
        text.contains("following") && text.contains("line 209 of it"),
        "{text}"
    );
    press(&mut state, "gg");
    assert!(screen(&mut state).contains("line 0 of it"));
    press(&mut state, "pp");
    assert!(screen(&mut state).contains("paused"));
    let closed = press(&mut state, "q");
    assert_eq!(closed, [Effect::Engine(Command::StopLogs(stream))]);
    assert_eq!(
        state.place(),
        Place::List(tagboat::model::console::Screen::Sessions)
    );
}

#[test]
fn output_is_searched_both_ways_and_what_is_not_there_is_said() {
    let mut state = listed((100, 30));
    let stream = stream(&press(&mut state, "L"));
    lines(&mut state, stream, 0..300);
    screen(&mut state);
    press(&mut state, "n");
    assert!(toast(&state).contains("nothing is searched for"));
    press(&mut state, "/");
    assert_eq!(state.place(), Place::LogEntry);
    for key in ["l", "i", "n", "e", "<space>", "4", "2", "<space>"] {
        press(&mut state, key);
    }
    press(&mut state, "<enter>");
    let text = screen(&mut state);
    assert!(text.contains("line 42 of it"), "{text}");
    press(&mut state, "n");
    assert!(toast(&state).contains("nothing below holds"));
    press(&mut state, "/<esc>");
    assert!(
        screen(&mut state).contains("line 42 of it"),
        "leaving a search closes nothing else"
    );
    press(&mut state, "/");
    update(&mut state, Msg::Paste("LINE 7 ".to_owned()));
    press(&mut state, "<enter>");
    assert!(
        toast(&state).contains("nothing above holds \"LINE 7\""),
        "{}",
        toast(&state)
    );
}

#[test]
fn output_is_saved_copied_and_wrapped_and_its_end_is_told() {
    let mut state = listed((60, 20));
    let stream = stream(&press(&mut state, "L"));
    let long = LogLine {
        is_error: false,
        text: format!("start {} end", "x ".repeat(60)),
    };
    update(
        &mut state,
        Msg::from(Event::Logs(stream, LogNews::Lines(vec![long]))),
    );
    assert!(!screen(&mut state).contains(" end"));
    press(&mut state, "w");
    assert!(screen(&mut state).contains(" end"));
    press(&mut state, "s");
    let effects = press(&mut state, "<C-u>out<enter>");
    let [Effect::Save { path, text }] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert!(path == "out" && text.starts_with("start x"), "{path}");
    assert!(matches!(press(&mut state, "y").as_slice(), [Effect::Copy(text)] if text.starts_with("start x")));
    let end = LogEnd::Failed {
        cause: "the connection to eu-01 was lost".into(),
        advice: "follow it again".into(),
    };
    update(&mut state, Msg::from(Event::Logs(stream, LogNews::Ended(end))));
    assert!(screen(&mut state).contains("the connection to eu-01 was lost"));
}

#[test]
fn what_a_session_writes_can_neither_steer_the_terminal_nor_come_to_another_view() {
    let mut state = listed((100, 30));
    let first = stream(&press(&mut state, "L"));
    press(&mut state, "q");
    let second = stream(&press(&mut state, "L"));
    assert_ne!(first, second);
    let nasty = LogLine {
        is_error: false,
        text: "\u{1b}]0;owned\u{7}\u{202e}evil".to_owned(),
    };
    let effects = update(
        &mut state,
        Msg::from(Event::Logs(first, LogNews::Lines(vec![nasty.clone()]))),
    );
    assert_eq!(effects, [Effect::Engine(Command::StopLogs(first))]);
    assert!(!screen(&mut state).contains("evil"));
    update(
        &mut state,
        Msg::from(Event::Logs(second, LogNews::Lines(vec![nasty]))),
    );
    let text = screen(&mut state);
    assert!(
        text.contains("\\x1b]0;owned") && !text.contains('\u{202e}'),
        "{text}"
    );
}

#[test]
fn a_terminal_is_given_to_what_the_operator_chooses_in_a_session_that_runs() {
    let mut state = listed((100, 30));
    press(&mut state, "e");
    let text = screen(&mut state);
    assert!(
        text.contains("its own terminal") && text.contains("a shell"),
        "{text}"
    );
    let effects = press(&mut state, "j<enter>");
    let [Effect::Attach(line)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(
        (line.program.as_str(), &line.session),
        ("ssh", &session("convocate-session-atlas"))
    );
    assert!(line.arguments.contains(&"ops@eu-01.example.net".to_owned()));
    assert!(state.overlays.is_empty());
    press(&mut state, "jje");
    assert!(
        toast(&state).contains("it is stopped; `u` starts it"),
        "{}",
        toast(&state)
    );
}

#[test]
fn everything_of_a_session_can_be_copied_with_the_command_lines_of_its_keys() {
    let mut state = listed((120, 30));
    press(&mut state, "y");
    let Some(Overlay::Choice(choice)) = state.overlays.last() else {
        panic!("no menu")
    };
    let texts: Vec<_> = choice
        .options
        .iter()
        .map(|option| option.label.as_str())
        .collect();
    for wanted in [
        "convocate-session-atlas",
        "convocate:v3.0.0",
        "tagboat session restart convocate-session-atlas --host eu-01",
        "tagboat session logs convocate-session-atlas --host eu-01 --follow",
        "tagboat session attach convocate-session-atlas --host eu-01",
        "tagboat session stop convocate-session-atlas --host eu-01",
        "tagboat session remove convocate-session-atlas --host eu-01",
    ] {
        assert!(texts.contains(&wanted), "{wanted}: {texts:?}");
    }
}
