//! The config of an image: user, entrypoint, working directory, variables, labels, volumes.

use super::command_words::program_of;
use super::image_facts::ImageSettings;
use super::report::Finding;
use super::requirement::{Rule, Starter, VolumeRules};
use crate::model::image_files::Accounts;
use crate::model::secret::Hidden;

/// Whether a user of a config is root: `root`, `0`, nothing, and all of them with a group.
pub(super) fn is_root(user: &str) -> bool {
    let name = user.split(':').next().unwrap_or_default();
    name.is_empty() || name == "root" || name.parse() == Ok(0_u64)
}

/// What is wrong with as whom containers start.
pub(super) fn starter(settings: &ImageSettings, accounts: &Accounts, wanted: &Starter) -> Option<String> {
    let user = settings.user.split(':').next().unwrap_or_default();
    let named = match user.parse() {
        Ok(uid) => accounts.name_of(uid),
        Err(_) => user.to_owned(),
    };
    is_started_as(if is_root(user) { "root" } else { &named }, wanted)
}

/// The same with a name.
pub(super) fn is_started_as(user: &str, wanted: &Starter) -> Option<String> {
    let is_right = match wanted {
        Starter::Root => is_root(user),
        Starter::User(wanted) => user == wanted,
    };
    (!is_right).then(|| format!("they start as {user}"))
}

/// What is wrong with the entrypoint.
pub(super) fn entrypoint(settings: &ImageSettings, wanted: &[String]) -> Option<String> {
    let words: Vec<&str> = settings.entrypoint.iter().map(Hidden::look).collect();
    wrong_entrypoint(&words, wanted)
}

/// The same with its words.
pub(super) fn wrong_entrypoint(words: &[&str], wanted: &[String]) -> Option<String> {
    // An entrypoint of one empty word is how some builders clear one.
    let is_empty = words.iter().all(|word| word.is_empty());
    let is_right = if wanted.is_empty() {
        is_empty
    } else {
        words == wanted
    };
    (!is_right).then(|| match words {
        [] => "there is none".to_owned(),
        words => format!("it is {}", program_of(words)),
    })
}

/// What is wrong with the working directory.
pub(super) fn workdir(settings: &ImageSettings, wanted: &str) -> Option<String> {
    wrong_workdir(&settings.workdir, wanted)
}

/// The same with its path.
pub(super) fn wrong_workdir(path: &str, wanted: &str) -> Option<String> {
    let plain = |path: &str| format!("/{}", path.trim_matches('/'));
    (plain(path) != plain(wanted)).then(|| format!("it is {}", plain(path)))
}

/// What is wrong with a variable, whose value is not told.
pub(super) fn value(found: Option<&Hidden>, wanted: Option<&str>, includes: Option<&str>) -> Option<String> {
    let Some(found) = found else {
        return Some("it is not set".to_owned());
    };
    if wanted.is_some_and(|wanted| found.look() != wanted) {
        return Some("it has another value".to_owned());
    }
    let lacks = includes.filter(|part| {
        !found
            .look()
            .split(':')
            .any(|one| one.trim_end_matches('/') == *part)
    });
    lacks.map(|_| "it is not among them".to_owned())
}

/// What is wrong with a label.
pub(super) fn label(found: Option<&Hidden>, is_version: bool) -> Option<String> {
    match found {
        None => Some("it is not set".to_owned()),
        Some(value) if value.is_empty() => Some("it is empty".to_owned()),
        Some(value) if is_version && !names_version(value.look()) => {
            Some("it is no version such as v1.2.3".to_owned())
        }
        Some(_) => None,
    }
}

fn names_version(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let numbers = text.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = numbers.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.len() == 3 && parts.iter().all(is_number)
}

/// What is wrong with the volumes of an image.
pub(super) fn volumes(rule: &Rule, found: &[String], rules: &VolumeRules) -> Vec<Finding> {
    let plain = |path: &str| path.trim_end_matches('/').to_owned();
    let missing = rules
        .required
        .iter()
        .filter(|wanted| !found.iter().any(|path| plain(path) == plain(wanted)))
        .map(|wanted| Finding::broken(rule, format!("there is no volume {wanted}")));
    let wrong = found
        .iter()
        .filter(|path| is_forbidden(path, rules))
        .map(|path| Finding::broken(rule, format!("{path} is a volume")));
    let findings: Vec<Finding> = missing.chain(wrong).collect();
    if findings.is_empty() {
        vec![Finding::ok(rule)]
    } else {
        findings
    }
}

/// Whether a volume is one that must not be, or below one.
pub(super) fn is_forbidden(path: &str, rules: &VolumeRules) -> bool {
    rules.forbidden.iter().any(|forbidden| {
        let rest = path
            .trim_end_matches('/')
            .strip_prefix(forbidden.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

#[cfg(test)]
mod tests {
    use super::{is_root, names_version, wrong_entrypoint};

    #[test]
    fn root_has_several_names() {
        for user in ["", "root", "0", "0:0", "root:staff", "00"] {
            assert!(is_root(user), "{user:?}");
        }
        assert!(!is_root("agent:root") && !is_root("1000"));
    }

    #[test]
    fn versions_may_have_a_letter_before_and_words_behind() {
        assert!(names_version("v1.2.3") && names_version("1.2.3-rc.1+x"));
        assert!(!names_version("1.2") && !names_version("latest") && !names_version("v1.2.x"));
    }

    #[test]
    fn an_entrypoint_is_told_without_its_arguments() {
        let found = wrong_entrypoint(&["/ep", "--token=hunter22"], &[]).unwrap();
        assert!(found.contains("/ep") && !found.contains("hunter22"));
    }
}
