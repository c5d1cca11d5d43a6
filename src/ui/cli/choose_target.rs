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
