//! What edits leave alone: over every config of the corpus, its line ends, and what stands around the hosts.

use super::{ConfigFile, EditError, HostEntry, add_host, lines_in, remove_host};
use crate::model::names::HostName;
use crate::model::profile::Guard;
use crate::ops::config::Config;
use proptest::prelude::*;
use std::fmt::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

fn entry(name: &str) -> HostEntry {
    HostEntry {
        name: HostName::parse(name).unwrap(),
        address: Some("ssh://ops@10.0.0.7:2222".to_owned()),
        groups: vec!["eu".to_owned(), "gpu".to_owned()],
        profile: Some("convocate".to_owned()),
        guard: Some(Guard::Strict),
    }
}

fn host(name: &str) -> HostName {
    HostName::parse(name).unwrap()
}

/// Every valid config, as it is, with the line ends of Windows, and without its last line end.
fn corpus() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/configs/valid");
    let mut all = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for text in [text.replace('\n', "\r\n"), text.trim_end().to_owned(), text] {
            all.push((path.clone(), text));
        }
    }
    all
}

fn read(text: &str) -> Config {
    Config::read(text, Path::new("config.toml"), &|name| {
        (name == "TAGBOAT_AGENT_KEYS_DIR").then(|| "/nowhere".into())
    })
    .unwrap()
}

#[test]
fn a_host_that_comes_and_goes_leaves_every_byte_as_it_was() {
    for (path, text) in corpus() {
        let added = add_host(&text, &entry("new")).unwrap();
        let (before, after) = (read(&text), read(&added));
        let is_new = |name: &str| before.hosts.iter().all(|host| host.name.as_str() != name);
        let new = after.hosts.iter().find(|host| is_new(host.name.as_str()));
        assert_eq!(new.unwrap().groups, ["eu", "gpu"], "{}", path.display());
        let removed = remove_host(&added, &host("new")).unwrap();
        assert_eq!(removed.text, text, "{}", path.display());
        assert!(removed.taken.starts_with("[[hosts]]"), "{}", removed.taken);
    }
}

#[test]
fn of_every_config_each_host_can_be_taken_out_and_the_others_stay_what_they_were() {
    for (path, text) in corpus() {
        let before = read(&text);
        for gone in &before.hosts {
            let removed = remove_host(&text, &gone.name).unwrap();
            let after = read(&removed.text);
            let others: Vec<_> = before
                .hosts
                .iter()
                .filter(|host| host.name != gone.name)
                .collect();
            assert_eq!(
                after.hosts.iter().collect::<Vec<_>>(),
                others,
                "{}",
                path.display()
            );
            let kept = removed.text.lines().count() + removed.taken.lines().count();
            assert!(
                text.lines().count() - kept <= 1,
                "{} without {}",
                path.display(),
                gone.name
            );
        }
    }
}

const FLEET: &str = "\
# My fleet.
[defaults]
profile = \"convocate\"

# Europe

# the old one, ask Jan
[[hosts]]
name = \"eu-01\" # in the cellar
# guard = \"strict\"

[hosts.probe]
stable = \"5s\"

[[hosts]]
name = \"eu-02\"
# America
[[hosts]]
name = \"us-01\"
probe.stable = \"9s\"
probe.command = [
  \"true\", # [[hosts]]
]

[push]
limit = \"50M\"
";

#[test]
fn a_host_goes_with_its_tables_and_the_comments_right_beside_it_and_with_no_others() {
    let first = remove_host(FLEET, &host("eu-01")).unwrap();
    let second = remove_host(&first.text, &host("eu-02")).unwrap();
    let third = remove_host(&second.text, &host("us-01")).unwrap();
    insta::assert_snapshot!(format!(
        "--- eu-01\n{}--- eu-02\n{}--- us-01\n{}--- left\n{}",
        first.taken, second.taken, third.taken, third.text
    ));
}

#[test]
fn a_new_host_stands_after_the_last_one_and_before_what_follows_it() {
    insta::assert_snapshot!(add_host(FLEET, &entry("eu-03")).unwrap());
}

#[test]
fn an_empty_file_begins_with_its_first_host() {
    let mut plain = entry("eu-01");
    plain.address = None;
    plain.groups.clear();
    (plain.profile, plain.guard) = (None, None);
    assert_eq!(add_host("", &plain).unwrap(), "[[hosts]]\nname = \"eu-01\"\n");
}

