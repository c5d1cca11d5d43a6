//! A project of the config on a host that has nothing of it: put there, undone, refused, cancelled, taken up.

use crate::crash_points::sampled;
use crate::headless::{Tagboat, text};
use crate::project::{Factory, HOST, Written, factory_config, ids, image, mounts, put, remove_project};
use crate::real_fleet::Lab;
use std::path::Path;

/// The words of a bootstrap.
pub(crate) fn words<'a>(config: &'a Written, more: &[&'a str]) -> Vec<&'a str> {
    let words = [
        "--config",
        &config.path,
        "compose",
        "bootstrap",
        "factory",
        "--host",
        HOST,
    ];
    [&words[..], more].concat()
}

/// Nothing of the project runs, and its folder is gone.
pub(crate) fn assert_nothing_is_left(lab: &Lab, context: &str) {
    let left = lab.on(
        HOST,
        "docker ps -aq --filter label=com.docker.compose.project=factory
         docker network ls -q --filter label=com.docker.compose.project=factory
         ls -a /srv/factory 2>/dev/null; true",
    );
    assert_eq!(left, "", "{context}");
}

/// Both services run the image, with a name for each volume.
pub(crate) fn assert_runs(lab: &Lab, tag: &str, context: &str) {
    for one in ["factory-agents-1", "factory-runner-1"] {
        assert_eq!(image(lab, one), format!("convocate:{tag} running"), "{context}");
        assert_eq!(
            mounts(lab, one),
            "/home/claude factory_home\n/scratch factory_scratch",
            "{context}"
        );
    }
}

fn containers(lab: &Lab) -> String {
    lab.on(
        HOST,
        "docker ps -aq --no-trunc --filter label=com.docker.compose.project=factory | sort",
    )
}

#[test]
fn lab_a_bare_host_ends_in_running_pinned_services_and_a_second_run_has_nothing_to_do() {
    let Some(factory) = Factory::on_a_new_machine() else {
        return;
    };
    let (lab, tagboat) = (&factory.lab, &factory.tagboat);
    let config = factory_config("image = \"v1.1.0\"");
    let plan = text(&tagboat.run(&words(&config, &["--dry-run"]), 0).stdout);
    assert!(
        plan.contains("new volumes factory_home, factory_scratch") && plan.contains("no folder"),
        "{plan}"
    );
    assert_eq!(lab.on(HOST, "ls /srv"), "");
    tagboat.run(&words(&config, &["--yes"]), 0);
    assert_runs(lab, "v1.1.0", "");
    let here = tempfile::tempdir().unwrap();
    let folder = here.path().to_str().unwrap();
    tagboat.run(
        &[
            "--config",
            &config.path,
            "compose",
            "generate",
            "--project",
            folder,
        ],
        0,
    );
    let generated = std::fs::read_to_string(Path::new(folder).join("docker-compose.yml")).unwrap();
    assert_eq!(
        lab.on(HOST, "cat /srv/factory/docker-compose.yml"),
        generated.trim_end()
    );
    assert_eq!(
        lab.on(
            HOST,
            "cd /srv/factory && cat .env && stat -c '%a %U %n' .env docker-compose.yml ."
        ),
        "AGENTS_IMAGE=convocate:v1.1.0\n600 root .env\n644 root docker-compose.yml\n755 root ."
    );
    assert_eq!(
        lab.on(HOST, "cat /etc/convocate-agent/current-image"),
        "convocate:v1.1.0"
    );
    assert_eq!(
        lab.on(
            HOST,
            "cd /var/lib/tagboat/restarts/*compose-factory && ls *.new *.old 2>/dev/null; cat ended"
        ),
        "replaced"
    );
    let check = [
        "--config",
        &config.path,
        "compose",
        "check",
        "/srv/factory",
        "--host",
        HOST,
    ];
    let told = text(&tagboat.run(&check, 0).stdout);
    assert!(told.contains("0 FAIL, 0 warning"), "{told}");
    let before = containers(lab);
    let again = tagboat.run(&words(&config, &["--yes"]), 0);
    let told = text(&again.stdout) + &text(&again.stderr);
    assert!(told.contains("nothing to do"), "{told}");
    assert_eq!(containers(lab), before);
    // Another tag is a restart of its sessions, and never a second project over the first.
    let other = tagboat.run(&words(&config, &["--image", "v1.0.0", "--yes"]), 3);
    let told = text(&other.stderr);
    assert!(told.contains("is there already"), "{told}");
    assert_eq!(containers(lab), before);
}

#[test]
fn lab_a_service_that_dies_takes_the_project_off_again_and_leaves_its_volumes_and_its_last_words() {
    let Some(factory) = Factory::bare() else { return };
    let (lab, tagboat) = (&factory.lab, &factory.tagboat);
    let dies = "command = [\"sh\", \"-c\", \"echo no way to live; exit 3\"]";
    let config = factory_config("image = \"v1.0.0\"");
    let text_of = std::fs::read_to_string(&config.path).unwrap();
    std::fs::write(&config.path, format!("{text_of}{dies}\n")).unwrap();
    let output = tagboat.run(&words(&config, &["--yes"]), 1);
    let told = text(&output.stdout) + &text(&output.stderr);
    assert!(
        told.contains("runner: it") && told.contains("its last words: no way to live"),
        "{told}"
    );
    assert!(
        told.contains("What this job had put there is taken off again")
            && told.contains("its volumes stay: factory_home factory_scratch"),
        "{told}"
    );
    assert_nothing_is_left(lab, &told);
    let log = lab.on(HOST, "cat /var/lib/tagboat/restarts/*compose-factory/failed.log");
    assert!(
        log.contains("/factory-runner-1:\nno way to live") && log.contains("/factory-agents-1:"),
        "{log}"
    );
    // The way back dies, too; and there is something of somebody else in the folder.
    put(lab, "/srv/factory/.env", "MINE=1\n");
    lab.crash_point(HOST, "compose-factory", "put_back_files");
    let output = tagboat.run(&words(&config, &["--yes"]), 1);
    let told = text(&output.stdout) + &text(&output.stderr);
    assert!(told.contains("its last words: no way to live"), "{told}");
    assert_eq!(containers(lab), "", "{told}");
    assert_eq!(
        lab.on(HOST, "cd /srv/factory && ls -A && cat .env"),
        ".env\nMINE=1"
    );
    // Mended, it goes there, and gets the volumes that are there.
    std::fs::write(&config.path, text_of).unwrap();
    let output = tagboat.run(&words(&config, &["--yes"]), 0);
    let told = text(&output.stdout) + &text(&output.stderr);
    assert!(told.contains("in the volumes that are there already"), "{told}");
    assert_runs(lab, "v1.0.0", &told);
}

#[test]
fn lab_what_is_there_of_a_project_is_left_alone_and_a_migration_is_named() {
    let Some(factory) = Factory::built() else { return };
    let (lab, tagboat) = (&factory.lab, &factory.tagboat);
    let config = factory_config("image = \"v1.0.0\"");
    let before = (ids(lab), lab.on(HOST, "ls -la /srv/factory"));
    let told = text(&tagboat.run(&words(&config, &["--yes"]), 3).stderr);
    assert!(
        told.contains("factory is there already")
            && told.contains("tagboat compose migrate factory --host lab-1"),
        "{told}"
    );
    assert_eq!((ids(lab), lab.on(HOST, "ls -la /srv/factory")), before);
    remove_project(lab);
    for (file, text_of, why) in [
        ("docker-compose.yml", "services: {}\n", "tagboat did not make it"),
        ("compose.override.yaml", "services: {}\n", "Compose would read"),
    ] {
        put(lab, &format!("/srv/factory/{file}"), text_of);
        let told = text(&tagboat.run(&words(&config, &["--yes"]), 3).stderr);
        assert!(told.contains(why) && told.contains("--folder"), "{told}");
        assert_eq!(
            lab.on(HOST, &format!("cd /srv/factory && ls && cat {file}")),
            format!("{file}\n{}", text_of.trim_end())
        );
        lab.on(HOST, "rm -r /srv/factory");
    }
    let wanting = factory_config("image = \"v1.0.0\"");
    let needs = "environment = { TOKEN = \"${FORGE_TOKEN:?}\" }\n";
    let text_of = std::fs::read_to_string(&wanting.path).unwrap() + needs;
    std::fs::write(&wanting.path, text_of).unwrap();
    let told = text(&tagboat.run(&words(&wanting, &["--yes"]), 3).stderr);
    assert!(
        told.contains("FORGE_TOKEN") && told.contains("/srv/factory/.env on lab-1"),
        "{told}"
    );
    put(lab, "/srv/factory/.env", "FORGE_TOKEN=canary-value\n");
    lab.on(HOST, "chmod 640 /srv/factory/.env");
    tagboat.run(&words(&wanting, &["--yes"]), 0);
    assert_eq!(
        lab.on(HOST, "cd /srv/factory && cat .env && stat -c %a .env"),
        "FORGE_TOKEN=canary-value\nAGENTS_IMAGE=convocate:v1.0.0\n640"
    );
    assert_eq!(
        lab.on(HOST, "grep -rl canary-value /var/lib/tagboat || true"),
        "",
        "a secret is left in the journal"
    );
}

/// At each of these the host's script dies; what is recovered is one of the two ends, never something between.
#[test]
fn lab_a_bootstrap_that_dies_anywhere_ends_whole_or_with_nothing_and_can_be_done_again() {
    let Some(factory) = Factory::bare() else { return };
    let (lab, tagboat) = (&factory.lab, &factory.tagboat);
    let config = factory_config("image = \"v1.0.0\"");
    let points = [
        "install_env",
        "install_file",
        "up_compose",
        "up_look",
        "probe",
        "commit",
        "clean_up",
    ];
    for point in sampled(points, 0, 3) {
        remove_project(lab);
        lab.crash_point(HOST, "compose-factory", point);
        let ended = tagboat.command(&words(&config, &["--yes"])).output().unwrap();
        let told = format!("{point}: {}{}", text(&ended.stdout), text(&ended.stderr));
        let is_done = point == "clean_up";
        assert_eq!(ended.status.code(), Some(i32::from(!is_done)), "{told}");
        if !is_done {
            assert_nothing_is_left(lab, &told);
            tagboat.run(&words(&config, &["--yes"]), 0);
        }
        assert_runs(lab, "v1.0.0", &told);
    }
}

#[test]
fn lab_a_bootstrap_whose_console_died_is_ended_by_its_host_and_told_by_a_resume() {
    let Some(factory) = Factory::bare() else { return };
    let lab = &factory.lab;
    let config = factory_config("image = \"v1.1.0\"");
    let stamp = "/etc/convocate-agent/current-image";
    for step in ["load", "probe"] {
        remove_project(lab);
        lab.on(HOST, &format!("echo convocate:v1.0.0 >{stamp}"));
        let tagboat = Tagboat::new();
        let mut child = tagboat.until_step(&words(&config, &["--yes", "--json"]), step);
        child.kill().unwrap();
        child.wait().unwrap();
        let id = tagboat.first_job();
        tagboat.run(&["job", "resume", &id, "--yes", "--wait"], 0);
        assert_runs(lab, "v1.1.0", step);
        assert_eq!(
            lab.on(HOST, &format!("cat {stamp}")),
            "convocate:v1.1.0",
            "{step}"
        );
    }
}

#[test]
fn lab_a_bootstrap_that_is_cancelled_takes_off_what_it_has_put_there_and_is_taken_up_anew() {
    let Some(factory) = Factory::bare() else { return };
    let (lab, tagboat) = (&factory.lab, &factory.tagboat);
    let config = factory_config("image = \"v1.0.0\"");
    // It stands before its probe until it is told to end.
    let point = lab.crash_point(HOST, "compose-factory", "probe stand");
    let child = tagboat.command(&words(&config, &["--yes"])).spawn().unwrap();
    wait_on_host(lab, &format!("[ -e {point}.reached ]"));
    let id = tagboat.first_job();
    tagboat.run(&["job", "cancel", &id, "--yes"], 0);
    wait_on_host(lab, "ls /var/lib/tagboat/restarts/*compose-factory/abort");
    lab.on(HOST, &format!("rm {point}.reached"));
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130), "{}", text(&ended.stderr));
    assert_nothing_is_left(lab, "cancelled");
    tagboat.run(&["job", "resume", &id, "--yes", "--wait"], 0);
    assert_runs(lab, "v1.0.0", "taken up");
    assert_both_ends_are_in_the_audit(lab);
}

