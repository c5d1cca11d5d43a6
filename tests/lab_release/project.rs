//! A project in git that can be released, and a contract of its own.

use crate::rig::{Ran, Rig, docker};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// What its image must have.
const CONTRACT: &str = "\
title = \"images with an agent\"
[[contents.files]]
id = \"agent\"
path = \"/opt/agent/run\"
runs = true
level = \"fail\"
fix = \"COPY --chmod=755 agent /opt/agent/run\"
[[contents.files]]
id = \"manual\"
path = \"/usr/share/doc/agent\"
level = \"warning\"
";

/// A project, and a config beside that of the lab.
pub(crate) struct Project {
    place: TempDir,
}

impl Project {
    /// One of this version, all of it committed. Its image begins with one of the lab's.
    pub(crate) fn new(version: &str) -> Self {
        let project = Self {
            place: tempfile::tempdir().unwrap(),
        };
        let lab = std::env::var_os("TAGBOAT_CONFIG").unwrap();
        fs::copy(lab, project.place.path().join("config.toml")).unwrap();
        project.write("contracts/own.toml", CONTRACT);
        project.write(
            "app/Dockerfile",
            "FROM convocate:v1.0.0\nCOPY agent /opt/agent/run\n",
        );
        project.write("app/agent", "#!/bin/sh\necho it is the agent\n");
        let agent = project.place.path().join("app/agent");
        fs::set_permissions(agent, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        project.git(&["init", "-q"]);
        project.says(version);
        project
    }

    /// Makes it another version, and commits everything.
    pub(crate) fn says(&self, version: &str) {
        self.write("app/VERSION", &format!("{version}\n"));
        self.git(&["add", "-A"]);
        self.git(&["commit", "-qm", version]);
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.place.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn git(&self, words: &[&str]) {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.place.path().join("app")).args(words);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null");
        for who in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{who}_NAME"), "kim")
                .env(format!("GIT_{who}_EMAIL"), "kim@example.org");
        }
        assert!(command.output().unwrap().status.success(), "{words:?}");
    }

    fn path(&self, name: &str) -> String {
        let path: PathBuf = self.place.path().join(name);
        path.into_os_string().into_string().unwrap()
    }

    /// The words that release it, without a question.
    pub(crate) fn words(&self, rig: &Rig, version: &str, more: &[&str]) -> Vec<String> {
        let (config, app, to) = (self.path("config.toml"), self.path("app"), rig.repository());
        let words = [
            "--config",
            &config,
            "release",
            version,
            "--context",
            &app,
            "--contract",
            "own",
            "--to",
            &to,
            "--builder",
            "classic",
            "--json",
        ];
        let all = words.iter().chain(more).map(ToString::to_string);
        all.collect()
    }

    /// Releases it.
    pub(crate) fn release(&self, rig: &Rig, version: &str, more: &[&str], code: i32) -> Ran {
        let agreed: &[&str] = if more.contains(&"--dry-run") {
            &[]
        } else {
            &["--yes"]
        };
        let words = self.words(rig, version, &[agreed, more].concat());
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        rig.run(&words, code)
    }
}

/// What a tag names at the source; none where nothing has it.
pub(crate) fn image_of(tag: &str) -> Option<String> {
    docker(&["image", "inspect", "-f", "{{.Id}}", tag]).ok()
}

/// The staging tags that builds have left.
pub(crate) fn staged() -> String {
    docker(&["images", "-q", "tagboat-staging"]).unwrap()
}
