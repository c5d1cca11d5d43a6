//! The target never moves: whatever happens between two frames, an action is about what was under the cursor.

use crate::scenario::{self, container, listed, tell};
use crate::script::draw;
use proptest::prelude::*;
use tagboat::model::console::{Action, Edit, Msg, Overlay, RowId, State, update};
use tagboat::model::fleet::{ContainerState, HostChange};
use tagboat::model::plan::Plan;

/// Something that can happen between two looks at the screen.
#[derive(Debug, Clone)]
enum Happening {
    Press(Action),
    Filter(&'static str),
    Draw,
    Gone(usize),
    Back(usize),
    Stamped(&'static str),
}

const NAMES: [(&str, &str); 6] = [
    ("eu-01", "convocate-session-atlas"),
    ("eu-01", "convocate-session-cedar"),
    ("eu-02", "convocate-session-ember"),
    ("eu-05", "convocate-session-grove"),
    ("us-01", "convocate-session-heath"),
    ("us-01", "convocate-session-inlet"),
];

fn happening() -> impl Strategy<Value = Happening> {
    let moves = [
        Action::Down,
        Action::Up,
        Action::Top,
        Action::Bottom,
        Action::PageDown,
        Action::SortReverse,
        Action::Clear,
    ];
    prop_oneof![
        4 => prop::sample::select(moves.to_vec()).prop_map(Happening::Press),
        1 => prop::sample::select(vec!["eu", "is:behind", "!atlas", "state:running", "zzz"]).prop_map(Happening::Filter),
        2 => Just(Happening::Draw),
        2 => (0..NAMES.len()).prop_map(Happening::Gone),
        2 => (0..NAMES.len()).prop_map(Happening::Back),
        1 => prop::sample::select(vec!["v3.0.0", "v3.1.0"]).prop_map(Happening::Stamped),
    ]
}

fn happen(state: &mut State, happening: &Happening) {
    match happening {
        Happening::Press(action) => {
            update(state, Msg::Act(*action));
        }
        Happening::Filter(text) => {
            update(state, Msg::Act(Action::Filter));
            update(state, Msg::Text(Edit::DeleteToStart));
            for c in text.chars() {
                update(state, Msg::Text(Edit::Insert(c)));
            }
            update(state, Msg::Act(Action::Accept));
        }
        Happening::Draw => {
            draw(state);
        }
        Happening::Gone(index) => {
            let (host, name) = NAMES[*index];
            let id = container(name, "v3.0.0", ContainerState::Running).id;
            tell(state, host, HostChange::ContainerGone(id));
        }
        Happening::Back(index) => {
            let (host, name) = NAMES[*index];
            let container = container(name, "v3.0.0", ContainerState::Running);
            tell(state, host, HostChange::Container(container));
        }
        Happening::Stamped(tag) => tell(state, "eu-01", scenario::stamp(tag)),
    }
}

/// The session that the plan on the screen is about.
fn planned(state: &State) -> Option<RowId> {
    match state.overlays.last() {
        Some(Overlay::Plan(dialog)) => match &dialog.plan {
            Plan::Restart(plan) => {
                let one = plan.sessions.first()?;
                Some(RowId::Session(one.host.clone(), one.session.clone()))
            }
            _ => None,
        },
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn a_restart_is_about_the_session_that_was_under_the_cursor_or_about_none(
        before in prop::collection::vec(happening(), 0..25),
        after_the_look in prop::collection::vec(happening(), 0..4),
    ) {
        let mut state = listed((80, 24));
        for one in &before {
            happen(&mut state, one);
        }
        draw(&mut state);
        let looked_at = state.lists.of(state.screen).cursor.clone();
        // Only the fleet changes between the look and the key.
        for one in after_the_look.iter().filter(|one| !matches!(one, Happening::Press(_) | Happening::Filter(_) | Happening::Draw)) {
            happen(&mut state, one);
        }
        update(&mut state, Msg::Act(Action::Restart));
        if let Some(planned) = planned(&state) {
            prop_assert_eq!(Some(planned), looked_at);
        }
    }

    #[test]
    fn the_cursor_is_always_on_a_row_that_is_shown(happenings in prop::collection::vec(happening(), 0..40)) {
        let mut state = listed((60, 20));
        for one in &happenings {
            happen(&mut state, one);
        }
        draw(&mut state);
        let list = state.lists.of(state.screen);
        match &list.cursor {
            Some(cursor) => {
                let position = list.order.iter().position(|id| id == cursor);
                prop_assert!(position.is_some_and(|at| at >= state.shown.top && at < state.shown.top + state.shown.rows));
            }
            None => prop_assert!(list.order.is_empty()),
        }
    }
}
