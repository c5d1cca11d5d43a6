//! BuildKit by `docker buildx`: on the real engine where the program is there, and by a played one that says what v0.13 says.

use super::headless::{Tagboat, text};
use super::real_fleet::Lab;
use super::{docker, failure, image_id, project, said};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// What v0.13.1 writes of a build whose second step fails, as it was written.
const FAILING: &str = include_str!("buildx-0.13.1-failing.jsons");

/// A `docker` in a directory of its own, which plays `docker buildx` and leaves everything else to the real one.
fn played(build: &str) -> (TempDir, String) {
    let place = tempfile::tempdir().unwrap();
    let real = text(
        &Command::new("sh")
            .args(["-c", "command -v docker"])
            .output()
            .unwrap()
            .stdout,
    );
    fs::write(place.path().join("failing"), FAILING).unwrap();
    let script = format!(
        "#!/bin/sh\nhere={}\ncase \"$1 $2\" in\n'buildx version') echo github.com/docker/buildx v0.13.1 0 ;;\n\
         'buildx build') printf '%s\\n' \"$@\" >$here/words; {build} ;;\n*) exec {} \"$@\" ;;\nesac\n",
        place.path().display(),
        real.trim()
    );
    let program = place.path().join("docker");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", place.path().display(), std::env::var("PATH").unwrap());
    (place, path)
}

fn words(place: &TempDir) -> Vec<&str> {
    let directory = place.path().to_str().unwrap();
    vec![
        "build",
        "--context",
        directory,
        "--version",
        "v2.0.0",
        "--yes",
        "--json",
        "--builder",
        "buildkit",
    ]
}

#[test]
fn what_buildkit_says_of_a_failure_is_told_as_the_other_builder_does() {
    let _lab = Lab::reset();
    let (program, path) = played("cat >$here/context; cat $here/failing >&2; exit 1");
    let place = project(&[
        ("Dockerfile", "FROM convocate:v1.0.0\nRUN echo hi && exit 3\n"),
        ("a", "b"),
    ]);
    let more = [
        "--build-arg",
        "A=1 2",
        "--target",
        "last",
        "--network",
        "host",
        "--no-cache",
        "--source-date-epoch",
        "1700000000",
    ];
    let tagboat = Tagboat::new();
    let mut command = tagboat.command(&[&words(&place)[..], &more].concat());
    let output = command.env("PATH", path).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let lines: Vec<_> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let cause = failure(&lines)["cause"].as_str().unwrap();
    assert!(
        cause.starts_with("step [2/2], line 2 RUN echo hi && exit 3: "),
        "{cause}"
    );
    assert!(cause.contains("exit code: 3"), "{cause}");
    let said = said(&lines);
    assert!(
        said.contains(&"[2/2] RUN echo hi && exit 3") && said.contains(&"[2/2] hi"),
        "{said:?}"
    );
    assert!(
        said.contains(&"[1/2] unchanged: taken from an earlier build"),
        "{said:?}"
    );
    let given = fs::read_to_string(program.path().join("words")).unwrap();
    for pair in [
        "--build-arg\nA=1 2\n",
        "SOURCE_DATE_EPOCH=1700000000\n",
        "--target\nlast\n",
        "--network\nhost\n",
        "--no-cache\n",
        "--label\norg.opencontainers.image.version=v2.0.0\n",
    ] {
        assert!(given.contains(pair), "{pair:?} is not in {given}");
    }
    let context = fs::metadata(program.path().join("context")).unwrap();
    assert!(context.len() > 1024, "the context was not given to it");
}

#[test]
fn a_cancelled_build_ends_the_program_that_asks_buildkit() {
    let _lab = Lab::reset();
    let (program, path) =
        played("trap 'echo told >$here/told; exit 130' INT; echo $$ >$here/pid; while :; do sleep 0.1; done");
    let place = project(&[("Dockerfile", "FROM convocate:v1.0.0\n")]);
    let tagboat = Tagboat::new();
    let mut child = tagboat.command(&words(&place)).env("PATH", path).spawn().unwrap();
    let file = |name: &str| Path::new(program.path()).join(name);
    while !file("pid").exists() {
        assert_eq!(child.try_wait().unwrap(), None, "it ended by itself");
    }
    let id = &tagboat.first_job();
    tagboat.run(&["job", "cancel", id, "--yes"], 0);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(fs::read_to_string(file("told")).unwrap(), "told\n");
}

#[test]
fn buildkit_builds_what_the_classic_builder_builds() {
    let _lab = Lab::reset();
    let tagboat = Tagboat::new();
    let place = project(&[
        (
            "Dockerfile",
            "FROM convocate:v1.0.0\nCOPY . /app/\nRUN echo made >/made\n",
        ),
        ("file", "content\n"),
    ]);
    let same = ["--network", "host", "--source-date-epoch", "1700000000"];
    let built = [&words(&place)[..], &same].concat();
    if !docker(&["buildx", "version"]).starts_with("github.com/docker/buildx") {
        // Debian 12 has no package of it: then it is refused, with the way on.
        let refused = text(&tagboat.run(&built, 3).stderr);
        assert!(
            refused.contains("there is no `docker buildx` here") && refused.contains("--builder classic"),
            "{refused}"
        );
        return;
    }
    let lines = tagboat.lines(&built, 0);
    assert!(
        said(&lines)
            .iter()
            .any(|line| line.ends_with("RUN echo made >/made")),
        "{lines:?}"
    );
    assert_eq!(
        docker(&[
            "run",
            "--rm",
            "--entrypoint",
            "cat",
            "convocate:v2.0.0",
            "/made",
            "/app/file"
        ]),
        "made\ncontent"
    );
    let first = image_id("v2.0.0");
    tagboat.run(&[&built[..], &["--replace-tag"]].concat(), 0);
    assert_eq!(image_id("v2.0.0"), first, "the same input made another image");
}
