//! The lab with a registry, and the program with a login for it.

use crate::headless::{Tagboat, text};
use crate::real_fleet::Lab;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The lab with an empty registry, and a program that is logged in there.
pub(crate) struct Rig {
    pub(crate) lab: Lab,
    pub(crate) tagboat: Tagboat,
    /// Where Docker's logins are.
    pub(crate) docker: TempDir,
    /// The registry, `HOST:PORT`.
    pub(crate) address: String,
}

/// What a run wrote.
pub(crate) struct Ran {
    pub(crate) lines: Vec<Value>,
    pub(crate) errors: String,
    pub(crate) all: String,
}

impl Rig {
    pub(crate) fn up() -> Self {
        let lab = Lab::reset();
        lab.run(&["registry", "up"]);
        let address = read("address");
        let rig = Self {
            lab,
            tagboat: Tagboat::new(),
            docker: tempfile::tempdir().unwrap(),
            address,
        };
        rig.log_in(&rig.address, &read("password"));
        rig
    }

    /// Where the managed image is published.
    pub(crate) fn repository(&self) -> String {
        format!("{}/acme/convocate", self.address)
    }

    /// What `docker login` would write.
    pub(crate) fn log_in(&self, registry: &str, password: &str) {
        let auth = STANDARD.encode(format!("lab:{password}"));
        let mut auths = serde_json::Map::new();
        auths.insert(registry.to_owned(), json!({ "auth": auth }));
        self.docker_config(&json!({ "auths": auths }));
    }

    pub(crate) fn docker_config(&self, config: &Value) {
        fs::write(self.docker.path().join("config.json"), config.to_string()).unwrap();
    }

