//! While a program has the operator's terminal: the console waits for its end, and still hears the engine.
//!
//! What the engine says is taken in all the while: its channel is bounded, and a job must not wait for an operator who works in
//! a session. Nothing is drawn and no key is read; the terminal comes back however the program ends.

use super::run::{Happened, Shell, Sources};
use super::terminal::Console;
use crate::model::attach::AttachLine;
use crate::model::console::{Dirty, Msg, Severity, Signal, Size};
use crossterm::event::EventStream;
use jiff::Timestamp;
use rustix::process::{Pid, Signal as Sent, kill_process};
use std::process::ExitStatus;
use tokio::process::Command;

/// Runs the program, and holds what it said where it could not do its work: the console's screen would cover it. Ctrl-C is for
/// the program; it must not end this shell between the two.
const WRAPPER: &str = r#"trap : INT QUIT
"$@"
code=$?
case $code in 125 | 126 | 127 | 255)
    printf '\ntagboat: it ended with exit code %s. Enter goes back to the console. ' "$code"
    read -r _ ;;
esac
exit $code"#;

/// Gives the terminal to a program until it ends; the exit code of the console, where that ends meanwhile.
pub(super) async fn attach(
    shell: &mut Shell,
    sources: &mut Sources,
    line: &AttachLine,
) -> color_eyre::Result<Option<u8>> {
    // A stream of keys reads the terminal from a thread of its own until it is dropped.
    sources.keys = None;
    let lent = shell.console.lend();
    let mut command = Command::new("sh");
    command
        .args(["-c", WRAPPER, "tagboat", &line.program])
        .args(&line.arguments);
    let ended = match command.spawn() {
        Ok(mut child) => {
            let process = child.id();
            tokio::select! {
                status = child.wait() => Ok(Ended::Program(status)),
                code = meanwhile(shell, sources, process) => code.map(Ended::Console),
            }
        }
        Err(error) => Ok(Ended::Program(Err(error))),
    };
    sources.keys = Some(EventStream::new());
    shell.console.take_again(&lent)?;
    shell.state.touch(Dirty::Full);
    // The title that was set last may have been the program's.
    shell.state.frame.title.clear();
    let status = match ended? {
        Ended::Console(code) => return Ok(Some(code)),
        Ended::Program(status) => status,
    };
    let (width, height) = Console::size();
    let (severity, text) = say(line, status);
    // The time first: what is said is shown for seconds from the time that was told last.
    let now = Msg::Time(Timestamp::now());
    for msg in [
        now,
        Msg::Resize(Size { width, height }),
        Msg::Said(severity, text),
    ] {
        if let Some(code) = shell.reduce(msg)? {
            return Ok(Some(code));
        }
    }
    Ok(None)
}

/// What ended first.
enum Ended {
    Program(std::io::Result<ExitStatus>),
    Console(u8),
}

/// Takes in what happens, until the console is to end.
async fn meanwhile(shell: &mut Shell, sources: &mut Sources, process: Option<u32>) -> color_eyre::Result<u8> {
    loop {
        let mut batch = sources.next(shell).await;
        batch.retain(|happened| match happened {
            // Ctrl-C is the program's.
            Happened::Msg(Msg::Signal(Signal::Interrupt)) => false,
            // Ctrl-Z before the program takes the keys would leave both stopped and nobody to continue them.
            Happened::Msg(Msg::Signal(Signal::Stop)) => {
                go_on(process);
                false
            }
            _ => true,
        });
        if let Some(code) = shell.take(batch)? {
            return Ok(code);
        }
        // Frames wait until the terminal is back; a state that is dirty must not wake the loop again and again.
        shell.state.frame.dirty = Dirty::Clean;
    }
}

fn go_on(process: Option<u32>) {
    let process = process
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw);
    if let Some(process) = process
        && let Err(error) = kill_process(process, Sent::CONT)
    {
        tracing::debug!(%error, "a stopped program could not be continued");
    }
}

fn say(line: &AttachLine, status: std::io::Result<ExitStatus>) -> (Severity, String) {
    let place = format!("{}/{}", line.host, line.session);
    match status.map(|status| status.code()) {
        Ok(Some(0)) => (Severity::Info, format!("back from {place}")),
        Ok(Some(code @ (125..=127 | 255))) => (
            Severity::Warn,
            format!("{place} could not be attached, or the connection was lost (exit code {code})"),
        ),
        Ok(Some(code)) => (Severity::Info, format!("back from {place} (exit code {code})")),
        Ok(None) => (
            Severity::Warn,
            format!("back from {place}: the program was killed"),
        ),
        Err(error) => (Severity::Bad, format!("{place} cannot be attached: {error}")),
    }
}
