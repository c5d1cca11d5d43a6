//! The console as its operator has it: the real program in a real tmux, driven by keys, read from the screen.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test binary uses its own part of this"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a screen may take to come about.
const PATIENCE: Duration = Duration::from_mins(1);

/// A tmux server of its own with the console in its only pane.
pub struct Console {
    folder: Arc<TempDir>,
    tmux: Tmux,
    changed: Receiver<()>,
}

impl Console {
    /// Starts the console on the lab with directories of its own.
    pub fn start() -> Self {
        Self::start_in(Arc::new(tempfile::Builder::new().prefix("tb").tempdir().unwrap()))
    }

    fn start_in(folder: Arc<TempDir>) -> Self {
        let of = |name: &str| format!("{}={}", name, folder.path().join(name).display());
        // What the terminal is set to is told before and after, so that a test can see that it was given back.
        let line = format!(
            "stty -g > {0}/before; env {1} {2} {3} LANG=C.UTF-8 {4}; code=$?; stty -g > {0}/after; \\
             echo \"exit code $code\"; exec cat",
            folder.path().display(),
            of("TAGBOAT_STATE_DIR"),
            of("TAGBOAT_CACHE_DIR"),
            of("TAGBOAT_RUNTIME_DIR"),
            env!("CARGO_BIN_EXE_tagboat")
        );
        let number = std::fs::read_dir(folder.path()).unwrap().count();
        let fifo = folder.path().join(format!("changes-{number}"));
        assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        // A server that is just going away still answers on its socket: each has one of its own.
        let tmux = Tmux(folder.path().join(format!("tmux-{number}")));
        tmux.run(&[
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            "120",
            "-y",
            "32",
            "sh",
        ]);
        tmux.run(&["pipe-pane", "-O", &format!("exec cat > {}", fifo.display())]);
        // Everything that the pane prints wakes the test; what it then looks at is the screen.
        let (told, changed) = sync_channel(1);
        std::thread::spawn(move || {
            let mut pipe = File::open(fifo).unwrap();
            let mut piece = [0; 4096];
            while matches!(pipe.read(&mut piece), Ok(1..)) {
                let _already_told = told.try_send(());
            }
        });
        tmux.run(&["send-keys", "-l", &format!("exec sh -c '{line}'")]);
        tmux.run(&["send-keys", "Enter"]);
        Self {
            folder,
            tmux,
            changed,
        }
    }

    /// Kills the console as a crash does, and starts another on the same journal.
    pub fn killed_and_started_again(self) -> Self {
        let pane = self.tmux.run(&["display-message", "-p", "#{pane_pid}"]);
        let killed = Command::new("pkill")
            .args(["-KILL", "-P", pane.trim()])
            .status()
            .unwrap();
        assert!(killed.success(), "the console did not run");
        let folder = self.folder.clone();
        drop(self);
        Self::start_in(folder)
    }

    /// Presses keys, named as tmux names them.
    pub fn keys(&self, keys: &[&str]) {
        self.tmux.run(&[&["send-keys"], keys].concat());
    }

    /// Types a text.
    pub fn text(&self, text: &str) {
        self.tmux.run(&["send-keys", "-l", text]);
    }

    /// Pastes a text as a terminal does, bracketed.
    pub fn paste(&self, text: &str) {
        let tmux = &self.tmux;
        tmux.run(&["set-buffer", text]);
        tmux.run(&["paste-buffer", "-p"]);
    }

    /// Sends a signal to the console.
    pub fn signal(&self, name: &str) {
        let pane = self.tmux.run(&["display-message", "-p", "#{pane_pid}"]);
        let sent = Command::new("pkill")
            .args([&format!("-{name}"), "-P", pane.trim(), "tagboat"])
            .status()
            .unwrap();
        assert!(sent.success(), "the console did not run");
    }

