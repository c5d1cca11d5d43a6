//! Compose projects on real hosts: generated and started, checked, and brought from their build to a pin and back.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod headless;
mod real_fleet;

use headless::{Tagboat, text};
use real_fleet::Lab;
use std::path::Path;

const HOST: &str = "lab-1";

/// A project that Compose built, with a named volume, one without a name, and a neighbour that is not built.
const BUILT: &str = "\
# the project's own
name: factory
services:
  agents:
    build: .   # as it always was
    container_name: factory-agents
    environment: {OWN: \"1\"}
    volumes:
      - home:/home/claude
    restart: unless-stopped
    stop_grace_period: 2s
  runner:
    build: .
    container_name: factory-runner
    stop_grace_period: 2s
    volumes:
      - home:/home/claude
  neighbour:
    image: convocate:v1.0.0
    container_name: factory-neighbour
    stop_grace_period: 2s
volumes:
  home:
";

/// Puts a file on the host.
fn put(lab: &Lab, path: &str, text: &str) {
    lab.on(
        HOST,
        &format!("mkdir -p \"$(dirname {path})\"; cat >{path} <<'TEXT'\n{text}TEXT"),
    );
}

/// The project, up on what Compose would have built, with a marker in each volume.
fn built_project(lab: &Lab) {
    put(lab, "/srv/factory/docker-compose.yml", BUILT);
    put(
        lab,
        "/srv/factory/.env",
        "# mine\r\nSECRET_TOKEN=canary-value\r\n",
    );
    lab.on(
        HOST,
        "cd /srv/factory && chmod 640 .env && for one in agents runner; do docker tag convocate:v1.0.0 factory-$one; done
         docker compose up -d --no-build 2>&1
         for one in agents runner; do docker exec factory-$one sh -c 'echo kept >/scratch/marker; ln -s marker /scratch/link; chown 1000 /scratch/marker'; done
         docker exec factory-agents sh -c 'echo home >/home/claude/marker'",
    );
}

fn remove_project(lab: &Lab) {
    lab.on(
        HOST,
        "cd /srv/factory 2>/dev/null && docker compose down -v -t 1 >/dev/null 2>&1
         docker ps -aq --filter label=com.docker.compose.project=factory | xargs -r docker rm -f -v >/dev/null
         docker volume ls -q --filter label=com.docker.compose.project=factory | xargs -r docker volume rm >/dev/null
         docker images --format '{{.Repository}}:{{.Tag}}' | grep -E '^(factory-|tagboat-pin:before-|convocate:before-)' | xargs -r docker rmi >/dev/null
         rm -rf /srv/factory /var/lib/tagboat/restarts/*compose-factory*; true",
    );
}

fn has_compose(lab: &Lab) -> bool {
    !lab.on(HOST, "docker compose version --short 2>/dev/null || true")
        .is_empty()
}

fn ids(lab: &Lab) -> Vec<String> {
    let names = lab.on(
        HOST,
        "docker inspect -f '{{.Id}}' factory-agents factory-runner factory-neighbour",
    );
    names.lines().map(str::to_owned).collect()
}

fn mounts(lab: &Lab, container: &str) -> String {
    lab.on(
        HOST,
        &format!("docker inspect -f '{{{{range .Mounts}}}}{{{{.Destination}}}} {{{{.Name}}}}{{{{println}}}}{{{{end}}}}' {container} | sort"),
    )
}

fn image(lab: &Lab, container: &str) -> String {
    lab.on(
        HOST,
        &format!("docker inspect -f '{{{{.Config.Image}}}} {{{{.State.Status}}}}' {container}"),
    )
}

fn data(lab: &Lab) -> String {
    lab.on(
        HOST,
        "for one in agents runner; do docker exec factory-$one sh -c 'cat /scratch/marker /scratch/link; stat -c %u /scratch/marker'; done; docker exec factory-agents cat /home/claude/marker",
    )
}

const DATA: &str = "kept\nkept\n1000\nkept\nkept\n1000\nhome";

fn migrate<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let words = [
        "compose", "migrate", "factory", "--host", HOST, "--image", "v0.9.0",
    ];
    [&words[..], more].concat()
}

#[test]
fn lab_a_generated_project_runs_with_a_name_for_every_volume_and_its_pin_goes_there_and_back() {
    let lab = Lab::reset();
    if !has_compose(&lab) {
        return;
    }
    remove_project(&lab);
    let tagboat = Tagboat::new();
    let here = tempfile::tempdir().unwrap();
    let config = here.path().join("config.toml");
    let fleet = std::fs::read_to_string(std::env::var("TAGBOAT_CONFIG").unwrap()).unwrap();
    let project = "[[projects]]\nname = \"factory\"\nprofile = \"convocate\"\nimage = \"v1.0.0\"\nvolumes = [\"/scratch\"]\n\n[[projects.services]]\nname = \"agents\"\nmounts = [\"home:/home/claude\"]\n\n[[projects.services]]\nname = \"runner\"\nlike = \"agents\"\n";
    std::fs::write(&config, format!("{fleet}\n{project}")).unwrap();
    let config = config.to_str().unwrap().to_owned();
    let folder = here.path().to_str().unwrap().to_owned();
    let words = |more: &[&str]| -> Vec<String> {
        let first = ["--config", config.as_str(), "compose"];
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
        &lab,
        "/srv/factory/docker-compose.yml",
        &read("docker-compose.yml"),
    );
    lab.on(HOST, "cd /srv/factory && docker compose up -d 2>&1");
    for container in ["factory-agents-1", "factory-runner-1"] {
        assert_eq!(
            mounts(&lab, container),
            "/home/claude factory_home\n/scratch factory_scratch"
        );
        assert_eq!(image(&lab, container), "convocate:v1.0.0 running");
    }
    let told = run(&["check", "/srv/factory", "--host", HOST], 0);
    assert!(told.contains("0 FAIL, 0 warning"), "{told}");
    for (tag, wanted) in [
        ("v0.9.0", "convocate:v0.9.0 running"),
        ("v1.0.0", "convocate:v1.0.0 running"),
    ] {
        run(&["pin", tag, "--project", &folder], 0);
        put(&lab, "/srv/factory/.env", &read(".env"));
        lab.on(HOST, "cd /srv/factory && docker compose up -d 2>&1");
        assert_eq!(image(&lab, "factory-runner-1"), wanted);
        assert_eq!(
            mounts(&lab, "factory-runner-1"),
            "/home/claude factory_home\n/scratch factory_scratch"
        );
    }
    put(&lab, "/srv/factory/.env", "AGENTS_IMAGE=v0.9.0\n");
    let told = run(&["check", "/srv/factory", "--host", HOST], 1);
    assert!(
        told.contains("write AGENTS_IMAGE=convocate:v0.9.0") && told.contains("/srv/factory/.env:1"),
        "{told}"
    );
    remove_project(&lab);
}

#[test]
fn lab_a_check_finds_the_volume_without_a_name_that_the_engine_has_made() {
    let lab = Lab::reset();
    if !has_compose(&lab) {
        return;
    }
    remove_project(&lab);
    let tagboat = Tagboat::new();
    let bad = "name: factory\nservices:\n  agents:\n    image: ${AGENTS_IMAGE:-convocate:v1.0.0}\n    pull_policy: never\n    volumes: [\"home:/home/claude\", \"scratch:/scratch/\"]\n  runner:\n    extends: {service: agents}\n    volumes: !override [\"home:/home/claude\"]\nvolumes: {home: {}, scratch: {}}\n";
    put(&lab, "/srv/factory/docker-compose.yml", bad);
    lab.on(HOST, "cd /srv/factory && docker compose up -d 2>&1");
    let found = mounts(&lab, "factory-runner-1");
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
    remove_project(&lab);
}

/// Both forms of VOLUME, with and without a slash at the end, through a variable, and what comes from the base.
#[test]
fn lab_a_check_compares_with_the_volumes_that_the_engine_has_of_an_image_however_they_were_written() {
    let lab = Lab::reset();
    if !has_compose(&lab) {
        return;
    }
    remove_project(&lab);
    put(
        &lab,
        "/srv/factory/Dockerfile",
        "FROM convocate:v1.0.0\nENV ROOT=/srv/x\nVOLUME [\"/a\", \"/b/\"]\nVOLUME /c $ROOT/d\n",
    );
    lab.on(
        HOST,
        "cd /srv/factory && DOCKER_BUILDKIT=0 docker build -q -t convocate:forms . 2>&1",
    );
    let file = |mounts: &str| {
        format!(
            "name: factory\nservices:\n  agents:\n    image: ${{AGENTS_IMAGE:-convocate:forms}}\n    pull_policy: never\n    volumes: [{mounts}]\nvolumes: {{v: {{}}}}\n"
        )
    };
    let tagboat = Tagboat::new();
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
        let mounts: Vec<String> = mounts.map(|(_, path)| format!("\"v:{path}\"")).collect();
        put(&lab, "/srv/factory/docker-compose.yml", &file(&mounts.join(", ")));
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
    remove_project(&lab);
}

#[test]
fn lab_a_migration_keeps_every_volume_and_goes_back_by_its_pin() {
    let lab = Lab::reset();
    if !has_compose(&lab) {
        return;
    }
    remove_project(&lab);
    built_project(&lab);
    let tagboat = Tagboat::new();
    let before = ids(&lab);
    let anonymous = lab.on(HOST, "docker inspect -f '{{range .Mounts}}{{println .Name}}{{end}}' factory-agents factory-runner | grep -xE '[0-9a-f]{64}'");
    let output = tagboat.run(&migrate(&["--copy-volumes", "--yes"]), 0);
    let told = text(&output.stdout) + &text(&output.stderr);
    assert!(
        told.contains("agents-scratch") && !told.contains("canary-value"),
        "{told}"
    );
    let after = ids(&lab);
    assert_eq!(after[2], before[2], "the neighbour is another one");
    assert!(after[0] != before[0] && after[1] != before[1]);
    for one in ["agents", "runner"] {
        let container = format!("factory-{one}");
        assert_eq!(image(&lab, &container), "convocate:v0.9.0 running");
        assert_eq!(
            mounts(&lab, &container),
            format!("/home/claude factory_home\n/scratch factory_{one}-scratch")
        );
    }
    assert_eq!(data(&lab), DATA);
    for volume in anonymous.lines() {
        lab.on(HOST, &format!("docker volume inspect {volume} >/dev/null"));
    }
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

    let way = lab.on(
        HOST,
        "docker images --format '{{.Repository}}:{{.Tag}}' | grep '^convocate:before-'",
    );
    lab.on(HOST, &format!("cd /srv/factory && sed -i 's/^AGENTS_IMAGE=.*/AGENTS_IMAGE={way}/' .env && docker compose up -d 2>&1"));
    assert_eq!(
        lab.on(HOST, "docker inspect -f '{{.Image}}' factory-agents"),
        lab.on(HOST, "docker image inspect -f '{{.Id}}' convocate:v1.0.0")
    );
    assert_eq!(data(&lab), DATA);
    remove_project(&lab);
}

#[test]
fn lab_a_migration_without_copies_leaves_volumes_without_a_name_where_they_are() {
    let lab = Lab::reset();
    if !has_compose(&lab) {
        return;
    }
    remove_project(&lab);
    built_project(&lab);
    let before = mounts(&lab, "factory-agents");
    let tagboat = Tagboat::new();
    let plan = text(&tagboat.run(&migrate(&["--dry-run"]), 0).stdout);
    assert!(
        plan.contains("--copy-volumes gives it one") && plan.contains("AGENTS_IMAGE=convocate:before-"),
        "{plan}"
    );
    tagboat.run(&migrate(&["--yes"]), 0);
    assert_eq!(mounts(&lab, "factory-agents"), before);
    assert_eq!(data(&lab), DATA);
    remove_project(&lab);
}

/// At each of these the host's script dies; what is recovered is one of the two ends, never something between.
#[test]
fn lab_a_migration_that_dies_anywhere_ends_whole_and_can_be_done_again() {
    let lab = Lab::reset();
    if !has_compose(&lab) {
        return;
    }
    for point in [
        "hold",
        "stop_copy",
        "write_pin_file",
        "up_compose",
        "probe",
        "commit",
        "clean_up",
    ] {
        remove_project(&lab);
        built_project(&lab);
        let tagboat = Tagboat::new();
        lab.crash_point(HOST, "compose-factory", point);
        let ended = tagboat
            .command(&migrate(&["--copy-volumes", "--yes"]))
            .output()
            .unwrap();
        let told = text(&ended.stdout) + &text(&ended.stderr);
        let is_done = point == "clean_up";
        assert_eq!(ended.status.code(), Some(i32::from(!is_done)), "{point}: {told}");
        assert_eq!(data(&lab), DATA, "{point}: {told}");
        let wanted = if is_done {
            "convocate:v0.9.0 running"
        } else {
            "factory-agents running"
        };
        assert_eq!(image(&lab, "factory-agents"), wanted, "{point}: {told}");
        if !is_done {
            let file = lab.on(HOST, "cat /srv/factory/docker-compose.yml");
            assert!(file.contains("build: .   # as it always was"), "{point}: {file}");
            lab.on(
                HOST,
                "docker volume rm factory_agents-scratch factory_runner-scratch >/dev/null 2>&1; true",
            );
            tagboat.run(&migrate(&["--yes"]), 0);
            assert_eq!(
                image(&lab, "factory-agents"),
                "convocate:v0.9.0 running",
                "{point}"
            );
            assert_eq!(data(&lab), DATA, "{point}, again");
        }
    }
    remove_project(&lab);
}

#[test]
fn lab_a_migration_whose_console_died_is_ended_by_its_host_and_told_by_a_resume() {
    let lab = Lab::reset();
    if !has_compose(&lab) {
        return;
    }
    remove_project(&lab);
    built_project(&lab);
    let tagboat = Tagboat::new();
    let mut child = tagboat.until_step(&migrate(&["--copy-volumes", "--yes", "--json"]), "up");
    child.kill().unwrap();
    child.wait().unwrap();
    let jobs = tagboat.lines(&["job", "list", "--json"], 0);
    let id = jobs[0]["jobs"][0]["id"].as_str().unwrap().to_owned();
    tagboat.run(&["job", "resume", &id, "--yes", "--wait"], 0);
    assert_eq!(image(&lab, "factory-agents"), "convocate:v0.9.0 running");
    assert_eq!(data(&lab), DATA);
    remove_project(&lab);
}

#[test]
fn lab_a_migration_is_refused_where_something_else_runs_than_the_files_say() {
    let lab = Lab::reset();
    if !has_compose(&lab) {
        return;
    }
    remove_project(&lab);
    built_project(&lab);
    let tagboat = Tagboat::new();
    let before = ids(&lab);
    put(
        &lab,
        "/srv/factory/docker-compose.yml",
        &BUILT.replace("OWN: \"1\"", "OWN: \"2\""),
    );
    let told = text(&tagboat.run(&migrate(&["--yes"]), 1).stderr);
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
    assert_eq!(ids(&lab), before);
    remove_project(&lab);
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
