//! The stamp, the tags that sessions are pinned to, and the files that they are given.

use crate::model::fleet::Host;
use crate::model::setup::{Examination, Finding, Level};

/// Names of files that a directory in their place cannot be: programs, and what has an ending.
const ENDINGS: [&str; 10] = [
    ".json", ".conf", ".toml", ".yaml", ".yml", ".sh", ".env", ".sock", ".pem", ".key",
];

/// Whether sessions that start now get an image.
pub(super) fn stamp(host: &Host) -> Option<Finding> {
    let name = &host.name;
    if let Some(problem) = host.stamp.problem() {
        return Some(Finding::new(
            Level::Problem,
            "stamp",
            problem,
            format!(
                "tagboat push TAG --host {name}, or `tagboat activate TAG --host {name}` for one that is there"
            ),
        ));
    }
    let active = host.stamp.active()?;
    host.image(active).is_none().then(|| {
        Finding::new(
            Level::Problem,
            "stamp",
            format!("{active} is active and is not on the host: no session can start"),
            format!("tagboat push {active} --host {name}"),
        )
    })
}

/// Sessions whose tag is gone: they run, and cannot be made anew on it.
pub(super) fn tags_gone(host: &Host) -> Option<Finding> {
    let gone: Vec<String> = host
        .sessions()
        .filter(|session| session.standing().missing)
        .map(|session| {
            let pinned = session.pinned().map(ToString::to_string).unwrap_or_default();
            format!("{} ({pinned})", session.name())
        })
        .collect();
    (!gone.is_empty()).then(|| {
        Finding::new(
            Level::Warning,
            "sessions",
            format!(
                "pinned to a tag that is not on the host any more: {}",
                gone.join(", ")
            ),
            format!(
                "push the tag again, or restart them onto the active one: tagboat rollout --host {}",
                host.name
            ),
        )
    })
}

/// Binds whose source Docker made, as an empty directory, because nothing was there (research/seeds.md 1.6).
pub(super) fn empty_binds(host: &Host, told: &Examination) -> Vec<Finding> {
    let is_session = |name: &str| host.sessions().any(|session| session.name().as_str() == name);
    let wrong = told
        .empty_binds
        .iter()
        .filter(|bind| is_session(&bind.container) && is_to_be_a_file(&bind.inside));
    let mut sources: Vec<(&str, Vec<&str>)> = Vec::new();
    for bind in wrong {
        match sources.iter_mut().find(|(source, _)| *source == bind.source) {
            Some((_, sessions)) => sessions.push(&bind.container),
            None => sources.push((&bind.source, vec![&bind.container])),
        }
    }
    let finding = |(source, sessions): (&str, Vec<&str>)| {
        Finding::new(
            Level::Problem,
            "bind",
            format!(
                "{source} is an empty directory that Docker made, because no file was there; it is given to {}",
                sessions.join(", ")
            ),
            format!("`rmdir {source}` there, put the file in its place, then restart these sessions"),
        )
    };
    sources.into_iter().map(finding).collect()
}

/// Whether a path in a container is that of a file, by its name: a program, or something with the ending of one.
fn is_to_be_a_file(inside: &str) -> bool {
    let (folder, name) = inside.rsplit_once('/').unwrap_or(("", inside));
    let is_program = folder.ends_with("/bin") || folder.ends_with("/sbin");
    is_program || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::is_to_be_a_file;

    #[test]
    fn a_path_is_that_of_a_file_by_its_name() {
        for (path, is_file) in [
            ("/usr/local/bin/claude", true),
            ("/home/claude/.claude.json", true),
            ("/work", false),
            ("/home/claude/.ssh", false),
            ("/usr/bin", false),
        ] {
            assert_eq!(is_to_be_a_file(path), is_file, "{path}");
        }
    }
}
