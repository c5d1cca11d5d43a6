//! Doing what the console wants done. Nothing here waits: what takes time runs beside the loop and is told later.

use super::clipboard::{self, Route};
use super::format;
use super::terminal::Console;
use crate::model::attach::AttachLine;
use crate::model::command::Command;
use crate::model::console::{Effect, Msg, Severity};
use crate::model::cost::Cost;
use crate::model::event::Event;
use crate::model::failure::Refusal;
use crate::model::logs::{LogEnd, LogNews};
use crate::model::names::{ContainerId, HostName};
use crate::model::plan::Drafted;
use jiff::Timestamp;
use std::io::Write;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

/// Where effects go.
pub(super) struct Effects {
    /// To the engine.
    pub(super) commands: mpsc::Sender<Command>,
    /// Back into the loop.
    pub(super) said: mpsc::Sender<Msg>,
}

/// What the loop must do itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ForLoop {
    /// Nothing.
    Nothing,
    /// Give the terminal back for a while.
    Suspend,
    /// Give it to a program until that ends.
    Attach(AttachLine),
    /// End with this code.
    Quit(u8),
}

impl Effects {
    /// Performs one effect; a message that follows from it at once is put into `follow_up`.
    pub(super) fn perform(&self, effect: Effect, follow_up: &mut Vec<Msg>) -> color_eyre::Result<ForLoop> {
        match effect {
            Effect::Engine(command) => follow_up.extend(self.command(command)),
            Effect::Copy(text) => self.copy(text),
            Effect::Bell => Console::send("\x07")?,
            // The title is made of words and numbers of the console's own.
            Effect::Title(title) => Console::send(&format!("\x1b]2;{title}\x07"))?,
            Effect::Save { path, text } => self.save(path, text),
            Effect::Attach(line) => return Ok(ForLoop::Attach(line)),
            Effect::Suspend => return Ok(ForLoop::Suspend),
            Effect::Quit(code) => return Ok(ForLoop::Quit(code)),
        }
        Ok(ForLoop::Nothing)
    }

    /// The screen never waits for the engine: what it cannot take now is refused, and said.
    fn command(&self, command: Command) -> Vec<Msg> {
        let (command, why) = match self.commands.try_send(command) {
            Ok(()) => return Vec::new(),
            Err(TrySendError::Full(command)) => (command, "the engine is busy"),
            Err(TrySendError::Closed(command)) => (command, "the engine has ended"),
        };
        match command {
            Command::Run { id, .. } | Command::Resume(id, _) | Command::Cancel(id) => {
                vec![Msg::from(Event::Refused {
                    id,
                    refusal: Refusal::of_plan(
                        why,
                        "try again; if it stays so, leave with q and start tagboat again",
                    ),
                })]
            }
            Command::ReadLogs(stream, _) => vec![Msg::from(Event::Logs(
                stream,
                LogNews::Ended(LogEnd::Failed {
                    cause: why.to_owned(),
                    advice: "open it again".to_owned(),
                }),
            ))],
            Command::Steer(_, steer) => vec![Msg::Said(
                Severity::Bad,
                format!("{} was not told: {why}; try again", steer.word()),
            )],
            Command::Weigh(hosts) => hosts
                .into_iter()
                .map(|(host, ids)| Msg::from(untold(host, ids, why)))
                .collect(),
            Command::Examine(_) => vec![Msg::Said(Severity::Warn, format!("not examined: {why}"))],
            Command::Refresh(_) => vec![Msg::Said(Severity::Warn, format!("not refreshed: {why}"))],
            Command::Draft(wish) => vec![Msg::from(Event::Drafted(Box::new(Drafted {
                wish: *wish,
                plan: Err(Refusal::of_plan(
                    format!("the engine was not asked: {why}"),
                    "try again",
                )),
            })))],
            Command::Check(_) => vec![Msg::Said(Severity::Warn, format!("not checked: {why}"))],
            Command::StopLogs(_) | Command::Shutdown => Vec::new(),
        }
    }

    /// Writes a new file; one that is there is somebody's and stays.
    fn save(&self, path: String, text: String) {
        let said = self.said.clone();
        tokio::task::spawn_blocking(move || {
            let written = std::fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(&path);
            let written =
                written.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
            let (severity, words) = match written {
                Ok(()) => (
                    Severity::Info,
                    format!("{} saved in {path}", format::count(text.lines().count(), "line")),
                ),
                Err(error) => (
                    Severity::Bad,
                    format!("{path} cannot be written: {error}; save under another name"),
                ),
            };
            // A console that has ended needs no answer.
            let _ = said.blocking_send(Msg::Said(severity, words));
        });
    }

    fn copy(&self, text: String) {
        let said = self.said.clone();
        tokio::spawn(async move {
            let first = text.lines().next().unwrap_or_default().to_owned();
            let (severity, msg) = match clipboard::copy(&text).await {
                Ok(Route::Tmux) => (Severity::Info, format!("copied to the tmux buffer: {first}")),
                Ok(Route::Terminal(sequence)) => match Console::send(&sequence) {
                    Ok(()) => (
                        Severity::Info,
                        format!("sent to the terminal's clipboard (OSC 52): {first}"),
                    ),
                    Err(problem) => (Severity::Warn, format!("not copied: {problem}")),
                },
                Err(problem) => (Severity::Warn, problem),
            };
            // A console that has ended needs no answer.
            let _ = said.send(Msg::Said(severity, msg)).await;
        });
    }
}

/// What a host would have told that could not be asked.
fn untold(host: HostName, ids: Vec<ContainerId>, why: &str) -> Event {
    let cost = Cost::untold(Timestamp::now(), why);
    Event::Weighed {
        host,
        costs: ids.into_iter().map(|id| (id, cost.clone())).collect(),
    }
}
