//! The program as a script uses it: a process of its own, and the JSON lines that it writes.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test binary uses its own part of this"
)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// The program with a journal of its own.
pub struct Tagboat {
    home: TempDir,
}

impl Tagboat {
    /// One that has done nothing yet.
    pub fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
        }
    }

    /// Where its journal and its audit are.
    pub fn state(&self) -> std::path::PathBuf {
        self.home.path().join("state")
    }

    /// A run of it.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tagboat"));
        command
            .args(words)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.env("TAGBOAT_STATE_DIR", self.home.path().join("state"));
        command.env("TAGBOAT_CACHE_DIR", self.home.path().join("cache"));
        command.env("TAGBOAT_OPERATOR", "lab@desk");
        command
    }

    /// A run that ends with this code.
    pub fn run(&self, words: &[&str], code: i32) -> Output {
        let output = self.command(words).output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(code),
            "{words:?}: {}{}",
            text(&output.stdout),
            text(&output.stderr)
        );
        output
    }

    /// The JSON lines of a run.
    pub fn lines(&self, words: &[&str], code: i32) -> Vec<Value> {
        text(&self.run(words, code).stdout)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The id of the first job that was begun.
    pub fn first_job(&self) -> String {
        let listed = self.lines(&["job", "list", "--json"], 0);
        listed[0]["jobs"][0]["id"].as_str().unwrap().to_owned()
    }

    /// One host of `status --json`.
    pub fn host(&self, name: &str) -> Value {
        let status = self.lines(&["status", "--json", "--host", name], 0);
        status[0]["hosts"][0].clone()
    }

    /// Starts a run and reads its lines until one of them is `event` with this step running.
    pub fn until_step(&self, words: &[&str], step: &str) -> Child {
        let mut child = self.command(words).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let is_there = |line: &Value| line["step"]["kind"] == step && line["state"]["state"] == "running";
        let mut seen = lines.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
        assert!(seen.any(|line| is_there(&line)), "{step} was never reached");
        child
    }
}

/// What a run wrote.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
