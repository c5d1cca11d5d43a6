//! What cannot be restarted by its pin is refused with the reason, and nothing was touched.

use super::project::{Project, START};
use crate::rig::failure;

/// Tries a restart, and makes sure that it left everything as it was.
async fn refused(project: &mut Project, onto: &str) -> String {
    let seen = "cat .env 2>/dev/null | md5sum; docker ps -a --no-trunc --format '{{.ID}} {{.Names}} {{.State}}' | grep $S; \
                docker images -q tagboat-pin | wc -l";
    let before = project.sh(seen).await;
    let told = failure(&project.restart(onto).await);
    assert_eq!(project.sh(seen).await, before, "{told}");
    assert!(told.contains("The session runs on as it was"), "{told}");
    told
}

#[tokio::test]
async fn lab_compose_that_is_not_on_the_host_or_too_old_is_told() {
    let Some(mut project) = Project::on("lab-1", "compose-none").await else {
        return;
    };
    let plugin = "/usr/libexec/docker/cli-plugins/docker-compose";
    project.sh(&format!("mv {plugin} {plugin}.away")).await;
    let without = failure(&project.restart("v1.1.0").await);
    project
        .sh("printf '#!/bin/sh\\necho 1.29.2\\n' >/usr/local/bin/docker-compose; chmod +x /usr/local/bin/docker-compose")
        .await;
    let too_old = failure(&project.restart("v1.1.0").await);
    project
        .sh(&format!(
            "rm /usr/local/bin/docker-compose; mv {plugin}.away {plugin}"
        ))
        .await;
    assert!(without.contains("there is no Compose on the host"), "{without}");
    assert!(
        without.contains(&format!("{}/agent", project.rig.session)),
        "{without}"
    );
    assert!(
        too_old.contains("Compose 1.29.2 is on the host, which is too old"),
        "{too_old}"
    );
    project.assert_whole("none", "v1.0.0", "running").await;
    project.assert_env("none", "v1.0.0").await;
    project.clean().await;
}

#[tokio::test]
async fn lab_compose_services_that_ignore_the_pin_are_refused() {
    let Some(mut project) = Project::on("lab-1", "compose-ignores").await else {
        return;
    };
    project.become_service("stubborn");
    let told = refused(&mut project, "v1.1.0").await;
    assert!(
        told.contains(
            "the service ignores the pin: with it, it gets convocate:v1.0.0 and not convocate:v1.1.0"
        ),
        "{told}"
    );
    project.clean().await;
}

#[tokio::test]
async fn lab_compose_projects_that_are_not_what_runs_are_refused() {
    let Some(mut project) = Project::on("lab-2", "compose-drift").await else {
        return;
    };
    project.sh("sed -i 's/OWN: \"1\"/OWN: \"2\"/' compose.yml").await;
    let told = refused(&mut project, "v1.1.0").await;
    assert!(
        told.contains("Compose would change more than its image"),
        "{told}"
    );
    project
        .sh("sed -i 's/OWN: \"2\"/OWN: \"1\"/; s/services:/servces:/' compose.yml")
        .await;
    let told = refused(&mut project, "v1.1.0").await;
    assert!(told.contains("Compose does not read the project"), "{told}");
    project
        .sh("sed -i 's/servces:/services:/' compose.yml; mv .env away")
        .await;
    let told = refused(&mut project, "v1.1.0").await;
    assert!(
        told.contains(".env, which is its Compose project's, is not there"),
        "{told}"
    );
    assert!(told.contains("AGENTS_IMAGE=convocate:v1.0.0"), "{told}");
    project.sh("mv away .env; printf \"\\nX='open\" >>.env").await;
    let told = refused(&mut project, "v1.1.0").await;
    let line = START.0.matches('\n').count() + START.1.matches('\n').count() + 2;
    assert!(told.contains(&format!("line {line} is not understood")), "{told}");
    project.clean().await;
}

#[tokio::test]
async fn lab_compose_services_with_more_than_one_container_are_refused() {
    let Some(mut project) = Project::prepare("lab-1", "compose-many").await else {
        return;
    };
    project
        .sh("sed -i 's/^    container_name: .*-neighbour$//' compose.yml")
        .await;
    project.sh("docker compose up -d --scale neighbour=2 2>&1").await;
    project.rig.session =
        tagboat::model::names::SessionName::parse(&format!("{}-neighbour-1", project.rig.session)).unwrap();
    let told = refused(&mut project, "v1.1.0").await;
    assert!(told.contains("its Compose service has 2 containers"), "{told}");
    project.clean().await;
}

/// Compose gives an anonymous volume on only where the image or the service has one.
#[tokio::test]
async fn lab_compose_anonymous_volumes_that_would_be_left_behind_are_a_reason_to_refuse() {
    let Some(mut project) = Project::on("lab-1", "compose-volume").await else {
        return;
    };
    project
        .sh("mkdir plain; printf 'FROM convocate:v1.1.0 AS agent\\nFROM scratch\\nCOPY --from=agent / /\\nCMD [\"/usr/local/bin/agent\"]\\n' >plain/Dockerfile
             DOCKER_BUILDKIT=0 docker build -q -t convocate:plain plain >/dev/null 2>&1; rm -r plain")
        .await;
    let told = refused(&mut project, "plain").await;
    assert!(
        told.contains("its anonymous volume on /scratch would be left behind"),
        "{told}"
    );
    project.clean().await;
    project.rig.sh("docker rmi convocate:plain >/dev/null").await;
}
