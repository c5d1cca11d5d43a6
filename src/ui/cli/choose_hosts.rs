//! Which hosts a command line means: names, patterns, groups, or all.

use super::args::HostArgs;
use super::stop::Stop;
use crate::model::profile::HostSettings;
use crate::ops::config::{Config, nearest};

/// The hosts of a verb that only looks: all, unless some are named.
pub(super) fn hosts_to_see(config: &Config, wanted: &[String]) -> Result<Vec<HostSettings>, Stop> {
    let hosts = configured(config)?;
    if wanted.is_empty() {
        Ok(hosts.to_vec())
    } else {
        matching(hosts, wanted)
    }
}

/// The hosts of a change: those that are named, or all where that is said; a single configured host needs no word.
pub(super) fn hosts_to_change(config: &Config, args: &HostArgs) -> Result<Vec<HostSettings>, Stop> {
    let hosts = configured(config)?;
    match (args.hosts.as_slice(), args.all, hosts) {
        ([], true, _) | ([], false, [_]) => Ok(hosts.to_vec()),
        ([], false, _) => Err(Stop::usage(
            format!("no host was chosen of {}", hosts.len()),
            "name hosts with --host, or use --all",
        )),
        (wanted, _, _) => matching(hosts, wanted),
    }
}

fn configured(config: &Config) -> Result<&[HostSettings], Stop> {
    if config.hosts.is_empty() {
        Err(Stop::usage(
            format!("there are no hosts in {}", config.origin),
            "add one: `tagboat host add NAME ADDRESS`",
        ))
    } else {
        Ok(&config.hosts)
    }
}

/// The hosts in the order of the words, each once.
fn matching(hosts: &[HostSettings], wanted: &[String]) -> Result<Vec<HostSettings>, Stop> {
    let mut chosen: Vec<HostSettings> = Vec::new();
    for word in wanted {
        let mut found = hosts.iter().filter(|host| means(word, host)).peekable();
        if found.peek().is_none() {
            return Err(no_such_host(hosts, word));
        }
        for host in found {
            if !chosen.iter().any(|known| known.name == host.name) {
                chosen.push(host.clone());
            }
        }
    }
    Ok(chosen)
}

fn means(word: &str, host: &HostSettings) -> bool {
    match word.strip_prefix("group:") {
        Some(group) => host.groups.iter().any(|known| fits(group, known)),
        None => fits(word, host.name.as_str()),
    }
}

/// Whether a pattern with `*` and `?` fits the whole of a name.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.chars().next() {
        None => name.is_empty(),
        Some('*') => {
            let rest = &pattern[1..];
            name.char_indices().any(|(at, _)| fits(rest, &name[at..])) || fits(rest, "")
        }
        Some(letter) => {
            let mut name_letters = name.chars();
            let same = name_letters
                .next()
                .is_some_and(|have| letter == '?' || letter == have);
            same && fits(&pattern[letter.len_utf8()..], name_letters.as_str())
        }
    }
}

fn no_such_host(hosts: &[HostSettings], word: &str) -> Stop {
    let names = || hosts.iter().map(|host| host.name.as_str());
    let groups = || {
        hosts
            .iter()
            .flat_map(|host| host.groups.iter().map(String::as_str))
    };
    if let Some(group) = word.strip_prefix("group:") {
        let next = match nearest(group, groups()) {
            Some(meant) => format!("did you mean group:{meant}?"),
            None => "groups = [\"...\"] of a host puts it into a group".to_owned(),
        };
        return Stop::usage(format!("no host is in the group {group}"), next);
    }
    if word.contains(['*', '?']) {
        return Stop::usage(
            format!("no host fits {word}"),
            "see `tagboat host list` for the hosts",
        );
    }
    let next = match nearest(word, names()) {
        Some(meant) => format!("did you mean {meant}?"),
        None if hosts.len() <= 12 => format!("the hosts are {}", names().collect::<Vec<_>>().join(", ")),
        None => "see `tagboat host list` for the hosts".to_owned(),
    };
    Stop::usage(format!("there is no host {word}"), next)
}

