//! The contract of a host for the image of a project that is put there without being sent.

use crate::bootstraps::{assert_nothing_is_left, assert_runs, words};
use crate::headless::text;
use crate::project::{Factory, HOST, Written, factory_config};
use std::fs;
use std::path::Path;

/// The project on a host that asks for what no image of the lab has.
fn held_to_ours() -> Written {
    let config = factory_config("image = \"v1.0.0\"");
    let path = Path::new(&config.path);
    let usual = fs::read_to_string(path).unwrap();
    fs::write(path, usual.replace("contract = \"none\"", "contract = \"ours\"")).unwrap();
    let contracts = path.parent().unwrap().join("contracts");
    fs::create_dir(&contracts).unwrap();
    let contract = "title = \"ours\"\n[[contents.programs]]\nid = \"tmux\"\nname = \"tmux\"\n";
    fs::write(contracts.join("ours.toml"), contract).unwrap();
    config
}

#[test]
fn lab_an_image_that_the_host_has_and_that_fails_its_contract_is_put_there_only_where_that_is_allowed() {
    let Some(factory) = Factory::bare() else { return };
    let (lab, tagboat) = (&factory.lab, &factory.tagboat);
    let config = held_to_ours();
    let has = "docker image inspect -f '{{.Id}}' convocate:v1.0.0";
    assert_ne!(lab.on(HOST, has), "", "this is about an image that is there");
    // Nobody has looked at it yet: the job does, by the same image here, before it touches the host.
    let plan = text(&tagboat.run(&words(&config, &["--dry-run"]), 0).stdout);
    assert!(plan.contains("checked against ours first"), "{plan}");
    let looked = tagboat.run(&words(&config, &["--yes"]), 1);
    let told = text(&looked.stdout) + &text(&looked.stderr);
    for part in [
        "lab-1",
        "check contract",
        "convocate:v1.0.0 fails the contract ours: 1 FAIL",
        "Nothing of the project was put on the host",
        "--allow-failing",
        "then tagboat compose bootstrap factory --host lab-1",
    ] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
    assert_nothing_is_left(lab, &told);
    // Known now: no job begins.
    let refused = text(&tagboat.run(&words(&config, &["--yes"]), 3).stderr);
    assert!(
        refused.contains("convocate:v1.0.0 fails the contract ours") && refused.contains("--allow-failing"),
        "{refused}"
    );
    assert_nothing_is_left(lab, &refused);
    tagboat.run(&words(&config, &["--yes", "--allow-failing"]), 0);
    assert_runs(lab, "v1.0.0", "allowed");
    // Nothing comes there any more that could fail.
    let again = tagboat.run(&words(&config, &["--yes"]), 0);
    let told = text(&again.stdout) + &text(&again.stderr);
    assert!(told.contains("nothing to do"), "{told}");
}

#[test]
fn lab_an_image_that_this_machine_does_not_know_is_told_as_not_checked() {
    let Some(factory) = Factory::bare() else { return };
    let (lab, tagboat) = (&factory.lab, &factory.tagboat);
    let config = held_to_ours();
    lab.on(
        HOST,
        "docker commit -m another $(docker create convocate:v1.0.0) convocate:v0.0.7-own && docker rm $(docker ps -lq)",
    );
    let more = ["--image", "v0.0.7-own", "--dry-run"];
    let plan = text(&tagboat.run(&words(&config, &more), 0).stdout);
    lab.on(HOST, "docker rmi convocate:v0.0.7-own");
    assert!(
        plan.contains(
            "not checked: this machine has neither this image nor its verdict for the contract ours"
        ),
        "{plan}"
    );
}
