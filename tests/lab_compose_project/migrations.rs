//! A running project from its build to a pin: whole, interrupted, put back, refused.

use crate::crash_points::sampled;
use crate::headless::{Tagboat, text};
use crate::project::{
    BUILT, DATA, Factory, HOST, Hidden, built_project, data, factory_config, ids, image, migrate, mounts,
    put, remove_project,
};
use crate::real_fleet::Lab;

#[test]
fn lab_a_migration_keeps_every_volume_and_goes_back_by_its_pin() {
    let Some(factory) = Factory::built() else { return };
    let (lab, tagboat) = (&factory.lab, &factory.tagboat);
    let before = ids(lab);
    let anonymous = lab.on(HOST, "docker inspect -f '{{range .Mounts}}{{println .Name}}{{end}}' factory-agents factory-runner | grep -xE '[0-9a-f]{64}'");
    let output = tagboat.run(&migrate(&["--copy-volumes", "--yes"]), 0);
    let told = text(&output.stdout) + &text(&output.stderr);
    assert!(
        told.contains("agents-scratch") && !told.contains("canary-value"),
        "{told}"
    );
    let after = ids(lab);
    assert_eq!(after[2], before[2], "the neighbour is another one");
    assert!(after[0] != before[0] && after[1] != before[1]);
    for one in ["agents", "runner"] {
        let container = format!("factory-{one}");
        assert_eq!(image(lab, &container), "convocate:v0.9.0 running");
        assert_eq!(
            mounts(lab, &container),
            format!("/home/claude factory_home\n/scratch factory_{one}-scratch")
        );
    }
    assert_eq!(data(lab), DATA);
    for volume in anonymous.lines() {
        lab.on(HOST, &format!("docker volume inspect {volume} >/dev/null"));
    }
    assert_only_the_pin_has_changed(lab, tagboat);

    let way = lab.on(
        HOST,
        "docker images --format '{{.Repository}}:{{.Tag}}' | grep '^convocate:before-'",
    );
    lab.on(HOST, &format!("cd /srv/factory && sed -i 's/^AGENTS_IMAGE=.*/AGENTS_IMAGE={way}/' .env && docker compose up -d 2>&1"));
    assert_eq!(
        lab.on(HOST, "docker inspect -f '{{.Image}}' factory-agents"),
        lab.on(HOST, "docker image inspect -f '{{.Id}}' convocate:v1.0.0")
    );
    assert_eq!(data(lab), DATA);
}

/// In the files, and no secret of them is left anywhere.
fn assert_only_the_pin_has_changed(lab: &Lab, tagboat: &Tagboat) {
    let file = lab.on(HOST, "cat /srv/factory/docker-compose.yml");
    assert!(
        file.starts_with("# the project's own\n") && !file.contains("build:"),
        "{file}"
    );
    assert_eq!(
        lab.on(HOST, "cat -A /srv/factory/.env; stat -c %a /srv/factory/.env"),
        "# mine^M$\nSECRET_TOKEN=canary-value^M$\nAGENTS_IMAGE=convocate:v0.9.0^M$\n640"
    );
    assert_eq!(
        lab.on(HOST, "cat /srv/factory/docker-compose.yml.before")
            .trim_end(),
        BUILT.trim_end()
    );
    assert_eq!(
        lab.on(HOST, "grep -rl canary-value /var/lib/tagboat || true"),
        "",
        "a secret is left in the journal"
    );
    let state = tagboat.state();
    let found = std::process::Command::new("grep")
        .arg("-rl")
        .arg("canary-value")
        .arg(&state)
        .output()
        .unwrap();
    assert_eq!(text(&found.stdout), "", "a secret is in the journal here");
}

#[test]
fn lab_a_migration_without_copies_leaves_volumes_without_a_name_where_they_are() {
    let Some(factory) = Factory::built() else { return };
    let (lab, tagboat) = (&factory.lab, &factory.tagboat);
    let before = mounts(lab, "factory-agents");
    let plan = text(&tagboat.run(&migrate(&["--dry-run"]), 0).stdout);
    assert!(
        plan.contains("--copy-volumes gives it one") && plan.contains("AGENTS_IMAGE=convocate:before-"),
        "{plan}"
    );
    tagboat.run(&migrate(&["--yes"]), 0);
    assert_eq!(mounts(lab, "factory-agents"), before);
    assert_eq!(data(lab), DATA);
}

/// At each of these the host's script dies; what is recovered is one of the two ends, never something between.
#[test]
fn lab_a_migration_that_dies_anywhere_ends_whole_and_can_be_done_again() {
    let Some(factory) = Factory::bare() else { return };
    let lab = &factory.lab;
    let points = [
        "hold",
        "stop_copy",
        "write_pin_file",
        "up_compose",
        "probe",
        "commit",
        "clean_up",
    ];
    for point in sampled(points, 0, 3) {
        remove_project(lab);
        built_project(lab);
        let tagboat = Tagboat::new();
        lab.crash_point(HOST, "compose-factory", point);
        let ended = tagboat
            .command(&migrate(&["--copy-volumes", "--yes"]))
            .output()
            .unwrap();
        let told = text(&ended.stdout) + &text(&ended.stderr);
        let is_done = point == "clean_up";
        assert_eq!(ended.status.code(), Some(i32::from(!is_done)), "{point}: {told}");
        assert_eq!(data(lab), DATA, "{point}: {told}");
        let wanted = if is_done {
            "convocate:v0.9.0 running"
        } else {
            "factory-agents running"
        };
        assert_eq!(image(lab, "factory-agents"), wanted, "{point}: {told}");
        if !is_done {
            let file = lab.on(HOST, "cat /srv/factory/docker-compose.yml");
            assert!(file.contains("build: .   # as it always was"), "{point}: {file}");
            lab.on(
                HOST,
                "docker volume rm factory_agents-scratch factory_runner-scratch >/dev/null 2>&1; true",
            );
            tagboat.run(&migrate(&["--yes"]), 0);
            assert_eq!(
                image(lab, "factory-agents"),
                "convocate:v0.9.0 running",
                "{point}"
            );
            assert_eq!(data(lab), DATA, "{point}, again");
        }
    }
}

