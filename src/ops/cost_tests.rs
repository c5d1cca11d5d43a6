//! The script that weighs sessions, run by this machine's shell and by busybox, with a `docker` of the test's own.

use super::cost::COST;
use crate::model::cost::{Cost, CostPart, read};
use crate::model::names::ContainerId;
use jiff::Timestamp;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// Answers for two containers: `a` runs as this test's own process, `b` is stopped. What is in `$DIFF` changed in both.
const DOCKER: &str = r#"#!/bin/sh
here=${0%/*}
case $1 in
    inspect)
        [ ! -e "$here/no-engine" ] || { echo "cannot connect to the engine" >&2; exit 1; }
        for last; do
            case $last in
                a*) pid=$(cat "$here/pid") state=running log=$here/log ;;
                b*) pid=0 state=exited log= ;;
                *) continue ;;
            esac
            printf 'container {"id":"%s","name":"/s-%s","state":"%s","pid":%s,"size":7,"log":"%s","has_terminal":false,"shares":"","execs":null,"removes_itself":false,"mounts":["/work",null],"tmpfs":null}\nmine %s %s\nlog %s %s\nlayer %s %s\n' \
                "$last" "$last" "$state" "$pid" "$log" "$last" "$pid" "$last" "$log" "$last" "$here/upper"
        done ;;
    stats) shift 5; for id; do echo "cpu $id 12.34%"; done ;;
    diff) [ ! -e "$here/slow" ] || exec sleep 60; cat "$here/diff" ;;
    logs) echo "2026-11-21T00:00:00Z said" ;;
    *) exit 64 ;;
esac
"#;

/// A host: a folder with its programs, and the shell that runs its scripts.
struct Host {
    folder: TempDir,
    shell: Vec<&'static str>,
}

fn hosts() -> Vec<Host> {
    let shells = [vec!["sh"], vec!["dash"], vec!["busybox", "sh"]];
    let there = |shell: &Vec<&str>| {
        Command::new(shell[0])
            .args(&shell[1..])
            .args(["-c", ":"])
            .output()
            .is_ok()
    };
    let host = |shell: Vec<&'static str>| {
        let folder = tempfile::tempdir().unwrap();
        let docker = folder.path().join("docker");
        fs::write(&docker, DOCKER).unwrap();
        fs::set_permissions(docker, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(folder.path().join("pid"), std::process::id().to_string()).unwrap();
        fs::write(folder.path().join("log"), "").unwrap();
        fs::write(folder.path().join("diff"), "").unwrap();
        if shell[0] == "busybox" {
            for applet in [
                "timeout", "stat", "xargs", "grep", "sed", "tr", "head", "tail", "date", "readlink", "sleep",
            ] {
                let program = format!("#!/bin/sh\nexec busybox {applet} \"$@\"\n");
                let path = folder.path().join(applet);
                fs::write(&path, program).unwrap();
                fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
            }
        }
        Host { folder, shell }
    };
    shells.into_iter().filter(there).map(host).collect()
}

fn id(letter: char) -> ContainerId {
    ContainerId::parse(&letter.to_string().repeat(64)).unwrap()
}

impl Host {
    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn weigh(&self, seconds: &str) -> Result<[Cost; 2], String> {
        let ids = [id('a'), id('b')];
        let path = std::env::join_paths(
            std::iter::once(self.path().to_owned())
                .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
        );
        let output = Command::new(self.shell[0])
            .args(&self.shell[1..])
            .args([
                "-c",
                COST.text,
                "tagboat",
                "",
                seconds,
                ids[0].as_str(),
                ids[1].as_str(),
            ])
            .env("PATH", path.unwrap())
            .output()
            .unwrap();
        assert!(output.status.success(), "{:?}: {output:?}", self.shell);
        let told = String::from_utf8(output.stdout).unwrap();
        let mut costs = read(&told, &ids, Timestamp::UNIX_EPOCH)?;
        Ok(ids.map(|id| costs.remove(&id).unwrap()))
    }
}

#[test]
fn every_shell_tells_the_same_of_a_session_that_runs_and_of_one_that_does_not() {
    for host in hosts() {
        fs::create_dir_all(host.path().join("upper/root/.cache")).unwrap();
        fs::write(
            host.path().join("diff"),
            "C /root\nA /root/.cache\nA /root/two words\nA /root/line\nbreak\nC /tmp\nD /usr/games\nA /work\n",
        )
        .unwrap();
        let [up, down] = host.weigh("50").unwrap();
        assert_eq!(up.unknown, [], "{:?}", host.shell);
        assert_eq!((up.is_up, down.is_up), (true, false));
        assert!(up.last_output.is_some_and(|age| age.0 < 60), "{up:?}");
        assert_eq!((up.cpu_permille, down.cpu_permille), (Some(123), None));
        for cost in [&up, &down] {
            let layer = cost.layer.as_ref().unwrap();
            // `/tmp` is no directory of this layer, so it counts as what it may be.
            assert_eq!(
                (layer.count, layer.bytes),
                (4, Some(7)),
                "{:?}: {layer:?}",
                host.shell
            );
            assert!(
                layer.examples.contains(&"/root/two words".to_owned()),
                "{layer:?}"
            );
        }
        assert_eq!(down.busy(std::time::Duration::from_secs(9)), None);
    }
}

#[test]
fn a_layer_with_very_many_changes_is_counted_and_only_its_beginning_is_told() {
    for host in hosts() {
        let lines: Vec<String> = (0..20_000).map(|n| format!("A /srv/file-{n}")).collect();
        fs::write(host.path().join("diff"), lines.join("\n")).unwrap();
        let [up, _] = host.weigh("50").unwrap();
        let layer = up.layer.unwrap();
        assert_eq!((layer.count, layer.is_at_least), (1000, true), "{:?}", host.shell);
        assert!(layer.to_string().starts_with("more than 1000 files"), "{layer}");
    }
}

#[test]
fn an_engine_that_takes_too_long_costs_its_own_part_only_and_one_that_is_away_says_so() {
    for host in hosts() {
        fs::write(host.path().join("slow"), "").unwrap();
        let [up, down] = host.weigh("2").unwrap();
        for cost in [&up, &down] {
            assert!(cost.why_unknown(CostPart::Layer).is_some(), "{cost:?}");
            assert!(cost.unclean().is_some());
        }
        assert_eq!(up.cpu_permille, Some(123), "{:?}", host.shell);
        fs::write(host.path().join("no-engine"), "").unwrap();
        let why = host.weigh("2").unwrap_err();
        assert!(why.contains("cannot connect to the engine"), "{why}");
    }
}
