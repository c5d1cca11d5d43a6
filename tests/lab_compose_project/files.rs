//! Generated files on a real Compose, and what a check finds of bad ones.

use crate::headless::{Tagboat, text};
use crate::project::{Factory, HOST, factory_config, image, mounts, put};
use crate::real_fleet::Lab;
use std::path::Path;

#[test]
fn lab_a_generated_project_runs_with_a_name_for_every_volume_and_its_pin_goes_there_and_back() {
    let Some(factory) = Factory::bare() else { return };
    let (lab, tagboat) = (&factory.lab, &factory.tagboat);
    let here = tempfile::tempdir().unwrap();
    let config = factory_config("image = \"v1.0.0\"");
    let folder = here.path().to_str().unwrap().to_owned();
    let words = |more: &[&str]| -> Vec<String> {
        let first = ["--config", &config.path, "compose"];
        first.iter().chain(more).map(|&word| word.to_owned()).collect()
    };
    let run = |more: &[&str], code| {
        let words = words(more);
        text(
            &tagboat
                .run(&words.iter().map(String::as_str).collect::<Vec<_>>(), code)
                .stdout,
        )
    };
    run(&["generate", "--project", &folder], 0);
    let read = |name: &str| std::fs::read_to_string(Path::new(&folder).join(name)).unwrap();
    put(
        lab,
        "/srv/factory/docker-compose.yml",
        &read("docker-compose.yml"),
    );
    lab.on(HOST, "cd /srv/factory && docker compose up -d 2>&1");
    for container in ["factory-agents-1", "factory-runner-1"] {
        assert_eq!(
            mounts(lab, container),
            "/home/claude factory_home\n/scratch factory_scratch"
        );
        assert_eq!(image(lab, container), "convocate:v1.0.0 running");
    }
    let told = run(&["check", "/srv/factory", "--host", HOST], 0);
    assert!(told.contains("0 FAIL, 0 warning"), "{told}");
    for (tag, wanted) in [
        ("v0.9.0", "convocate:v0.9.0 running"),
        ("v1.0.0", "convocate:v1.0.0 running"),
    ] {
        run(&["pin", tag, "--project", &folder], 0);
        put(lab, "/srv/factory/.env", &read(".env"));
        lab.on(HOST, "cd /srv/factory && docker compose up -d 2>&1");
        assert_eq!(image(lab, "factory-runner-1"), wanted);
        assert_eq!(
            mounts(lab, "factory-runner-1"),
            "/home/claude factory_home\n/scratch factory_scratch"
        );
    }
    put(lab, "/srv/factory/.env", "AGENTS_IMAGE=v0.9.0\n");
    let told = run(&["check", "/srv/factory", "--host", HOST], 1);
    assert!(
        told.contains("write AGENTS_IMAGE=convocate:v0.9.0") && told.contains("/srv/factory/.env:1"),
        "{told}"
    );
}

#[test]
fn lab_a_check_finds_the_volume_without_a_name_that_the_engine_has_made() {
    let Some(factory) = Factory::bare() else { return };
    let (lab, tagboat) = (&factory.lab, &factory.tagboat);
    let bad = "name: factory\nservices:\n  agents:\n    image: ${AGENTS_IMAGE:-convocate:v1.0.0}\n    pull_policy: never\n    volumes: [\"home:/home/claude\", \"scratch:/scratch/\"]\n  runner:\n    extends: {service: agents}\n    volumes: !override [\"home:/home/claude\"]\nvolumes: {home: {}, scratch: {}}\n";
    put(lab, "/srv/factory/docker-compose.yml", bad);
    lab.on(HOST, "cd /srv/factory && docker compose up -d 2>&1");
    let found = mounts(lab, "factory-runner-1");
    let anonymous = found.lines().find(|line| line.starts_with("/scratch ")).unwrap();
    assert_eq!(anonymous.len(), "/scratch ".len() + 64, "{found}");
    let lines = tagboat.lines(
        &[
            "compose",
            "check",
            "/srv/factory",
            "--host",
            HOST,
            "--name",
            "convocate",
            "--json",
        ],
        1,
    );
    let lines = lines[0]["lines"].as_array().unwrap();
    let failed: Vec<_> = lines.iter().filter(|line| line["level"] == "fail").collect();
    assert_eq!(failed.len(), 1, "{failed:#?}");
    assert_eq!(
        (&failed[0]["rule"], &failed[0]["service"]),
        (&"volume".into(), &"runner".into())
    );
    assert_eq!(failed[0]["fix"], "add `- scratch:/scratch` to its volumes");
}

