//! Which session of a job a word of the command line means: a whole name, or enough of one.

use super::stop::Stop;
use crate::model::job::{Job, Target};

/// The one target that a word means; the best fit wins.
pub(super) fn choose_target(job: &Job, word: &str) -> Result<Target, Stop> {
    let fits: Vec<_> = job
        .tracks
        .iter()
        .filter_map(|track| Some((fit(&track.target, word)?, &track.target)))
        .collect();
    let best = fits.iter().map(|(fit, _)| *fit).min();
    let fitting: Vec<&Target> = fits
        .iter()
        .filter(|(fit, _)| Some(*fit) == best)
        .map(|(_, target)| *target)
        .collect();
    match fitting.as_slice() {
        [target] => Ok((*target).clone()),
        [] => Err(Stop::usage(
            format!("there is no session {word} in job {}", job.id.short()),
            format!("see `tagboat job show {}`", job.id.short()),
        )),
        many => {
            let names: Vec<String> = many.iter().map(ToString::to_string).collect();
            Err(Stop::usage(
                format!("{word} could be {}", names.join(", ")),
                "write more of the name, or HOST/SESSION",
            ))
        }
    }
}

/// How well a word names a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    WithHost,
    Whole,
    PartOfName,
}

fn fit(target: &Target, word: &str) -> Option<Fit> {
    let name = target.session.as_ref()?.as_str();
    let begins = |at: usize| at == 0 || name[..at].ends_with(['-', '_', '.']);
    if word.is_empty() {
        None
    } else if target.to_string() == word {
        Some(Fit::WithHost)
    } else if name == word {
        Some(Fit::Whole)
    } else {
        let mut found = name.match_indices(word);
        found.any(|(at, _)| begins(at)).then_some(Fit::PartOfName)
    }
}

#[cfg(test)]
mod tests {
    use super::choose_target;
    use crate::model::job::{Target, Track};
    use crate::model::names::{HostName, SessionName};
    use crate::ui::cli::fixture::job;
    use std::collections::VecDeque;

    fn track(host: &str, session: &str) -> Track {
        let session = SessionName::parse(session).unwrap();
        Track {
            target: Target::session(HostName::parse(host).unwrap(), session),
            steps: Vec::new(),
            progress: None,
            transfer: None,
            result: None,
            lines: VecDeque::new(),
        }
    }

    #[test]
    fn a_session_is_named_whole_or_by_a_part_that_begins_its_name_or_a_piece_of_it() {
        let mut job = job("20261121-013000-a1b2");
        job.tracks = vec![
            track("eu-01", "convocate-session-4f2a"),
            track("eu-02", "convocate-session-4f"),
            track("us-01", "convocate-session-twin"),
            track("us-02", "convocate-session-twin"),
        ];
        let chosen = |word| match choose_target(&job, word) {
            Ok(target) => target.to_string(),
            Err(stop) => stop.cause,
        };
        assert_eq!(chosen("4f2"), "eu-01/convocate-session-4f2a");
        assert_eq!(chosen("convocate-session-4f"), "eu-02/convocate-session-4f");
        assert_eq!(
            chosen("us-02/convocate-session-twin"),
            "us-02/convocate-session-twin"
        );
        assert_eq!(
            chosen("twin"),
            "twin could be us-01/convocate-session-twin, us-02/convocate-session-twin"
        );
        for word in ["win", ""] {
            assert_eq!(chosen(word), format!("there is no session {word} in job a1b2"));
        }
    }
}
