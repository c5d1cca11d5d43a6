//! The action table as it is: a change of a key, a name or a risk shows up here and must be meant.

use std::fmt::Write as _;
use tagboat::model::console::action::ACTIONS;
use tagboat::model::console::{Place, Risk};

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
                matches!(place, Place::List(_) | Place::Details(_)),
                "{} at {place:?}",
                info.name
            );
        }
    }
}
