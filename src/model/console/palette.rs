//! The palette: every action by its name, and a few verbs that take arguments.

use super::action::{Action, ActionInfo, actions_at, unavailable};
use super::{Place, State};

/// A verb that takes arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verb {
    /// Its word.
    pub word: &'static str,
    /// How it is written.
    pub usage: &'static str,
    /// What it does.
    pub help: &'static str,
}

/// All verbs that take arguments.
pub const VERBS: &[Verb] = &[
    Verb {
        word: "push",
        usage: "push TAG [HOST...]",
        help: "plans a push, to every host if none is named",
    },
    Verb {
        word: "restart",
        usage: "restart SESSION [TAG]",
        help: "plans a restart onto the active tag, or onto a tag",
    },
    Verb {
        word: "activate",
        usage: "activate TAG [HOST...]",
        help: "plans a stamp, on every host that has the tag if none is named",
    },
    Verb {
        word: "prune",
        usage: "prune [HOST...]",
        help: "plans a prune, on every host if none is named",
    },
    Verb {
        word: "build",
        usage: "build TAG [DIR]",
        help: "plans a build here, of the context that tagboat carries if no directory is named",
    },
    Verb {
        word: "release",
        usage: "release TAG [DIR]",
        help: "plans a release: version and tree, build, contract, tag, publication",
    },
    Verb {
        word: "publish",
        usage: "publish TAG [REPOSITORY]",
        help: "plans a publication, as the config says it if no repository is named",
    },
    Verb {
        word: "label",
        usage: "label SESSION [LABEL]",
        help: "plans a label for a session, or takes the one that it has",
    },
    Verb {
        word: "new",
        usage: "new HOST [template=NAME] [tag=TAG] [name=NAME] [KEY=VALUE...]",
        help: "plans a new session from a template, with values of it",
    },
    Verb {
        word: "remove",
        usage: "remove SESSION [volumes]",
        help: "plans a removal, and of its volumes too where that is said",
    },
    Verb {
        word: "filter",
        usage: "filter WORDS",
        help: "filters the list that is shown",
    },
    Verb {
        word: "sort",
        usage: "sort COLUMN",
        help: "sorts the list that is shown",
    },
    Verb {
        word: "show",
        usage: "show NAME",
        help: "opens the details of a session, a host, an image tag or a job",
    },
];

/// One line of the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaletteEntry {
    /// An action, with the reason why it cannot be done now.
    Action(&'static ActionInfo, Option<String>),
    /// A verb, with the arguments that were typed.
    Verb(Verb, Vec<String>),
}

/// What matches a text, best first.
pub fn entries(state: &State, text: &str) -> Vec<PaletteEntry> {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    let arguments: Vec<String> = words.map(str::to_owned).collect();
    if !arguments.is_empty()
        && let Some(verb) = VERBS.iter().find(|verb| verb.word == first)
    {
        return vec![PaletteEntry::Verb(*verb, arguments)];
    }
    let mut scored: Vec<(usize, PaletteEntry)> = Vec::new();
    for info in actions_at(underlying_place(state)).filter(|info| is_listed(info.action)) {
        let names = [info.name, info.title];
        if let Some(score) = names.iter().filter_map(|name| score(first, name)).min() {
            scored.push((score, PaletteEntry::Action(info, unavailable(state, info.action))));
        }
    }
    for verb in VERBS {
        if let Some(score) = score(first, verb.word) {
            scored.push((score, PaletteEntry::Verb(*verb, Vec::new())));
        }
    }
    // The sort is stable: what matches equally well stays in the order of the table.
    scored.sort_by_key(|(score, _)| *score);
    scored.into_iter().map(|(_, entry)| entry).collect()
}

/// Where an action of the palette is done: below the palette.
pub fn underlying_place(state: &State) -> Place {
    state
        .details
        .as_ref()
        .map_or(Place::List(state.screen), |details| {
            Place::Details(details.row.screen())
        })
}

/// Movement is for keys; finding it by name helps nobody.
fn is_listed(action: Action) -> bool {
    use Action as A;
    !matches!(
        action,
        A::Down
            | A::Up
            | A::Top
            | A::Bottom
            | A::HalfDown
            | A::HalfUp
            | A::PageDown
            | A::PageUp
            | A::Palette
            | A::Interrupt
    )
}

/// How well a text matches a name, smaller is better: as its start, as a part, or as letters in order.
fn score(text: &str, name: &str) -> Option<usize> {
    let text = text.to_lowercase();
    if name.starts_with(&text) {
        return Some(0);
    }
    if let Some(at) = name.find(&text) {
        return Some(10 + at);
    }
    let mut rest = name.chars();
    text.chars()
        .all(|wanted| rest.any(|c| c == wanted))
        .then_some(100 + name.len())
}

#[cfg(test)]
mod tests {
    use super::score;

    #[test]
    fn a_start_matches_better_than_a_part_and_a_part_better_than_letters() {
        let start = score("re", "restart").unwrap();
        let part = score("st", "restart").unwrap();
        let letters = score("rst", "restart").unwrap();
        assert!(start < part && part < letters);
        assert_eq!(score("xyz", "restart"), None);
    }
}