#[test]
fn lab_a_migration_whose_console_died_is_ended_by_its_host_and_told_by_a_resume() {
    let Some(factory) = Factory::built() else { return };
    let (lab, tagboat) = (&factory.lab, &factory.tagboat);
    let mut child = tagboat.until_step(&migrate(&["--copy-volumes", "--yes", "--json"]), "up");
    child.kill().unwrap();
    child.wait().unwrap();
    let id = tagboat.first_job();
    tagboat.run(&["job", "resume", &id, "--yes", "--wait"], 0);
    assert_eq!(image(lab, "factory-agents"), "convocate:v0.9.0 running");
    assert_eq!(data(lab), DATA);
}

#[test]
fn lab_a_migration_is_refused_where_something_else_runs_than_the_files_say() {
    let Some(factory) = Factory::built() else { return };
    let (lab, tagboat) = (&factory.lab, &factory.tagboat);
    let before = ids(lab);
    put(
        lab,
        "/srv/factory/docker-compose.yml",
        &BUILT.replace("OWN: \"1\"", "OWN: \"2\""),
    );
    let told = text(&tagboat.run(&migrate(&["--yes"]), 1).stdout);
    assert!(told.contains("do not make the container of agents"), "{told}");
    for (words, code, why) in [
        (
            vec![
                "compose", "migrate", "nothing", "--host", HOST, "--image", "v0.9.0", "--yes",
            ],
            3,
            "no container of a project",
        ),
        (
            vec![
                "compose", "migrate", "factory", "--host", HOST, "--image", "v9.9.9", "--yes",
            ],
            3,
            "is not on the host",
        ),
        (
            vec!["compose", "migrate", "factory", "--host", HOST, "--yes"],
            2,
            "which image",
        ),
        (
            vec![
                "compose",
                "migrate",
                "factory",
                "--host",
                HOST,
                "--image",
                "v0.9.0",
                "--service",
                "neighbour",
                "--yes",
            ],
            3,
            "no service of the project that is built",
        ),
    ] {
        let told = text(&tagboat.run(&words, code).stderr);
        assert!(told.contains(why), "{words:?}: {told}");
    }
    assert_eq!(ids(lab), before);
}

#[test]
fn lab_a_migration_onto_a_broken_image_is_put_back_with_its_last_words() {
    let Some(factory) = Factory::built() else { return };
    let (lab, tagboat) = (&factory.lab, &factory.tagboat);
    tagboat.run(&["push", "v1.2.0-broken", "--host", HOST, "--yes"], 0);
    let before = mounts(lab, "factory-agents");
    let words = [
        "compose",
        "migrate",
        "factory",
        "--host",
        HOST,
        "--image",
        "v1.2.0-broken",
        "--yes",
    ];
    let output = tagboat.run(&words, 1);
    let told = text(&output.stdout) + &text(&output.stderr);
    assert!(
        told.contains("cannot start") && told.contains("the project runs what it ran"),
        "{told}"
    );
    for one in ["agents", "runner"] {
        let container = format!("factory-{one}");
        assert_eq!(image(lab, &container), format!("{container} running"));
    }
    assert_eq!(mounts(lab, "factory-agents"), before);
    assert_eq!(data(lab), DATA);
    assert_eq!(
        lab.on(HOST, "cat /srv/factory/docker-compose.yml"),
        BUILT.trim_end()
    );
    let journal = "cat /var/lib/tagboat/restarts/*compose-factory/failed.log";
    assert!(lab.on(HOST, journal).contains("cannot start"), "{told}");
}

#[test]
fn lab_a_host_without_compose_is_told_what_it_lacks_by_a_migration_and_by_a_bootstrap() {
    let Some(factory) = Factory::built() else { return };
    let (lab, tagboat) = (&factory.lab, &factory.tagboat);
    let before = ids(lab);
    let config = factory_config("image = \"v1.0.0\"");
    let hidden = Hidden::compose(lab);
    let bootstrap = [
        "--config",
        &config.path,
        "compose",
        "bootstrap",
        "factory",
        "--host",
        HOST,
        "--yes",
    ];
    for words in [&migrate(&["--yes"])[..], &bootstrap] {
        let told = text(&tagboat.run(words, 3).stderr);
        assert!(
            told.contains("no Compose") && told.contains("docker-compose-plugin"),
            "{words:?}: {told}"
        );
    }
    drop(hidden);
    assert_eq!(ids(lab), before);
}
