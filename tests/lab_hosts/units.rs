//! Units of a profile: put on a host with systemd, replaced when the config says something else, taken off with the rest.

use crate::machine::{Machine, SYSTEMD_ROOT};

const SLICE: &str = "convocate-sessions.slice";

/// The lab's config, with a slice for all sessions together.
fn config(limit: &str) -> tempfile::NamedTempFile {
    let lab = std::env::var("TAGBOAT_CONFIG").unwrap();
    let lab = std::fs::read_to_string(lab).unwrap();
    let text = format!(
        "{lab}\n[[units]]\nprofile = \"convocate\"\nname = \"{SLICE}\"\ntext = \"\"\"\n[Slice]\nTasksMax={limit}\n\"\"\"\n"
    );
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

#[test]
fn a_unit_of_the_profile_comes_with_an_init_changes_with_the_config_and_goes_with_a_remove() {
    let machine = Machine::bare("lab-2", SYSTEMD_ROOT);
    let (first, second) = (config("100"), config("200"));
    let of = |file: &tempfile::NamedTempFile, verb: &str, words: &[&str]| {
        let path = file.path().to_str().unwrap().to_owned();
        let words = [
            &["--config", path.as_str(), "host", verb, machine.name, "--yes"],
            words,
        ]
        .concat();
        machine.tagboat.run(&words, 0);
    };
    let limit = || machine.sh(&format!("systemctl show {SLICE} -p TasksMax"));
    of(&first, "init", &["--no-image"]);
    assert_eq!(limit(), "TasksMax=100");
    of(&second, "update", &["--no-image"]);
    assert_eq!(limit(), "TasksMax=200");
    of(&second, "remove", &[]);
    assert_eq!(
        machine.sh(&format!("ls /etc/systemd/system/{SLICE} 2>/dev/null | wc -l")),
        "0"
    );
    assert_ne!(limit(), "TasksMax=200");
}
