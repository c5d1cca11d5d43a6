//! Projects that a migration does not take: it says why and what to do instead, and touches nothing.

use crate::headless::text;
use crate::project::{BUILT, Factory, HOST, migrate, put};
use crate::real_fleet::Lab;

/// All that a migration could have changed.
fn as_it_is(lab: &Lab) -> String {
    lab.on(
        HOST,
        "docker ps -aq --no-trunc --filter label=com.docker.compose.project=factory | xargs docker inspect -f '{{.Id}} {{.State.StartedAt}} {{.Name}}' | sort
         docker images --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}' | sort
         cd /srv/factory && ls -A && cat $(find . -type f | sort) && stat -c '%n %a %Y' $(find . -type f | sort)
         ls -d /var/lib/tagboat/restarts/*compose-factory* 2>/dev/null; true",
    )
}

/// The project, started by this line of Compose in its folder.
fn started(lab: &Lab, file: &str, line: &str) {
    put(lab, "/srv/factory/docker-compose.yml", file);
    lab.on(
        HOST,
        &format!(
            "for one in agents runner; do docker tag convocate:v1.0.0 factory-$one; done
             cd /srv/factory && docker compose {line} 2>&1"
        ),
    );
}

fn refused(factory: &Factory, words: &[&str]) {
    let before = as_it_is(&factory.lab);
    let told = text(
        &factory
            .tagboat
            .run(&migrate(&["--copy-volumes", "--yes"]), 3)
            .stderr,
    );
    for part in words.iter().chain(&["lab-1", "Nothing was changed"]) {
        assert!(told.contains(part), "{part} is not in {told}");
    }
    assert_eq!(as_it_is(&factory.lab), before, "{told}");
}

#[test]
fn lab_a_project_of_several_compose_files_is_refused_with_how_to_make_one_of_them() {
    let Some(factory) = Factory::bare() else { return };
    put(
        &factory.lab,
        "/srv/factory/more.yml",
        "services:\n  agents:\n    environment: {MORE: \"1\"}\n",
    );
    started(
        &factory.lab,
        BUILT,
        "-f docker-compose.yml -f more.yml up -d --no-build",
    );
    refused(&factory, &["several Compose files", "`docker compose config`"]);
}

#[test]
fn lab_a_project_with_an_env_file_of_its_own_is_refused_with_where_its_values_belong() {
    let Some(factory) = Factory::bare() else { return };
    put(
        &factory.lab,
        "/srv/factory/own.env",
        "SECRET_TOKEN=canary-value\n",
    );
    started(&factory.lab, BUILT, "--env-file own.env up -d --no-build");
    refused(
        &factory,
        &["env files of its own (`--env-file`)", "move what they say"],
    );
}

#[test]
fn lab_a_service_with_replicas_is_refused_with_how_to_leave_one() {
    let Some(factory) = Factory::bare() else { return };
    let lines = BUILT.split_inclusive('\n');
    let unnamed: String = lines.filter(|line| !line.contains("container_name")).collect();
    started(&factory.lab, &unnamed, "up -d --no-build --scale runner=2");
    refused(
        &factory,
        &[
            "runner has 2 containers",
            "`docker compose up -d --scale runner=1`",
            "--service",
        ],
    );
}
