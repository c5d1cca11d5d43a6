//! The env file that an operator gives along with a project: on the host, and nowhere else.

use crate::bootstraps::{assert_nothing_is_left, assert_runs, words};
use crate::headless::{Tagboat, text};
use crate::project::{Factory, HOST, Written, factory_config, put};
use crate::real_fleet::Lab;
use std::fs;
use std::process::Command;

/// The project with a service that needs a value, and a file that gives it.
fn wanting() -> (Written, tempfile::TempDir, String) {
    let config = factory_config("image = \"v1.0.0\"");
    let needs = "environment = { TOKEN = \"${FORGE_TOKEN:?}\" }\n";
    let usual = fs::read_to_string(&config.path).unwrap();
    fs::write(&config.path, usual + needs).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("values");
    fs::write(
        &file,
        "# ours\nAGENTS_IMAGE=convocate:v0.1.0\nFORGE_TOKEN=canary-value\n",
    )
    .unwrap();
    let file = file.to_str().unwrap().to_owned();
    (config, folder, file)
}

/// Neither the journals of the host nor what tagboat keeps here has the value.
fn assert_it_is_nowhere_else(lab: &Lab, tagboat: &Tagboat) {
    assert_eq!(
        lab.on(HOST, "grep -rls canary-value /var/lib/tagboat /tmp || true"),
        "",
        "the host keeps it elsewhere"
    );
    let encoded = "Y2FuYXJ5LXZhbHVl";
    assert_eq!(
        lab.on(HOST, &format!("grep -rls {encoded} /var/lib/tagboat || true")),
        ""
    );
    let home = tagboat.state().parent().unwrap().to_owned();
    let here = Command::new("grep")
        .args(["-rls", "canary"])
        .arg(home)
        .output()
        .unwrap();
    assert_eq!(text(&here.stdout), "", "it is kept here");
}

#[test]
fn lab_values_of_a_given_env_file_reach_the_services_and_are_kept_nowhere_else() {
    let Some(factory) = Factory::bare() else { return };
    let (lab, tagboat) = (&factory.lab, &factory.tagboat);
    let (config, _folder, file) = wanting();
    let given = ["--yes", "--env-file", &file];
    let put_there = tagboat.run(&words(&config, &given), 0);
    let told = text(&put_there.stdout) + &text(&put_there.stderr);
    assert!(
        told.contains("AGENTS_IMAGE in line 2 of what --env-file gives is replaced")
            && !told.contains("canary"),
        "{told}"
    );
    assert_runs(lab, "v1.0.0", &told);
    assert_eq!(
        lab.on(HOST, "cd /srv/factory && cat .env && stat -c '%a %U' .env && docker inspect -f '{{.Config.Env}}' factory-runner-1 | grep -o 'TOKEN=[a-z-]*'"),
        "# ours\nAGENTS_IMAGE=convocate:v1.0.0\nFORGE_TOKEN=canary-value\n600 root\nTOKEN=canary-value"
    );
    assert_it_is_nowhere_else(lab, tagboat);
    // The same once more has nothing to do: the pin is not the operator's to compare.
    let again = tagboat.run(&words(&config, &given), 0);
    let told = text(&again.stdout) + &text(&again.stderr);
    assert!(told.contains("nothing to do"), "{told}");
}

#[test]
fn lab_an_env_file_that_the_host_has_and_that_says_something_else_is_never_overwritten() {
    let Some(factory) = Factory::bare() else { return };
    let (lab, tagboat) = (&factory.lab, &factory.tagboat);
    let (config, _folder, file) = wanting();
    put(lab, "/srv/factory/.env", "FORGE_TOKEN=canary-older\n");
    let refused = text(
        &tagboat
            .run(&words(&config, &["--yes", "--env-file", &file]), 3)
            .stderr,
    );
    assert!(
        refused.contains("lab-1")
            && refused.contains("/srv/factory/.env is there")
            && refused.contains("leave --env-file away")
            && !refused.contains("canary"),
        "{refused}"
    );
    assert_eq!(
        lab.on(HOST, "cd /srv/factory && ls -A && cat .env"),
        ".env\nFORGE_TOKEN=canary-older"
    );
}

#[test]
fn lab_a_job_that_died_before_the_host_had_its_env_file_asks_for_it_again() {
    let Some(factory) = Factory::bare() else { return };
    let lab = &factory.lab;
    let (config, _folder, file) = wanting();
    let tagboat = Tagboat::new();
    let more = ["--image", "v1.1.0", "--yes", "--json", "--env-file", &file];
    let mut child = tagboat.until_step(&words(&config, &more), "load");
    child.kill().unwrap();
    child.wait().unwrap();
    let id = tagboat.first_job();
    let resumed = tagboat.run(&["job", "resume", &id, "--yes", "--wait"], 1);
    let told = text(&resumed.stdout) + &text(&resumed.stderr);
    assert!(
        told.contains("must be given again") && told.contains("--env-file FILE"),
        "{told}"
    );
    assert_nothing_is_left(lab, &told);
    assert_it_is_nowhere_else(lab, &tagboat);
    let more = ["--image", "v1.1.0", "--yes", "--env-file", &file];
    tagboat.run(&words(&config, &more), 0);
    assert_runs(lab, "v1.1.0", "given again");
}
