//! Which sessions the words of a command line mean: a whole name, or enough of one.

use super::stop::Stop;
use crate::model::fleet::{Fleet, Host, Session};
use crate::model::names::{HostName, SessionName};
use crate::model::profile::SessionSelector;

/// One session of one host.
pub(super) type Place = (HostName, SessionName);

/// The sessions in the order of the words, each once.
pub(super) fn choose_sessions(fleet: &Fleet, words: &[String]) -> Result<Vec<Place>, Stop> {
    let mut chosen: Vec<Place> = Vec::new();
    for word in words {
        let place = choose(fleet, word)?;
        if !chosen.contains(&place) {
            chosen.push(place);
        }
    }
    Ok(chosen)
}

/// The one session that a word means.
pub(super) fn choose_session(fleet: &Fleet, word: &str) -> Result<Place, Stop> {
    choose(fleet, word)
}

/// The best fit wins; several that fit equally well are told and none is taken.
fn choose(fleet: &Fleet, word: &str) -> Result<Place, Stop> {
    let fits: Vec<_> = fleet
        .sessions()
        .filter_map(|(host, session)| Some((fit(host, session, word)?, host, session)))
        .collect();
    let Some(best) = fits.iter().map(|(fit, ..)| *fit).min() else {
        return Err(no_such_session(fleet, word));
    };
    let mut places: Vec<Place> = fits
        .iter()
        .filter(|(fit, ..)| *fit == best)
        .map(|(_, host, session)| (host.name.clone(), session.name().clone()))
        .collect();
    match (places.len(), places.pop()) {
        (1, Some(place)) => Ok(place),
        (_, last) => {
            places.extend(last);
            Err(not_clear(word, &places))
        }
    }
}

/// How well a word names a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Whole,
    WholeWithoutPrefix,
    Label,
    Beginning,
    BeginningOfPart,
}

fn fit(host: &Host, session: Session<'_>, word: &str) -> Option<Fit> {
    let name = session.name().as_str();
    let own = match &host.settings.profile.sessions {
        SessionSelector::NamePrefix(prefix) => name.strip_prefix(prefix.as_str()).unwrap_or(name),
        _ => name,
    };
    if word.is_empty() {
        None
    } else if name == word {
        Some(Fit::Whole)
    } else if own == word {
        Some(Fit::WholeWithoutPrefix)
    } else if session.label().is_some_and(|label| label.as_str() == word) {
        Some(Fit::Label)
    } else if own.starts_with(word) || (name.starts_with(word) && word.len() > name.len() - own.len()) {
        Some(Fit::Beginning)
    } else if own.split(['-', '_', '.']).any(|part| part.starts_with(word)) {
        Some(Fit::BeginningOfPart)
    } else {
        None
    }
}

fn not_clear(word: &str, places: &[Place]) -> Stop {
    let names: Vec<String> = places
        .iter()
        .map(|(host, name)| format!("{host}/{name}"))
        .collect();
    let is_one_name = places.iter().all(|(_, name)| *name == places[0].1);
    let next = if is_one_name {
        format!("add --host {}, or another of them", places[0].0)
    } else {
        "write more of the name".to_owned()
    };
    Stop::usage(format!("{word} could be {}", names.join(", ")), next)
}

fn no_such_session(fleet: &Fleet, word: &str) -> Stop {
    let silent: Vec<String> = fleet
        .hosts()
        .filter(|host| !host.connection.is_usable())
        .map(|host| host.name.to_string())
        .collect();
    let unseen = match silent.as_slice() {
        [] => String::new(),
        hosts => format!(", as far as can be seen: {} could not be asked", hosts.join(", ")),
    };
    Stop::refused(
        format!("there is no session {word}{unseen}"),
        "see `tagboat session list`",
    )
}

#[cfg(test)]
mod tests {
    use super::choose_sessions;
    use crate::ui::cli::fixture::fleet;

    fn chosen(word: &str) -> Result<String, String> {
        match choose_sessions(&fleet(), &[word.to_owned()]) {
            Ok(places) => Ok(places
                .iter()
                .map(|(host, name)| format!("{host}/{name}"))
                .collect::<Vec<_>>()
                .join(" ")),
            Err(stop) => Err(format!("{}; {}", stop.cause, stop.next)),
        }
    }

    #[test]
    fn a_session_is_named_by_its_whole_name_or_by_enough_of_it() {
        for (word, place) in [
            ("convocate-session-4f2a", "eu-01/convocate-session-4f2a"),
            ("4f2a", "eu-01/convocate-session-4f2a"),
            ("4f", "eu-01/convocate-session-4f2a"),
            ("convocate-session-4f", "eu-01/convocate-session-4f2a"),
            ("90ab", "eu-01/convocate-session-77c0-90ab"),
        ] {
            assert_eq!(chosen(word).unwrap(), place, "{word}");
        }
    }

    #[test]
    fn a_name_that_fits_several_sessions_is_told_and_never_guessed() {
        let said = chosen("twin").unwrap_err();
        assert_eq!(
            said,
            "twin could be eu-01/convocate-session-twin, eu-02/convocate-session-twin; add --host eu-01, or another of them"
        );
        let said = chosen("7").unwrap_err();
        assert_eq!(
            said,
            "7 could be eu-01/convocate-session-77c0-90ab, eu-02/convocate-session-7e; write more of the name"
        );
    }

    #[test]
    fn the_common_beginning_of_all_sessions_names_none_and_a_silent_host_is_told() {
        for word in ["convocate-session-", "conv", "zzz", ""] {
            let said = chosen(word).unwrap_err();
            assert!(
                said.contains("as far as can be seen: us-01 could not be asked"),
                "{word}: {said}"
            );
        }
    }
}
