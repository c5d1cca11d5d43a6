//! A program in a pseudo terminal: every piece of output with the time of its arrival, and the screen that it makes.

use color_eyre::eyre::{OptionExt, bail, eyre};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::ffi::OsString;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use vt100::Screen;

/// The window of every measured program.
pub(crate) const COLUMNS: u16 = 200;
/// Its height.
pub(crate) const ROWS: u16 = 60;

/// What is started, and with which environment on top of the one of this process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Launch {
    /// The program and its arguments.
    pub(crate) words: Vec<OsString>,
    /// Variables that are set.
    pub(crate) set: Vec<(&'static str, OsString)>,
    /// Variables that are taken away.
    pub(crate) unset: Vec<&'static str>,
}

struct Piece {
    at: Instant,
    bytes: Vec<u8>,
}

/// A running program. Dropping it kills it.
pub(crate) struct Running {
    child: Box<dyn Child + Send + Sync>,
    pid: u32,
    started: Instant,
    first_byte: Option<Instant>,
    pieces: Receiver<Piece>,
    keyboard: Box<dyn Write + Send>,
    parser: vt100::Parser,
    total: usize,
    since_mark: Vec<u8>,
    _window: Box<dyn MasterPty + Send>,
}

impl Running {
    /// Starts a program.
    pub(crate) fn start(launch: &Launch) -> color_eyre::Result<Self> {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            ..PtySize::default()
        };
        let pair = native_pty_system().openpty(size).map_err(told)?;
        let mut command = CommandBuilder::from_argv(launch.words.clone());
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        for name in ["LC_ALL", "NO_COLOR", "TMUX"].iter().chain(&launch.unset) {
            command.env_remove(name);
        }
        for (name, value) in &launch.set {
            command.env(name, value);
        }
        let parser = NonZeroU16::new(ROWS)
            .zip(NonZeroU16::new(COLUMNS))
            .map(|(rows, columns)| vt100::Parser::new(rows, columns, 0))
            .ok_or_eyre("the window has no size")?;
        let mut output = pair.master.try_clone_reader().map_err(told)?;
        let keyboard = pair.master.take_writer().map_err(told)?;
        let (arrived, pieces) = channel();
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).map_err(told)?;
        // The other end belongs to the program alone, so that its end is seen here.
        drop(pair.slave);
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(length @ 1..) = output.read(&mut buffer) {
                let at = Instant::now();
                let bytes = buffer[..length].to_vec();
                if arrived.send(Piece { at, bytes }).is_err() {
                    return;
                }
            }
        });
        Ok(Self {
            pid: child.process_id().ok_or_eyre("the program has no process id")?,
            child,
            started,
            first_byte: None,
            pieces,
            keyboard,
            parser,
            total: 0,
            since_mark: Vec::new(),
            _window: pair.master,
        })
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// When it was started.
    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    /// When its first byte came.
    pub(crate) fn first_byte(&self) -> Option<Instant> {
        self.first_byte
    }

    /// All bytes that it has written.
    pub(crate) fn total(&self) -> usize {
        self.total
    }

    /// What is on the screen.
    pub(crate) fn screen(&self) -> &Screen {
        self.parser.screen()
    }

    /// What it wrote since [`Self::mark`].
    pub(crate) fn since_mark(&self) -> &[u8] {
        &self.since_mark
    }

    /// Forgets what was written so far.
    pub(crate) fn mark(&mut self) {
        self.since_mark.clear();
    }

    /// Presses keys; tells when.
    pub(crate) fn press(&mut self, keys: &[u8]) -> color_eyre::Result<Instant> {
        let at = Instant::now();
        self.keyboard.write_all(keys)?;
        self.keyboard.flush()?;
        Ok(at)
    }

    /// Takes one piece of output onto the screen and tells when it came; none when none comes before `deadline`.
    pub(crate) fn next(&mut self, deadline: Instant) -> color_eyre::Result<Option<Instant>> {
        let left = deadline.saturating_duration_since(Instant::now());
        match self.pieces.recv_timeout(left) {
            Ok(piece) => {
                self.first_byte.get_or_insert(piece.at);
                self.total += piece.bytes.len();
                self.parser.process(&piece.bytes);
                self.since_mark.extend_from_slice(&piece.bytes);
                Ok(Some(piece.at))
            }
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => {
                bail!("the program has ended; its last words: {}", self.words())
            }
        }
    }

    /// Takes all output until `deadline`.
    pub(crate) fn watch_until(&mut self, deadline: Instant) -> color_eyre::Result<()> {
        while self.next(deadline)?.is_some() {}
        Ok(())
    }

    /// Waits until something holds; tells when the output came that made it so.
    pub(crate) fn until(
        &mut self,
        what: &str,
        patience: Duration,
        holds: impl Fn(&Self) -> bool,
    ) -> color_eyre::Result<Instant> {
        let deadline = Instant::now() + patience;
        let mut at = Instant::now();
        while !holds(self) {
            match self.next(deadline)? {
                Some(came) => at = came,
                None => bail!(
                    "not seen within {} s: {what}; {}",
                    patience.as_secs(),
                    self.words()
                ),
            }
        }
        Ok(at)
    }

    /// Whether the screen shows a text.
    pub(crate) fn shows(&self, text: &str) -> bool {
        self.screen().rows(0, COLUMNS).any(|row| row.contains(text))
    }

    /// Presses what ends the program and waits for its end.
    pub(crate) fn quit(mut self, keys: &[u8]) -> color_eyre::Result<()> {
        self.press(keys)?;
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            match self.next(deadline) {
                Ok(Some(_)) => {}
                Ok(None) => bail!("it did not end when it was asked to; {}", self.words()),
                Err(_) => break,
            }
        }
        self.child.wait()?;
        Ok(())
    }

    /// The text of the screen in one line.
    fn words(&self) -> String {
        let text = self.screen().contents();
        let words: Vec<&str> = text.split_whitespace().take(60).collect();
        words.join(" ")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The errors of the terminal library as ours.
fn told(error: impl std::fmt::Display) -> color_eyre::Report {
    eyre!("{error:#}")
}
