//! The scripts of a setup by themselves, run by the shells of hosts in a folder that they take for the root of a host.

use super::fake_root::{Root, roots, text};
use crate::model::setup::{Before, Cron};
use jiff::Timestamp;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const ENABLE: &str = include_str!("../../../assets/host/setup/enable.sh");
const PUT: &str = include_str!("../../../assets/host/setup/put.sh");
const TAKE_UP: &str = include_str!("../../../assets/host/setup/take-up.sh");

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn the_cron_of_a_container_is_none_of_the_hosts() {
    for root in roots() {
        root.program("cron", "#!/bin/sh\n");
        root.process(7, "cron", "/usr/sbin/cron", "pid:[2]");
        assert_eq!(
            root.examined(&[]).system.cron,
            Cron::Installed,
            "{:?}",
            root.shell
        );
        root.process(8, "cron", "/usr/sbin/cron", "pid:[1]");
        assert_eq!(root.examined(&[]).system.cron, Cron::Runs, "{:?}", root.shell);
    }
}

#[test]
fn the_cron_of_busybox_is_a_simple_one() {
    for root in roots() {
        root.process(7, "crond", "/bin/busybox", "pid:[1]");
        assert_eq!(root.examined(&[]).system.cron, Cron::Simple, "{:?}", root.shell);
    }
}

#[test]
fn what_runs_the_daily_files_is_found_where_cron_has_its_tables() {
    for root in roots() {
        assert!(!root.examined(&[]).system.has_daily_cron);
        root.write("etc/crontab", "# 25 6 * * * root run-parts /etc/cron.daily\n");
        assert!(
            !root.examined(&[]).system.has_daily_cron,
            "a comment runs nothing"
        );
        root.write("etc/crontab", "25 6 * * * root run-parts /etc/cron.daily\n");
        assert!(root.examined(&[]).system.has_daily_cron, "{:?}", root.shell);
    }
}

#[test]
fn an_examination_tells_since_when_the_prune_is_there_and_when_it_ran() {
    let hours = |told: Option<std::time::Duration>| told.map(|age| age.as_secs() / 3600);
    for root in roots() {
        let prune = root.examined(&[]).prune;
        assert_eq!((prune.there, prune.ran, prune.is_disabled), (None, None, false));
        root.write("etc/cron.daily/convocate-image-prune", "");
        root.write("state/prune.log", "");
        for (name, hours) in [
            ("etc/cron.daily/convocate-image-prune", 27),
            ("state/prune.log", 2),
        ] {
            // Half an hour more: the clock that a shell reads is up to a tick behind the one that files are dated by.
            let age = std::time::Duration::from_mins(hours * 60 + 30);
            let then = std::time::SystemTime::now() - age;
            let file = fs::File::options().write(true).open(root.path(name)).unwrap();
            file.set_modified(then).unwrap();
        }
        root.write("state/prune.disabled", "");
        let prune = root.examined(&[]).prune;
        assert_eq!(
            (hours(prune.there), hours(prune.ran), prune.is_disabled),
            (Some(27), Some(2), true),
            "{:?}",
            root.shell
        );
    }
}

#[test]
fn only_the_newest_lease_counts_and_one_that_was_given_back_is_none() {
    let now = Timestamp::now().as_second();
    let lease = |end: i64| format!("kim@desk#a.1.0.7\tjob-7\t{end}\t{}\tpush\n", now - 9000);
    for root in roots() {
        assert_eq!(root.examined(&[]).lease, None);
        root.write("state/lease.9", &lease(now + 60));
        root.write("state/lease.10", &lease(0));
        assert_eq!(root.examined(&[]).lease, None, "it was given back");
        root.write("state/lease.11", &lease(now - 7200));
        let told = root.examined(&[]).lease.unwrap();
        assert!((-7210..=-7200).contains(&told.left), "{}", told.left);
        assert_eq!((told.job.as_str(), told.what.as_str()), ("job-7", "push"));
    }
}

