//! Building images on the real source engine: what is built, what fails, what is ended, and what is the same twice.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod buildkit;
#[path = "../headless/mod.rs"]
mod headless;
#[path = "../real_fleet/mod.rs"]
mod real_fleet;
mod session_image;

use headless::{Tagboat, text};
use real_fleet::Lab;
use serde_json::Value;
use std::fs;
use std::process::Command;
use tempfile::TempDir;

/// Asks the source engine; what it printed, whatever came of it.
fn docker(words: &[&str]) -> String {
    let output = Command::new("docker").args(words).output().unwrap();
    let told = format!("{}{}", text(&output.stdout), text(&output.stderr));
    // It warns of the machine's settings beside what it was asked.
    let lines = told.lines().filter(|line| !line.starts_with("WARNING: "));
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// A directory of a project.
fn project(files: &[(&str, &str)]) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = place.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    place
}

/// The words that build a project, without a question.
fn build<'a>(place: &'a TempDir, version: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let directory = place.path().to_str().unwrap();
    let words = [
        "build",
        "--context",
        directory,
        "--version",
        version,
        "--yes",
        "--json",
        "--builder",
        "classic",
    ];
    [&words[..], more].concat()
}

/// What was said of a build, line by line.
fn said(lines: &[Value]) -> Vec<&str> {
    let is_log = |line: &&Value| line["event"] == "log";
    lines
        .iter()
        .filter(is_log)
        .map(|line| line["line"].as_str().unwrap())
        .collect()
}

/// What failed.
fn failure(lines: &[Value]) -> &Value {
    &lines.last().unwrap()["results"][0]["detail"]
}

fn image_id(tag: &str) -> String {
    docker(&["image", "inspect", "-f", "{{.Id}}", &format!("convocate:{tag}")])
}

fn layers(tag: &str) -> String {
    docker(&[
        "image",
        "inspect",
        "-f",
        "{{json .RootFS.Layers}}",
        &format!("convocate:{tag}"),
    ])
}

#[test]
fn a_project_is_built_without_what_it_ignores_and_is_ready_to_be_pushed() {
    let _lab = Lab::reset();
    let place = project(&[
        (
            "Dockerfile",
            "FROM convocate:v1.0.0\nCOPY . /app/\nRUN ls -R /app >/list\n",
        ),
        (".dockerignore", "target\n*.md\n!README.md\n"),
        ("README.md", "here"),
        ("notes.md", "not here"),
        ("target/big", "not here"),
        ("src/main", "here"),
    ]);
    let tagboat = Tagboat::new();
    let lines = tagboat.lines(&build(&place, "v2.0.0", &[]), 0);
    assert_eq!(lines[0]["event"], "plan");
    let end = lines.last().unwrap();
    assert_eq!(
        (&end["verdict"], &end["results"][0]["target"]),
        (&"done".into(), &"(source)".into()),
        "{end}"
    );
    let said = said(&lines);
    assert!(said.contains(&"[2/5] COPY . /app/"), "{said:?}");
    assert!(said.contains(&"[1/5] FROM convocate:v1.0.0"), "{said:?}");
    let list = docker(&["run", "--rm", "--entrypoint", "cat", "convocate:v2.0.0", "/list"]);
    assert!(list.contains("README.md") && list.contains("main"), "{list}");
    assert!(!list.contains("notes.md") && !list.contains("target"), "{list}");
    let version = "{{index .Config.Labels \"org.opencontainers.image.version\"}}";
    assert_eq!(
        docker(&["image", "inspect", "-f", version, "convocate:v2.0.0"]),
        "v2.0.0"
    );
    assert_eq!(
        docker(&["images", "-q", "tagboat-staging"]),
        "",
        "the staging tag is left"
    );
    let kept = tagboat.lines(&["cache", "show", "--json"], 0);
    assert_eq!(kept[0]["images"], 1, "it was not taken in");
    let pushed = tagboat.lines(&["push", "v2.0.0", "--host", "lab-1", "--yes", "--json"], 0);
    assert_eq!(pushed.last().unwrap()["verdict"], "done");
}

#[test]
fn a_step_that_fails_is_told_with_its_line_and_its_last_words_and_no_tag_is_given() {
    let _lab = Lab::reset();
    let place = project(&[(
        "Dockerfile",
        "# one\nFROM convocate:v1.0.0\nRUN echo fine\nRUN echo about to \\\n  fail && exit 7\n",
    )]);
    let tagboat = Tagboat::new();
    let lines = tagboat.lines(&build(&place, "v2.0.0", &[]), 1);
    let failure = failure(&lines);
    assert_eq!(failure["step"], "build");
    assert_eq!(failure["host"], Value::Null);
    let cause = failure["cause"].as_str().unwrap();
    assert!(
        cause.starts_with("step [3/5], line 4 RUN echo about to fail && exit 7: "),
        "{cause}"
    );
    assert!(cause.contains("non-zero code: 7"), "{cause}");
    assert_eq!(failure["state"], "No tag was changed.");
    assert!(said(&lines).contains(&"[3/5] about to fail"), "{lines:?}");
    assert!(image_id("v2.0.0").contains("No such image"));
    assert_eq!(docker(&["images", "-q", "tagboat-staging"]), "");
}

