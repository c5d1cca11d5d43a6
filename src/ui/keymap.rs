//! Which key does what in which place: the defaults of the action table, and what the operator set instead.

use super::keys::{Key, NotAKey};
use crate::model::console::action::ACTIONS;
use crate::model::console::{Action, Place};
use std::collections::HashMap;

/// The bindings.
#[derive(Debug, Clone)]
pub struct Keymap {
    bindings: HashMap<(Place, Vec<Key>), Action>,
    first_keys: HashMap<Action, String>,
}

/// Why key settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeymapProblem {
    /// A key cannot be read.
    #[error(transparent)]
    Key(#[from] NotAKey),
    /// There is no such action.
    #[error("there is no action {0:?}; `?` in the console lists all")]
    UnknownAction(String),
    /// One key would mean two things in one place.
    #[error("{key} would be both {one} and {other}")]
    Clash {
        /// The key.
        key: String,
        /// One of the two actions.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
}

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// It does this.
    Action(Action),
    /// It begins a sequence.
    Prefix,
    /// Nothing.
    Nothing,
}

impl Keymap {
    /// The defaults, with other keys for the actions that are named.
    pub fn with<'a>(
        changes: impl IntoIterator<Item = (&'a str, Vec<String>)>,
    ) -> Result<Self, KeymapProblem> {
        let mut keys: HashMap<&'static str, Vec<String>> = ACTIONS
            .iter()
            .map(|info| (info.name, info.keys.iter().map(ToString::to_string).collect()))
            .collect();
        for (name, wanted) in changes {
            match keys.get_mut(name) {
                Some(keys) => *keys = wanted,
                None => return Err(KeymapProblem::UnknownAction(name.to_owned())),
            }
        }
        let mut map = Self {
            bindings: HashMap::new(),
            first_keys: HashMap::new(),
        };
        for info in ACTIONS {
            for text in keys.get(info.name).into_iter().flatten() {
                let sequence = Key::parse_sequence(text)?;
                map.first_keys.entry(info.action).or_insert_with(|| shown(text));
                for place in info.places {
                    let earlier = map.bindings.insert((*place, sequence.clone()), info.action);
                    if let Some(earlier) = earlier {
                        return Err(KeymapProblem::Clash {
                            key: text.clone(),
                            one: earlier.info().name,
                            other: info.name,
                        });
                    }
                }
            }
        }
        Ok(map)
    }

    /// What a sequence of keys means in a place.
    pub fn meaning(&self, place: Place, sequence: &[Key]) -> Meaning {
        if let Some(action) = self.bindings.get(&(place, sequence.to_vec())) {
            return Meaning::Action(*action);
        }
        let begins = |(at, keys): &(Place, Vec<Key>)| *at == place && keys.starts_with(sequence);
        if self.bindings.keys().any(begins) {
            Meaning::Prefix
        } else {
            Meaning::Nothing
        }
    }

    /// The key of an action, as the screen names it.
    pub fn key(&self, action: Action) -> &str {
        self.first_keys.get(&action).map_or("", String::as_str)
    }
}

/// The names of keys as they are written on the screen.
fn shown(text: &str) -> String {
    match text {
        "enter" => "Enter".to_owned(),
        "esc" => "Esc".to_owned(),
        "tab" => "Tab".to_owned(),
        "backtab" => "S-Tab".to_owned(),
        "pgdn" => "PgDn".to_owned(),
        "pgup" => "PgUp".to_owned(),
        "g g" => "gg".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Keymap, KeymapProblem, Meaning};
    use crate::model::console::{Action, Place, Screen};
    use crate::ui::keys::Key;

    const LIST: Place = Place::List(Screen::Sessions);

    #[test]
    fn the_defaults_hold_together() {
        let map = Keymap::with([]).unwrap();
        let g = Key::char('g');
        assert_eq!(map.meaning(LIST, &[g]), Meaning::Prefix);
        assert_eq!(map.meaning(LIST, &[g, g]), Meaning::Action(Action::Top));
        assert_eq!(map.meaning(LIST, &[Key::char('Z')]), Meaning::Nothing);
    }

    #[test]
    fn a_key_can_be_moved_and_a_clash_is_named() {
        let map = Keymap::with([("restart", vec!["R".to_owned()])]).unwrap();
        assert_eq!(map.key(Action::Restart), "R");
        assert_eq!(map.meaning(LIST, &[Key::char('r')]), Meaning::Nothing);
        let clash = Keymap::with([("restart", vec!["t".to_owned()])]).unwrap_err();
        assert!(matches!(clash, KeymapProblem::Clash { .. }), "{clash}");
        assert!(Keymap::with([("no-such", vec![])]).is_err());
    }
}