#[test]
fn what_sshd_allows_is_told_or_why_not() {
    let says = "echo maxsessions 4; echo maxstartups 10:30:100";
    for root in roots() {
        root.program("sshd", "#!/bin/sh\necho 'no hostkeys available' >&2\nexit 1\n");
        let limits = root.examined(&[]).limits;
        assert_eq!(limits.max_sessions, None);
        assert_eq!(limits.unknown.unwrap(), "sshd -T says: no hostkeys available");
        // With a Match block, an older one must be told who logs in.
        root.program(
            "sshd",
            &format!("#!/bin/sh\n[ \"$2\" = -C ] || exit 255\n{says}\n"),
        );
        let limits = root.examined(&[]).limits;
        assert_eq!(
            (limits.max_sessions, limits.unknown),
            (Some(4), None),
            "{:?}",
            root.shell
        );
        assert_eq!(limits.max_startups.as_deref(), Some("10:30:100"));
    }
}

#[test]
fn a_timer_that_is_enabled_and_does_not_count_is_told_as_stopped() {
    for root in roots() {
        root.has_systemd();
        let of = |unit: &str| {
            let question = format!("unit:{unit}");
            match root.examined(&[&question]).at(&question) {
                Some(Before::Unit(state)) => state.clone(),
                other => panic!("{other:?}"),
            }
        };
        root.write("bin/a.timer.enabled", "enabled\n");
        // One that did its work at the boot is not active any more, and is as it is to be.
        root.write("bin/a.service.enabled", "enabled\n");
        assert_eq!(
            (of("a.timer"), of("a.service")),
            ("stopped".to_owned(), "enabled".to_owned())
        );
        root.write("bin/a.timer.active", "");
        assert_eq!(
            (of("a.timer"), of("b.timer")),
            ("enabled".to_owned(), String::new())
        );
    }
}

#[test]
fn a_unit_that_is_enabled_and_did_not_start_is_not_there_yet() {
    for root in roots() {
        root.has_systemd();
        let enable = |words: &[&str]| {
            let _ = fs::remove_file(root.path("bin/told"));
            let output = root.run(ENABLE, words, "");
            assert!(
                output.status.success(),
                "{:?}: {}",
                root.shell,
                text(&output.stderr)
            );
            let told = fs::read_to_string(root.path("bin/told")).unwrap_or_default();
            (text(&output.stdout), told.trim().to_owned())
        };
        let said = |what: &str, told: &str| (what.to_owned(), told.to_owned());
        assert_eq!(
            enable(&["enable", "a.timer", "now"]),
            said("put", "enable --quiet --now a.timer")
        );
        // It is enabled by now, and nothing started it.
        assert_eq!(
            enable(&["enable", "a.timer", "now"]),
            said("put", "enable --quiet --now a.timer")
        );
        root.write("bin/a.timer.active", "");
        assert_eq!(enable(&["enable", "a.timer", "now"]), said("there", ""));
        // What is for the next boot need not be active.
        root.write("bin/a.service.enabled", "enabled\n");
        assert_eq!(enable(&["enable", "a.service", ""]), said("there", ""));
        assert_eq!(
            enable(&["disable", "a.timer", "now"]),
            said("put", "disable --quiet --now a.timer")
        );
        assert_eq!(enable(&["disable", "a.timer", "now"]), said("there", ""));
    }
}

#[test]
fn a_unit_that_stays_disabled_is_a_failure() {
    for root in roots() {
        root.has_systemd();
        root.write("bin/refuses", "");
        let output = root.run(ENABLE, &["enable", "a.timer", "now"], "");
        assert_eq!(text(&output.stderr), "a.timer is not enabled", "{:?}", root.shell);
        assert_eq!(output.status.code(), Some(1));
    }
}

