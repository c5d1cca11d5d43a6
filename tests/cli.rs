//! The program as a script sees it: what it prints, to which stream, and its exit code. Needs no hosts and no engine.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write;
use std::io::Read;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A home directory of its own for each run: nothing of the machine's owner is read.
struct Tagboat {
    home: TempDir,
}

impl Tagboat {
    fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
        }
    }

    fn with_config(text: &str) -> Self {
        let tagboat = Self::new();
        let folder = tagboat.home.path().join(".config/tagboat");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("config.toml"), text).unwrap();
        tagboat
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tagboat"));
        let home = self.home.path();
        command
            .args(words)
            .env_clear()
            .env("HOME", home)
            .env("USER", "me")
            .stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("TAGBOAT_RUNTIME_DIR", home.join("run"));
        command.env("TAGBOAT_AGENT_KEYS_DIR", home.join("agent-keys"));
        command.env("DOCKER_HOST", format!("unix://{}/no-engine.sock", home.display()));
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// What a run printed to both streams and its exit code, without the path of this home.
    fn shown(&self, words: &[&str]) -> String {
        let output = self.run(words);
        let home = self.home.path().to_str().unwrap();
        let (results, asides) = (text(&output.stdout), text(&output.stderr));
        format!(
            "{results}--- beside\n{asides}--- exit {}\n",
            output.status.code().unwrap()
        )
        .replace(home, "~")
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A host where nobody listens: the connection is refused at once.
const SILENT: &str = "[[hosts]]\nname = \"silent\"\naddress = \"ssh://nobody@127.0.0.1:1\"\n";

#[test]
fn every_help_text_says_what_a_verb_does() {
    let tagboat = Tagboat::new();
    let verbs: [&[&str]; 36] = [
        &[],
        &["status"],
        &["check"],
        &["push"],
        &["activate"],
        &["session"],
        &["session", "list"],
        &["session", "restart"],
        &["session", "start"],
        &["session", "stop"],
        &["session", "remove"],
        &["session", "rename"],
        &["session", "logs"],
        &["session", "attach"],
        &["prune"],
        &["host"],
        &["host", "list"],
        &["host", "add"],
        &["compose"],
        &["compose", "generate"],
        &["compose", "check"],
        &["compose", "migrate"],
        &["compose", "pin"],
        &["job"],
        &["job", "show"],
        &["job", "resume"],
        &["job", "pause"],
        &["job", "approve"],
        &["job", "skip"],
        &["job", "cancel"],
        &["cache"],
        &["cache", "show"],
        &["cache", "fill"],
        &["cache", "clear"],
        &["config"],
        &["completions"],
    ];
    let mut all = String::new();
    for verb in verbs {
        let output = tagboat.run(&[verb, &["--help"]].concat());
        assert_eq!(output.status.code(), Some(0), "{verb:?}");
        let command = ["tagboat"]
            .iter()
            .chain(verb)
            .copied()
            .collect::<Vec<_>>()
            .join(" ");
        writeln!(all, "$ {command} --help\n{}", text(&output.stdout)).unwrap();
    }
    insta::assert_snapshot!(all);
}

#[test]
fn an_unknown_verb_is_a_usage_error_with_the_one_that_was_meant() {
    insta::assert_snapshot!(Tagboat::new().shown(&["stauts"]));
}

#[test]
fn flags_that_contradict_each_other_are_a_usage_error() {
    let tagboat = Tagboat::new();
    for words in [
        &["push", "v1", "--all", "--host", "a"][..],
        &["push", "v1", "--yes", "--dry-run"],
        &["push"],
        &["session", "restart"],
        &["status", "--yes"],
    ] {
        assert_eq!(tagboat.run(words).status.code(), Some(2), "{words:?}");
    }
}

#[test]
fn a_broken_config_is_a_usage_error_with_its_line_and_column() {
    let tagboat = Tagboat::with_config("[[hosts]]\nname = \"eu-01\"\nadress = \"root@eu-01\"\n");
    insta::assert_snapshot!(tagboat.shown(&["status"]));
}

#[test]
fn a_config_that_was_named_and_is_not_there_is_a_usage_error() {
    insta::assert_snapshot!(Tagboat::new().shown(&["--config", "nowhere.toml", "status"]));
}

#[test]
fn a_config_without_hosts_says_how_one_is_added() {
    insta::assert_snapshot!(Tagboat::with_config("").shown(&["status"]));
}

#[test]
fn an_unknown_host_is_a_usage_error_with_the_one_that_was_meant() {
    insta::assert_snapshot!(Tagboat::with_config(SILENT).shown(&["status", "--host", "silnet"]));
}

#[test]
fn a_tag_cannot_be_pushed_from_an_engine_that_is_not_there() {
    let output = Tagboat::with_config(SILENT).run(&["push", "v9", "--yes"]);
    assert_eq!(output.status.code(), Some(3));
    let said = text(&output.stderr);
    assert!(
        said.contains("the source engine cannot be asked") && said.contains("Nothing was changed"),
        "{said}"
    );
}

#[test]
fn a_dead_host_is_one_row_with_its_reason_and_no_error_of_the_program() {
    let output = Tagboat::with_config(SILENT).run(&["status"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(
        said.contains("silent  unreachable") && said.contains("silent: unreachable: "),
        "{said}"
    );
}

#[test]
fn a_dead_host_in_json_is_an_object_with_nulls() {
    let output = Tagboat::with_config(SILENT).run(&["status", "--json"]);
    let object: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let host = &object["hosts"][0];
    assert_eq!((&object["v"], &host["state"]), (&1.into(), &"unreachable".into()));
    assert!(host["active_tag"].is_null() && host["engine"].is_null(), "{host}");
}

#[test]
fn the_agents_of_convocate_are_hosts_and_an_incomplete_one_is_told() {
    let tagboat = Tagboat::new();
    for (id, host) in [("abcdefghjkmn", "root@eu-01.example\n"), ("bcdefghjkmnp", "")] {
        let folder = tagboat.home.path().join("agent-keys").join(id);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("shell_to_agent_ed25519_key"), "key").unwrap();
        std::fs::write(folder.join("agent-host"), host).unwrap();
    }
    insta::assert_snapshot!(tagboat.shown(&["host", "list"]));
    let listed = tagboat.run(&["host", "list", "--json"]);
    let object: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(object["hosts"][0]["agent"], "abcdefghjkmn");
    assert_eq!(object["left_out"].as_array().unwrap().len(), 1);
    let entries = std::fs::read_dir(tagboat.home.path()).unwrap().count();
    assert_eq!(entries, 1, "nothing is made where nothing is asked");
}

#[test]
fn a_host_that_does_not_answer_is_not_added_and_no_file_is_made() {
    let tagboat = Tagboat::new();
    insta::assert_snapshot!(tagboat.shown(&["host", "add", "eu-01", "ssh://nobody@127.0.0.1:1", "--yes"]));
    let file = tagboat.home.path().join(".config/tagboat/config.toml");
    assert!(!file.exists());
    let untested = [
        "host",
        "add",
        "eu-01",
        "ssh://nobody@127.0.0.1:1",
        "--yes",
        "--no-test",
    ];
    insta::assert_snapshot!(tagboat.shown(&untested));
    assert!(file.exists());
}

#[test]
fn an_address_that_could_be_an_option_of_ssh_and_a_fingerprint_that_is_none_are_usage_errors() {
    let tagboat = Tagboat::with_config(SILENT);
    for words in [
        &["host", "add", "-x"][..],
        &["host", "add", "a/b"],
        &["host", "add", "eu-01", "--yes", "--", "-oProxyCommand=x"],
        &["host", "add", "eu-01", "--trust-key", "yes"],
        &["host", "add", "eu-01", "--guard", "loose"],
    ] {
        assert_eq!(tagboat.run(words).status.code(), Some(2), "{words:?}");
    }
}

#[test]
fn an_error_in_json_is_one_object_with_the_exit_code() {
    let output = Tagboat::with_config(SILENT).run(&["prune", "--json", "--yes"]);
    assert_eq!(output.status.code(), Some(3));
    let object: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&object["event"], &object["exit"]),
        (&"stopped".into(), &3.into())
    );
}