#[test]
fn a_cancelled_build_ends_in_the_engine_too() {
    let _lab = Lab::reset();
    let place = project(&[(
        "Dockerfile",
        "FROM convocate:v1.0.0\nRUN echo begun && sleep 1000\n",
    )]);
    let tagboat = Tagboat::new();
    let mut child = tagboat.until_step(&build(&place, "v2.0.0", &[]), "build");
    let running = || {
        let commands = docker(&["ps", "--no-trunc", "--format", "{{.Command}}"]);
        commands.contains("sleep 1000")
    };
    while !running() {
        assert_eq!(child.try_wait().unwrap(), None, "it ended by itself");
    }
    let id = tagboat.first_job();
    tagboat.run(&["job", "cancel", &id, "--yes"], 0);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    while running() {}
    assert!(image_id("v2.0.0").contains("No such image"));
    let shown = tagboat.lines(&["job", "show", &id, "--json"], 0);
    assert_eq!(shown[0]["state"], "cancelled");
}

/// Measured on Docker 20.10 with the classic builder: what it has built before it takes again, and the image is the very same. What it
/// builds anew has the layers of before where its steps make them so (here they do), and an id of its own, because its config has the
/// time of the build.
#[test]
fn the_same_input_makes_the_same_image_and_without_the_cache_the_same_layers() {
    let _lab = Lab::reset();
    let dockerfile = "FROM convocate:v1.0.0\nARG SOURCE_DATE_EPOCH\nCOPY file /file\n\
                      RUN echo made >/made && touch -h -d @$SOURCE_DATE_EPOCH /made\n";
    let files = [("Dockerfile", dockerfile), ("file", "content")];
    let (one, other) = (project(&files), project(&files));
    let tagboat = Tagboat::new();
    let same = ["--source-date-epoch", "1700000000"];
    tagboat.run(&build(&one, "v2.0.0", &same), 0);
    let (first, first_layers) = (image_id("v2.0.0"), layers("v2.0.0"));
    tagboat.run(
        &build(&other, "v2.0.0", &[&same[..], &["--replace-tag"]].concat()),
        0,
    );
    assert_eq!(image_id("v2.0.0"), first);
    docker(&["tag", "convocate:v2.0.0", "convocate:v2.0.0-first"]);
    docker(&["rmi", "convocate:v2.0.0"]);
    tagboat.run(
        &build(&other, "v2.0.0", &[&same[..], &["--no-cache"]].concat()),
        0,
    );
    assert_ne!(image_id("v2.0.0"), first);
    assert_eq!(layers("v2.0.0"), first_layers);
    docker(&["rmi", "convocate:v2.0.0-first"]);
}

#[test]
fn a_tag_that_is_there_is_refused_with_what_uses_it_and_moved_only_on_demand() {
    let _lab = Lab::reset();
    let place = project(&[("Dockerfile", "FROM convocate:v1.0.0\nRUN echo other >/other\n")]);
    let before = image_id("v1.1.0");
    docker(&["run", "-d", "--name", "build-user", "convocate:v1.1.0"]);
    let tagboat = Tagboat::new();
    let refused = tagboat.run(&build(&place, "v1.1.0", &[]), 3);
    let told = text(&refused.stderr);
    assert!(
        told.contains("convocate:v1.1.0 is there already") && told.contains("used here by build-user"),
        "{told}"
    );
    assert!(told.contains("--replace-tag"), "{told}");
    assert_eq!(image_id("v1.1.0"), before);
    tagboat.run(&build(&place, "v1.1.0", &["--replace-tag"]), 0);
    assert_ne!(image_id("v1.1.0"), before);
    assert_eq!(
        docker(&["inspect", "-f", "{{.Image}} {{.State.Running}}", "build-user"]),
        format!("{before} true")
    );
    docker(&["rm", "-f", "build-user"]);
}

#[test]
fn a_build_whose_console_died_is_taken_up_again() {
    let _lab = Lab::reset();
    let place = project(&[(
        "Dockerfile",
        "FROM convocate:v1.0.0\nRUN sleep 2\nRUN echo done >/done\n",
    )]);
    let tagboat = Tagboat::new();
    let mut child = tagboat.until_step(&build(&place, "v2.0.0", &[]), "build");
    child.kill().unwrap();
    child.wait().unwrap();
    let jobs = tagboat.lines(&["job", "list", "--json"], 0);
    assert_eq!(jobs[0]["jobs"][0]["state"], "interrupted");
    let id = jobs[0]["jobs"][0]["id"].as_str().unwrap();
    tagboat.run(&["job", "resume", id, "--yes"], 0);
    assert_eq!(
        docker(&["run", "--rm", "--entrypoint", "cat", "convocate:v2.0.0", "/done"]),
        "done"
    );
}

#[test]
fn what_cannot_be_built_is_said_before_anything_is_begun() {
    let _lab = Lab::reset();
    let place = project(&[("readme", "")]);
    let tagboat = Tagboat::new();
    let directory = place.path().to_str().unwrap();
    let said = |words: &[&str], code| text(&tagboat.run(&[&["build", "--yes"], words].concat(), code).stderr);
    assert!(said(&["--context", directory], 3).contains("there is no Dockerfile in"));
    assert!(said(&["--context", "/no/such/place"], 2).contains("is no directory"));
    assert!(said(&["--version", "v 1"], 2).contains("not a valid tag"));
    assert!(said(&["--build-arg", "=x"], 2).contains("is no build argument"));
    let secret = said(&["--build-arg", "NPM_TOKEN=canary-word"], 3);
    assert!(
        secret.contains("NPM_TOKEN looks like a secret") && !secret.contains("canary-word"),
        "{secret}"
    );
    let mut away = tagboat.command(&["build", "--yes"]);
    let away = away
        .env("DOCKER_HOST", "unix:///no/such/socket")
        .output()
        .unwrap();
    assert_eq!(away.status.code(), Some(3));
    assert!(
        text(&away.stderr).contains("the source engine cannot be asked"),
        "{}",
        text(&away.stderr)
    );
    assert!(
        tagboat.lines(&["job", "list", "--json"], 0)[0]["jobs"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}
