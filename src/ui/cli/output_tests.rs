//! Outputs that cannot be written while a job runs: it is followed to its end, and nobody is told that nothing was changed.

use super::fixture::Play;
use super::tests::Run;

const PUSH: [&str; 5] = ["push", "v1.2.0", "--host", "eu-01", "--yes"];

#[tokio::test]
async fn a_job_whose_output_has_no_room_goes_on_to_its_end_and_that_is_told_beside_it() {
    let run = Run {
        full_after: [Some("check done"), None],
        ..Run::of(&PUSH)
    };
    let outcome = run.go().await;
    assert_eq!(outcome.code, 0, "the job is done");
    assert!(
        outcome.results.ends_with("eu-01  check done"),
        "{}",
        outcome.results
    );
    let asides: Vec<_> = outcome.asides.lines().collect();
    let [lost, end] = asides.as_slice() else {
        panic!("{}", outcome.asides)
    };
    assert!(
        lost.starts_with("note: the output cannot be written: no storage space. Job 2026")
            && lost.contains("goes on and is followed to its end: see `tagboat job show "),
        "{lost}"
    );
    assert!(
        end.starts_with("job 2026") && end.contains(" ended, done: see `tagboat job show "),
        "{end}"
    );
}

#[tokio::test]
async fn an_output_that_has_no_room_for_the_end_is_told_with_the_end() {
    let run = Run {
        play: Play::LastFails,
        full_after: [Some("check failed"), None],
        ..Run::of(&["activate", "v1.0.0", "--host", "eu-01", "-y", "--json"])
    };
    let outcome = run.go().await;
    assert_eq!(outcome.code, 1);
    assert!(
        !outcome.shown().contains("Nothing was changed"),
        "{}",
        outcome.shown()
    );
}

#[tokio::test]
async fn where_nothing_can_be_written_the_exit_code_still_says_how_it_ended() {
    for (play, code) in [(Play::AllGood, 0), (Play::LastFails, 1)] {
        let run = Run {
            play,
            full_after: [Some("eu-01  check"), Some("")],
            ..Run::of(&PUSH)
        };
        let outcome = run.go().await;
        assert_eq!((outcome.code, outcome.asides.as_str()), (code, ""));
    }
}

#[tokio::test]
async fn a_plan_that_cannot_be_shown_is_not_run() {
    let run = Run {
        full_after: [Some("TARGET"), None],
        ..Run::of(&PUSH)
    };
    let outcome = run.go().await;
    assert_eq!(outcome.code, 1);
    assert!(
        outcome.asides.contains("the output cannot be written")
            && outcome.asides.contains("Nothing was changed"),
        "{}",
        outcome.asides
    );
}
