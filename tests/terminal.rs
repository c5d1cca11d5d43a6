//! The terminal is given back on every way out, seen from outside by tmux and stty.

mod tmux_console;

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