    /// Changes the password of the registry.
    pub(crate) fn set_password(password: &str) {
        let lab = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/lab");
        let mut child = Command::new(lab)
            .args(["registry", "password"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(password.as_bytes())
            .unwrap();
        assert!(child.wait().unwrap().success());
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = self.tagboat.command(words);
        command.env("DOCKER_CONFIG", self.docker.path());
        command
    }

    /// A run that ends with this code, with this on its standard input.
    pub(crate) fn run_with(&self, words: &[&str], input: &str, code: i32) -> Ran {
        let mut child = self.command(words).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        ran(words, child, code)
    }

    pub(crate) fn run(&self, words: &[&str], code: i32) -> Ran {
        self.run_with(words, "", code)
    }

    /// Publishes a tag of the managed image.
    pub(crate) fn publish(&self, tag: &str, more: &[&str], code: i32) -> Ran {
        let to = self.repository();
        let words = ["publish", tag, "--to", &to, "--yes", "--json"];
        self.run(&[&words[..], more].concat(), code)
    }

    /// Pushes a tag of the managed image through the registry.
    pub(crate) fn push(&self, tag: &str, more: &[&str], code: i32) -> Ran {
        let to = self.repository();
        let words = ["push", tag, "--via", "registry", "--to", &to, "--yes", "--json"];
        self.run(&[&words[..], more].concat(), code)
    }

    /// Starts a run and reads its lines until this holds for one of them.
    pub(crate) fn until(&self, words: &[&str], holds: impl Fn(&Value) -> bool) -> Child {
        let mut child = self.command(words).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = Vec::new();
        loop {
            let line = out
                .next()
                .unwrap_or_else(|| panic!("it never came: {seen:#?}"))
                .unwrap();
            let line: Value = serde_json::from_str(&line).unwrap();
            if holds(&line) {
                break;
            }
            seen.push(line);
        }
        // Nobody reads the rest, and the run goes on.
        std::thread::spawn(move || out.for_each(drop));
        child
    }

    /// The job that has not ended.
    pub(crate) fn left_job(&self) -> String {
        let jobs = self.run(&["job", "list", "--json"], 0).lines;
        let jobs = jobs[0]["jobs"].as_array().unwrap();
        jobs.last().unwrap()["id"].as_str().unwrap().to_owned()
    }
}

/// A credential helper that hands out one password as often as it is told, and another one from then on.
pub(crate) struct Turning {
    folder: PathBuf,
}

impl Turning {
    /// The helper of a registry from now on.
    pub(crate) fn of(rig: &Rig, registry: &str, first: &str, then: &str) -> Self {
        let folder = rig.docker.path().join("bin");
        fs::create_dir(&folder).unwrap();
        for (name, text) in [("first", first), ("then", then), ("turn", "1000"), ("asked", "")] {
            fs::write(folder.join(name), text).unwrap();
        }
        let program = folder.join("docker-credential-turns");
        let script = format!(
            "#!/bin/sh\ncd '{}' && echo >>asked\n[ $(wc -l <asked) -gt \"$(cat turn)\" ] && word=then || word=first\n\
             printf '{{\"Username\":\"lab\",\"Secret\":\"%s\"}}' \"$(cat $word)\"\n",
            folder.display()
        );
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        rig.docker_config(&json!({"credHelpers": {registry: "turns"}}));
        Self { folder }
    }

    /// Where it is found.
    pub(crate) fn search(&self) -> String {
        format!("{}:/usr/bin:/bin", self.folder.display())
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        fs::read_to_string(self.folder.join("asked"))
            .unwrap()
            .lines()
            .count()
    }

    /// From now on it hands out the first one so often.
    pub(crate) fn turn_after(&self, times: usize) {
        fs::write(self.folder.join("asked"), "").unwrap();
        fs::write(self.folder.join("turn"), times.to_string()).unwrap();
    }
}

/// Waits for a run and reads what it wrote.
pub(crate) fn ran(words: &[&str], child: Child, code: i32) -> Ran {
    let output = child.wait_with_output().unwrap();
    let (out, errors) = (text(&output.stdout), text(&output.stderr));
    let ends = out
        .lines()
        .filter(|line| line.contains("\"failed\"") || line.contains("_ended"));
    assert_eq!(
        output.status.code(),
        Some(code),
        "{words:?}: {errors}{}",
        ends.collect::<Vec<_>>().join("\n")
    );
    let lines = out.lines().filter_map(|line| serde_json::from_str(line).ok());
    Ran {
        lines: lines.collect(),
        all: format!("{out}{errors}"),
        errors,
    }
}

impl Ran {
    /// How a target ended: its word, and what was said of it.
    pub(crate) fn end(&self, target: &str) -> (String, Value) {
        let is_it = |line: &&Value| line["event"] == "target_ended" && line["target"]["host"] == target;
        let ended = self.lines.iter().find(is_it);
        let result = &ended.unwrap_or_else(|| panic!("no end of {target}: {}", self.all))["result"];
        (
            result["result"].as_str().unwrap_or_default().to_owned(),
            result["detail"].clone(),
        )
    }

    /// The states in which a step of a target ended.
    pub(crate) fn step(&self, target: &str, kind: &str) -> Vec<String> {
        let is_it = |line: &&Value| line["target"]["host"] == target && line["step"]["kind"] == kind;
        let states = self
            .lines
            .iter()
            .filter(is_it)
            .map(|line| line["state"]["state"].as_str().unwrap());
        states
            .filter(|state| *state != "running")
            .map(str::to_owned)
            .collect()
    }

    /// What was said beside the steps.
    pub(crate) fn said(&self) -> String {
        let logs = self.lines.iter().filter(|line| line["event"] == "log");
        logs.map(|line| line["line"].as_str().unwrap().to_owned() + "\n")
            .collect()
    }

    /// The digest that a publication came to.
    pub(crate) fn digest(&self) -> String {
        let (_, note) = self.end("(source)");
        note.as_str().unwrap().rsplit_once('@').unwrap().1.to_owned()
    }
}

/// A file of the lab's registry.
pub(crate) fn read(name: &str) -> String {
    fs::read_to_string(place().join(name))
        .unwrap()
        .trim_end()
        .to_owned()
}

/// Where the registry of the lab has its files.
pub(crate) fn place() -> PathBuf {
    Path::new(&std::env::var_os("TAGBOAT_LAB_DIR").unwrap()).join("run/registry")
}

/// A Docker command at the source; what it says.
pub(crate) fn docker(words: &[&str]) -> Result<String, String> {
    let output = Command::new("docker").args(words).output().unwrap();
    if output.status.success() {
        Ok(text(&output.stdout).trim().to_owned())
    } else {
        Err(text(&output.stderr))
    }
}

/// An image at the source that shares nothing with others: so many bytes that do not compress.
pub(crate) fn build(tag: &str, bytes: u64) {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("head -c {bytes} /dev/urandom >\"$0\"/big");
    let made = Command::new("sh")
        .args(["-c", &file])
        .arg(folder.path())
        .status()
        .unwrap();
    assert!(made.success());
    fs::write(
        folder.path().join("Dockerfile"),
        "FROM scratch\nCOPY big /big\nCMD [\"/big\"]\n",
    )
    .unwrap();
    let reference = format!("convocate:{tag}");
    docker(&["build", "-q", "-t", &reference, folder.path().to_str().unwrap()]).unwrap();
}
