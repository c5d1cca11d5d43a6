//! Every fixture in `tests/configs`: the valid ones resolve, the invalid ones say where, what, and what instead.

use super::{Config, Origin};
use crate::model::profile::{Address, Guard, HostSettings, KnownFrom, SessionSelector};
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
    Config::read(text, Path::new(name), &|key| match key {
        "HOME" => Some(OsString::from("/home/me")),
        "TAGBOAT_AGENT_KEYS_DIR" => Some(OsString::from("/nowhere")),
        _ => None,
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
fn a_profile_can_ask_nothing_of_its_image_and_one_on_top_of_it_asks_again() {
    let text = include_str!("../../../tests/configs/valid/contracts.toml");
    let asked = |config: &Config| -> Vec<_> {
        let hosts = config.hosts.iter();
        hosts.map(|host| host.profile.contract.clone()).collect()
    };
    let config = read(text, "contracts.toml").unwrap();
    let some = |name: &str| Some(name.to_owned());
    assert_eq!(asked(&config), [None, None, some("disinto"), some("cloche")]);
    let shown = config.to_toml().unwrap();
    assert!(shown.contains("contract = \"none\""), "{shown}");
    assert_eq!(asked(&read(&shown, "shown.toml").unwrap()), asked(&config));
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

/// A home with Docker contexts and a folder of agent-keys, both of which know eu-1.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with_context(self, name: &str) -> Self {
        let context = self.0.path().join(".docker/contexts/meta").join(name);
        std::fs::create_dir_all(&context).unwrap();
        let meta = format!(r#"{{"Name":"{name}","Endpoints":{{"docker":{{"Host":"ssh://{name}"}}}}}}"#);
        std::fs::write(context.join("meta.json"), meta).unwrap();
        self
    }

    fn with_agent(self, id: &str, host: &str) -> Self {
        let agent = self.0.path().join("agent-keys").join(id);
        std::fs::create_dir_all(&agent).unwrap();
        std::fs::write(agent.join("agent-host"), format!("{host}\n")).unwrap();
        std::fs::write(agent.join("shell_to_agent_ed25519_key"), "key").unwrap();
        self
    }

    fn variable(&self, name: &str) -> Option<OsString> {
        match name {
            "HOME" | "XDG_CONFIG_HOME" => Some(self.0.path().into()),
            "TAGBOAT_AGENT_KEYS_DIR" => Some(self.0.path().join("agent-keys").into()),
            _ => None,
        }
    }

    fn load(&self) -> Config {
        Config::load(None, &|name| self.variable(name)).unwrap()
    }

    fn read(&self, text: &str) -> Vec<String> {
        let config = Config::read(text, Path::new("c"), &|name| self.variable(name)).unwrap();
        let shown = |host: &HostSettings| format!("{} ({})", host.name, host.known_from.word());
        config.hosts.iter().map(shown).collect()
    }
}

#[test]
fn without_a_file_the_hosts_are_those_that_are_found_and_without_those_this_machine() {
    let local = Home::new().load();
    assert_eq!(
        (local.origin, &local.hosts[0].address, &local.hosts[0].known_from),
        (Origin::LocalEngine, &Address::Local, &KnownFrom::ThisMachine)
    );
    let home = Home::new()
        .with_context("eu-1")
        .with_agent("abcd", "root@eu-1")
        .with_agent("bcde", "root@eu-2");
    let found = home.load();
    assert_eq!(found.origin, Origin::Discovered);
    let hosts: Vec<_> = found
        .hosts
        .iter()
        .map(|host| (&host.address, &host.known_from))
        .collect();
    assert_eq!(
        hosts,
        [
            (&Address::Ssh("ssh://eu-1".to_owned()), &KnownFrom::DockerContext),
            (
                &Address::Ssh("root@eu-2".to_owned()),
                &KnownFrom::AgentKeys("bcde".to_owned())
            ),
        ]
    );
}

#[test]
fn with_a_file_the_agents_of_convocate_are_there_unless_it_says_no_and_docker_contexts_only_if_it_says_so() {
    let home = Home::new()
        .with_context("eu-1")
        .with_context("eu-2")
        .with_agent("abcd", "root@eu-1")
        .with_agent("bcde", "root@eu-3");
    let host = "[[hosts]]\nname = \"eu-1\"\n";
    for (discovery, hosts) in [
        ("", &["eu-1 (config file)", "eu-3 (agent-keys)"][..]),
        ("[discovery]\nagent_keys = false\n", &["eu-1 (config file)"]),
        (
            "[discovery]\ndocker_contexts = true\n",
            &["eu-1 (config file)", "eu-2 (Docker context)", "eu-3 (agent-keys)"],
        ),
    ] {
        assert_eq!(home.read(&format!("{discovery}{host}")), hosts, "{discovery}");
    }
}

#[test]
fn an_agent_without_an_address_is_left_out_and_told() {
    let home = Home::new().with_agent("abcd", "").with_agent("bcde", "root@eu-3");
    let config = home.load();
    assert_eq!(config.hosts.len(), 1);
    assert!(
        config.left_out[0].contains("the agent \"abcd\" is left out"),
        "{:?}",
        config.left_out
    );
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
