//! On which ground a project is put, what is made for it, and what is refused.

use super::{BootstrapImage, BootstrapWish, Ground, ground, plan_bootstrap};
use crate::model::compose::bootstrap::{Bootstrap, FolderSeen, HostProject, ProjectContainer, Tried};
use crate::model::compose::{ComposeProject, PinnedRef, digest, sealed};
use crate::model::fleet::Stamp;
use crate::model::job::Target;
use crate::model::names::{Digest, HostName, ImageId, ImageRef, ProjectPath, RegistryRepository};
use crate::model::plan::Plan;
use crate::model::profile::{Guard, Profile};
use serde_json::{Value, json};
use std::time::Duration;

pub(super) fn host() -> HostName {
    HostName::parse("eu-1").unwrap()
}

fn id(byte: u8) -> ImageId {
    ImageId(Digest::from_bytes(&[byte; 32]))
}

/// The project of the disinto profile, pinned to a tag.
pub(super) fn bootstrap() -> Bootstrap {
    let profile = Profile {
        name: "disinto".to_owned(),
        ..Profile::convocate()
    };
    let project = ComposeProject::of_profile(&profile).unwrap();
    let pinned = PinnedRef::from(ImageRef::parse("convocate:v1").unwrap());
    Bootstrap::of(&project, &pinned, &ProjectPath::parse("/srv/factory").unwrap())
}

pub(super) fn bare() -> HostProject {
    HostProject {
        compose: Some(("plugin".to_owned(), "2.26.1".to_owned())),
        account: ("root".to_owned(), "/root".to_owned()),
        ..HostProject::default()
    }
}

pub(super) fn wish() -> BootstrapWish {
    BootstrapWish {
        host: host(),
        bootstrap: bootstrap(),
        image: BootstrapImage::There {
            id: id(1),
            stamp: None,
        },
        vetted: None,
        env: None,
        stable: Duration::from_secs(5),
        deadline: Duration::from_mins(1),
        guard: Guard::Normal,
    }
}

fn config(binds: &[&str]) -> Value {
    let mounts: Vec<Value> = binds
        .iter()
        .map(|source| json!({"type": "bind", "source": source, "target": "/x"}))
        .collect();
    json!({
        "services": {"agents": {"volumes": mounts}},
        "volumes": {"agent-data": {"name": "disinto_agent-data"}, "repos": {"name": "disinto_repos"}},
    })
}

pub(super) fn tried(binds: &[&str], missing: &[&str]) -> Tried {
    Tried {
        config: config(binds),
        unset: Vec::new(),
        missing: missing.iter().map(|&path| path.to_owned()).collect(),
    }
}

fn refusal(seen: &HostProject) -> String {
    ground(&host(), &bootstrap(), seen).unwrap_err().to_string()
}

/// Both services that are started, each with one container on this image.
fn running(image: &ImageId) -> HostProject {
    let one = bootstrap();
    let container = |service: &str| ProjectContainer {
        name: format!("disinto-{service}-1"),
        service: service.to_owned(),
        is_up: true,
        image: image.clone(),
    };
    HostProject {
        folder: FolderSeen::There,
        file: Some(one.text.clone()),
        env: Some("FORGE_TOKEN=x\nAGENTS_IMAGE=convocate:v1\n".to_owned()),
        containers: ["agents", "edge"].map(container).into(),
        image: Some(id(1)),
        ..bare()
    }
}

