//! Builds, releases and publications from the console: what is typed, what the engine is asked, and the plan that it answers.

use crate::scenario::release::{failed, release_plan, with_config};
use crate::scenario::{listed, tag};
use crate::script::{press, ran, screen, toast};
use std::collections::BTreeMap;
use tagboat::model::command::Command;
use tagboat::model::console::{Dirty, Effect, Msg, Overlay, State, update};
use tagboat::model::event::Event;
use tagboat::model::failure::Refusal;
use tagboat::model::fleet::{Delta, There};
use tagboat::model::plan::{ContextFrom, Drafted, Plan, SourceWish};

const SIZE: (u16, u16) = (110, 34);

/// What the engine was asked to plan.
fn asked(effects: &[Effect]) -> Option<SourceWish> {
    effects.iter().find_map(|effect| match effect {
        Effect::Engine(Command::Draft(wish)) => Some((**wish).clone()),
        _ => None,
    })
}

fn answer(state: &mut State, wish: SourceWish, plan: Result<Plan, Refusal>) {
    update(state, Msg::from(Event::Drafted(Box::new(Drafted { wish, plan }))));
    state.settle();
}

/// A release of v3.3.0 that was wanted, and whose plan is shown.
pub(crate) fn planned() -> State {
    let mut state = with_config();
    let effects = press(
        &mut state,
        "3R<backspace><backspace><backspace>3.0<space>/src/agents<enter>",
    );
    let wish = asked(&effects).unwrap();
    answer(&mut state, wish, Ok(Plan::Release(release_plan("v3.3.0"))));
    state
}

#[test]
fn a_release_begins_with_the_tag_under_the_cursor_and_is_planned_by_the_engine() {
    let mut state = with_config();
    press(&mut state, "3R");
    assert!(screen(&mut state).contains("release convocate:v3.2.0"));
    let effects = press(
        &mut state,
        "<backspace><backspace><backspace>3.0<space>~/agents<enter>",
    );
    let Some(SourceWish::Release(wish)) = asked(&effects) else {
        panic!("{effects:?}")
    };
    assert_eq!(wish.build.reference, tag("v3.3.0"));
    assert_eq!(wish.build.origin, ContextFrom::Directory("~/agents".to_owned()));
    assert_eq!(wish.to.unwrap().to_string(), "ghcr.io/acme/convocate:v3.3.0");
    assert_eq!(wish.contract.as_deref(), Some("convocate"));
    assert!(screen(&mut state).contains("Nothing is changed before you confirm it."));
}

#[test]
fn the_plan_of_a_release_shows_every_step_with_its_undo_and_runs_after_a_yes() {
    let mut state = planned();
    let text = screen(&mut state);
    assert!(
        text.contains("release convocate:v3.3.0 as ghcr.io/acme/convocate:v3.3.0"),
        "{text}"
    );
    assert!(text.contains("undo: docker rmi convocate:v3.3.0"), "{text}");
    let effects = press(&mut state, "y");
    assert!(matches!(ran(&effects), Some(Plan::Release(_))), "{effects:?}");
}

#[test]
fn an_answer_is_drawn_at_once() {
    let mut state = with_config();
    let wish = asked(&press(&mut state, "3P")).unwrap();
    state.frame.dirty = Dirty::Clean;
    answer(
        &mut state,
        wish,
        Err(Refusal::of_plan("the registry is away", "")),
    );
    assert_eq!(state.frame.dirty, Dirty::Normal);
}

#[test]
fn what_was_published_before_has_nothing_to_confirm() {
    let mut state = with_config();
    let image = state.fleet.source().images[&tag("v3.2.0")].clone();
    let mut plan = release_plan("v3.3.0").publication(image).unwrap();
    plan.there = There::Same(plan.image.id.0.clone());
    let wish = asked(&press(&mut state, "3P")).unwrap();
    answer(&mut state, wish, Ok(Plan::Publish(plan)));
    assert!(screen(&mut state).contains("there already"));
    assert!(ran(&press(&mut state, "y")).is_none());
}

#[test]
fn an_answer_that_nobody_waits_for_any_more_changes_nothing() {
    let mut state = with_config();
    let effects = press(&mut state, "3P");
    let wish = asked(&effects).unwrap();
    press(&mut state, "<esc>");
    let before = screen(&mut state);
    answer(&mut state, wish, Err(Refusal::of_plan("too late", "")));
    assert_eq!(screen(&mut state), before);
}

#[test]
fn an_answer_to_another_question_is_not_taken_for_this_one() {
    let mut state = with_config();
    let first = asked(&press(&mut state, "3P")).unwrap();
    let second = asked(&press(
        &mut state,
        "<esc>:publish<space>v3.2.0<space>ghcr.io/acme/other<enter>",
    ))
    .unwrap();
    assert_ne!(first, second);
    answer(&mut state, first, Err(Refusal::of_plan("of the first", "")));
    assert!(matches!(state.overlays.last(), Some(Overlay::Drafting(wish)) if **wish == second));
}

#[test]
fn a_publication_needs_no_word_where_the_config_says_where_to() {
    let mut state = with_config();
    let Some(SourceWish::Publish(intent)) = asked(&press(&mut state, "3P")) else {
        panic!()
    };
    assert_eq!(intent.to.to_string(), "ghcr.io/acme/convocate:v3.2.0");
    assert!(!intent.replace_tag);
    answer(
        &mut state,
        SourceWish::Publish(intent),
        Err(Refusal::of_plan("the registry is away", "try later")),
    );
    let text = screen(&mut state);
    assert!(
        text.contains("not possible: publish convocate:v3.2.0") && text.contains("the registry is away"),
        "{text}"
    );

    let mut nowhere = listed(SIZE);
    press(&mut nowhere, "3P");
    let text = screen(&mut nowhere);
    assert!(
        text.contains("where convocate is published is not known"),
        "{text}"
    );
    let effects = press(
        &mut nowhere,
        "<esc>:publish<space>v3.2.0<space>ghcr.io/acme/x<enter>",
    );
    assert!(matches!(asked(&effects), Some(SourceWish::Publish(_))));
}

#[test]
fn a_build_without_a_directory_is_of_the_context_that_tagboat_carries() {
    let mut state = with_config();
    let effects = press(&mut state, ":build<space>v3.3.0<enter>");
    let Some(SourceWish::Build { build, replace_tag }) = asked(&effects) else {
        panic!("{effects:?}")
    };
    assert_eq!((build.origin, replace_tag), (ContextFrom::Embedded, false));
}

#[test]
fn the_directory_of_the_last_build_is_offered_for_the_next() {
    let mut state = failed();
    press(&mut state, "3b");
    assert!(screen(&mut state).contains("build convocate:v3.2.0 /src/agents"));
    // The cursor is at the tag, which is another one than the last.
    let effects = press(&mut state, "<backspace>1<enter>");
    let Some(SourceWish::Build { build, .. }) = asked(&effects) else {
        panic!("{effects:?}")
    };
    assert_eq!(build.reference, tag("v3.2.1"));
    assert_eq!(build.origin, ContextFrom::Directory("/src/agents".to_owned()));
}

#[test]
fn nothing_is_asked_while_the_source_engine_is_away() {
    let mut state = with_config();
    update(
        &mut state,
        Msg::from(Event::Fleet(Delta::Source {
            problem: Some("no such file".to_owned()),
            images: BTreeMap::default(),
        })),
    );
    assert!(asked(&press(&mut state, "3R")).is_none());
    assert!(
        toast(&state).contains("the source engine cannot be asked"),
        "{}",
        toast(&state)
    );
}
