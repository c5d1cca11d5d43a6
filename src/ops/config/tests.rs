//! Every fixture in `tests/configs`: the valid ones resolve, the invalid ones say where, what, and what instead.

use super::{Config, Origin};
use crate::model::profile::{Address, Guard, SessionSelector};
use std::ffi::OsString;
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn fixtures(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/configs")
        .join(kind);
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

fn read(text: &str, name: &str) -> Result<Config, super::ConfigError> {
    Config::read(text, Path::new(name), None, &|key| {
        (key == "HOME").then(|| OsString::from("/home/me"))
    })
}

#[test]
fn every_broken_config_says_the_line_the_wrong_word_and_the_way_out() {
    let mut said = String::new();
    for path in fixtures("invalid") {
        let name = path.file_name().unwrap().to_str().unwrap();
        let error = read(&std::fs::read_to_string(&path).unwrap(), name).unwrap_err();
        assert!(error.place.is_some() && !error.advice.is_empty(), "{error}");
        writeln!(said, "{error}\n  {}\n", error.advice).unwrap();
    }
    insta::assert_snapshot!(said);
}

#[test]
fn every_valid_config_reads_back_the_same_from_what_config_show_prints() {
    for path in fixtures("valid") {
        let name = path.file_name().unwrap().to_str().unwrap();
        let config = read(&std::fs::read_to_string(&path).unwrap(), name).unwrap();
        let again = read(&config.to_toml().unwrap(), name).unwrap();
        assert_eq!(again, config, "{name}");
    }
}

#[test]
fn a_config_with_every_key_shows_every_value() {
    let text = include_str!("../../../tests/configs/valid/full.toml");
    insta::assert_snapshot!(read(text, "full.toml").unwrap().to_toml().unwrap());
}

#[test]
fn a_host_has_its_own_paths_before_those_of_its_profile() {
    let config = read(
        include_str!("../../../tests/configs/valid/full.toml"),
        "full.toml",
    )
    .unwrap();
    let [first, second, third] = config.hosts.as_slice() else {
        panic!("{config:?}")
    };
    assert_eq!(
        config.ssh_config.as_deref(),
        Some(Path::new("/home/me/.ssh/fleet"))
    );
    assert_eq!((first.profile.name.as_str(), first.guard), ("gpu", Guard::Strict));
    assert_eq!(first.profile.paths.stamp, "/etc/gpu/current-image");
    assert_eq!(
        (second.profile.paths.stamp.as_str(), second.guard),
        ("/srv/current-image", Guard::Normal)
    );
    assert_eq!(
        second.profile.sessions,
        SessionSelector::Label("role=agent".to_owned())
    );
    assert_eq!(second.address, Address::Ssh("eu-02".to_owned()));
    assert_eq!(third.address, Address::Local);
}

#[test]
fn without_a_file_the_hosts_are_docker_contexts_and_without_those_this_machine() {
    let home = tempfile::tempdir().unwrap();
    let environment = |name: &str| {
        ["HOME", "XDG_CONFIG_HOME"]
            .contains(&name)
            .then(|| home.path().as_os_str().to_owned())
    };
    let local = Config::load(None, &environment).unwrap();
    assert_eq!(
        (local.origin, &local.hosts[0].address),
        (Origin::LocalEngine, &Address::Local)
    );
    let context = home.path().join(".docker/contexts/meta/0");
    std::fs::create_dir_all(&context).unwrap();
    std::fs::write(
        context.join("meta.json"),
        r#"{"Name":"eu-1","Endpoints":{"docker":{"Host":"ssh://eu-1"}}}"#,
    )
    .unwrap();
    let contexts = Config::load(None, &environment).unwrap();
    assert_eq!(contexts.origin, Origin::DockerContexts);
    assert_eq!(contexts.hosts[0].address, Address::Ssh("ssh://eu-1".to_owned()));
}

#[test]
fn with_a_file_docker_contexts_are_added_only_when_it_says_so() {
    let home = tempfile::tempdir().unwrap();
    for (name, address) in [("eu-1", "ssh://eu-1"), ("eu-2", "ssh://eu-2")] {
        let context = home.path().join("contexts/meta").join(name);
        std::fs::create_dir_all(&context).unwrap();
        let meta = format!(r#"{{"Name":"{name}","Endpoints":{{"docker":{{"Host":"{address}"}}}}}}"#);
        std::fs::write(context.join("meta.json"), meta).unwrap();
    }
    let hosts = |discovery: &str| {
        let text = format!("{discovery}\n[[hosts]]\nname = \"eu-1\"\n");
        let config = Config::read(&text, Path::new("c"), Some(home.path()), &|_| None).unwrap();
        config
            .hosts
            .iter()
            .map(|host| host.name.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(hosts(""), ["eu-1"]);
    assert_eq!(hosts("[discovery]\ndocker_contexts = true"), ["eu-1", "eu-2"]);
}

#[test]
fn a_file_that_was_named_and_is_not_there_is_an_error_and_not_an_empty_config() {
    let error = Config::load(Some(Path::new("/nowhere/tagboat.toml")), &|_| None).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("/nowhere/tagboat.toml: the config cannot be read"),
        "{error}"
    );
}

#[test]
fn a_host_has_its_own_probe_before_that_of_its_profile_and_one_sign_replaces_another() {
    let config = read(
        include_str!("../../../tests/configs/valid/probes.toml"),
        "probes.toml",
    )
    .unwrap();
    let words: Vec<String> = config
        .hosts
        .iter()
        .map(|host| host.profile.probe.words())
        .collect();
    assert_eq!(
        words,
        [
            "probe until healthy",
            "probe 5 s and `test -e /run/ready`",
            "probe 600 s",
            "probe 600 s and \"it's \\\"ready\\\"\" in its log",
        ]
    );
    assert_eq!(config.hosts[3].profile.probe.deadline.as_secs(), 600);
}
