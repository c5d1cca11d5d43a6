//! The script of the lease by itself, in each shell, with others at work between two of its steps and with a clock that is set.

use crate::ops::shells_of_hosts::shells;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const LEASE: &str = include_str!("../../assets/host/lease.sh");

/// A host as a folder: the state directory, the place of the stamp, a clock.
struct Host {
    folder: TempDir,
    shell: &'static [&'static str],
}

impl Host {
    fn all() -> Vec<Self> {
        shells().into_iter().map(Self::new).collect()
    }

    fn new(shell: &'static [&'static str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let host = Self { folder, shell };
        fs::create_dir(host.path("stamped")).unwrap();
        let here = host.folder.path().display();
        let words = shell.join(" ");
        let clock = format!("date() {{ cat '{here}/clock'; }}\n");
        let other = format!(
            "other() {{ {words} '{here}/lease' \"$1\" '{here}/state' \"$2\" \"$3\" 60 '' '{here}/stamped/lease' push >/dev/null; }}\n"
        );
        fs::write(host.path("lease"), format!("{clock}{LEASE}")).unwrap();
        fs::write(host.path("steps"), format!("{clock}{other}")).unwrap();
        host.clock(1000);
        host
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn clock(&self, seconds: u64) {
        fs::write(self.path("clock"), format!("{seconds}\n")).unwrap();
    }

    /// Runs `VERB OWNER JOB`; its exit code and what it said.
    fn run(&self, words: &str) -> (i32, String) {
        self.with("", words)
    }

    /// The same, with functions in the place of programs: what happens at that step. `other VERB OWNER JOB` is another's run.
    fn with(&self, steps: &str, words: &str) -> (i32, String) {
        let known = fs::read_to_string(self.path("steps")).unwrap();
        let words: Vec<_> = words.split(' ').collect();
        let output = Command::new(self.shell[0])
            .args(&self.shell[1..])
            .args(["-c", &format!("{known}{steps}\n{LEASE}"), "lease", words[0]])
            .arg(self.path("state"))
            .args(&words[1..])
            .args(["60", ""])
            .arg(self.path("stamped/lease"))
            .arg("push")
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        (
            output.status.code().unwrap(),
            said.replace('\t', " ").trim().to_owned(),
        )
    }

    /// The files of leases with what is in them, and the notice.
    fn has(&self) -> String {
        let read = |path: &Path| {
            fs::read_to_string(path)
                .unwrap_or_default()
                .replace(['\t', '\n'], " ")
        };
        let mut files: Vec<_> = fs::read_dir(self.path("state"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| format!("{}: {}", path.file_name().unwrap().to_str().unwrap(), read(&path)))
            .collect();
        files.sort();
        files.push(format!("notice: {}", read(&self.path("stamped/lease"))));
        files.iter().map(|line| line.trim().to_owned() + "\n").collect()
    }
}

#[test]
fn who_makes_a_number_again_that_was_taken_and_removed_since_takes_it_back() {
    for host in Host::all() {
        assert_eq!(host.run("take one@a job-1").0, 0);
        host.run("release one@a job-1");
        let meanwhile = "ln() { other take two@b job-2; other release two@b job-2; other take three@c job-3; command ln \"$@\"; }";
        let late = host.with(meanwhile, "take late@d job-4");
        assert_eq!(
            late,
            (9, "three@c job-3 60 0 push".to_owned()),
            "{:?}",
            host.shell
        );
        assert_eq!(
            host.has(),
            "lease.3: three@c job-3 1060 1000 push\nnotice: three@c job-3 1060 1000 push\n"
        );
        assert_eq!(host.run("beat three@c job-3").0, 0);
    }
}

#[test]
fn who_renews_a_lease_after_another_took_the_next_one_has_lost_it() {
    for host in Host::all() {
        host.run("take one@a job-1");
        host.clock(1050);
        let slow = "mv() { [ -e slow ] || { : >slow; echo 1061 >clock; other take two@b job-2; }; command mv \"$@\"; }";
        let renewed = host.with(slow, "beat one@a job-1");
        assert_eq!(renewed, (9, String::new()), "{:?}", host.shell);
        let of_two = "lease.2: two@b job-2 1121 1061 push\nnotice: two@b job-2 1121 1061 push\n";
        assert_eq!(host.has(), of_two);
        // Nor does it give back what is another's, when it is as late with that.
        fs::remove_file(host.path("slow")).unwrap();
        let slow = "mv() { [ -e slow ] || { : >slow; echo 1122 >clock; other take three@c job-3; }; command mv \"$@\"; }";
        assert_eq!(host.with(slow, "release two@b job-2").0, 0);
        assert_eq!(
            host.has(),
            "lease.3: three@c job-3 1182 1122 push\nnotice: three@c job-3 1182 1122 push\n"
        );
    }
}

#[test]
fn what_its_holder_renewed_in_the_last_moment_is_not_taken() {
    for host in Host::all() {
        host.run("take one@a job-1");
        host.clock(1061);
        let last =
            "ln() { printf 'one@a\\tjob-1\\t1110\\t1000\\tpush\\n' >state/lease.1; command ln \"$@\"; }";
        let taken = host.with(last, "take two@b job-2");
        assert_eq!(
            taken,
            (9, "one@a job-1 49 61 push".to_owned()),
            "{:?}",
            host.shell
        );
        assert_eq!(
            host.has(),
            "lease.1: one@a job-1 1110 1000 push\nnotice: one@a job-1 1060 1000 push\n"
        );
        assert_eq!(host.run("beat one@a job-1").0, 0);
    }
}

#[test]
fn a_lease_that_is_over_is_not_renewed_and_can_be_taken_anew() {
    for host in Host::all() {
        host.run("take one@a job-1");
        host.clock(1060);
        assert_eq!(host.run("beat one@a job-1").0, 9, "{:?}", host.shell);
        // Who takes it next is told who did not give it back.
        assert_eq!(host.run("release one@a job-1").0, 0);
        assert_eq!(host.has(), "lease.1: one@a job-1 1060 1000 push\nnotice:\n");
        let taken = host.run("take two@b job-2");
        assert_eq!(taken, (0, "one@a job-1 0 60 push".to_owned()));
        host.run("release two@b job-2");
        assert_eq!(host.run("beat two@b job-2").0, 9);
        assert_eq!(host.run("take two@b job-3"), (0, String::new()));
    }
}

#[test]
fn a_lease_that_cannot_be_written_is_not_told_as_somebody_elses() {
    for host in Host::all() {
        let full = "ln() { return 1; }; mv() { return 1; }";
        assert_eq!(host.with(full, "take one@a job-1"), (1, String::new()));
        host.run("take one@a job-1");
        assert_eq!(host.with(full, "beat one@a job-1").0, 1, "{:?}", host.shell);
        assert_eq!(
            host.has(),
            "lease.1: one@a job-1 1060 1000 push\nnotice: one@a job-1 1060 1000 push\n"
        );
    }
}

#[test]
fn what_a_run_that_died_has_left_of_older_numbers_goes_with_the_next_lease() {
    for host in Host::all() {
        fs::create_dir(host.path("state")).unwrap();
        for number in [2, 9, 10] {
            fs::write(host.path(&format!("state/lease.{number}")), "gone@a\tjob-0\t0\n").unwrap();
        }
        host.run("take one@a job-1");
        assert_eq!(
            host.has(),
            "lease.11: one@a job-1 1060 1000 push\nnotice: one@a job-1 1060 1000 push\n"
        );
    }
}

#[test]
fn a_late_word_of_an_earlier_job_is_not_one_of_the_job_that_has_the_host_now() {
    for host in Host::all() {
        host.run("take one@a job-1");
        host.run("release one@a job-1");
        host.run("take one@a job-2");
        let of_two = "lease.2: one@a job-2 1060 1000 push\nnotice: one@a job-2 1060 1000 push\n";
        assert_eq!(host.run("release one@a job-1").0, 0, "{:?}", host.shell);
        assert_eq!(host.has(), of_two);
        assert_eq!(host.run("beat one@a job-1").0, 9);
        assert_eq!(host.has(), of_two);
        assert_eq!(host.run("beat one@a job-2").0, 0);
        host.run("release one@a job-2");
        assert_eq!(host.has(), "lease.2: one@a job-2 0 1000 push\nnotice:\n");
    }
}
