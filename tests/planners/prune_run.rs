//! The prune that a host does alone, really run in each shell over a docker that is played: what it leaves of itself whatever ends
//! it, and what it does before it decides.

use crate::prune_script::shells;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;
use tagboat::model::profile::Profile;
use tagboat::model::setup::prune_script;
use tempfile::TempDir;

/// A host as a folder, with an active tag and one that nobody needs.
struct Host {
    folder: TempDir,
    shell: &'static [&'static str],
}

impl Host {
    fn all() -> impl Iterator<Item = Self> {
        shells().into_iter().map(Self::new)
    }

    fn new(shell: &'static [&'static str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let host = Self { folder, shell };
        host.program("docker", include_str!("played_docker.sh"));
        host.write("stamp", "convocate:v2\n");
        host.write(
            "images",
            "convocate v2 sha256:2 1MB\nconvocate spare sha256:9 1MB\n",
        );
        for folder in ["state", "scratch"] {
            fs::create_dir(host.path(folder)).unwrap();
        }
        let mut profile = Profile::convocate();
        let of = |name: &str| host.path(name).display().to_string();
        profile.paths.stamp = of("stamp");
        profile.paths.history = of("history");
        profile.paths.state = of("state");
        host.write("prune", &prune_script(&profile));
        host
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn program(&self, name: &str, text: &str) {
        self.write(name, text);
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    fn command(&self, grace: &str) -> Command {
        let path = format!(
            "{}:{}",
            self.folder.path().display(),
            std::env::var("PATH").unwrap()
        );
        let mut command = Command::new(self.shell[0]);
        command
            .args(&self.shell[1..])
            .arg(self.path("prune"))
            .envs([
                ("PATH", path.as_str()),
                ("TMPDIR", self.path("scratch").to_str().unwrap()),
                ("TAGBOAT_PRUNE_GRACE", grace),
                ("TAGBOAT_PRUNE_WAIT", "1"),
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self) -> (Option<i32>, String) {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command("0").output().unwrap();
        let said = [stdout, stderr].concat();
        (status.code(), String::from_utf8(said).unwrap())
    }

    /// A run that has taken away a tag and waits before it takes its image.
    fn between_its_turns(&self) -> Child {
        // A shell that is just about to wait hears a signal only after that: then it takes as long.
        let mut child = self.command("20").process_group(0).spawn().unwrap();
        // The folder of the run is all that tells it.
        while !self.is_held() {
            assert!(
                child.try_wait().unwrap().is_none(),
                "{:?}: it ended first",
                self.shell
            );
            sleep(Duration::from_millis(10));
        }
        assert!(self.read("lease").starts_with("prune@"), "{:?}", self.shell);
        child
    }

    /// Whether a run knows that it has taken away the tag.
    fn is_held(&self) -> bool {
        let folders = fs::read_dir(self.path("scratch")).unwrap();
        let mut held = folders.map(|folder| folder.unwrap().path().join("held"));
        held.any(|held| fs::read_to_string(held).is_ok_and(|held| held.contains("spare")))
    }

    /// The seconds at which its leases end.
    fn ends(&self) -> Vec<String> {
        let leases = fs::read_dir(self.path("state"))
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let is_lease = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with("lease.");
        let end = |path: PathBuf| {
            fs::read_to_string(path)
                .unwrap()
                .split('\t')
                .nth(2)
                .unwrap()
                .to_owned()
        };
        leases.filter(is_lease).map(end).collect()
    }

    fn has_given_itself_back(&self) {
        assert_eq!(self.ends(), ["0"], "{:?}", self.shell);
        assert!(
            !self.path("lease").exists(),
            "{:?}: {}",
            self.shell,
            self.read("lease")
        );
    }

    /// A restart whose script says for so many questions that it is at work, and then ends.
    fn restart(&self, questions: u32) {
        let journal = self.path("state/restarts/20261122-013208-1f6d-0a");
        fs::create_dir_all(&journal).unwrap();
        for file in ["made", "status"] {
            fs::write(journal.join(file), "").unwrap();
        }
        fs::write(journal.join("left"), "x\n".repeat(questions as usize)).unwrap();
        let script = "echo \"restart $1\" >>\"$2/../../../calls\"; [ $1 = follow ] || exit 0; \
                      if [ -s \"$2/left\" ]; then sed -i 1d \"$2/left\"; echo state running; else : >\"$2/ended\"; echo state ended; fi";
        fs::write(journal.join("restart.sh"), script).unwrap();
    }

    /// Which of these was called first, in their order, each told once.
    fn order(&self, of: &[&str]) -> Vec<String> {
        let mut order: Vec<String> = Vec::new();
        for line in self.read("calls").lines() {
            let known = of.iter().find(|word| line.starts_with(**word));
            if let Some(word) = known
                && order.last().is_none_or(|last| last != word)
            {
                order.push((*word).to_owned());
            }
        }
        order
    }
}

fn signal(child: &Child, name: &str) {
    let group = format!("-{}", child.id());
    let told = Command::new("kill")
        .args(["-s", name, "--", &group])
        .status()
        .unwrap();
    assert!(told.success());
}

#[test]
fn who_has_the_host_is_shown_until_the_prune_has_ended_and_no_longer() {
    for host in Host::all() {
        let (code, said) = host.run();
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("remove convocate:spare"), "{said}");
        host.has_given_itself_back();
    }
}

#[test]
fn a_prune_that_a_signal_ends_puts_back_what_it_held_and_gives_the_host_back() {
    for name in ["TERM", "HUP", "INT", "QUIT", "PIPE"] {
        for host in Host::all() {
            let child = host.between_its_turns();
            signal(&child, name);
            let output = child.wait_with_output().unwrap();
            assert!(!output.status.success(), "{name}");
            let images = host.read("images");
            assert!(
                images.contains("convocate spare") && !images.contains("prune-spare"),
                "{:?}, {name}: {images}",
                host.shell
            );
            host.has_given_itself_back();
        }
    }
}

#[test]
fn a_prune_whose_host_another_one_has_by_now_leaves_it_what_is_there() {
    for host in Host::all() {
        let child = host.between_its_turns();
        let others = "kim@desk#1\tjob-7\t99999999999\t1\tpush\n";
        host.write("state/lease.2", others);
        host.write("lease", others);
        signal(&child, "TERM");
        child.wait_with_output().unwrap();
        assert!(host.read("images").contains("prune-spare"), "{:?}", host.shell);
        assert_eq!(
            (host.read("state/lease.2"), host.read("lease")),
            (others.to_owned(), others.to_owned())
        );
    }
}

#[test]
fn a_restart_that_was_interrupted_is_taken_up_and_has_ended_before_anything_is_listed() {
    for host in Host::all() {
        host.restart(1);
        let (code, said) = host.run();
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(
            host.order(&["restart launch", "restart follow", "docker ps"])[..3],
            ["restart launch", "restart follow", "docker ps"],
            "{:?}",
            host.shell
        );
        assert!(host.path("state/restarts/20261122-013208-1f6d-0a/ended").exists());
    }
}

#[test]
fn while_a_restart_is_at_work_nothing_is_removed() {
    for host in Host::all() {
        host.restart(1000);
        let (code, said) = host.run();
        assert_eq!(code, Some(3), "{said}");
        assert!(
            said.contains("nothing was removed: the restart 20261122-013208-1f6d-0a is at work"),
            "{said}"
        );
        assert!(host.read("images").contains("convocate spare"));
        host.has_given_itself_back();
    }
}

#[test]
fn a_dry_run_takes_up_nothing_and_has_no_lease() {
    for host in Host::all() {
        host.restart(2);
        let output = host.command("0").arg("--dry-run").output().unwrap();
        assert!(output.status.success());
        assert!(!host.read("calls").contains("restart"), "{}", host.read("calls"));
        assert_eq!(host.ends(), [] as [&str; 0]);
        assert!(!Path::new(&host.path("lease")).exists());
    }
}
