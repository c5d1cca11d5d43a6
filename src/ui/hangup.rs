//! Notices that the terminal is gone, whatever the reading of its keys makes of that.

use crate::model::console::Signal;
use rustix::event::{PollFd, PollFlags, poll};
use std::fs::File;
use std::io::{IsTerminal, stdin};
use std::os::fd::OwnedFd;
use tokio::sync::mpsc;

/// Tells of the end of the terminal, once.
///
/// A signal tells it too, but only to the terminal's foreground, and not to a program that was started to ignore it.
pub(super) fn watch(told: mpsc::Sender<Signal>) -> std::io::Result<()> {
    let terminal = terminal()?;
    // A poll without a time limit keeps a thread, not the loop; it ends with the process.
    std::thread::Builder::new()
        .name("hangup".to_owned())
        .spawn(move || {
            if wait(&terminal).is_ok() {
                // Nobody listens any more to a console that is leaving already.
                let _ = told.blocking_send(Signal::HangUp);
            }
        })?;
    Ok(())
}

/// The terminal of the keys, found as crossterm finds it.
fn terminal() -> std::io::Result<OwnedFd> {
    if stdin().is_terminal() {
        Ok(rustix::io::dup(stdin())?)
    } else {
        Ok(File::open("/dev/tty")?.into())
    }
}

fn wait(terminal: &OwnedFd) -> rustix::io::Result<()> {
    loop {
        // It asks for nothing: what is always told are the end and errors.
        let mut watched = [PollFd::new(terminal, PollFlags::empty())];
        match poll(&mut watched, None) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}
