//! The terminal is given back on every way out, seen from outside by tmux and stty; and nothing but tagboat ever asks on it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod tmux_console;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::io::Read;
use tmux_console::Console;

fn opened() -> Console {
    let console = Console::start();
    // The first frame needs no host: there may be none that answers.
    console.shows(&["1 Sessions", "2 Hosts", "q quit"]);
    console
}

#[test]
fn quitting_gives_the_terminal_back() {
    for key in ["q", "C-c"] {
        let console = opened();
        console.keys(&[key]);
        console.shows(&["exit code 0"]);
        assert!(console.terminal_is_given_back(), "{key}");
    }
}

#[test]
fn a_signal_that_ends_it_gives_the_terminal_back_and_is_told_by_the_exit_code() {
    for (signal, code) in [("TERM", "exit code 143"), ("HUP", "exit code 129")] {
        let console = opened();
        console.signal(signal);
        console.shows(&[code]);
        assert!(console.terminal_is_given_back(), "{signal}");
    }
}

#[test]
fn an_interrupt_from_outside_without_a_running_job_ends_it_too() {
    let console = opened();
    console.signal("INT");
    console.shows(&["exit code 0"]);
    assert!(console.terminal_is_given_back());
}

#[test]
fn it_works_at_80x24_and_below_and_comes_back_when_there_is_room_again() {
    let console = opened();
    for (width, height, shown) in [
        (80, 24, "q quit"),
        (60, 20, "Sessions"),
        (30, 8, "40x10"),
        (120, 32, "q quit"),
    ] {
        console.resize(width, height);
        console.shows(&[shown]);
    }
    console.keys(&["q"]);
    console.shows(&["exit code 0"]);
    assert!(console.terminal_is_given_back());
}

#[test]
fn a_terminal_that_goes_away_in_the_middle_of_typing_takes_the_console_with_it() {
    for opened_by in ["", "?", "/", ":", "", "", "", ""] {
        let console = opened();
        console.text(opened_by);
        console.typed_into_until_it_ended_with_its_terminal();
    }
}

#[test]
fn what_a_proxy_command_of_the_operator_asks_does_not_reach_the_terminal_and_is_told_as_the_reason() {
    let home = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let proxy = file(
        "proxy",
        "(echo 'Password on the terminal:' >/dev/tty) 2>/dev/null\n\"$SSH_ASKPASS\" \"ops@door's password: \"\necho went on >&2\n",
    );
    let ssh = file("ssh_config", &format!("Host asks\n  ProxyCommand sh {proxy}\n"));
    let config = file(
        "config.toml",
        &format!("[ssh]\nconfig_file = \"{ssh}\"\n\n[[hosts]]\nname = \"asks\"\n"),
    );
    // Wide enough for the reason to stand in one line.
    let size = PtySize {
        cols: 200,
        ..PtySize::default()
    };
    let pty = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_tagboat"));
    command.args(["--config", &config, "status"]);
    for folder in ["TAGBOAT_STATE_DIR", "TAGBOAT_CACHE_DIR", "TAGBOAT_RUNTIME_DIR"] {
        command.env(folder, home.path().join(folder));
    }
    let mut child = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);
    let mut screen = pty.master.try_clone_reader().unwrap();
    let (mut shown, mut piece) = (String::new(), [0; 4096]);
    // The end of the program is the end of its terminal.
    while let Ok(read @ 1..) = screen.read(&mut piece) {
        shown.push_str(&String::from_utf8_lossy(&piece[..read]));
    }
    child.wait().unwrap();
    assert!(
        shown.contains("needs auth: ssh asks what nobody can answer here: ops@door's password:"),
        "{shown}"
    );
    assert!(
        !shown.contains("on the terminal") && !shown.contains("went on"),
        "{shown}"
    );
}