#[test]
fn without_a_terminal_the_console_says_so_and_names_the_way_on() {
    insta::assert_snapshot!(Tagboat::new().shown(&[]));
}

#[test]
fn config_show_prints_a_config_that_works() {
    let tagboat = Tagboat::with_config(SILENT);
    let shown = tagboat.run(&["config", "show"]);
    assert_eq!(shown.status.code(), Some(0));
    let again = tagboat.home.path().join("again.toml");
    std::fs::write(&again, &shown.stdout).unwrap();
    let second = tagboat.run(&["--config", again.to_str().unwrap(), "config", "show"]);
    let values = |output: &Output| {
        text(&output.stdout)
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(values(&shown), values(&second));
}

#[test]
fn an_empty_journal_is_no_error() {
    let tagboat = Tagboat::with_config(SILENT);
    insta::assert_snapshot!(tagboat.shown(&["job", "list"]));
    assert_eq!(
        text(&tagboat.run(&["job", "list", "--json"]).stdout),
        "{\"v\":1,\"jobs\":[]}\n"
    );
    assert_eq!(tagboat.run(&["job", "resume", "abcd"]).status.code(), Some(2));
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let tagboat = Tagboat::new();
    let mut child = tagboat
        .command(&["man"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let status = child.wait().unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((status.code(), said.as_str()), (Some(0), ""));
}

#[test]
fn completions_know_every_verb_in_every_shell() {
    let tagboat = Tagboat::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = text(&tagboat.run(&["completions", shell]).stdout);
        for word in ["status", "restart", "replace-tag", "dry-run"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
    assert_eq!(tagboat.run(&["completions", "cmd"]).status.code(), Some(2));
}

#[test]
fn the_manual_page_has_a_section_for_every_verb() {
    let page = text(&Tagboat::new().run(&["man"]).stdout);
    for section in [
        "TAGBOAT STATUS",
        "TAGBOAT PUSH",
        "TAGBOAT SESSION RESTART",
        "TAGBOAT HOST ADD",
        "TAGBOAT JOB RESUME",
    ] {
        assert!(
            page.contains(&format!(".SH \"{section}\"")),
            "no section {section}"
        );
    }
}

#[test]
fn nothing_is_written_outside_of_the_directories_of_tagboat() {
    let tagboat = Tagboat::with_config(SILENT);
    tagboat.run(&["status"]);
    let mut entries: Vec<_> = std::fs::read_dir(tagboat.home.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    entries.sort();
    assert_eq!(entries, [".cache", ".config", ".local", "run"]);
}
