//! What a container of an image sees, told layer by layer.

use super::{Accounts, EntryKind, ImageFiles, LayerEntry, NodeKind, Owner, Program};
use proptest::prelude::*;
use std::collections::BTreeSet;

const PLAIN: Owner = Owner {
    mode: 0o755,
    uid: 0,
    gid: 0,
};

fn file(path: &str, text: &str) -> LayerEntry {
    LayerEntry::file(path, PLAIN, text.len() as u64, text.as_bytes())
}

fn folder(path: &str) -> LayerEntry {
    LayerEntry::other(path, PLAIN, EntryKind::Folder)
}

fn symlink(path: &str, target: &str) -> LayerEntry {
    LayerEntry::other(path, PLAIN, EntryKind::Symlink(target.to_owned()))
}

fn hard_link(path: &str, target: &str) -> LayerEntry {
    LayerEntry::other(path, PLAIN, EntryKind::HardLink(target.to_owned()))
}

fn image(layers: Vec<Vec<LayerEntry>>) -> ImageFiles {
    let mut files = ImageFiles::default();
    for layer in layers {
        files.add_layer(layer);
    }
    files
}

fn seen(files: &ImageFiles) -> Vec<&str> {
    files.paths().collect()
}

#[test]
fn a_whiteout_hides_what_is_below_it_and_nothing_of_its_own_layer() {
    let files = image(vec![
        vec![file("a/x", "1"), file("a/y/z", "2"), file("a/keep", "3")],
        vec![file("a/.wh.x", ""), file("a/x/new", "4"), file("a/.wh.y", "")],
    ]);
    assert_eq!(seen(&files), ["a", "a/keep", "a/x", "a/x/new"]);
    assert_eq!(files.waste().bytes, 2);
}

#[test]
fn an_opaque_folder_shows_only_what_is_of_its_own_layer() {
    let files = image(vec![
        vec![file("a/x", "1"), file("ab", "2"), file("a/y/z", "3")],
        vec![folder("./a/"), file("a/.wh..wh..opq", ""), file("a/n", "4")],
    ]);
    assert_eq!(seen(&files), ["a", "a/n", "ab"]);
}

#[test]
fn a_file_in_the_place_of_a_folder_and_a_folder_in_the_place_of_a_file_replace_it() {
    let files = image(vec![
        vec![file("a/x", "1"), file("b", "22")],
        vec![file("a", "3"), file("b/y", "4")],
    ]);
    assert_eq!(seen(&files), ["a", "b", "b/y"]);
    assert_eq!(files.waste().largest(1), [("b", 2)]);
}

#[test]
fn a_hard_link_is_the_file_wherever_it_stands_and_costs_nothing() {
    let files = image(vec![
        vec![hard_link("bin/two", "bin/one"), file("bin/one", "#!/bin/sh\n")],
        vec![file("bin/.wh.two", "")],
    ]);
    assert_eq!(seen(&files), ["bin", "bin/one"]);
    assert_eq!(files.waste().bytes, 0);
    let files = image(vec![vec![
        file("bin/one", "#!/bin/sh\n"),
        hard_link("bin/two", "./bin/one"),
    ]]);
    assert!(files.program("two", "/bin").is_some());
}

#[test]
fn a_program_is_found_along_path_through_links_and_only_where_it_may_be_run() {
    let no_program = Owner { mode: 0o644, ..PLAIN };
    let files = image(vec![
        vec![
            symlink("bin", "usr/bin"),
            file("usr/bin/dash", "\x7fELF"),
            symlink("usr/bin/sh", "/etc/alternatives/sh"),
        ],
        vec![
            symlink("etc/alternatives/sh", "../../../bin/dash"),
            LayerEntry::file("usr/local/bin/sh", no_program, 1, b"x"),
            // An entry below a link goes where the link leads.
            file("bin/git", "#!/bin/sh\n"),
        ],
    ]);
    let found = files.program("sh", "/usr/local/bin:relative:/bin").unwrap();
    assert_eq!(found.path, "/bin/sh");
    assert!(matches!(found.program, Program::Elf { .. }));
    assert_eq!(files.resolve("/bin/sh").as_deref(), Some("usr/bin/dash"));
    assert_eq!(files.resolve("/usr/bin/git").as_deref(), Some("usr/bin/git"));
    assert!(files.program("git", "/usr/local/bin").is_none());
}

