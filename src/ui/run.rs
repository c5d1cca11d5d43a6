//! The loop of the console: it sleeps until something happens, takes all that happened, and draws once if it must.

use super::attached;
use super::effects::{Effects, ForLoop};
use super::glyphs::Glyphs;
use super::input::Input;
use super::keymap::Keymap;
use super::signals;
use super::terminal::{self, Console};
use super::theme::Theme;
use super::view::{self, Look};
use crate::model::attach::AttachLine;
use crate::model::command::Command;
use crate::model::console::{Desk, Dirty, Msg, Severity, Size, State, update};
use crate::model::event::Event;
use crate::model::fleet::Fleet;
use crossterm::event::EventStream;
use futures_util::StreamExt;
use futures_util::future::poll_immediate;
use jiff::Timestamp;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// What the console is started with.
#[derive(Debug)]
pub struct ConsoleOptions {
    /// The configured hosts, before anything is known of them.
    pub fleet: Fleet,
    /// Who uses it, and with what defaults.
    pub desk: Desk,
    /// Makes the job ids of this console differ from those of another one.
    pub salt: u16,
    /// The signs before state words.
    pub glyphs: Glyphs,
    /// The styles.
    pub theme: Theme,
    /// The keys.
    pub keymap: Keymap,
}

impl ConsoleOptions {
    /// With the default keys, and signs and colours as the environment asks for them.
    pub fn new(fleet: Fleet, desk: Desk, salt: u16) -> color_eyre::Result<Self> {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let locale = variable("LC_ALL")
            .or_else(|| variable("LC_CTYPE"))
            .or_else(|| variable("LANG"))
            .unwrap_or_default();
        Ok(Self {
            fleet,
            desk,
            salt,
            glyphs: Glyphs::for_locale(&locale),
            theme: match variable("NO_COLOR") {
                Some(_) => Theme::MONO,
                None => Theme::COLOUR,
            },
            keymap: Keymap::with([])?,
        })
    }
}

/// The least time between two frames, between one and the answer to a key, and between two that only show progress.
const FRAME: Duration = Duration::from_millis(33);
const ANSWER_FRAME: Duration = Duration::from_millis(8);
const PROGRESS_FRAME: Duration = Duration::from_millis(100);
/// How much is taken at once before the screen and the keys get their turn.
const BATCH: usize = 512;

/// Runs the console until the operator leaves; answers with the exit code.
///
/// It must be awaited on the thread that it is called on (`block_on`): a panic there gives the terminal back.
pub async fn run(
    options: ConsoleOptions,
    commands: mpsc::Sender<Command>,
    events: mpsc::Receiver<Event>,
) -> color_eyre::Result<u8> {
    let (said, heard) = mpsc::channel(64);
    let panics = said.clone();
    terminal::install_panic_hook(move |text| {
        // Full means that the operator has enough to read already.
        let _ = panics.try_send(Msg::Said(Severity::Bad, text));
    });
    let signals = signals::listen()?;
    let console = Console::enter()?;
    let (width, height) = Console::size();
    let state = State::new(
        options.fleet,
        options.desk,
        Timestamp::now(),
        options.salt,
        Size { width, height },
    );
    let mut shell = Shell {
        state,
        console,
        input: Input::new(options.keymap),
        look: (options.theme, options.glyphs),
        effects: Effects { commands, said },
        to_attach: None,
        drawn_at: None,
        has_key: false,
    };
    // The first frame shows the hosts before any of them was asked anything.
    shell.draw()?;
    let mut sources = Sources {
        keys: Some(EventStream::new()),
        signals,
        heard,
        events: Some(events),
    };
    loop {
        let batch = sources.next(&shell).await;
        if let Some(code) = shell.take(batch)? {
            return Ok(code);
        }
        if let Some(line) = shell.to_attach.take()
            && let Some(code) = attached::attach(&mut shell, &mut sources, &line).await?
        {
            return Ok(code);
        }
        if shell.draw_at().is_some_and(|at| at <= Instant::now()) {
            shell.draw()?;
        }
    }
}

/// Everything that can wake the loop.
pub(super) struct Sources {
    /// None while the terminal is lent: its keys are for another program.
    pub(super) keys: Option<EventStream>,
    signals: mpsc::Receiver<crate::model::console::Signal>,
    heard: mpsc::Receiver<Msg>,
    events: Option<mpsc::Receiver<Event>>,
}

/// Something that happened, in the order in which it is taken.
pub(super) enum Happened {
    Terminal(crossterm::event::Event),
    TerminalGone,
    Msg(Msg),
    EngineEnded,
}

impl Sources {
    /// Waits until something happens or is due, then takes what else is there. Keys come first.
    pub(super) async fn next(&mut self, shell: &Shell) -> VecDeque<Happened> {
        let mut batch = VecDeque::new();
        let wakeup = shell.wakeup();
        tokio::select! {
            biased;
            key = next_key(self.keys.as_mut()) => batch.push_back(terminal_event(key)),
            Some(signal) = self.signals.recv() => batch.push_back(Happened::Msg(Msg::Signal(signal))),
            Some(msg) = self.heard.recv() => batch.push_back(Happened::Msg(msg)),
            event = next_event(self.events.as_mut()) => batch.push_back(self.engine_event(event)),
            () = tokio::time::sleep_until(wakeup) => {}
        }
        // Polled with the waker of this task: crossterm keeps the first waker that it is given until a key comes, so one
        // that wakes nobody (`now_or_never`) would lose the next key until something else happens.
        while batch.len() < BATCH
            && let Some(keys) = &mut self.keys
            && let Some(key) = poll_immediate(keys.next()).await
        {
            batch.push_back(terminal_event(key));
        }
        while batch.len() < BATCH
            && let Some(Ok(event)) = self.events.as_mut().map(mpsc::Receiver::try_recv)
        {
            batch.push_back(Happened::Msg(event.into()));
        }
        batch
    }

