//! A folder that the scripts of a setup take for the root of a host, and the shells of hosts that run them.

use super::examine::EXAMINE;
use crate::model::setup::Examination;
use crate::ops::shells_of_hosts::shells;
use jiff::Timestamp;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::{Command, Output};
use tempfile::TempDir;

/// Where scripts look by themselves; whatever else they touch is an argument.
const PLACES: [&str; 4] = ["/etc/", "/proc/", "/run/systemd/", "/var/spool/"];

/// A service manager that keeps in files what is `enabled` and `active`, and a list of what it was told to do.
const SYSTEMCTL: &str = r#"#!/bin/sh
here=${0%/*}
for last; do :; done
case $1 in
    is-enabled) cat "$here/$last.enabled" 2>/dev/null ;;
    is-active) [ -e "$here/$last.active" ] ;;
    enable | disable)
        echo "$*" >>"$here/told"
        [ ! -e "$here/refuses" ] || exit 0
        if [ "$1" = enable ]; then echo enabled >"$here/$last.enabled"; else rm "$here/$last.enabled"; fi ;;
esac
"#;

/// A folder that a script takes for the root of a host.
pub(super) struct Root {
    folder: TempDir,
    pub(super) shell: &'static [&'static str],
}

/// One for each shell that hosts have.
pub(super) fn roots() -> impl Iterator<Item = Root> {
    shells().into_iter().map(|shell| {
        let root = Root {
            folder: tempfile::tempdir().unwrap(),
            shell,
        };
        root.write("proc/self/ns/x", "");
        symlink("pid:[1]", root.path("proc/self/ns/pid")).unwrap();
        root
    })
}

impl Root {
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(super) fn program(&self, name: &str, text: &str) {
        self.write(&format!("bin/{name}"), text);
        fs::set_permissions(
            self.path(&format!("bin/{name}")),
            fs::Permissions::from_mode(0o755),
        )
        .unwrap();
    }

    pub(super) fn has_systemd(&self) {
        self.write("run/systemd/system/x", "");
        self.program("systemctl", SYSTEMCTL);
    }

    /// A process, as `/proc` has it.
    pub(super) fn process(&self, number: u32, name: &str, program: &str, namespace: &str) {
        self.write(&format!("proc/{number}/comm"), &format!("{name}\n"));
        self.write(&format!("proc/{number}/ns/x"), "");
        symlink(namespace, self.path(&format!("proc/{number}/ns/pid"))).unwrap();
        symlink(program, self.path(&format!("proc/{number}/exe"))).unwrap();
    }

    pub(super) fn run(&self, script: &str, arguments: &[&str], input: &str) -> Output {
        let root = self.folder.path().to_str().unwrap();
        let mut text = script.to_owned();
        for place in PLACES {
            text = text.replace(place, &format!("{root}{place}"));
        }
        self.write("script", &text);
        self.write("input", input);
        Command::new(self.shell[0])
            .args(&self.shell[1..])
            .arg(self.path("script"))
            .args(arguments)
            .env("PATH", format!("{root}/bin:{}", std::env::var("PATH").unwrap()))
            .stdin(fs::File::open(self.path("input")).unwrap())
            .output()
            .unwrap()
    }

    /// What an examination tells that asks about these.
    pub(super) fn examined(&self, questions: &[&str]) -> Examination {
        self.program("docker", "#!/bin/sh\n");
        let places = ["state", "tmp", "etc/cron.daily/convocate-image-prune"].map(|name| self.text(name));
        let mut arguments = vec!["", &*places[0], &*places[1], "convocate-image-", &*places[2]];
        arguments.extend(questions);
        let told = text(&self.run(EXAMINE.text, &arguments, "").stdout);
        Examination::read(&told, Timestamp::UNIX_EPOCH).unwrap_or_else(|why| panic!("{why}: {told}"))
    }
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}
