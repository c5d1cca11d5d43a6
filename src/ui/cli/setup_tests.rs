//! Hosts on the command line, on a played engine: what is wrong with them, and how they become members.

use super::args::{Cli, Verb};
use super::tests::Run;
use clap::Parser;

#[tokio::test]
async fn the_doctor_says_what_is_wrong_with_each_host_and_what_mends_it() {
    let outcome = Run::of(&["host", "doctor"]).go().await;
    assert_eq!(outcome.code, 1);
    insta::assert_snapshot!(outcome.shown());
    let outcome = Run::of(&["host", "doctor", "eu-01", "--json"]).go().await;
    let told: serde_json::Value = serde_json::from_str(&outcome.results).unwrap();
    assert_eq!(told["hosts"][0]["host"], "eu-01");
    assert_eq!(told["hosts"][0]["findings"][0]["level"], "problem");
}

#[tokio::test]
async fn what_the_doctor_can_mend_is_shown_as_a_plan_and_asked_about() {
    let outcome = Run::of(&["host", "doctor", "eu-01", "--fix"]).go().await;
    assert_eq!(outcome.code, 3, "{}", outcome.asides);
    insta::assert_snapshot!(outcome.shown());
}

#[tokio::test]
async fn a_machine_becomes_a_member_with_an_image_and_a_host_that_cannot_is_left_out() {
    let outcome = Run::of(&["host", "init", "eu-01", "eu-02", "--image", "v1.2.0", "--dry-run"])
        .go()
        .await;
    assert_eq!(outcome.code, 0, "{}", outcome.asides);
    insta::assert_snapshot!(outcome.shown());
}

#[tokio::test]
async fn what_is_no_member_is_neither_updated_nor_is_there_anything_to_take_off() {
    let outcome = Run::of(&["host", "update", "eu-01", "-y"]).go().await;
    assert_eq!(outcome.code, 3);
    assert!(
        outcome.asides.contains("tagboat host init eu-01"),
        "{}",
        outcome.asides
    );
    let outcome = Run::of(&["host", "remove", "eu-01", "-y"]).go().await;
    assert_eq!(outcome.code, 0);
    assert!(outcome.asides.contains("nothing to do"), "{}", outcome.asides);
}

#[tokio::test]
async fn an_image_is_named_or_left_out_on_purpose_where_there_is_no_stamp() {
    let outcome = Run::of(&["host", "init", "eu-02", "-y"]).go().await;
    assert_eq!(outcome.code, 3);
    assert!(outcome.asides.contains("--no-image"), "{}", outcome.asides);
    for wrong in [["--image", "no tag"], ["--image", ""]] {
        let words = [&["host", "init", "eu-01"][..], &wrong[..]].concat();
        assert_eq!(Run::of(&words).go().await.code, 2, "{wrong:?}");
    }
    let both = ["tagboat", "host", "init", "x", "--image", "v1", "--no-image"];
    assert!(Cli::try_parse_from(both).is_err());
}

#[test]
fn the_words_of_before_mean_the_same() {
    for (words, is_it) in [
        (["tagboat", "init-agent", "--host", "eu-01"], true),
        (["tagboat", "update", "--host", "eu-01"], false),
    ] {
        let cli = Cli::try_parse_from(words).unwrap();
        assert_eq!(matches!(cli.verb, Some(Verb::InitAgent(_))), is_it);
        assert_eq!(matches!(cli.verb, Some(Verb::Update(_))), !is_it);
    }
}
