//! From a commit to a running session and back: release, push through the registry, rollout, rollback by the pin.

use crate::pinned_project::{HOST, down, has_compose, state, up};
use crate::project::{Project, image_of, staged};
use crate::rig::Rig;
use serde_json::Value;
use std::fs;

#[test]
fn lab_a_release_reaches_a_compose_project_through_the_registry_and_its_pin_brings_it_back() {
    let rig = Rig::up();
    let project = Project::new("v2.0.0");
    let dry = project.release(&rig, "v2.0.0", &["--dry-run"], 0);
    assert!(dry.errors.contains("dry run"), "{}", dry.errors);
    assert_eq!((image_of("convocate:v2.0.0"), dry.lines.len()), (None, 1));

    let released = project.release(&rig, "v2.0.0", &[], 0);
    let digest = released.digest();
    let recorded = fs::read_to_string(rig.tagboat.state().join("published.jsonl")).unwrap();
    let recorded: Value = serde_json::from_str(&recorded).unwrap();
    assert_eq!(
        (&recorded["digest"], &recorded["reference"]),
        (&digest.as_str().into(), &"convocate:v2.0.0".into())
    );
    assert_eq!(staged(), "", "the staging tag is gone");

    if has_compose(&rig.lab) {
        into_a_project_and_back(&rig);
    }

    // The same version again is nothing; from another commit it is refused; the next one is released.
    assert!(
        project
            .release(&rig, "v2.0.0", &[], 0)
            .errors
            .contains("there is nothing to do")
    );
    project.write("app/agent", "#!/bin/sh\necho the next\n");
    project.says("v2.0.0");
    let refused = project.release(&rig, "v2.0.0", &[], 3);
    assert!(
        refused.errors.contains("convocate:v2.0.0 is there already"),
        "{}",
        refused.errors
    );
    project.says("v2.0.1");
    assert_ne!(project.release(&rig, "v2.0.1", &[], 0).digest(), digest);
}

/// Through the registry onto the host, by a rollout into its project, and back to the tag before.
fn into_a_project_and_back(rig: &Rig) {
    down(&rig.lab);
    up(&rig.lab);
    // A host pulls what was published by its digest, and stamps it.
    let pushed = rig.push("v2.0.0", &["--host", HOST], 0);
    assert_eq!(pushed.end(HOST).0, "done");
    assert!(pushed.step("(source)", "publish").is_empty(), "it is published");
    let rollout = [
        "rollout", "factory", "--host", HOST, "--canary", "0", "--yes", "--json",
    ];
    rig.run(&rollout, 0);
    let [runs, volume, pin] = state(&rig.lab);
    assert_eq!(
        (runs.as_str(), volume.as_str()),
        ("convocate:v2.0.0 running", "kept")
    );
    assert_eq!(pin, "# mine\nAGENTS_IMAGE=convocate:v2.0.0");
    rig.run(
        &[
            "rollback",
            "convocate-session-factory",
            "--host",
            HOST,
            "--yes",
            "--json",
        ],
        0,
    );
    let [runs, volume, pin] = state(&rig.lab);
    assert_eq!(
        (runs.as_str(), volume.as_str()),
        ("convocate:v1.0.0 running", "kept")
    );
    assert_eq!(pin, "# mine\nAGENTS_IMAGE=convocate:v1.0.0");
    down(&rig.lab);
}
