//! The output of a session and a shell in it, from the console in a real tmux: the terminal goes there and comes back.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod real_fleet;
mod tmux_console;

use real_fleet::Lab;
use tmux_console::Console;

fn sessions(screen: &str) -> usize {
    screen
        .lines()
        .filter(|line| line.contains("convocate-session-") && line.contains("running"))
        .count()
}

#[test]
fn the_output_of_a_session_is_followed_searched_saved_and_left() {
    let _lab = Lab::reset();
    let console = Console::start();
    console.until("nine sessions", |screen| sessions(screen) == 9);
    // The cursor stays on the row of the host that was there first, whichever that was.
    console.cursor_to("lab-1  convocate-session-");
    console.keys(&["L"]);
    console.shows(&["output of lab-1/convocate-session-", "following", "heartbeat"]);
    console.keys(&["/"]);
    console.shows(&["search /"]);
    console.text("heartbeat 1 ");
    console.keys(&["Enter"]);
    console.keys(&["p"]);
    console.until("paused or following, and still there", |screen| {
        screen.contains("output of lab-1/")
    });
    console.keys(&["s"]);
    console.shows(&["save as convocate-session-"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.log");
    console.keys(&["C-u"]);
    console.text(file.to_str().unwrap());
    console.keys(&["Enter"]);
    console.shows(&["saved in"]);
    assert!(std::fs::read_to_string(&file).unwrap().contains("heartbeat 1 "));
    console.keys(&["Escape"]);
    console.until("the list is back", |screen| {
        sessions(screen) == 9 && !screen.contains("output of")
    });
}

#[test]
fn a_shell_in_a_session_takes_the_terminal_and_gives_it_back_to_the_same_place() {
    let lab = Lab::reset();
    let console = Console::start();
    console.until("nine sessions", |screen| sessions(screen) == 9);
    console.cursor_to("lab-2  convocate-session-");
    let place = |screen: &str| {
        screen
            .lines()
            .find(|line| line.starts_with('>'))
            .map(str::to_owned)
    };
    let before = place(&console.screen());
    console.keys(&["e"]);
    console.shows(&["its own terminal", "a shell"]);
    console.keys(&["j", "Enter"]);
    console.until("a prompt of the session", |screen| {
        screen.contains("/home/claude") || screen.contains('#')
    });
    console.text("echo in-$((40+2))");
    console.keys(&["Enter"]);
    console.shows(&["in-42"]);
    // Ctrl-C is for what runs there.
    console.text("cat");
    console.keys(&["Enter"]);
    console.text("said");
    console.keys(&["Enter"]);
    console.until("it came back", |screen| {
        screen.lines().filter(|line| line.trim() == "said").count() == 2
    });
    console.keys(&["C-c"]);
    // A terminal forgets what was typed before the signal came: the shell must have its turn again.
    console.until("the shell asks again", |screen| {
        screen
            .rsplit_once("^C")
            .is_some_and(|(_, after)| after.contains("claude #"))
    });
    console.text("echo still-$((1+1))");
    console.keys(&["Enter"]);
    console.shows(&["still-2"]);
    console.text("exit");
    console.keys(&["Enter"]);
    console.until("the console is back", |screen| {
        sessions(screen) == 9 && screen.contains("back from")
    });
    assert_eq!(
        place(&console.screen()).map(|line| line[..40].to_owned()),
        before.map(|line| line[..40].to_owned())
    );
    assert_eq!(
        lab.on("lab-1", "docker ps -q --filter name=convocate-session | wc -l"),
        "3"
    );

    // What cannot be attached is told, and the console comes back too.
    console.keys(&["e"]);
    console.shows(&["its own terminal"]);
    console.keys(&["Enter"]);
    console.shows(&["Enter goes back to the console"]);
    console.keys(&["Enter"]);
    console.until("the console is back", |screen| sessions(screen) == 9);
    console.keys(&["q"]);
    console.shows(&["exit code 0"]);
    assert!(console.terminal_is_given_back());
}
