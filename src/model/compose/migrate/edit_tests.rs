//! What a migration changes in a Compose file, and that it changes nothing else.

use super::{EditTrouble, MigrationEdit, NewVolume, edited};
use crate::model::names::{ImageRef, PinKey, ServiceName};

fn services(names: &[&str]) -> Vec<ServiceName> {
    names
        .iter()
        .map(|name| ServiceName::parse(name).unwrap())
        .collect()
}

fn volume(service: &str, path: &str, name: &str) -> NewVolume {
    NewVolume {
        service: ServiceName::parse(service).unwrap(),
        path: path.to_owned(),
        name: name.to_owned(),
    }
}

fn pinned(text: &str, names: &[&str], volumes: &[NewVolume]) -> Result<String, EditTrouble> {
    let (key, onto) = (PinKey::agents_image(), ImageRef::parse("o/agents:v1").unwrap());
    edited(
        text,
        MigrationEdit {
            services: &services(names),
            pin: Some((&key, &onto)),
            volumes,
        },
    )
}

const FILE: &str = "# ours\nname: factory\nservices:\n  agents:\n    # how\n    build:\n      context: .\n      # deep\n      args: [a]\n\n    # more\n    image: o/agents:dev\n    volumes:\n    - data:/data   # kept\n    - /scratch\n  runner:\n    restart: always\n    build: .\n  db:\n    image: postgres:16\nvolumes:\n  data:\n";

#[test]
fn a_build_becomes_a_pin_and_every_other_line_stays() {
    let made = pinned(FILE, &["agents", "runner"], &[]).unwrap();
    assert_eq!(
        made,
        "# ours\nname: factory\nservices:\n  agents:\n    image: ${AGENTS_IMAGE:-o/agents:v1}\n    pull_policy: never\n    # how\n\n    # more\n    volumes:\n    - data:/data   # kept\n    - /scratch\n  runner:\n    image: ${AGENTS_IMAGE:-o/agents:v1}\n    pull_policy: never\n    restart: always\n  db:\n    image: postgres:16\nvolumes:\n  data:\n"
    );
    assert_eq!(
        pinned(&made, &["agents", "runner"], &[]).unwrap(),
        made,
        "twice is once"
    );
}

#[test]
fn a_volume_gets_its_name_in_its_line_or_in_a_new_one() {
    let volumes = [
        volume("agents", "/scratch", "scratch"),
        volume("agents", "/cache", "cache"),
        volume("runner", "/scratch", "scratch"),
    ];
    let made = pinned(FILE, &["agents", "runner"], &volumes).unwrap();
    assert!(
        made.contains("    - data:/data   # kept\n    - scratch:/scratch\n    - cache:/cache\n  runner:\n"),
        "{made}"
    );
    assert!(
        made.contains(
            "    pull_policy: never\n    volumes:\n      - scratch:/scratch\n    restart: always\n"
        ),
        "{made}"
    );
    assert!(
        made.ends_with("volumes:\n  cache:\n  scratch:\n  data:\n"),
        "{made}"
    );
    let bare = "services:\n  a:\n    build: .";
    let made = pinned(bare, &["a"], &[volume("a", "/d", "d")]).unwrap();
    assert_eq!(
        made,
        "services:\n  a:\n    image: ${AGENTS_IMAGE:-o/agents:v1}\n    pull_policy: never\n    volumes:\n      - d:/d\nvolumes:\n  d:\n"
    );
}

#[test]
fn the_volumes_alone_can_be_named_and_the_builds_stay() {
    let none = MigrationEdit {
        services: &services(&["agents"]),
        pin: None,
        volumes: &[volume("agents", "/scratch", "scratch")],
    };
    let made = edited(FILE, none).unwrap();
    assert_eq!(
        made,
        FILE.replace("- /scratch", "- scratch:/scratch")
            .replace("volumes:\n  data:", "volumes:\n  scratch:\n  data:")
    );
}

#[test]
fn lines_that_end_as_on_windows_go_on_ending_so() {
    let text = FILE.replace('\n', "\r\n");
    let made = pinned(&text, &["agents", "runner"], &[volume("agents", "/c", "c")]).unwrap();
    assert_eq!(
        made.matches('\n').count(),
        made.matches("\r\n").count(),
        "{made:?}"
    );
}

#[test]
fn what_cannot_be_changed_alone_is_refused_with_its_line() {
    for (text, line, words) in [
        ("services:\n  a: {build: .}\n", 2, "in one line"),
        (
            "x: &x\n  build: .\nservices:\n  a:\n    <<: *x\n    restart: always\n",
            4,
            "its build comes from line 2",
        ),
        ("services:\n  b:\n    build: .\n", 1, "no service a"),
        (
            "services:\n  a:\n    build: .\n    volumes: [\"d:/d\"]\n",
            4,
            "in one line",
        ),
        (
            "services:\n  a:\n    build: .\nvolumes: {d: {}}\n",
            4,
            "in one line",
        ),
        ("services: [\n", 2, ""),
    ] {
        let told = pinned(text, &["a"], &[volume("a", "/n", "n")]).unwrap_err();
        assert!(told.line == line && told.why.contains(words), "{text}: {told}");
    }
}
