//! Where the images of the Images screen were published to, and under which digest.

use crate::scenario::{digest, listed, publication, published};
use crate::script::{press, screen};
use tagboat::model::console::{Effect, State};

const TAG: &str = "ghcr.io/acme/convocate:v3.1.0";

/// The Images screen of a machine from which v3.1.0 was published.
fn shown(size: (u16, u16)) -> State {
    let mut state = listed(size);
    published(&mut state, &[publication(TAG, "v3.1.0", 3)]);
    press(&mut state, "3");
    state
}

/// The line of the screen that has these words.
fn line(state: &mut State, words: &str) -> String {
    let shown = screen(state);
    let found = shown.lines().find(|line| line.contains(words));
    assert!(found.is_some(), "{words} is not in\n{shown}");
    found.unwrap_or_default().to_owned()
}

#[test]
fn the_details_of_an_image_say_under_which_tag_and_digest_it_was_published_and_when() {
    let mut state = shown((110, 40));
    press(&mut state, "/v3.1.0<enter><enter>");
    let digest = digest(&format!("manifest of v3.1.0 in {TAG}"));
    assert!(line(&mut state, "published").contains(&format!("{TAG}, 3d ago")));
    assert!(screen(&mut state).contains(digest.as_str()));
    assert!(!screen(&mut state).contains("another image by now"));
}

#[test]
fn an_image_that_was_never_published_says_nothing_of_it() {
    let mut state = shown((110, 40));
    press(&mut state, "/v3.2.0<enter><enter>");
    assert!(!screen(&mut state).contains("published"));
}

#[test]
fn an_image_whose_tag_went_to_another_one_since_says_so() {
    let mut state = shown((110, 40));
    let all = [publication(TAG, "v3.2.0", 1), publication(TAG, "v3.1.0", 3)];
    published(&mut state, &all);
    press(&mut state, "/v3.1.0<enter><enter>");
    assert!(line(&mut state, "published").contains("3d ago; that tag names another image by now"));
    let mut state = shown((110, 40));
    published(&mut state, &all);
    press(&mut state, "/v3.2.0<enter><enter>");
    let newer = line(&mut state, "published");
    assert!(newer.trim_end().ends_with("24h ago"), "{newer}");
}

#[test]
fn of_many_publications_of_an_image_the_last_ones_are_shown() {
    let mut state = shown((110, 40));
    let to = |day: i64| format!("ghcr.io/acme/convocate:branch-{day}");
    let all: Vec<_> = (1..=6).map(|day| publication(&to(day), "v3.1.0", day)).collect();
    published(&mut state, &all);
    press(&mut state, "/v3.1.0<enter><enter>");
    let text = screen(&mut state);
    assert!(text.contains("branch-4") && !text.contains("branch-5"), "{text}");
    assert!(text.contains("and under 2 more"), "{text}");
}

#[test]
fn published_images_can_be_filtered_for_and_a_host_that_has_one_is_enough() {
    let mut state = shown((110, 40));
    press(&mut state, "/is:published<enter>");
    assert_eq!(state.lists.of(state.screen).order.len(), 1);
    // The source has not got it any more.
    published(
        &mut state,
        &[publication("ghcr.io/acme/convocate:v3.0.0", "v3.0.0", 9)],
    );
    line(&mut state, "convocate:v3.0.0");
    assert_eq!(state.lists.of(state.screen).order.len(), 1);
    published(&mut state, &[]);
    state.settle();
    assert_eq!(state.lists.of(state.screen).order.len(), 0);
}

#[test]
fn a_wide_list_says_how_long_ago_each_was_published_where_anything_was() {
    let mut state = shown((150, 40));
    assert!(line(&mut state, "TAG ").trim_end().ends_with("PUBLISHED"));
    assert!(line(&mut state, "convocate:v3.1.0").trim_end().ends_with("3d"));
    assert!(line(&mut state, "convocate:v3.2.0").trim_end().ends_with('-'));
    published(&mut state, &[]);
    assert!(!screen(&mut state).contains("PUBLISHED"));
}

#[test]
fn the_digest_can_be_copied_as_what_a_host_would_pull() {
    let mut state = shown((110, 40));
    press(&mut state, "/v3.1.0<enter>y");
    assert!(line(&mut state, "published digest").contains("ghcr.io/acme/convocate"));
    let copied = press(&mut state, "jjjj<enter>");
    let digest = digest(&format!("manifest of v3.1.0 in {TAG}"));
    let whole = format!("ghcr.io/acme/convocate@{digest}");
    assert!(copied.contains(&Effect::Copy(whole)), "{copied:?}");
}
