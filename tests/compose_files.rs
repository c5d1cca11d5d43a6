//! The files of a Compose project here, as a script sees them: written, kept, refused, pinned and checked. Needs no engine.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A folder with a project, and a home of its own.
struct Project {
    home: TempDir,
}

impl Project {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("factory")).unwrap();
        Self { home }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join("factory").join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// What a run in the folder printed, both streams; its exit code is this one.
    fn run(&self, words: &[&str], code: i32) -> String {
        let home = self.home.path();
        let output = Command::new(env!("CARGO_BIN_EXE_tagboat"))
            .arg("compose")
            .args(words)
            .current_dir(home.join("factory"))
            .env_clear()
            .env("HOME", home)
            .env("USER", "me")
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TAGBOAT_RUNTIME_DIR", home.join("run"))
            .env("TAGBOAT_AGENT_KEYS_DIR", home.join("agent-keys"))
            .env("DOCKER_HOST", format!("unix://{}/no-engine.sock", home.display()))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let told = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {told}");
        told
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path("."))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

const FILE: &str = "docker-compose.yml";
const GENERATE: [&str; 3] = ["generate", "--image", "v0.3.0"];

#[test]
fn a_project_is_generated_once_and_the_second_run_touches_nothing() {
    let project = Project::new();
    let told = project.run(&GENERATE, 0);
    assert!(told.contains("written: ./docker-compose.yml"), "{told}");
    let (text, entry) = (project.read(FILE), fs::metadata(project.path(FILE)).unwrap());
    assert!(
        text.contains("image: ${AGENTS_IMAGE:-ghcr.io/disinto/agents:v0.3.0}\n"),
        "{text}"
    );
    let told = project.run(&GENERATE, 0);
    assert!(told.contains("unchanged: ./docker-compose.yml"), "{told}");
    let again = fs::metadata(project.path(FILE)).unwrap();
    assert_eq!(
        (again.ino(), again.modified().unwrap()),
        (entry.ino(), entry.modified().unwrap())
    );
    assert_eq!(project.names(), [FILE]);
}

#[test]
fn another_pin_replaces_a_file_that_nobody_has_edited_and_its_mode_stays() {
    let project = Project::new();
    project.run(&GENERATE, 0);
    fs::set_permissions(project.path(FILE), fs::Permissions::from_mode(0o640)).unwrap();
    project.run(&["generate", "--image", "v0.4.0"], 0);
    assert!(project.read(FILE).contains("agents:v0.4.0}"));
    assert_eq!(fs::metadata(project.path(FILE)).unwrap().mode() & 0o777, 0o640);
    project.run(&["generate", "--build", "../disinto"], 0);
    let text = project.read(FILE);
    assert!(
        text.contains("    build:\n") && !text.contains("image:"),
        "{text}"
    );
    assert_eq!(project.names(), [FILE]);
}

#[test]
fn an_edited_file_and_one_of_somebody_else_are_never_overwritten() {
    for (edit, why) in [
        ("# mine\n", "somebody edited it"),
        ("", "tagboat did not make it"),
    ] {
        let project = Project::new();
        let mine = if edit.is_empty() {
            "services: {}\n".to_owned()
        } else {
            project.run(&GENERATE, 0);
            project.read(FILE) + edit
        };
        project.write(FILE, &mine);
        let told = project.run(&["generate", "--image", "v0.4.0"], 3);
        assert!(
            told.contains(why) && told.contains("+    image: ${AGENTS_IMAGE:-ghcr.io/disinto/agents:v0.4.0}"),
            "{told}"
        );
        assert_eq!(project.read(FILE), mine);
        assert!(project.read("docker-compose.yml.new").contains("agents:v0.4.0}"));
        // What stands beside it is tagboat's, until somebody edits that too.
        project.run(&["generate", "--image", "v0.5.0"], 3);
        project.write("docker-compose.yml.new", "mine\n");
        let told = project.run(&["generate", "--image", "v0.6.0"], 3);
        assert!(told.contains("was edited too"), "{told}");
        assert_eq!(project.read("docker-compose.yml.new"), "mine\n");
        fs::remove_file(project.path("docker-compose.yml.new")).unwrap();
        project.run(&["generate", "--image", "v0.6.0", "--dry-run"], 3);
        assert_eq!(project.names(), [FILE]);
        project.run(&["generate", "--image", "v0.6.0", "--force"], 0);
        assert_eq!(project.read("docker-compose.yml.bak"), mine);
        assert!(project.read(FILE).contains("agents:v0.6.0}"));
    }
}