#[test]
fn lab_an_image_that_is_sent_for_a_project_is_stamped_only_when_that_runs() {
    let Some(factory) = Factory::on_a_new_machine() else {
        return;
    };
    let (lab, tagboat) = (&factory.lab, &factory.tagboat);
    let stamp = "cat /etc/convocate-agent/current-image 2>&1 | sed 's/.*No such.*/none/'; ls /etc/convocate-agent 2>/dev/null; true";
    let before = lab.on(HOST, stamp);
    let config = factory_config("image = \"v1.1.0\"");
    let text_of = std::fs::read_to_string(&config.path).unwrap();
    let dies = format!("{text_of}command = [\"sh\", \"-c\", \"exit 3\"]\n");
    std::fs::write(&config.path, dies).unwrap();
    tagboat.run(&words(&config, &["--yes"]), 1);
    assert_ne!(
        lab.on(HOST, "docker images -q convocate:v1.1.0"),
        "",
        "it was not sent"
    );
    assert_eq!(lab.on(HOST, stamp), before, "the undone bootstrap left its stamp");
    std::fs::write(&config.path, text_of).unwrap();
    tagboat.run(&words(&config, &["--yes"]), 0);
    assert_runs(lab, "v1.1.0", "mended");
    // The image was there by then, and is stamped all the same.
    assert_eq!(
        lab.on(HOST, "cat /etc/convocate-agent/current-image"),
        "convocate:v1.1.0"
    );
}