#[test]
fn hosts_that_are_no_tables_are_left_to_the_operator() {
    for text in ["hosts = 3", "hosts = [\"eu-01\"]", "[hosts]\nname = \"eu-01\""] {
        assert!(
            matches!(add_host(text, &entry("new")), Err(EditError::NoTables)),
            "{text}"
        );
        assert!(
            matches!(remove_host(text, &host("eu-01")), Err(EditError::NoTables)),
            "{text}"
        );
    }
    assert!(matches!(
        remove_host("", &host("eu-01")),
        Err(EditError::NoSuchHost(_))
    ));
    assert!(matches!(
        remove_host("hosts = []", &host("eu-01")),
        Err(EditError::NoSuchHost(_))
    ));
    assert!(matches!(
        add_host("[[hosts", &entry("new")),
        Err(EditError::NotToml(_))
    ));
}

fn plain(name: &str) -> HostEntry {
    HostEntry {
        name: HostName::parse(name).unwrap(),
        address: None,
        groups: Vec::new(),
        profile: None,
        guard: None,
    }
}

#[test]
fn a_host_comes_into_one_array_in_the_way_that_the_others_stand_in_it() {
    for (before, after) in [
        ("hosts = []\n", "hosts = [{ name = \"new\" }]\n"),
        (
            "hosts = [ # none yet\n]\n",
            "hosts = [ # none yet\n  { name = \"new\" },\n]\n",
        ),
        (
            "hosts = [{name=\"a\"}] # mine\n",
            "hosts = [{name=\"a\"}, { name = \"new\" }] # mine\n",
        ),
        (
            "hosts = [{name=\"a\"},]",
            "hosts = [{name=\"a\"}, { name = \"new\" },]",
        ),
        (
            "hosts = [\n\t{ name = \"a\" }, # first\n\t{ name = \"b\" } # last, really\n]\n[push]\n",
            "hosts = [\n\t{ name = \"a\" }, # first\n\t{ name = \"b\" }, # last, really\n\t{ name = \"new\" }\n]\n[push]\n",
        ),
        (
            "hosts = [\r\n  { name = \"a\" },\r\n  # { name = \"old\" },\r\n]\r\n",
            "hosts = [\r\n  { name = \"a\" },\r\n  { name = \"new\" },\r\n  # { name = \"old\" },\r\n]\r\n",
        ),
    ] {
        let added = add_host(before, &plain("new")).unwrap();
        assert_eq!(added, after);
        let removed = remove_host(&added, &host("new")).unwrap();
        assert_eq!(removed.text, before, "and goes as it came");
        assert_eq!(
            removed.taken.trim().trim_end_matches(','),
            lines_in(before, &plain("new")).unwrap()[0]
        );
    }
}

#[test]
fn a_host_goes_out_of_one_array_with_the_comment_right_above_it() {
    let text = "hosts = [\n  # the old one\n  { name = \"a\", groups = [\"x\"] }, # ask Jan\n\n  # the new one\n  { name = \"b\" },\n  { name = \"c\" }\n]\n";
    let first = remove_host(text, &host("a")).unwrap();
    assert_eq!(
        first.taken,
        "  # the old one\n  { name = \"a\", groups = [\"x\"] }, # ask Jan\n"
    );
    assert_eq!(
        first.text,
        "hosts = [\n\n  # the new one\n  { name = \"b\" },\n  { name = \"c\" }\n]\n"
    );
    let last = remove_host(text, &host("c")).unwrap();
    assert!(last.text.ends_with("  { name = \"b\" }\n]\n"), "{}", last.text);
}

proptest! {
    /// Blocks of a config in any order, with any blank lines and comments between them.
    #[test]
    fn whatever_stands_around_the_hosts_stays(
        blocks in prop::collection::vec((0_usize..6, 0_usize..3, any::<bool>()), 0..8),
        ends_with_a_line in any::<bool>(),
    ) {
        let mut text = String::new();
        let mut tables = ["[push]\nat_once = 2\n", "[cache]\nbackground = true\n", "[ssh]\n"].into_iter();
        for (index, (kind, blank_lines, has_comment)) in blocks.into_iter().enumerate() {
            text.push_str(&"\n".repeat(blank_lines));
            if has_comment {
                text.push_str("# said [[hosts]] here\n");
            }
            match kind {
                0 => text.push_str(tables.next().unwrap_or_default()),
                1 => text.push_str("# only a comment\n"),
                2 => write!(text, "[[hosts]]\nname = \"h{index}\"\n\n[hosts.probe]\nstable = \"3s\"\n").unwrap(),
                3 => write!(text, "[[hosts]]\nname = \"h{index}\" # why\nprobe = {{ stable = \"3s\" }}\n").unwrap(),
                _ => write!(text, "[[hosts]]\naddress = \"x\"\nname = \"h{index}\"\n").unwrap(),
            }
        }
        if !ends_with_a_line {
            text.truncate(text.trim_end().len());
        }
        let added = add_host(&text, &entry("new")).unwrap();
        prop_assert_eq!(read(&added).hosts.len(), read(&text).hosts.len() + 1);
        prop_assert_eq!(remove_host(&added, &host("new")).unwrap().text, text.clone());
        for gone in read(&text).hosts {
            let left = read(&remove_host(&text, &gone.name).unwrap().text);
            prop_assert_eq!(left.hosts.len() + 1, read(&text).hosts.len());
        }
    }
}

