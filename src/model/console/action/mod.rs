//! What keys and palette entries do. One table of it makes the footer, the help, the palette and the tests.

mod availability;
mod places;
mod table;

pub use availability::unavailable;
pub(super) use availability::{one_image, one_job, sessions_to_roll_out, the_session};
pub use places::{DETAILS, EVERYWHERE, LISTS};
pub use table::ACTIONS;

use super::{Place, Screen};

/// Something that a key or a palette entry triggers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table explains each, to the operator too")]
pub enum Action {
    Down,
    Up,
    Top,
    Bottom,
    HalfDown,
    HalfUp,
    PageDown,
    PageUp,
    Show(Screen),
    NextScreen,
    PreviousScreen,
    Open,
    Close,
    Accept,
    Confirm,
    Decline,
    Clear,
    Filter,
    SortMenu,
    SortReverse,
    Mark,
    MarkRange,
    MarkAll,
    MarkNone,
    MarkInvert,
    Restart,
    RestartOnto,
    RollOut,
    RollBack,
    PauseRollout,
    ApproveRollout,
    SkipSession,
    RetrySession,
    More,
    Less,
    Start,
    Stop,
    Remove,
    Label,
    New,
    Logs,
    Attach,
    LogSearch,
    NextMatch,
    PreviousMatch,
    LogWrap,
    LogPause,
    LogSave,
    Push,
    Prune,
    Build,
    Release,
    Publish,
    Examine,
    MendHost,
    MakeReady,
    UpdateHost,
    Activate,
    CancelJob,
    ResumeJob,
    ReplaceTag,
    AllowFailing,
    CheckImage,
    Copy,
    Help,
    Palette,
    Messages,
    Refresh,
    Suspend,
    Quit,
    Interrupt,
}

/// What an action can cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// It changes nothing outside the console.
    Safe,
    /// It changes nothing by itself, but what follows is about that one row: what is typed goes there, or what is read comes
    /// from there. So it takes the row under the cursor, whatever is marked.
    Pointed,
    /// It changes hosts in a way that can be taken back, and asks first.
    Reversible,
    /// It removes something, and asks for a typed word first.
    Destructive,
}

impl Risk {
    /// The risk in the words of the interface.
    pub fn word(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Pointed => "takes the cursor's row",
            Self::Reversible => "asks first",
            Self::Destructive => "asks for a typed word",
        }
    }
}

/// One row of the action table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionInfo {
    /// Which action.
    pub action: Action,
    /// Its name in the palette and in key settings.
    pub name: &'static str,
    /// A few words for the footer.
    pub title: &'static str,
    /// One sentence for the help.
    pub help: &'static str,
    /// Its keys, the first of which is shown.
    pub keys: &'static [&'static str],
    /// What it can cost.
    pub risk: Risk,
    /// Where it means something.
    pub places: &'static [Place],
    /// Whether the footer names it, where there is room.
    pub is_hinted: bool,
}

impl Action {
    /// Its row in the table.
    pub fn info(self) -> &'static ActionInfo {
        ACTIONS
            .iter()
            .find(|info| info.action == self)
            .unwrap_or(&ACTIONS[0])
    }
}

/// The actions that mean something in a place, in the order of the table.
pub fn actions_at(place: Place) -> impl Iterator<Item = &'static ActionInfo> {
    ACTIONS.iter().filter(move |info| info.places.contains(&place))
}

#[cfg(test)]
mod tests {
    use super::{ACTIONS, EVERYWHERE, Risk};
    use std::collections::HashSet;

    #[test]
    fn no_key_means_two_things_in_one_place() {
        for place in EVERYWHERE {
            let mut seen = HashSet::new();
            for info in super::actions_at(*place) {
                for key in info.keys {
                    assert!(seen.insert(*key), "{key} twice at {place:?}: {}", info.name);
                }
            }
        }
    }

    #[test]
    fn each_action_is_named_once_and_explained() {
        let mut names = HashSet::new();
        let mut actions = HashSet::new();
        for info in ACTIONS {
            assert!(names.insert(info.name), "{} twice", info.name);
            assert!(actions.insert(info.action), "{} twice", info.name);
            assert!(!info.keys.is_empty() && !info.title.is_empty());
            assert!(info.help.ends_with('.'), "{}: help is a sentence", info.name);
        }
    }

    #[test]
    fn no_key_is_one_that_tmux_or_a_navigator_takes_and_none_needs_alt_or_function_keys() {
        let taken = ["C-b", "C-a", "C-h", "C-j", "C-k", "C-l", "C-\\", "C-s", "C-q"];
        for info in ACTIONS {
            for key in info.keys {
                assert!(!taken.contains(key), "{key} of {} is taken", info.name);
                assert!(!key.starts_with("M-"), "{key} of {} needs Alt", info.name);
                let is_function_key = key.len() > 1 && key.starts_with('f') && key[1..].parse::<u8>().is_ok();
                assert!(!is_function_key, "{key} of {} is a function key", info.name);
            }
        }
    }

    #[test]
    fn what_changes_hosts_is_never_on_a_control_letter_or_a_delete_key() {
        for info in ACTIONS.iter().filter(|info| info.risk != Risk::Safe) {
            for key in info.keys {
                let is_plain = key.chars().count() == 1;
                assert!(is_plain, "{key} of {} is too easy to hit", info.name);
            }
        }
    }
}