#[test]
fn what_is_no_plain_file_or_would_not_be_read_is_left_alone() {
    let project = Project::new();
    project.write("elsewhere", "precious\n");
    symlink(project.path("elsewhere"), project.path(FILE)).unwrap();
    let told = project.run(&[&GENERATE[..], &["--force"]].concat(), 1);
    assert!(told.contains("it is a link"), "{told}");
    assert_eq!(project.read("elsewhere"), "precious\n");
    fs::remove_file(project.path(FILE)).unwrap();
    project.write("compose.yaml", "services: {}\n");
    let told = project.run(&GENERATE, 3);
    assert!(told.contains("which Compose reads instead"), "{told}");
    let told = project.run(&["generate", "--image", "v1", "--project", "nowhere"], 2);
    assert!(told.contains("nowhere is no folder"), "{told}");
    for (words, why) in [
        (&["generate"][..], "not said which image"),
        (&["generate", "--image", "ghcr.io/x/y"], "names no image"),
        (
            &["generate", "--image", "v1", "--name", "nobody"],
            "no project \"nobody\"",
        ),
        (
            &["generate", "--image", "v1", "--name", "cloche"],
            "has no services",
        ),
        (&["pin", "v 1"], "names no image"),
    ] {
        let told = project.run(words, 2);
        assert!(told.contains(why), "{words:?}: {told}");
    }
}

#[test]
fn the_pin_in_the_env_is_changed_alone_and_a_tag_becomes_a_full_reference() {
    let project = Project::new();
    let env = "# mine\r\nTOKEN='a\nAGENTS_IMAGE=no'\r\nexport AGENTS_IMAGE = \"v0.1.1\" # old\r\nLAST=1";
    project.write(".env", env);
    fs::set_permissions(project.path(".env"), fs::Permissions::from_mode(0o600)).unwrap();
    let full = |tag: &str| env.replace("\"v0.1.1\"", &format!("\"ghcr.io/disinto/agents:{tag}\""));
    // Which image is built into the file is one thing, which one is pinned another.
    project.write(
        "../config.toml",
        "[[projects]]\nname = \"factory\"\nprofile = \"disinto\"\nimage = \"v0.3.0\"\n",
    );
    let config = project.path("../config.toml");
    let with_config = |words: &[&str], code| {
        let config = config.to_str().unwrap();
        project.run(&[words, &["--config", config]].concat(), code)
    };
    let told = with_config(&["generate"], 0);
    assert!(
        told.contains(".env:4: AGENTS_IMAGE=ghcr.io/disinto/agents:v0.1.1 (it was v0.1.1)"),
        "{told}"
    );
    assert_eq!(project.read(".env"), full("v0.1.1"));
    let told = with_config(&["generate"], 0);
    assert!(told.contains("counts more than the default"), "{told}");
    project.run(&GENERATE, 0);
    assert_eq!(project.read(".env"), full("v0.3.0"));
    project.run(&["pin", "v0.2.0"], 0);
    assert_eq!(project.read(".env"), full("v0.2.0"));
    assert_eq!(fs::metadata(project.path(".env")).unwrap().mode() & 0o777, 0o600);
    project.run(&["pin", "v0.9.9", "--dry-run"], 0);
    assert!(project.run(&["pin", "v0.2.0"], 0).contains("unchanged"));
    assert_eq!(project.read(".env"), full("v0.2.0"));
}

#[test]
fn a_check_without_an_engine_tells_what_the_texts_tell_and_what_it_could_not_look_at() {
    let project = Project::new();
    project.run(&GENERATE, 0);
    let told = project.run(&["check"], 0);
    assert!(
        told.contains("0 FAIL") && told.contains("no engine was asked"),
        "{told}"
    );
    project.write(".env", "AGENTS_IMAGE=v0.1.1\n");
    let told = project.run(&["check"], 1);
    assert!(
        told.contains("write AGENTS_IMAGE=ghcr.io/disinto/agents:v0.1.1"),
        "{told}"
    );
    let told = project.run(&["check", "--json"], 1);
    let report: serde_json::Value = serde_json::from_str(told.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&report["event"], &report["lines"][0]["level"]),
        (&"checked".into(), &"fail".into())
    );
    project.write(FILE, "services: [\n");
    assert!(project.run(&["check", FILE], 1).contains("it is no YAML"));
    let told = project.run(&["check", "nothing"], 1);
    assert!(told.contains("there is no") && told.contains("nothing"), "{told}");
    let told = project.run(&["check", "--host", "nobody"], 2);
    assert!(told.contains("nobody"), "{told}");
}