#[test]
fn links_that_lead_in_circles_or_upwards_end_inside() {
    let files = image(vec![vec![
        symlink("a", "b"),
        symlink("b", "/a"),
        symlink("up", "../../../../etc/x"),
        file("etc/x", "1"),
        file("../escape", "1"),
        symlink("self", "self"),
    ]]);
    assert_eq!(files.resolve("/a/x"), None);
    assert_eq!(files.resolve("self"), None);
    assert_eq!(files.resolve("up").as_deref(), Some("etc/x"));
    assert!(!seen(&files).contains(&"escape"));
    assert_eq!(files.resolve("/etc/x/deeper"), None);
    assert!(matches!(files.entry("/up").unwrap().kind, NodeKind::Symlink(_)));
}

#[test]
fn a_secret_is_told_with_its_layer_and_the_one_that_deletes_it() {
    let files = image(vec![
        vec![file("root/.netrc", "machine x"), file("app/.env", "A=1")],
        vec![file("root/.wh..netrc", "")],
        vec![file("app/.env", "")],
    ]);
    let told: Vec<_> = files
        .secrets()
        .iter()
        .map(|one| (one.path.as_str(), one.layer, one.gone_in))
        .collect();
    assert_eq!(told, [("root/.netrc", 0, Some(1)), ("app/.env", 0, Some(2))]);
}

#[test]
fn users_and_their_groups_are_read_from_the_image() {
    let files = image(vec![vec![
        file(
            "etc/passwd",
            "root:x:0:0:root:/root:/bin/bash\nbroken\nagent:x:1000:1000::/home/agent:\n",
        ),
        file("etc/group", "agent:x:1000:\nsudo:x:27:bob,agent\nother:x:9:\n"),
    ]]);
    let accounts = Accounts::of(&files);
    let agent = accounts.user("agent").unwrap();
    assert_eq!((agent.uid, agent.shell.as_str()), (1000, "/bin/sh"));
    let groups: Vec<_> = accounts
        .groups_of(agent)
        .map(|group| group.name.as_str())
        .collect();
    assert_eq!(groups, ["agent", "sudo"]);
    assert_eq!(accounts.name_of(0), "root");
    assert_eq!(accounts.name_of(7), "7");
}

/// Entries with few names, so that they meet.
fn entries() -> impl Strategy<Value = Vec<(String, u8)>> {
    let part = prop_oneof![3 => "[ab]", 1 => Just("..".to_owned()), 1 => "\\.wh\\.[ab]", 1 => Just(".wh..wh..opq".to_owned())];
    let path = proptest::collection::vec(part, 1..4).prop_map(|parts| parts.join("/"));
    proptest::collection::vec((path, 0..4_u8), 0..8)
}

fn built(layer: Vec<(String, u8)>) -> Vec<LayerEntry> {
    let entry = |(path, kind): (String, u8)| match kind {
        0 => folder(&path),
        1 => symlink(&path, "../b/../a"),
        2 => hard_link(&path, "a/b"),
        _ => file(&path, "x"),
    };
    layer.into_iter().map(entry).collect()
}

proptest! {
    #[test]
    fn whatever_layers_say_nothing_is_outside_and_every_parent_is_a_folder(
        layers in proptest::collection::vec(entries(), 1..4), looked_up in "[ab./]{0,12}",
    ) {
        let files = image(layers.into_iter().map(built).collect());
        let all: BTreeSet<&str> = files.paths().collect();
        for path in &all {
            prop_assert!(!path.split('/').any(|part| matches!(part, "" | "." | "..") || part.starts_with(".wh.")), "{path}");
            if let Some((parent, _)) = path.rsplit_once('/') {
                prop_assert!(matches!(files.entry(parent).unwrap().kind, NodeKind::Folder), "{path}");
            }
        }
        // It ends, and it ends at something that is there.
        if let Some(place) = files.resolve(&looked_up) {
            prop_assert!(place.is_empty() || all.contains(place.as_str()));
        }
    }

    #[test]
    fn what_the_last_layer_brings_is_seen_whatever_is_below(layers in proptest::collection::vec(entries(), 0..3)) {
        let mut layers: Vec<_> = layers.into_iter().map(built).collect();
        layers.push(vec![file("c/d", "last")]);
        let files = image(layers);
        let is_file = matches!(files.entry("c/d").unwrap().kind, NodeKind::File { .. });
        prop_assert!(is_file);
    }
}
