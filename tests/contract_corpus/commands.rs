//! `tagboat check` as a script sees it, where it needs no engine: output, exit code, and what is wrong with a question.

use crate::told::CANARY;
use serde_json::Value;
use std::fs;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

struct Desk {
    home: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
        }
    }

    fn put(&self, path: &str, text: &str) -> &Self {
        let path = self.home.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn run(&self, words: &[&str]) -> Output {
        let home = self.home.path();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tagboat"));
        command.arg("check").args(words).current_dir(home).env_clear();
        command.env("HOME", home).env("USER", "me").stdin(Stdio::null());
        command.env("TAGBOAT_RUNTIME_DIR", home.join("run"));
        command.env("DOCKER_HOST", format!("unix://{}/no-engine.sock", home.display()));
        command.env("TAGBOAT_AGENT_KEYS_DIR", home.join("agent-keys"));
        let output = command.output().unwrap();
        let all = [output.stdout.as_slice(), &output.stderr].concat();
        assert!(
            !String::from_utf8_lossy(&all).contains(CANARY),
            "a value was printed"
        );
        output
    }

    /// What a run printed to both streams and its exit code.
    fn shown(&self, words: &[&str]) -> String {
        let output = self.run(words);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let code = output.status.code().unwrap();
        let shown = format!(
            "$ tagboat check {}\n{}{}exit {code}\n\n",
            words.join(" "),
            text(&output.stdout),
            text(&output.stderr)
        );
        shown.replace(self.home.path().to_str().unwrap(), "~")
    }
}

fn bad() -> String {
    format!(
        "FROM cloche-base:latest\nUSER root\nENV GITHUB_TOKEN={CANARY}\nRUN git clone https://x:{CANARY}@h/r\nCOPY . /workspace/\n\
         ENTRYPOINT [\"/ep.sh\", \"--key={CANARY}\"]\n# tagboat: ignore no-command it is also started by hand\nCMD [\"x\"]\nRUN sudo true\n"
    )
}

#[test]
fn a_bad_dockerfile_is_told_with_lines_and_fixes_and_without_values() {
    let desk = Desk::new();
    desk.put("Dockerfile", &bad()).put("src/.env", CANARY);
    insta::assert_snapshot!(desk.shown(&["Dockerfile", "--contract", "cloche"]));
}

#[test]
fn a_good_dockerfile_ends_with_nothing_wrong() {
    let desk = Desk::new();
    desk.put("docker/Dockerfile", "FROM cloche-base\nUSER agent\n");
    let output = desk.run(&["docker", "--contract", "cloche"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(!said.contains("FAIL") && !said.contains("warning"), "{said}");
}

#[test]
fn what_cannot_be_asked_is_a_usage_error_with_the_way_on() {
    let desk = Desk::new();
    desk.put("Dockerfile", "FROM a:1 AS build\nFROM b:1\n");
    desk.put("empty/x", "").put("large", &"#".repeat(2 << 20));
    let mut all = String::new();
    for words in [
        &["Docker file"][..],
        &["./nowhere"],
        &["empty", "--contract", "cloche"],
        &["large", "--contract", "cloche"],
        &["Dockerfile"],
        &["Dockerfile", "--contract", "cloch"],
        &["Dockerfile", "--contract", "../x"],
        &["Dockerfile", "--contract", "cloche", "--target", "biuld"],
        &["Dockerfile", "--contract", "cloche", "--probe"],
        &["other/image:v1"],
        &["convocate:v1", "--target", "x"],
    ] {
        let shown = desk.shown(words);
        assert!(shown.contains("exit 2"), "{shown}");
        all += &shown;
    }
    insta::assert_snapshot!(all);
    assert_eq!(
        desk.run(&["Dockerfile", "--json", "--sarif"]).status.code(),
        Some(2)
    );
    assert_eq!(
        desk.run(&["Dockerfile", "--build-arg", "x"]).status.code(),
        Some(2)
    );
}

#[test]
fn what_no_builder_would_read_fails_with_its_line() {
    let desk = Desk::new();
    desk.put("Dockerfile", "FROM a\nRUN <<EOF\n");
    let shown = desk.shown(&["Dockerfile", "--contract", "cloche"]);
    assert!(
        shown.contains("Dockerfile:2: the here-document that begins there has no end")
            && shown.contains("exit 1"),
        "{shown}"
    );
}

#[test]
fn an_image_is_asked_of_an_engine_that_must_be_there() {
    let output = Desk::new().run(&["convocate:v1"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("the source engine does not answer"), "{said}");
}

#[test]
fn the_same_is_said_in_json_and_as_sarif() {
    let desk = Desk::new();
    desk.put("Dockerfile", &bad());
    let json = desk.run(&[".", "--contract", "cloche", "--json"]);
    let event: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(
        (&event["v"], &event["event"], &event["exit"]),
        (&1.into(), &"check".into(), &1.into())
    );
    let findings = event["findings"].as_array().unwrap();
    let entrypoint = findings.iter().find(|one| one["id"] == "entrypoint").unwrap();
    assert_eq!(
        (&entrypoint["outcome"], &entrypoint["place"]["line"]),
        (&"fail".into(), &6.into())
    );
    let sarif: Value =
        serde_json::from_slice(&desk.run(&[".", "--contract", "cloche", "--sarif"]).stdout).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let is_bad = |one: &&Value| matches!(one["outcome"].as_str(), Some("fail" | "warning" | "ignored"));
    assert_eq!(results.len(), findings.iter().filter(is_bad).count());
    let entrypoint = results.iter().find(|one| one["ruleId"] == "entrypoint").unwrap();
    let place = &entrypoint["locations"][0]["physicalLocation"];
    assert_eq!(
        (&place["artifactLocation"]["uri"], &place["region"]["startLine"]),
        (&"Dockerfile".into(), &6.into())
    );
    let ignored = results.iter().find(|one| one["ruleId"] == "no-command").unwrap();
    assert_eq!(
        ignored["suppressions"][0]["justification"],
        "it is also started by hand"
    );
}

#[test]
fn a_contract_of_the_operators_own_is_found_beside_the_config_and_by_the_profile() {
    let desk = Desk::new();
    desk.put("Dockerfile", "FROM b:1\nUSER root\n");
    desk.put(
        ".config/tagboat/contracts/ours.toml",
        "title = \"ours\"\n[settings.starter]\nid = \"nobody\"\nis = \"nobody\"\nfix = \"USER nobody\"\n",
    );
    let shown = desk.shown(&["Dockerfile", "--contract", "ours"]);
    assert!(
        shown.contains("nobody") && shown.contains("fix: USER nobody") && shown.contains("exit 1"),
        "{shown}"
    );
    let host = "[[hosts]]\nname = \"a\"\n[[images]]\nprofile = \"convocate\"\ncontract = \"ours\"\n";
    desk.put(".config/tagboat/config.toml", host);
    assert!(desk.shown(&["."]).contains("against the contract ours"));
    desk.put(
        ".config/tagboat/contracts/ours.toml",
        "title = \"x\"\n[setings]\n",
    );
    let shown = desk.shown(&["."]);
    assert!(
        shown.contains("ours.toml:2:2: unknown key `setings`") && shown.contains("did you mean `settings`"),
        "{shown}"
    );
}