    fn engine_event(&mut self, event: Option<Event>) -> Happened {
        match event {
            Some(event) => Happened::Msg(event.into()),
            None => {
                self.events = None;
                Happened::EngineEnded
            }
        }
    }
}

fn terminal_event(event: Option<std::io::Result<crossterm::event::Event>>) -> Happened {
    match event {
        Some(Ok(event)) => Happened::Terminal(event),
        Some(Err(_)) | None => Happened::TerminalGone,
    }
}

async fn next_key(keys: Option<&mut EventStream>) -> Option<std::io::Result<crossterm::event::Event>> {
    match keys {
        Some(keys) => keys.next().await,
        None => std::future::pending().await,
    }
}

async fn next_event(events: Option<&mut mpsc::Receiver<Event>>) -> Option<Event> {
    match events {
        Some(events) => events.recv().await,
        None => std::future::pending().await,
    }
}

/// The state with everything that it is shown on and acts through.
pub(super) struct Shell {
    pub(super) state: State,
    pub(super) console: Console,
    input: Input,
    look: (Theme, Glyphs),
    effects: Effects,
    /// The program that gets the terminal next.
    to_attach: Option<AttachLine>,
    drawn_at: Option<Instant>,
    /// Whether a key came after the last frame: what it did is shown sooner than what hosts did.
    has_key: bool,
}

impl Shell {
    /// Takes what happened; answers with the exit code when it is over.
    pub(super) fn take(&mut self, batch: VecDeque<Happened>) -> color_eyre::Result<Option<u8>> {
        if let Some(code) = self.reduce(Msg::Time(Timestamp::now()))? {
            return Ok(Some(code));
        }
        for happened in batch {
            let msg = match happened {
                Happened::Terminal(event) => {
                    self.has_key |= event.is_key();
                    self.input.read(event, &self.state)
                }
                Happened::TerminalGone => Some(Msg::Signal(crate::model::console::Signal::HangUp)),
                Happened::Msg(msg) => Some(msg),
                Happened::EngineEnded => Some(Msg::Said(
                    Severity::Bad,
                    "the engine has ended; what is shown will not change any more".to_owned(),
                )),
            };
            if let Some(msg) = msg
                && let Some(code) = self.reduce(msg)?
            {
                return Ok(Some(code));
            }
        }
        Ok(None)
    }

    pub(super) fn reduce(&mut self, msg: Msg) -> color_eyre::Result<Option<u8>> {
        let mut msgs = vec![msg];
        while let Some(msg) = msgs.pop() {
            for effect in update(&mut self.state, msg) {
                match self.effects.perform(effect, &mut msgs)? {
                    ForLoop::Nothing => {}
                    ForLoop::Suspend => {
                        self.console.suspend()?;
                        self.state.touch(Dirty::Full);
                        let (width, height) = Console::size();
                        msgs.push(Msg::Resize(Size { width, height }));
                    }
                    ForLoop::Attach(line) => self.to_attach = Some(line),
                    ForLoop::Quit(code) => return Ok(Some(code)),
                }
            }
        }
        Ok(None)
    }

    /// When the next frame may be drawn; none while nothing changed.
    fn draw_at(&self) -> Option<Instant> {
        let gap = gap(self.state.frame.dirty, self.has_key)?;
        Some(self.drawn_at.map_or_else(Instant::now, |at| at + gap))
    }

    /// When the loop must go on even if nothing happens.
    fn wakeup(&self) -> Instant {
        let due = self.state.next_wakeup().duration_since(Timestamp::now());
        let due = Duration::try_from(due).unwrap_or(Duration::ZERO);
        let told = Instant::now() + due;
        self.draw_at().map_or(told, |at| at.min(told))
    }

    fn draw(&mut self) -> color_eyre::Result<()> {
        self.state.settle();
        let is_full = self.state.frame.dirty == Dirty::Full;
        let look = Look {
            theme: self.look.0,
            glyphs: self.look.1,
            keymap: self.input.keymap(),
        };
        let state = &self.state;
        let mut shown = state.shown;
        self.console.draw(is_full, |buffer, area| {
            shown = view::draw(buffer, area, state, &look);
        })?;
        self.state.shown = shown;
        self.state.frame.dirty = Dirty::Clean;
        self.drawn_at = Some(Instant::now());
        self.has_key = false;
        Ok(())
    }
}

/// How long after a frame the next one may be drawn; none while nothing changed.
fn gap(dirty: Dirty, has_key: bool) -> Option<Duration> {
    match dirty {
        Dirty::Clean => None,
        Dirty::Progress | Dirty::Normal | Dirty::Full if has_key => Some(ANSWER_FRAME),
        Dirty::Progress => Some(PROGRESS_FRAME),
        Dirty::Normal | Dirty::Full => Some(FRAME),
    }
}

#[cfg(test)]
mod tests {
    use super::{ANSWER_FRAME, Dirty, FRAME, PROGRESS_FRAME, gap};

    #[test]
    fn a_key_is_answered_sooner_than_a_host_and_nothing_is_drawn_for_nothing() {
        assert_eq!(gap(Dirty::Normal, true), Some(ANSWER_FRAME));
        assert_eq!(gap(Dirty::Progress, true), Some(ANSWER_FRAME));
        assert_eq!(gap(Dirty::Normal, false), Some(FRAME));
        assert_eq!(gap(Dirty::Progress, false), Some(PROGRESS_FRAME));
        assert_eq!(gap(Dirty::Clean, true), None);
    }
}
