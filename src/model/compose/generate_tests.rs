//! The generated files, byte for byte, and what holds for all of them.

use super::{
    ComposeProject, ImageOrigin, PinnedRef, ServiceMount, ServiceSettings, Standing, generate, standing,
};
use crate::model::names::{ImageName, ServiceName};
use crate::model::profile::Profile;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn disinto() -> ComposeProject {
    let profile = Profile {
        name: "disinto".to_owned(),
        image: ImageName::parse("ghcr.io/disinto/agents").unwrap(),
        ..Profile::convocate()
    };
    ComposeProject::of_profile(&profile).unwrap()
}

fn pinned(text: &str) -> ImageOrigin {
    ImageOrigin::Pinned(PinnedRef::parse(text).unwrap())
}

fn by_digest() -> ImageOrigin {
    pinned(&format!(
        "ghcr.io/disinto/agents:v0.3.0@sha256:{}",
        "1c".repeat(32)
    ))
}

/// The version of the package would make every release another golden file.
fn golden(name: &str, text: &str) {
    let text = text.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    insta::assert_snapshot!(name, text);
}

#[test]
fn a_project_that_is_pinned_by_digest() {
    golden("pinned_by_digest", &generate(&disinto(), &by_digest()));
}

#[test]
fn a_project_that_is_pinned_by_a_tag_over_ssh_never_pulls() {
    let text = generate(&disinto(), &pinned("ghcr.io/disinto/agents:v0.3.0"));
    assert_eq!(text.matches("pull_policy: never").count(), 4);
    golden("pinned_by_tag", &text);
}

#[test]
fn a_project_that_is_built_has_no_pin() {
    golden(
        "built",
        &generate(&disinto(), &ImageOrigin::Build("../disinto".to_owned())),
    );
}

#[test]
fn a_project_with_services_of_its_own() {
    let mut project = disinto();
    project.services.push(ServiceSettings {
        mounts: vec![
            ServiceMount::parse("agents-anna-data:/home/agent/data").unwrap(),
            ServiceMount::parse("${CLAUDE_DIR:-/var/lib/claude}:/claude:ro").unwrap(),
        ],
        environment: BTreeMap::from([
            ("FORGE_TOKEN".to_owned(), "${FORGE_TOKEN:?}".to_owned()),
            ("ENABLED".to_owned(), "yes".to_owned()),
        ]),
        command: vec!["poll".to_owned(), "--every 60".to_owned()],
        depends_on: vec![ServiceName::parse("agents").unwrap()],
        ports: vec!["8080:80".to_owned()],
        ..ServiceSettings::named(ServiceName::parse("agents-anna").unwrap())
    });
    golden("own_services", &generate(&project, &by_digest()));
}

#[test]
fn every_volume_of_the_image_has_a_mount_in_every_service() {
    let mut project = disinto();
    project.volumes.push("/var/cache/agent/".to_owned());
    project.services[1].mounts.clear();
    let text = generate(&project, &by_digest());
    for path in &project.volumes {
        let mounts = text.matches(&format!(":{path}\n")).count();
        assert_eq!(mounts, project.services.len(), "{path} in\n{text}");
    }
    assert!(text.ends_with("volumes:\n  agent-data:\n  home-agent-data:\n  home-agent-disinto-projects:\n  home-agent-disinto-state:\n  home-agent-repos:\n  project-repos:\n  var-cache-agent:\n"), "{text}");
}

fn origin() -> impl Strategy<Value = ImageOrigin> {
    prop_oneof![
        Just(by_digest()),
        "[a-z]{1,8}:v[0-9]{1,3}".prop_map(|text| pinned(&text)),
        "\\./[a-z]{1,8}".prop_map(ImageOrigin::Build),
    ]
}

fn project() -> impl Strategy<Value = ComposeProject> {
    let service = (
        "[a-z]{1,6}",
        prop::collection::vec("[a-z]{2,4}:/[a-z]{1,4}", 0..4),
        "\\PC{0,9}",
    );
    (
        prop::collection::vec(service, 0..4),
        prop::collection::vec("/[a-z]{1,4}/?", 0..4),
    )
        .prop_map(|(services, volumes)| {
            let mut project = disinto();
            project.volumes = volumes;
            project
                .services
                .extend(services.into_iter().map(|(name, mounts, value)| {
                    ServiceSettings {
                        mounts: mounts
                            .iter()
                            .map(|text| ServiceMount::parse(text).unwrap())
                            .collect(),
                        environment: BTreeMap::from([("KEY".to_owned(), value)]),
                        ..ServiceSettings::named(ServiceName::parse(&name).unwrap())
                    }
                }));
            project
        })
}

proptest! {
    #[test]
    fn the_same_project_gives_the_same_bytes_and_never_both_an_image_and_a_build(project in project(), origin in origin()) {
        let text = generate(&project, &origin);
        prop_assert_eq!(&text, &generate(&project.clone(), &origin));
        prop_assert_eq!(standing(Some(&text), &text), Standing::Same);
        let is_built = matches!(origin, ImageOrigin::Build(_));
        prop_assert_eq!(text.contains("    build:\n"), is_built);
        prop_assert_eq!(text.contains("    image: "), !is_built);
    }

    #[test]
    fn another_pin_changes_the_images_and_nothing_else(project in project(), tag in "v[0-9]{1,3}") {
        let one = generate(&project, &pinned("x:other"));
        let other = generate(&project, &pinned(&format!("x:{tag}")));
        let same = |text: &str| text.lines().filter(|line| !line.contains("image: ") && !line.starts_with('#')).count();
        let differ = one.lines().zip(other.lines()).filter(|(one, other)| one != other);
        for (one, _) in differ {
            prop_assert!(one.contains("image: ${AGENTS_IMAGE:-x:other}") || one.starts_with("# sha256"), "{}", one);
        }
        prop_assert_eq!(same(&one), same(&other));
    }
}