    /// Takes the terminal away while keys arrive, and waits until the console has ended.
    pub fn typed_into_until_it_ended_with_its_terminal(self) {
        let pane = self.tmux.run(&["display-message", "-p", "#{pane_pid}"]);
        let found = Command::new("pgrep")
            .args(["-P", pane.trim(), "tagboat"])
            .output()
            .unwrap();
        let process = String::from_utf8_lossy(&found.stdout).trim().parse().ok();
        let process = process.and_then(Pid::from_raw).expect("the console runs");
        let handle = pidfd_open(process, PidfdFlags::empty()).unwrap();
        let many = "jk".repeat(400);
        std::thread::scope(|scope| {
            let (told, heard) = sync_channel(0);
            let tmux = &self.tmux;
            scope.spawn(move || {
                while tmux.output(&["send-keys", "-l", &many]).status.success() {
                    let _only_the_first_is_waited_for = told.try_send(());
                }
            });
            // The terminal holds some of the keys by now, whatever came of them.
            heard.recv_timeout(PATIENCE).unwrap();
            drop(self.tmux.output(&["kill-server"]));
        });
        let patience = Timespec::try_from(PATIENCE).unwrap();
        let mut watched = [PollFd::new(&handle, PollFlags::IN)];
        if poll(&mut watched, Some(&patience)) != Ok(1) {
            let _one_that_spins_would_slow_every_other_test = kill_process(process, Signal::KILL);
            panic!("it stays without a terminal");
        }
    }

    /// Whether the terminal is as it was before the console: its settings, its screen, its cursor, and no mouse.
    pub fn terminal_is_given_back(&self) -> bool {
        let settings = |name: &str| std::fs::read_to_string(self.folder.path().join(name)).unwrap();
        let modes = self.tmux.run(&[
            "display-message",
            "-p",
            "#{alternate_on} #{cursor_flag} #{mouse_any_flag}",
        ]);
        settings("before") == settings("after") && modes.trim() == "0 1 0"
    }

    /// Makes the pane another size.
    pub fn resize(&self, width: u16, height: u16) {
        let size = [width.to_string(), height.to_string()];
        self.tmux.run(&["resize-window", "-x", &size[0], "-y", &size[1]]);
    }

    /// What is on the screen now.
    pub fn screen(&self) -> String {
        self.tmux.run(&["capture-pane", "-p"])
    }

    /// Waits until the screen shows all of these texts.
    pub fn shows(&self, texts: &[&str]) -> String {
        self.until(&format!("{texts:?}"), |screen| {
            texts.iter().all(|text| screen.contains(text))
        })
    }

    /// Waits until something holds for the screen.
    pub fn until(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen();
            if holds(&screen) {
                return screen;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let woken = self.changed.recv_timeout(left);
            assert!(woken.is_ok(), "never on the screen: {what}\n{}", self.screen());
        }
    }

    /// Presses a key, again and again while nothing comes of it, until something holds for the screen.
    pub fn press_until(&self, key: &str, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.keys(&[key]);
            // Longer than the 300 ms in which a plan that was just opened takes no answer.
            while self.changed.recv_timeout(Duration::from_millis(400)).is_ok() {
                let screen = self.screen();
                if holds(&screen) {
                    return screen;
                }
            }
            assert!(
                Instant::now() < deadline,
                "never on the screen: {what}\n{}",
                self.screen()
            );
        }
    }

    /// Moves the cursor to the first line of a list that holds a text, from wherever it is.
    pub fn cursor_to(&self, text: &str) {
        let place = |screen: &str| screen.lines().position(|line| line.starts_with('>'));
        let wanted = |screen: &str| screen.lines().position(|line| line.contains(text));
        let mut screen = self.shows(&[text]);
        loop {
            let key = match (place(&screen), wanted(&screen)) {
                (Some(place), Some(wanted)) if place < wanted => "j",
                (Some(place), Some(wanted)) if place > wanted => "k",
                _ => return,
            };
            let before = place(&screen);
            self.keys(&[key]);
            screen = self.until("the cursor moved", |now| place(now) != before);
        }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.tmux.output(&["kill-server"]);
    }
}

/// The tmux server behind a socket.
struct Tmux(PathBuf);

impl Tmux {
    fn output(&self, arguments: &[&str]) -> Output {
        // A test may run inside an operator's own tmux.
        Command::new("tmux")
            .env_remove("TMUX")
            .arg("-S")
            .arg(&self.0)
            .args(arguments)
            .output()
            .unwrap()
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        assert!(
            output.status.success(),
            "tmux {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}
