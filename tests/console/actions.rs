//! The action table as it is: a change of a key, a name or a risk shows up here and must be meant.

use crate::scenario::{busy, spare_image, tell};
use crate::script::{draw, press};
use std::fmt::Write as _;
use tagboat::model::command::Command;
use tagboat::model::console::action::ACTIONS;
use tagboat::model::console::{Action, Effect, Msg, Place, Risk, Screen, State, update};

#[test]
fn the_action_table_is_as_it_was() {
    let mut table = String::new();
    for info in ACTIONS {
        let keys = info.keys.join(", ");
        let risk = info.risk.word();
        writeln!(table, "{:<16} {keys:<20} {risk:<22} {}", info.name, info.help).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn an_action_that_changes_hosts_is_offered_only_where_its_target_is_seen() {
    for info in ACTIONS.iter().filter(|info| info.risk != Risk::Safe) {
        for place in info.places {
            assert!(
                matches!(place, Place::List(_) | Place::Details(_) | Place::Rollout),
                "{} at {place:?}",
                info.name
            );
        }
    }
}

/// Where an action that changes hosts has something to change: a script to every row that there is.
fn everywhere() -> Vec<State> {
    let scripts = [
        "",
        "G",
        "2",
        "2jjjj",
        "2G",
        "3",
        "3G",
        "4",
        "4jjj",
        "<enter>",
        "2jjjj<enter>",
        "3G<enter>",
        "4<enter>",
    ];
    let mut states = Vec::new();
    for script in scripts {
        let mut state = busy((120, 40));
        tell(&mut state, "eu-05", spare_image("v2.0.0"));
        press(&mut state, script);
        states.push(state);
    }
    states
}

#[test]
fn no_action_changes_anything_before_it_was_confirmed() {
    for state in everywhere() {
        for info in ACTIONS.iter().filter(|info| info.risk >= Risk::Reversible) {
            let mut state = state.clone();
            let effects = update(&mut state, Msg::Act(info.action));
            // What a restart costs is asked at once; the question changes nothing.
            let looks = |effect: &&Effect| matches!(effect, Effect::Engine(Command::Weigh(_)));
            let acts = effects.iter().filter(|effect| !looks(effect)).count();
            assert_eq!(acts, 0, "{}: {effects:?}", info.name);
            draw(&mut state);
        }
    }
}

#[test]
fn what_removes_something_is_confirmed_by_typing() {
    let mut asked = 0;
    for state in everywhere() {
        for info in ACTIONS.iter().filter(|info| info.risk == Risk::Destructive) {
            let mut state = state.clone();
            update(&mut state, Msg::Act(info.action));
            let place = state.place();
            assert_ne!(place, Place::Question, "{}", info.name);
            asked += usize::from(place == Place::Typed);
        }
    }
    assert!(asked >= 2, "the scenario has something to remove: {asked}");
}

#[test]
fn an_action_does_nothing_where_it_means_nothing() {
    let mut state = busy((120, 40));
    press(&mut state, "4");
    for action in [Action::Restart, Action::Push, Action::Prune, Action::Confirm] {
        assert!(!action.info().places.contains(&Place::List(Screen::Jobs)));
        assert!(update(&mut state, Msg::Act(action)).is_empty());
        assert!(state.overlays.is_empty());
    }
}