#[test]
fn lab_what_somebody_starts_while_a_bootstrap_lies_dead_is_not_taken_off_with_it() {
    let Some(factory) = Factory::bare() else { return };
    let (lab, tagboat) = (&factory.lab, &factory.tagboat);
    let config = factory_config("image = \"v1.0.0\"");
    let point = lab.crash_point(HOST, "compose-factory", "probe stand");
    let mut child = tagboat.command(&words(&config, &["--yes"])).spawn().unwrap();
    wait_on_host(lab, &format!("[ -e {point}.reached ]"));
    child.kill().unwrap();
    child.wait().unwrap();
    // The console is dead, and so is what the host did alone; somebody goes on by hand.
    lab.on(
        HOST,
        &format!(
            "cd /var/lib/tagboat/restarts/*compose-factory && read -r pid rest <runner.1 && kill -9 $pid && rm {point}.reached
             cd /srv/factory && docker compose up -d --no-recreate --scale runner=2 2>&1 && docker compose run -d --name by-hand agents 2>&1"
        ),
    );
    let id = tagboat.first_job();
    let resumed = tagboat.run(&["job", "resume", &id, "--yes", "--wait"], 1);
    let told = text(&resumed.stdout) + &text(&resumed.stderr);
    assert!(
        told.contains("factory is there already"),
        "what it finds is told before it begins anew: {told}"
    );
    let left = lab.on(
        HOST,
        "docker ps -a --filter label=com.docker.compose.project=factory --format '{{.Names}} {{.State}}' | sort; ls -A /srv/factory",
    );
    assert_eq!(
        left, "by-hand running\nfactory-runner-2 running\n.env\ndocker-compose.yml",
        "{told}"
    );
    let status = lab.on(HOST, "cat /var/lib/tagboat/restarts/*compose-factory/status");
    assert!(
        status.contains("it is not certain that this job made these containers")
            && status.contains("by-hand")
            && status.contains("factory-runner-2")
            && status.contains("`docker compose -p factory down` in /srv/factory"),
        "{status}"
    );
}

fn wait_on_host(lab: &Lab, holds: &str) {
    lab.on(
        HOST,
        &format!("tries=0; until {holds}; do sleep 0.2; tries=$((tries + 1)); [ $tries -lt 300 ]; done"),
    );
}

/// The host's audit tells both ends.
fn assert_both_ends_are_in_the_audit(lab: &Lab) {
    let audit = lab.on(
        HOST,
        "grep '\"verb\":\"compose bootstrap\"' /var/lib/tagboat/audit.jsonl",
    );
    for word in ["undone", "replaced"] {
        assert!(audit.contains(&format!("\"result\":\"{word}\"")), "{audit}");
    }
}