/// Both forms of VOLUME, with and without a slash at the end, through a variable, and what comes from the base.
#[test]
fn lab_a_check_compares_with_the_volumes_that_the_engine_has_of_an_image_however_they_were_written() {
    let Some(factory) = Factory::bare() else { return };
    let (lab, tagboat) = (&factory.lab, &factory.tagboat);
    put(
        lab,
        "/srv/factory/Dockerfile",
        "FROM convocate:v1.0.0\nENV ROOT=/srv/x\nVOLUME [\"/a\", \"/b/\"]\nVOLUME /c $ROOT/d\n",
    );
    lab.on(
        HOST,
        "cd /srv/factory && DOCKER_BUILDKIT=0 docker build -q -t convocate:forms . 2>&1",
    );
    let file = |mounts: &str| {
        format!(
            "name: factory\nservices:\n  agents:\n    image: ${{AGENTS_IMAGE:-convocate:forms}}\n    pull_policy: never\n    volumes: [{mounts}]\nvolumes: {{all: {{}}}}\n"
        )
    };
    let check = [
        "compose",
        "check",
        "/srv/factory/docker-compose.yml",
        "--host",
        HOST,
        "--json",
    ];
    let all = ["/a/", "/b", "/c", "/srv/x/d", "/scratch"];
    for left_out in [None, Some(0), Some(1), Some(2), Some(3), Some(4)] {
        let mounts = all.iter().enumerate().filter(|(at, _)| Some(*at) != left_out);
        let mounts: Vec<String> = mounts.map(|(_, path)| format!("\"all:{path}\"")).collect();
        put(lab, "/srv/factory/docker-compose.yml", &file(&mounts.join(", ")));
        let lines = tagboat.lines(&check, i32::from(left_out.is_some()));
        let lines = lines[0]["lines"].as_array().unwrap().clone();
        let failed: Vec<_> = lines.iter().filter(|line| line["level"] == "fail").collect();
        assert_eq!(failed.len(), usize::from(left_out.is_some()), "{failed:#?}");
        if let Some(at) = left_out {
            let found = failed[0]["found"].as_str().unwrap();
            assert!(found.starts_with(all[at].trim_end_matches('/')), "{found}");
        }
    }
    lab.on(HOST, "docker rmi convocate:forms >/dev/null");
}

#[test]
fn lab_a_project_that_cannot_be_read_is_told_with_its_host() {
    let lab = Lab::reset();
    let tagboat = Tagboat::new();
    let check = [
        "compose",
        "check",
        "/srv/nothing",
        "--host",
        HOST,
        "--name",
        "convocate",
    ];
    let told = text(&tagboat.run(&check, 1).stderr);
    assert!(told.contains("lab-1: there is no /srv/nothing"), "{told}");
    lab.run(&["kill", "lab-2"]);
    let told = text(
        &tagboat
            .run(
                &[
                    "compose",
                    "check",
                    "/srv/x",
                    "--host",
                    "lab-2",
                    "--name",
                    "convocate",
                ],
                1,
            )
            .stderr,
    );
    lab.run(&["boot", "lab-2"]);
    assert!(
        told.contains("lab-2: unreachable") && told.contains("tagboat host doctor lab-2"),
        "{told}"
    );
}
