//! Releases that end in the middle: they are taken up where they were, and what was built is not built again.

use crate::project::{Project, image_of, staged};
use crate::rig::Rig;
use serde_json::Value;
use std::process::Command;

/// Releases until this step has begun, kills the console, and takes the release up.
fn killed_at(step: &'static str, subject: &'static str) {
    let rig = Rig::up();
    let project = Project::new("v2.0.0");
    let words = project.words(&rig, "v2.0.0", &["--yes"]);
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let is_there = |line: &Value| {
        line["step"]["kind"] == step
            && line["state"]["state"] == "running"
            && line["step"]["subject"]
                .as_str()
                .unwrap_or_default()
                .starts_with(subject)
    };
    let mut releasing = rig.until(&words, is_there);
    let killed = Command::new("kill")
        .args(["-KILL", &releasing.id().to_string()])
        .status();
    assert!(killed.unwrap().success());
    releasing.wait().unwrap();
    let built = staged();
    assert!(
        !built.is_empty(),
        "until it has ended, what was built is known by its staging tag"
    );
    let resumed = rig.run(&["job", "resume", &rig.left_job(), "--yes", "--json"], 0);
    assert_eq!(resumed.end("(source)").0, "done");
    assert_eq!(resumed.step("(source)", "build"), ["skipped"]);
    let image = image_of("convocate:v2.0.0").unwrap();
    assert!(image.contains(&built), "{image} is not {built}");
    assert_eq!(staged(), "");
    // It was released: nothing is left to do.
    let again = project.release(&rig, "v2.0.0", &[], 0);
    assert!(
        again.errors.contains("there is nothing to do"),
        "{}",
        again.errors
    );
}

#[test]
fn lab_a_console_that_dies_between_the_build_and_the_tag_leaves_a_release_that_is_taken_up() {
    killed_at("check", "contract");
}

#[test]
fn lab_a_console_that_dies_between_the_tag_and_the_registry_leaves_a_release_that_is_taken_up() {
    killed_at("compare", "");
}