#[cfg(test)]
mod tests {
    use super::{fits, hosts_to_change, hosts_to_see};
    use crate::model::names::HostName;
    use crate::model::plan::PushOptions;
    use crate::model::profile::{Address, Guard, HostSettings, KnownFrom, Profile};
    use crate::ops::config::{CacheSettings, Config, Origin};
    use crate::ui::cli::args::HostArgs;
    use crate::ui::cli::exit_code::Exit;

    fn config(hosts: &[(&str, &[&str])]) -> Config {
        let host = |(name, groups): &(&str, &[&str])| HostSettings {
            name: HostName::parse(name).unwrap(),
            address: Address::Ssh((*name).to_owned()),
            known_from: KnownFrom::ConfigFile,
            groups: groups.iter().map(|&group| group.to_owned()).collect(),
            guard: Guard::Normal,
            helper: true,
            profile: Profile::convocate(),
        };
        Config {
            origin: Origin::File("tagboat.toml".into()),
            ssh_config: None,
            hosts: hosts.iter().map(host).collect(),
            left_out: Vec::new(),
            push: PushOptions::default(),
            cache: CacheSettings::default(),
            projects: Vec::new(),
        }
    }

    fn fleet() -> Config {
        config(&[("eu-01", &["gpu"]), ("eu-02", &[]), ("us-01", &["gpu", "big"])])
    }

    fn chosen(words: &[&str]) -> Result<Vec<String>, String> {
        let wanted: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        match hosts_to_see(&fleet(), &wanted) {
            Ok(hosts) => Ok(hosts.iter().map(|host| host.name.to_string()).collect()),
            Err(stop) => Err(format!("{}; {}", stop.cause, stop.next)),
        }
    }

    #[test]
    fn hosts_are_named_by_name_by_pattern_and_by_group_each_once() {
        for (words, names) in [
            (&["us-01", "eu-01"][..], &["us-01", "eu-01"][..]),
            (&["eu-*"], &["eu-01", "eu-02"]),
            (&["??-01"], &["eu-01", "us-01"]),
            (&["group:gpu", "eu-01"], &["eu-01", "us-01"]),
            (&["*"], &["eu-01", "eu-02", "us-01"]),
            (&[], &["eu-01", "eu-02", "us-01"]),
        ] {
            assert_eq!(chosen(words).unwrap(), names, "{words:?}");
        }
    }

    #[test]
    fn a_host_that_is_not_there_is_told_with_the_one_that_was_meant() {
        for (word, said) in [
            ("eu-03", "there is no host eu-03; did you mean eu-01?"),
            (
                "elsewhere",
                "there is no host elsewhere; the hosts are eu-01, eu-02, us-01",
            ),
            (
                "asia-*",
                "no host fits asia-*; see `tagboat host list` for the hosts",
            ),
            (
                "group:gpus",
                "no host is in the group gpus; did you mean group:gpu?",
            ),
        ] {
            assert_eq!(chosen(&[word]).unwrap_err(), said);
        }
    }

    #[test]
    fn a_change_names_its_hosts_unless_there_is_only_one() {
        let nothing = HostArgs::default();
        assert_eq!(hosts_to_change(&fleet(), &nothing).unwrap_err().exit, Exit::Usage);
        assert_eq!(
            hosts_to_change(&config(&[("one", &[])]), &nothing).unwrap().len(),
            1
        );
        let all = HostArgs { all: true, ..nothing };
        assert_eq!(hosts_to_change(&fleet(), &all).unwrap().len(), 3);
        assert_eq!(hosts_to_change(&config(&[]), &all).unwrap_err().exit, Exit::Usage);
    }

    #[test]
    fn a_pattern_fits_the_whole_name_or_not_at_all() {
        for (pattern, name, expected) in [
            ("eu-*", "eu-", true),
            ("*-01", "eu-01", true),
            ("e*1", "eu-01", true),
            ("eu", "eu-01", false),
            ("*x*", "eu-01", false),
            ("?", "", false),
            ("**", "", true),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }
}
