//! Runs of `tagboat publish` and of pushes through a registry on the played engine.

use super::{Cli, Run};
use clap::Parser;

const TO: [&str; 2] = ["--to", "ghcr.io/acme/convocate"];

#[tokio::test]
async fn a_publication_shows_its_plan_and_its_steps() {
    let words = [&["publish", "v1.2.0", "--yes"], &TO[..]].concat();
    let outcome = Run::of(&words).go().await;
    assert_eq!(outcome.code, 0, "{}", outcome.shown());
    insta::assert_snapshot!(outcome.shown());
}

#[tokio::test]
async fn a_push_through_a_registry_publishes_first_and_says_what_hosts_pull() {
    let words = [
        &[
            "push",
            "v1.2.0",
            "--host",
            "eu-02",
            "--via",
            "registry",
            "--dry-run",
        ],
        &TO[..],
    ]
    .concat();
    let outcome = Run::of(&words).go().await;
    assert_eq!(outcome.code, 0, "{}", outcome.shown());
    insta::assert_snapshot!(outcome.shown());
}

/// The words, what is typed, the code, and what is said.
type Unclear = (&'static [&'static str], Option<&'static str>, u8, &'static str);

const UNCLEAR: &[Unclear] = &[
    (
        &["publish", "v1.2.0", "--yes"],
        None,
        2,
        "where convocate is published is not known",
    ),
    (
        &["publish", "v1.2.0", "--to", "https://ghcr.io/x"],
        None,
        2,
        "is not a valid registry repository",
    ),
    (
        &["publish", "v9", "--to", "ghcr.io/x/y", "--yes"],
        None,
        3,
        "convocate:v9 is not at the source",
    ),
    (
        &["publish", "v1.2.0", "--to", "ghcr.io/x/y"],
        None,
        3,
        "there is no terminal to ask on",
    ),
    (
        &["publish", "v1.2.0", "--to", "x.io/y", "--username", "kim"],
        None,
        2,
        "a user without a token",
    ),
    (
        &[
            "publish",
            "v1.2.0",
            "--to",
            "x.io/y",
            "--username",
            "kim",
            "--token-stdin",
        ],
        Some("secret"),
        2,
        "a token that is typed here would be shown",
    ),
    (
        &[
            "publish",
            "v1.2.0",
            "--to",
            "x.io/y",
            "--username",
            "kim",
            "--token-stdin",
        ],
        None,
        2,
        "there is no token on the standard input",
    ),
];

#[tokio::test]
async fn what_is_not_clear_about_a_registry_is_asked_for_before_anything_else() {
    for &(words, answer, code, why) in UNCLEAR {
        let run = Run {
            answer,
            ..Run::of(words)
        };
        let outcome = run.go().await;
        assert_eq!(outcome.code, code, "{words:?}: {}", outcome.shown());
        assert!(outcome.shown().contains(why), "{words:?}: {}", outcome.shown());
    }
}

#[test]
fn what_does_not_go_together_is_refused() {
    for words in [
        &["push", "v1", "--to", "x.io/y"][..],
        &["push", "v1", "--via", "registry", "--mode", "full"],
        &["push", "v1", "--via", "registry", "--limit", "5M"],
        &["push", "v1", "--via", "pigeon"],
        &["publish", "v1", "--token-file", "x"],
        &[
            "publish",
            "v1",
            "--username",
            "kim",
            "--token-file",
            "x",
            "--token-stdin",
        ],
        // There is no way to give a token as a word.
        &["publish", "v1", "--username", "kim", "--token", "x"],
        &["publish", "v1", "--username", "kim", "--password", "x"],
    ] {
        let words = std::iter::once("tagboat").chain(words.iter().copied());
        assert!(
            Cli::try_parse_from(words.clone()).is_err(),
            "{:?}",
            words.collect::<Vec<_>>()
        );
    }
}
