//! How ssh is started: with no terminal and nobody to ask, for itself and for every ssh that it starts in its turn.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;

/// Refuses what is asked. `BatchMode` does not go down to the ssh of a `ProxyCommand`, and not even this ssh keeps to it where a
/// security key wants its PIN.
const ASKPASS: &str = include_str!("../../../assets/here/askpass.sh");

/// How the line begins that it tells what was asked with.
pub(super) const NOT_ANSWERED: &str = "tagboat did not answer: ";

/// The variable with the file that this is told in; without it, stderr gets it.
pub(super) const SAID: &str = "TAGBOAT_SAID";

/// How every ssh is started.
#[derive(Debug)]
pub(super) struct Unattended {
    askpass: PathBuf,
    /// The operator's own program, for notices. Agents have theirs from elsewhere: what they ask (`ssh-add -c`) is not
    /// touched by any of this.
    own: Option<OsString>,
    /// What starts a program without the terminal of this one, where that is installed.
    setsid: Option<PathBuf>,
}

impl Unattended {
    /// Puts what answers in the operator's place into a folder that only they may enter.
    pub(super) fn prepare(folder: &Path) -> io::Result<Self> {
        let askpass = folder.join("askpass");
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o700)
            .open(&askpass)?;
        file.write_all(ASKPASS.as_bytes())?;
        // Where there is no ssh, it is its own start that must say so.
        let setsid = on_path("ssh").and_then(|_| on_path("setsid"));
        Ok(Self {
            askpass,
            own: std::env::var_os("SSH_ASKPASS").filter(|own| !own.is_empty()),
            setsid,
        })
    }

    /// A call of ssh that gets no input.
    pub(super) fn ssh(&self) -> Command {
        let mut ssh = match &self.setsid {
            // Without a terminal nothing below it can ask there either, be it sudo or an ssh before 8.4, which does not know
            // SSH_ASKPASS_REQUIRE. DISPLAY stays as it is: what has windows may need it, and what asks is refused with it as without.
            Some(setsid) => {
                let mut ssh = Command::new(setsid);
                ssh.arg("ssh");
                ssh
            }
            None => Command::new("ssh"),
        };
        ssh.env("SSH_ASKPASS", &self.askpass)
            .env("SSH_ASKPASS_REQUIRE", "force")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        match &self.own {
            Some(own) => ssh.env("TAGBOAT_ASKPASS", own),
            None => ssh.env_remove("TAGBOAT_ASKPASS"),
        };
        ssh
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| {
            fs::metadata(file).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
        })
}

#[cfg(test)]
mod tests {
    use super::{NOT_ANSWERED, SAID, Unattended};
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Output};

    /// A folder with what answers, and a program in ssh's place: it asks, and tells what it goes on with.
    struct Desk(tempfile::TempDir);

    impl Desk {
        fn new() -> Self {
            let desk = Self(tempfile::tempdir().unwrap());
            Unattended::prepare(desk.0.path()).unwrap();
            desk
        }

        fn file(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn ask(&self, kind: &str, text: &str) -> Output {
            Command::new("sh")
                .args(["-c", r#""$1" "$2"; echo "goes on with $?""#, "ssh"])
                .arg(self.file("askpass"))
                .arg(text)
                .env("SSH_ASKPASS_PROMPT", kind)
                .env(SAID, self.file("said"))
                .env("TAGBOAT_ASKPASS", self.file("own"))
                .env("DISPLAY", ":0")
                .output()
                .unwrap()
        }

        fn said(&self) -> String {
            fs::read_to_string(self.file("said")).unwrap_or_default()
        }
    }

    fn program(file: &Path, text: &str) {
        fs::write(file, text).unwrap();
        fs::set_permissions(file, fs::Permissions::from_mode(0o700)).unwrap();
    }

    #[test]
    fn what_a_no_is_an_answer_to_gets_one_and_nothing_is_ever_answered_with_an_empty_word() {
        for (kind, asked, goes_on) in [
            ("", "Enter passphrase for key '/home/ops/.ssh/id': ", true),
            ("", "Enter PIN for 'my token': ", true),
            (
                "",
                "The authenticity of host 'door' can't be\nestablished (yes/no)? ",
                true,
            ),
            ("confirm", "Allow use of key?", true),
            ("", "ops@door's password: ", false),
            ("", "Enter PIN for ED25519-SK key /home/ops/.ssh/id_sk: ", false),
            ("", "(ops@door) Verification code: ", false),
        ] {
            let desk = Desk::new();
            let output = desk.ask(kind, asked);
            let told = if goes_on { "goes on with 1\n" } else { "" };
            assert_eq!(String::from_utf8_lossy(&output.stdout), told, "{asked}");
            let line = asked.replace('\n', " ");
            assert_eq!(desk.said(), format!("{NOT_ANSWERED}{line}\n"));
        }
    }

    #[test]
    fn that_a_security_key_waits_for_a_touch_is_told_by_the_operators_own_program() {
        let desk = Desk::new();
        program(&desk.file("own"), "#!/bin/sh\necho \"shows $1\"\n");
        let output = desk.ask("none", "Confirm user presence for key");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(told, "shows Confirm user presence for key\ngoes on with 0\n");
        assert_eq!(desk.said(), "", "nothing was asked");
    }

    #[tokio::test]
    async fn every_ssh_has_no_terminal_no_input_and_nobody_to_ask() {
        let folder = tempfile::tempdir().unwrap();
        let unattended = Unattended::prepare(folder.path()).unwrap();
        let version = unattended.ssh().arg("-V").output().await.unwrap();
        assert!(String::from_utf8_lossy(&version.stderr).starts_with("OpenSSH"));
        let ssh = unattended.ssh();
        let variable = |name: &str| {
            let mut all = ssh.as_std().get_envs();
            all.find(|(key, _)| *key == name).and_then(|(_, value)| value)
        };
        assert_eq!(variable("SSH_ASKPASS_REQUIRE").unwrap(), "force");
        let askpass = folder.path().join("askpass");
        assert_eq!(variable("SSH_ASKPASS").unwrap(), askpass.as_os_str());
        assert_eq!(fs::metadata(askpass).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