#[test]
fn a_host_with_nothing_of_a_project_gets_its_folder_its_files_and_its_services() {
    let seen = bare();
    assert_eq!(ground(&host(), &bootstrap(), &seen), Ok(Ground::Bare));
    let tried = tried(
        &["/srv/factory/projects", "/srv/factory/a/b", "/srv/factory/.env"],
        &[
            "/srv/factory/projects",
            "/srv/factory/a/b",
            "/srv/factory/a",
            "/srv/factory/.env",
        ],
    );
    let plan = plan_bootstrap(wish(), &seen, Some(&tried)).unwrap();
    let one = &plan.bootstrap;
    let folders: Vec<&str> = one.folders.iter().map(ProjectPath::as_str).collect();
    assert_eq!(
        folders,
        [
            "/srv/factory/a/b",
            "/srv/factory/projects",
            "/srv/factory/a",
            "/srv/factory"
        ]
    );
    assert_eq!(one.new_volumes, ["disinto_agent-data", "disinto_repos"]);
    let plan = Plan::Bootstrap(Box::new(plan));
    let steps = plan.steps(&Target::host(host()));
    let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
    assert_eq!(
        steps,
        ["check project", "record", "install", "up", "probe", "commit"]
    );
    let lines: Vec<String> = plan
        .lines()
        .iter()
        .map(|line| format!("{} -> {} ({})", line.before, line.after, line.note))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn what_is_in_the_folder_and_in_the_volumes_already_is_told_and_stays() {
    let env = "FORGE_TOKEN=x\n".to_owned();
    let seen = HostProject {
        folder: FolderSeen::There,
        env: Some(env.clone()),
        volumes: vec!["disinto_repos".to_owned()],
        ..bare()
    };
    let tried = Tried {
        unset: vec!["FORGE_URL".to_owned()],
        ..tried(&[], &[])
    };
    let plan = plan_bootstrap(wish(), &seen, Some(&tried)).unwrap();
    assert_eq!(plan.bootstrap.folders, []);
    assert_eq!(plan.bootstrap.before.env, Some(digest(&env)));
    assert_eq!(plan.bootstrap.old_volumes, ["disinto_repos"]);
    assert_eq!(
        plan.remarks,
        ["FORGE_URL has no value; /srv/factory/.env would give it one, or --env-file"]
    );
    assert!(
        plan.untouched()[1].contains("disinto_repos"),
        "{:?}",
        plan.untouched()
    );
}

#[test]
fn an_image_that_is_pulled_is_stamped_when_the_project_runs() {
    let repository = RegistryRepository::parse("ghcr.io/acme/convocate").unwrap();
    let image = BootstrapImage::Pull {
        from: repository.with_digest(Digest::from_bytes(&[7; 32])),
        tag: ImageRef::parse("convocate:v1").unwrap(),
        before: Stamp::Missing,
    };
    let plan = plan_bootstrap(BootstrapWish { image, ..wish() }, &bare(), Some(&tried(&[], &[]))).unwrap();
    let plan = Plan::Bootstrap(Box::new(plan));
    let steps = plan.steps(&Target::host(host()));
    let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
    assert_eq!(
        steps,
        [
            "check project",
            "pull",
            "record",
            "install",
            "up",
            "probe",
            "commit",
            "stamp"
        ]
    );
    let kept: Plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
    assert_eq!(kept, plan);
}

#[test]
fn a_project_that_runs_just_so_is_left_alone_and_any_other_is_for_a_migration() {
    assert_eq!(
        ground(&host(), &bootstrap(), &running(&id(1))),
        Ok(Ground::Running)
    );
    let plan = plan_bootstrap(wish(), &running(&id(1)), None).unwrap();
    assert!(
        Plan::Bootstrap(Box::new(plan))
            .steps(&Target::host(host()))
            .is_empty()
    );
    let mut others = vec![running(&id(2)); 5];
    for other in &mut others[1..] {
        *other = running(&id(1));
    }
    others[1].containers[0].is_up = false;
    others[2].containers.pop();
    others[3].env = Some("AGENTS_IMAGE=convocate:v0\n".to_owned());
    others[4].file = Some("services: {}\n".to_owned());
    for (at, other) in others.iter().enumerate() {
        let told = refusal(other);
        assert!(
            told.contains("disinto is there already (disinto-agents-1")
                && told.contains("`tagboat compose migrate disinto --host eu-1 --image convocate:v1`"),
            "{at}: {told}"
        );
    }
}

#[test]
fn a_folder_with_files_of_another_making_is_left_alone() {
    let with = |file: &str| HostProject {
        folder: FolderSeen::There,
        file: Some(file.to_owned()),
        ..bare()
    };
    let one = bootstrap();
    assert_eq!(ground(&host(), &one, &with(&one.text)), Ok(Ground::Bare));
    assert_eq!(
        ground(&host(), &one, &with(&sealed("services: {}\n"))),
        Ok(Ground::Bare)
    );
    for (seen, why) in [
        (with("services: {}\n"), "tagboat did not make it"),
        (with(&format!("{}# mine\n", one.text)), "somebody edited it"),
        (
            HostProject {
                others: vec!["/srv/factory/compose.yaml".to_owned()],
                ..bare()
            },
            "/srv/factory/compose.yaml is there",
        ),
        (
            HostProject {
                above: Some("/srv".to_owned()),
                ..bare()
            },
            "there is no folder /srv",
        ),
        (
            HostProject {
                folder: FolderSeen::Strange,
                ..bare()
            },
            "/srv/factory is no folder",
        ),
    ] {
        let told = refusal(&seen);
        assert!(told.contains(why) && told.contains("--folder"), "{told}");
    }
}

#[test]
fn a_host_without_a_compose_that_can_be_asked_is_told_what_it_lacks() {
    for compose in [None, Some(("standalone".to_owned(), "1.29.2".to_owned()))] {
        let told = refusal(&HostProject { compose, ..bare() });
        assert!(
            told.contains("no Compose of version 2") && told.contains("docker-compose-plugin"),
            "{told}"
        );
    }
}

#[test]
fn a_mounted_path_that_is_not_there_and_is_no_folder_of_the_project_is_refused() {
    for path in ["/home/ops/.ssh", "/srv/factory/agents.toml", "/srv/other/data"] {
        let told = plan_bootstrap(wish(), &bare(), Some(&tried(&[path], &[path]))).unwrap_err();
        assert!(
            told.to_string().contains(&format!("{path} is not there")),
            "{told}"
        );
    }
}

#[test]
fn an_env_file_that_compose_would_not_read_is_told_with_its_line() {
    let seen = HostProject {
        env: Some("A=1\nB B=2\n".to_owned()),
        ..bare()
    };
    let told = plan_bootstrap(wish(), &seen, Some(&tried(&[], &[]))).unwrap_err();
    assert!(told.to_string().contains("/srv/factory/.env: line 2"), "{told}");
}

#[test]
fn what_is_mounted_is_asked_with_all_folders_between_it_and_the_project() {
    let paths = Tried::paths(&config(&["/srv/factory/a/b/c", "/opt/x/"]), "/srv/factory");
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "/opt/x",
            "/srv/factory/a",
            "/srv/factory/a/b",
            "/srv/factory/a/b/c"
        ]
    );
}

#[test]
fn a_volume_of_the_image_without_a_mount_in_every_service_is_found() {
    let one = bootstrap();
    let declared = ["/home/agent/data/".to_owned(), "/scratch".to_owned()];
    assert_eq!(one.unmounted(&declared), Some("/scratch"));
    assert_eq!(one.unmounted(&declared[..1]), None);
}
