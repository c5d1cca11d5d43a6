//! What a host names that stands against a restart, all of it, put into one cause and what to do about it.

use crate::model::clean::clean;
use crate::model::names::HostName;
use std::collections::BTreeMap;

/// What was named, in the host's words.
#[derive(Debug, Default)]
pub(super) struct Obstacles {
    /// Such as `bind source /srv/x`.
    missing: Vec<String>,
    /// Containers, each with what it uses: `network`, `IPC`, `PID` or `link`.
    dependents: BTreeMap<String, Vec<String>>,
}

impl Obstacles {
    pub(super) fn miss(&mut self, what: &str) {
        self.missing.push(clean(what));
    }

    /// `told`: a container's name and one thing of the session that it uses.
    pub(super) fn depends(&mut self, told: &str) {
        let told = clean(told);
        let (name, what) = told.split_once(' ').unwrap_or((&told, "link"));
        let uses = self.dependents.entry(name.to_owned()).or_default();
        if !uses.iter().any(|known| known == what) {
            uses.push(what.to_owned());
        }
    }

    /// Cause and advice, if there is anything.
    pub(super) fn told(&self, host: &HostName) -> Option<(String, String)> {
        if !self.missing.is_empty() {
            let all: Vec<String> = self.missing.iter().map(|what| format!("its {what}")).collect();
            let (are, them) = if all.len() == 1 {
                ("is", "it")
            } else {
                ("are", "them")
            };
            return Some((
                format!("{} {are} gone", listed(&all)),
                format!("bring {them} back, or remove the session and start it anew"),
            ));
        }
        let names: Vec<String> = self.dependents.keys().cloned().collect();
        let (why, them) = match names.len() {
            0 => return None,
            1 => ("it knows this container by its id and would be cut off", "it"),
            _ => ("they know this container by its id and would be cut off", "them"),
        };
        let uses: Vec<String> = self
            .dependents
            .iter()
            .map(|(name, uses)| use_of(name, uses))
            .collect();
        Some((
            format!("{}: {why}", listed(&uses)),
            format!(
                "remove {} on {host}, restart the session, then make {them} again",
                listed(&names)
            ),
        ))
    }
}

/// A link of the default bridge goes with the container, not with its name: an engine refuses to start the one that has it
/// as soon as the linked one is stopped for good ("Cannot link to a non running container").
fn use_of(name: &str, uses: &[String]) -> String {
    let namespaces: Vec<&str> = uses
        .iter()
        .map(String::as_str)
        .filter(|what| *what != "link")
        .collect();
    let has_link = namespaces.len() < uses.len();
    match (namespaces.is_empty(), has_link) {
        (true, _) => format!("{name} has a link to it"),
        (false, false) => format!("{name} uses a namespace of it ({})", namespaces.join(", ")),
        (false, true) => format!(
            "{name} uses a namespace of it ({}) and has a link to it",
            namespaces.join(", ")
        ),
    }
}

fn listed(texts: &[String]) -> String {
    match texts {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::Obstacles;
    use crate::model::names::HostName;

    fn told(missing: &[&str], dependents: &[&str]) -> Option<(String, String)> {
        let mut obstacles = Obstacles::default();
        for what in missing {
            obstacles.miss(what);
        }
        for told in dependents {
            obstacles.depends(told);
        }
        obstacles.told(&HostName::parse("agent-1").unwrap())
    }

    #[test]
    fn where_nothing_is_named_nothing_stands_against_it() {
        assert_eq!(told(&[], &[]), None);
    }

    #[test]
    fn everything_that_is_missing_is_named_at_once() {
        let (cause, advice) = told(&["bind source /srv/a", "network n"], &["b link"]).unwrap();
        assert_eq!(cause, "its bind source /srv/a and its network n are gone");
        assert_eq!(advice, "bring them back, or remove the session and start it anew");
        let (cause, _) = told(&["network n"], &[]).unwrap();
        assert_eq!(cause, "its network n is gone");
    }

    #[test]
    fn every_container_that_would_be_cut_off_is_named_with_what_it_uses_and_what_to_do() {
        let all = [
            "b IPC",
            "c link",
            "b PID",
            "a network",
            "b IPC",
            "d link",
            "d network",
        ];
        let (cause, advice) = told(&[], &all).unwrap();
        assert_eq!(
            cause,
            "a uses a namespace of it (network), b uses a namespace of it (IPC, PID), c has a link to it and \
             d uses a namespace of it (network) and has a link to it: they know this container by its id and would be cut off"
        );
        assert_eq!(
            advice,
            "remove a, b, c and d on agent-1, restart the session, then make them again"
        );
        let (_, advice) = told(&[], &["a network"]).unwrap();
        assert_eq!(
            advice,
            "remove a on agent-1, restart the session, then make it again"
        );
    }
}
