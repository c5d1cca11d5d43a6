//! What is refused before anything has a tag: another version, files that are not committed, an image that breaks its contract.

use crate::project::{Project, image_of, staged};
use crate::rig::{Rig, docker};

#[test]
fn lab_what_breaks_its_contract_gets_no_tag_and_is_published_nowhere_unless_it_is_asked_for() {
    let rig = Rig::up();
    let project = Project::new("v2.0.0");
    // What a step draws by chance tells whether it was taken from the build before.
    project.write(
        "app/Dockerfile",
        "FROM convocate:v1.0.0\nRUN echo drawn $(head -c 9 /dev/urandom | base64) | tee /drawn\nCOPY agent /opt/agent/walk\n",
    );
    project.says("2.0.0");
    let broken = project.release(&rig, "v2.0.0", &[], 1);
    let (word, failure) = broken.end("(source)");
    assert_eq!(word, "failed", "{failure}");
    let cause = failure["cause"].as_str().unwrap();
    assert!(cause.ends_with("breaks the contract own: agent"), "{cause}");
    assert!(
        failure["state"]
            .as_str()
            .unwrap()
            .starts_with("Nothing was tagged or published"),
        "{failure}"
    );
    assert!(broken.said().contains("FAIL agent: "), "{}", broken.said());
    assert_eq!((image_of("convocate:v2.0.0"), staged().as_str()), (None, ""));
    assert!(broken.step("(source)", "publish").is_empty());

    let forced = project.release(&rig, "v2.0.0", &["--allow-failing"], 0);
    assert_eq!(forced.end("(source)").0, "done");
    assert!(image_of("convocate:v2.0.0").is_some());
    assert!(forced.digest().starts_with("sha256:"));
    let drawn = docker(&["run", "--rm", "--entrypoint", "cat", "convocate:v2.0.0", "/drawn"]).unwrap();
    assert!(
        broken.said().contains(&drawn),
        "{drawn} is not in {}",
        broken.said()
    );
}

#[test]
fn lab_a_release_is_refused_where_the_project_says_another_version_or_is_not_committed() {
    let rig = Rig::up();
    let project = Project::new("v2.0.0");
    let other = project.release(&rig, "v2.1.0", &[], 3);
    assert!(
        other
            .errors
            .contains("VERSION says v2.0.0, and v2.1.0 is to be released"),
        "{}",
        other.errors
    );
    project.write("app/agent", "#!/bin/sh\necho not committed\n");
    let dirty = project.release(&rig, "v2.0.0", &[], 3);
    assert!(
        dirty.errors.contains("not what is committed: agent changed"),
        "{}",
        dirty.errors
    );
    assert_eq!(
        (image_of("convocate:v2.0.0"), image_of("convocate:v2.1.0")),
        (None, None)
    );
    let jobs = rig.run(&["job", "list", "--json"], 0).lines;
    assert_eq!(jobs[0]["jobs"].as_array().unwrap().len(), 0);
}
