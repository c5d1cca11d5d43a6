//! An image that fails the contract of all its hosts: it does not even get to the registry.

use crate::rig::{Rig, build};
use std::fs;

#[test]
fn an_image_that_no_host_may_get_is_not_published_for_them() {
    let rig = Rig::up();
    build("held", 1_000_000);
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let usual = fs::read_to_string(std::env::var("TAGBOAT_CONFIG").unwrap()).unwrap();
    fs::write(
        &config,
        usual.replace("contract = \"none\"", "contract = \"ours\""),
    )
    .unwrap();
    fs::create_dir(folder.path().join("contracts")).unwrap();
    let contract = "title = \"ours\"\n[[contents.programs]]\nid = \"tmux\"\nname = \"tmux\"\n";
    fs::write(folder.path().join("contracts/ours.toml"), contract).unwrap();
    let push = |more: &[&str], code: i32| {
        let words = ["--config", config.to_str().unwrap()];
        let to = rig.repository();
        let way = [
            "push", "held", "--via", "registry", "--to", &to, "--yes", "--json", "--all",
        ];
        rig.run(&[&words[..], &way, more].concat(), code)
    };

    let ran = push(&[], 1);
    assert_eq!(ran.end("(source)").0, "failed");
    let told = ran.end("(source)").1.to_string();
    for words in [
        "fails the contract ours: 1 FAIL",
        "Nothing was published or sent",
        "--allow-failing",
    ] {
        assert!(told.contains(words), "{words} is not in {told}");
    }
    assert_eq!(ran.step("(source)", "publish"), [""; 0]);
    assert_eq!(ran.end("lab-1").0, "not_begun");
    assert!(!rig.lab.on("lab-1", "docker images").contains("held"));

    // Known now: no job begins.
    let refused = push(&[], 3);
    assert!(
        refused.errors.contains("fails the contract ours"),
        "{}",
        refused.errors
    );

    let allowed = push(&["--allow-failing"], 0);
    assert_eq!(allowed.step("(source)", "publish"), ["done"]);
    assert_eq!(allowed.end("lab-1").0, "done");
}
