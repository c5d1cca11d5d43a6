//! Restarts on the command line, on a played engine: what they cost, and what must hold before they begin.

use super::args::Cli;
use super::tests::Run;
use clap::Parser;

#[tokio::test]
async fn a_restart_says_what_it_costs_under_each_session_before_it_asks() {
    let words = &[
        "session",
        "restart",
        "4f2a",
        "90ab",
        "7e",
        "--tag",
        "v1.0.0",
        "--dry-run",
    ];
    insta::assert_snapshot!(Run::of(words).go().await.shown());
    let outcome = Run::of(&[words, &["--json"][..]].concat()).go().await;
    let plan: serde_json::Value = serde_json::from_str(&outcome.results).unwrap();
    assert_eq!(plan["plan"]["sessions"][0]["cost"]["last_output"], 12);
    assert_eq!(plan["plan"]["sessions"][0]["cost"]["layer"]["count"], 7);
    assert_eq!(
        plan["lines"][2]["costs"][0],
        "what it costs is not known: no answer within 15 s"
    );
}

#[tokio::test]
async fn sessions_that_must_be_clean_are_left_out_when_they_are_not_or_may_not_be() {
    let words = &[
        "session",
        "restart",
        "4f2a",
        "90ab",
        "7e",
        "--tag",
        "v1.0.0",
        "--require-clean",
        "-y",
    ];
    let outcome = Run::of(words).go().await;
    assert_eq!(outcome.code, 4, "{}", outcome.asides);
    for said in [
        "convocate-session-4f2a is not clean: 7 files in its own layer",
        "convocate-session-7e is not clean: its own layer is not known: no answer within 15 s",
        "only if its layer is clean",
    ] {
        assert!(outcome.results.contains(said), "{}", outcome.results);
    }
    let refused = Run::of(&["session", "restart", "4f2a", "--require-clean", "-y"])
        .go()
        .await;
    assert_eq!(refused.code, 3);
    assert!(
        refused.asides.contains("Nothing was changed"),
        "{}",
        refused.asides
    );
}

#[tokio::test]
async fn a_restart_waits_for_quiet_as_its_first_step() {
    let outcome = Run::of(&["session", "restart", "4f2a", "--when-idle", "5m", "-y"])
        .go()
        .await;
    assert_eq!(outcome.code, 0);
    assert!(
        outcome.results.contains("waits for 5 min of quiet"),
        "{}",
        outcome.results
    );
    assert!(outcome.results.contains("wait for quiet"), "{}", outcome.results);
    for wrong in ["5", "0s", "soon"] {
        let words = ["tagboat", "session", "restart", "x", "--when-idle", wrong];
        assert!(Cli::try_parse_from(words).is_err(), "{wrong}");
    }
}
