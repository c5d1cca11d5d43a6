//! Runs of `tagboat session` on the played engine: new sessions, stops, removals, labels, logs and attaching.

use super::Run;

#[tokio::test]
async fn a_removal_wants_its_word_and_another_one_where_volumes_go_too() {
    for (words, answer, code) in [
        (&["session", "remove", "4f2a"][..], "y", 3),
        (&["session", "remove", "4f2a"], "4f2a", 0),
        (&["session", "remove", "4f2a", "--volumes"], "4f2a", 3),
        (&["session", "remove", "4f2a", "--volumes"], "4f2a and volumes", 0),
        (&["session", "stop", "4f2a"], "y", 0),
        (&["session", "start", "twin", "--host", "eu-01"], "y", 0),
        (&["session", "rename", "4f2a", "Web one"], "y", 0),
    ] {
        let run = Run {
            answer: Some(answer),
            ..Run::of(words)
        };
        let outcome = run.go().await;
        assert_eq!(outcome.code, code, "{words:?} {answer}: {}", outcome.shown());
    }
}

#[tokio::test]
async fn a_new_session_is_planned_as_the_template_and_the_words_say() {
    let words = [
        "session",
        "start",
        "web-1",
        "--template",
        "session",
        "--host",
        "eu-01",
        "--dry-run",
    ];
    let outcome = Run::of(&words).go().await;
    assert_eq!(outcome.code, 0);
    let shown = outcome.shown();
    assert!(
        shown.starts_with("start convocate-session-web-1 on eu-01, new from convocate:v1.1.0\n"),
        "{shown}"
    );
    assert!(
        shown.contains("to undo:   tagboat session remove") && shown.contains("dry run"),
        "{shown}"
    );
}

#[tokio::test]
async fn lines_of_a_session_are_printed_as_they_are_and_those_that_are_wanted_as_json() {
    let all = Run::of(&["session", "logs", "4f2a"]).go().await;
    assert_eq!((all.results.as_str(), all.code), ("ready\nAn Error\ntick\n", 0));
    let some = Run::of(&["session", "logs", "4f2a", "-f", "--grep", "error", "--json"])
        .go()
        .await;
    assert_eq!(
        some.results,
        "{\"v\":1,\"event\":\"line\",\"stream\":\"stderr\",\"text\":\"An Error\"}\n"
    );
    assert!(
        some.asides.contains("the container ended with exit code 0"),
        "{}",
        some.asides
    );
}

#[tokio::test]
async fn attaching_without_a_terminal_is_a_usage_error_with_the_way_on() {
    let outcome = Run::of(&["session", "attach", "4f2a"]).go().await;
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.asides.contains("tagboat session logs"),
        "{}",
        outcome.asides
    );
}
