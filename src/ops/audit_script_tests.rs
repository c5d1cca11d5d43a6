//! The lines that hosts write into their audits, in each shell, with another writer at work between two steps.

use crate::ops::shells_of_hosts::shells;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

const LINE: &str = include_str!("../../assets/host/audit/line.sh");

struct Host {
    folder: TempDir,
    shell: &'static [&'static str],
}

impl Host {
    fn all() -> impl Iterator<Item = Self> {
        shells().into_iter().map(|shell| {
            let folder = tempfile::tempdir().unwrap();
            fs::write(
                folder.path().join("line"),
                format!("{LINE}\naudit . \"{{\\\"by\\\":\\\"$1\\\"}}\"\n"),
            )
            .unwrap();
            Self { folder, shell }
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn fill(&self) {
        fs::write(self.path("audit.jsonl"), vec![b'x'; 1 << 20]).unwrap();
    }

    /// Writes a line, with functions in the place of programs: what happens at that step. `other WHO` is another's line.
    fn writes(&self, steps: &str, who: &str) {
        let words = self.shell.join(" ");
        let steps = format!("other() {{ [ -e other ] || {{ : >other; {words} ./line \"$1\"; }}; }}\n{steps}");
        let done = Command::new(self.shell[0])
            .args(&self.shell[1..])
            .args(["-c", &format!("{steps}\n. ./line"), "line", who])
            .current_dir(self.folder.path())
            .status()
            .unwrap();
        assert!(done.success());
    }

    /// Who is in a file, in which of both.
    fn by(&self, name: &str) -> String {
        let text = fs::read_to_string(self.path(name)).unwrap_or_default();
        let words = text.split("\"by\":\"").skip(1);
        words
            .map(|word| word.split('"').next().unwrap().to_owned() + " ")
            .collect()
    }

    fn has_lost_nothing(&self) {
        let full = fs::metadata(self.path("audit.jsonl.1")).unwrap().len();
        assert!(
            full >= 1 << 20,
            "{:?}: what was full is {full} bytes now",
            self.shell
        );
        assert!(!self.path("audit.jsonl.lock").exists());
    }
}

#[test]
fn two_that_find_an_audit_full_at_the_same_time_do_not_write_over_what_was_full() {
    for host in Host::all() {
        host.fill();
        host.writes("mv() { other second; command mv \"$@\"; }", "first");
        host.has_lost_nothing();
        // Whose turn it was not has written on where it was.
        assert_eq!(
            (host.by("audit.jsonl.1"), host.by("audit.jsonl")),
            ("second ".into(), "first ".into())
        );
    }
}

#[test]
fn who_finds_it_full_and_has_the_turn_after_another_looks_again() {
    for host in Host::all() {
        host.fill();
        host.writes("mkdir() { other second; command mkdir \"$@\"; }", "first");
        host.has_lost_nothing();
        assert_eq!(
            (host.by("audit.jsonl.1"), host.by("audit.jsonl")),
            (String::new(), "second first ".into())
        );
    }
}

#[test]
fn the_turn_of_one_that_died_is_over_after_a_while() {
    for host in Host::all() {
        host.fill();
        fs::create_dir(host.path("audit.jsonl.lock")).unwrap();
        host.writes("", "first");
        assert!(host.path("audit.jsonl.lock").exists() && !host.path("audit.jsonl.1").exists());
        let mut old = Command::new("touch");
        old.args(["-d", "10 minutes ago"])
            .arg(host.path("audit.jsonl.lock"));
        assert!(old.status().unwrap().success());
        host.writes("", "second");
        host.writes("", "third");
        host.has_lost_nothing();
        assert_eq!(
            (host.by("audit.jsonl.1"), host.by("audit.jsonl")),
            ("first second ".into(), "third ".into())
        );
    }
}