/// Where no order can be seen in the lines, a blank may be left.
fn without_blanks(text: &str) -> String {
    text.split_whitespace().collect()
}

proptest! {
    /// Hosts of one array on one line or on several, with any commas and comments between them.
    #[test]
    fn whatever_stands_around_the_hosts_of_one_array_stays(
        hosts in prop::collection::vec((0_usize..3, 0_usize..4, any::<bool>()), 0..6),
        has_last_comma in any::<bool>(),
        has_lines in any::<bool>(),
    ) {
        let (mut text, many) = ("# mine\nhosts = [".to_owned(), hosts.len());
        for (index, (space, comment, breaks)) in hosts.into_iter().enumerate() {
            text.push_str(["", " ", "\n  "][space]);
            if comment == 1 {
                text.push_str("# said, { here }\n");
            }
            write!(text, "{{ name = \"h{index}\", groups = [\"a\", \"b\"] }}").unwrap();
            if comment == 2 {
                text.push_str(" # said, [ here\n");
            }
            if index + 1 < many || has_last_comma {
                text.push(',');
            }
            if comment == 3 {
                text.push_str(" # said, ] here\n");
            }
            if breaks {
                text.push('\n');
            }
        }
        text.push_str(if has_lines { "\n]\n\n[push]\nat_once = 2\n" } else { "]\n" });
        let added = add_host(&text, &entry("new")).unwrap();
        prop_assert_eq!(read(&added).hosts.len(), many + 1, "{}", added);
        let back = remove_host(&added, &host("new")).unwrap().text;
        prop_assert_eq!(without_blanks(&back), without_blanks(&text), "{}", added);
        for gone in read(&text).hosts {
            let left = remove_host(&text, &gone.name).unwrap();
            prop_assert!(left.taken.contains(gone.name.as_str()), "{}", left.taken);
            let names: Vec<_> = read(&left.text).hosts.into_iter().map(|host| host.name).collect();
            let others: Vec<_> = read(&text).hosts.into_iter().map(|host| host.name).filter(|name| *name != gone.name).collect();
            prop_assert_eq!(names, others, "{}", left.text);
        }
    }
}

#[test]
fn a_file_is_replaced_where_its_link_leads_and_keeps_its_mode() {
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (
        folder.path().join("dotfiles.toml"),
        folder.path().join("config.toml"),
    );
    std::fs::write(&real, "# mine\n").unwrap();
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, &link).unwrap();
    let file = ConfigFile::open(&link).unwrap();
    let text = add_host(file.text(), &entry("eu-01")).unwrap();
    file.replace(&text, &|_| None).unwrap();
    assert_eq!(std::fs::read_to_string(&real).unwrap(), text);
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    let mode = std::fs::metadata(&real).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        2,
        "nothing is left beside it"
    );
}

#[test]
fn a_new_file_is_made_with_its_folder_for_the_operator_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/tagboat/config.toml");
    let file = ConfigFile::open(&path).unwrap();
    assert!(!file.is_there());
    file.replace("[[hosts]]\nname = \"eu-01\"\n", &|_| None).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_is_no_config_and_what_somebody_else_wrote_meanwhile_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, "# mine\n").unwrap();
    let file = ConfigFile::open(&path).unwrap();
    let wrong = file
        .replace("[[hosts]]\nnam = \"eu-01\"\n", &|_| None)
        .unwrap_err();
    assert!(matches!(wrong, EditError::Wrong(_)), "{wrong}");
    std::fs::write(&path, "# theirs\n").unwrap();
    let changed = file.replace("# mine, again\n", &|_| None).unwrap_err();
    assert!(matches!(changed, EditError::Changed), "{changed}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "# theirs\n");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
