//! Rollouts and rollbacks on the command line, with an engine that is played.

use super::fixture::Play;
use super::tests::Run;

#[tokio::test]
async fn a_rollout_tells_its_order_and_leaves_out_the_hosts_that_could_not_be_asked() {
    let words = ["rollout", "--all", "--tag", "v1.0.0", "--wave", "2", "--dry-run"];
    let outcome = Run::of(&words).go().await;
    assert_eq!(outcome.code, 0, "{}", outcome.asides);
    for said in [
        "order:     1 canary, then waves of 2; the first failure ends it",
        "us-01: its sessions could not be seen",
    ] {
        assert!(outcome.results.contains(said), "{said}\n{}", outcome.results);
    }
}

#[tokio::test]
async fn a_filter_that_nothing_passes_is_refused_with_the_hosts_that_could_not_be_asked() {
    let outcome = Run::of(&["rollout", "zzz", "--all", "-y"]).go().await;
    assert_eq!(outcome.code, 3);
    assert!(
        outcome.asides.contains(
            "no session of these hosts passes \"zzz\", as far as can be seen: us-01 could not be asked"
        ),
        "{}",
        outcome.asides
    );
}

#[tokio::test]
async fn without_a_terminal_an_approval_is_waited_for_and_said_by_another_process() {
    let run = Run {
        play: Play::ApprovedElsewhere,
        ..Run::of(&["rollout", "--all", "--tag", "v1.0.0", "--approve", "-y"])
    };
    let outcome = run.go().await;
    assert_eq!(outcome.code, 4, "{}", outcome.shown());
    let told = "the canaries are good; waiting for `tagboat job approve ";
    assert_eq!(outcome.asides.matches(told).count(), 1, "{}", outcome.asides);
}

#[tokio::test]
async fn the_approval_is_asked_for_once_when_the_canary_is_done() {
    let words = ["rollout", "--all", "--tag", "v1.0.0", "--approve", "-y"];
    for (answer, code) in [("y", 4), ("n", 130)] {
        let run = Run {
            play: Play::InOrder,
            answer: Some(answer),
            ..Run::of(&words)
        };
        let outcome = run.go().await;
        assert_eq!(outcome.code, code, "{answer}: {}", outcome.shown());
        assert_eq!(outcome.asides.matches("The canaries are good.").count(), 1);
    }
}

#[tokio::test]
async fn with_watch_each_session_is_a_line_and_the_account_follows() {
    let words = ["rollout", "--all", "--tag", "v1.0.0", "--watch", "-y"];
    let outcome = Run::of(&words).go().await;
    assert!(outcome.results.contains("-- "), "{}", outcome.results);
    assert!(outcome.results.contains(" done · "), "{}", outcome.results);
}

#[tokio::test]
async fn a_rollback_of_nothing_and_of_no_host_are_mistakes_that_change_nothing() {
    for words in [&["rollback"][..], &["rollback", "--active"]] {
        let outcome = Run::of(words).go().await;
        assert_eq!(outcome.code, 2, "{words:?}");
        assert!(
            outcome.asides.contains("Nothing was changed"),
            "{}",
            outcome.asides
        );
    }
}