/// Whether these tests may give files to root.
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[test]
fn folders_above_a_piece_are_open_to_all_and_the_piece_is_as_closed_as_it_is_to_be() {
    for root in roots().filter(|_| is_root()) {
        let sum = crate::model::setup::FileSum::of("a piece");
        let file = root.text("opt/new/folder/piece");
        let folder = root.text("srv/new/folder");
        for (words, piece) in [
            (&["file", &file, "700", sum.as_str(), "missing"][..], "a piece"),
            (&["directory", &folder, "700"], ""),
        ] {
            let output = root.run(PUT, words, piece);
            let (said, error) = (text(&output.stdout), text(&output.stderr));
            assert_eq!(said, "put", "{:?}: {error}", root.shell);
        }
        for (name, bits) in [
            ("opt/new", 0o755),
            ("opt/new/folder", 0o755),
            ("opt/new/folder/piece", 0o700),
            ("srv/new", 0o755),
            ("srv/new/folder", 0o700),
        ] {
            assert_eq!(mode(&root.path(name)), bits, "{:?}: {name}", root.shell);
        }
    }
}

/// A journal whose work goes on until it was looked at for the third time; then it ends, unless it is to hang.
const RESTART: &str = r#"
case $1 in
    launch) echo "$2 $3" >>"$2/launched" ;;
    follow)
        echo look >>"$2/looks"
        [ -e "$2/hangs" ] || [ "$(wc -l <"$2/looks")" -lt 3 ] || : >"$2/ended"
        if [ -e "$2/ended" ]; then echo 'state ended'; else echo 'state running'; fi ;;
esac
"#;

const JOURNAL: &str = "state/restarts/20261122-000000-abcd-convocate-session-1";

impl Root {
    fn journal(&self, name: &str, is_made: bool) {
        self.write(&format!("{name}/restart.sh"), RESTART);
        self.write(&format!("{name}/status"), "1 stop running\n");
        if is_made {
            self.write(&format!("{name}/made"), "");
        }
    }

    fn taken_up(&self, seconds: &str) -> (Option<i32>, String) {
        let output = self.run(TAKE_UP, &[&self.text("state"), seconds], "");
        let said = text(&output.stdout) + &text(&output.stderr);
        (output.status.code(), said)
    }
}

#[test]
fn restarts_that_are_taken_up_are_waited_for_until_they_are_over() {
    for root in roots() {
        assert_eq!(root.taken_up("0"), (Some(0), "none".to_owned()));
        root.journal(JOURNAL, true);
        assert_eq!(
            root.taken_up("60"),
            (Some(0), "taken".to_owned()),
            "{:?}",
            root.shell
        );
        let looks = fs::read_to_string(root.path(JOURNAL).join("looks")).unwrap();
        assert_eq!(
            looks.lines().count(),
            3,
            "it went on looking while the work went on"
        );
        let launched = fs::read_to_string(root.path(JOURNAL).join("launched")).unwrap();
        assert!(launched.ends_with(" recover\n"), "{launched}");
        assert_eq!(
            root.taken_up("60"),
            (Some(0), "none".to_owned()),
            "one that is over is left alone"
        );
    }
}

#[test]
fn a_restart_that_does_not_end_in_time_is_told_with_where_it_is() {
    for root in roots() {
        root.journal(JOURNAL, true);
        root.write(&format!("{JOURNAL}/hangs"), "");
        let (code, said) = root.taken_up("0");
        assert_eq!(
            (code, said.as_str()),
            (
                Some(1),
                "not over: 20261122-000000-abcd-convocate-session-1 (stop running)"
            ),
            "{:?}",
            root.shell
        );
    }
}

#[test]
fn a_restart_that_a_console_may_still_prepare_is_not_taken_up() {
    for root in roots() {
        root.journal(JOURNAL, false);
        assert_eq!(
            root.taken_up("0"),
            (Some(0), "none".to_owned()),
            "{:?}",
            root.shell
        );
    }
}
