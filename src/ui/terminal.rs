//! The terminal while the console has it: entered, drawn on without ever being asked anything, and always given back.

use color_eyre::eyre::WrapErr;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::queue;
use crossterm::style::Print;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use std::io::{Write, stdin, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Whether the terminal is ours now. The panic hook needs to know it without owning the terminal.
static IS_OURS: AtomicBool = AtomicBool::new(false);

/// Keep and restore the window title (xterm; terminals that do not know it ignore it).
const KEEP_TITLE: &str = "\x1b[22;2t";
const RESTORE_TITLE: &str = "\x1b[23;2t";
/// Ends what a killed program may have left: mouse reports, bracketed paste, its own screen, colours, a hidden cursor.
const LEFT_BY_OTHERS: &[u8] =
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1049l\x1b[0m\x1b[?25h";

/// What the terminal was set to when it was lent.
pub(super) struct Lent(Option<Termios>);

/// A frame between these is shown at once, by terminals that know it.
const BEGIN_FRAME: &[u8] = b"\x1b[?2026h";
const END_FRAME: &[u8] = b"\x1b[?2026l";

/// The terminal; dropping it gives it back.
pub(super) struct Console {
    terminal: Terminal<CrosstermBackend<FrameBytes>>,
    bytes: FrameBytes,
}

impl Console {
    /// Takes the terminal.
    pub(super) fn enter() -> color_eyre::Result<Self> {
        take()?;
        let bytes = FrameBytes::default();
        let terminal = Terminal::new(CrosstermBackend::new(bytes.clone()));
        let terminal = terminal
            .inspect_err(|_| give_back())
            .wrap_err("the terminal cannot be used")?;
        Ok(Self { terminal, bytes })
    }

    /// The size of the window.
    pub(super) fn size() -> (u16, u16) {
        size().unwrap_or((80, 24))
    }

    /// Draws one frame and sends it in one write.
    pub(super) fn draw(
        &mut self,
        is_full: bool,
        draw: impl FnOnce(&mut Buffer, Rect),
    ) -> color_eyre::Result<()> {
        // A change of size clears the screen; inside a frame that loses content in some tmux versions.
        self.terminal.autoresize()?;
        if is_full {
            // Forgets what is on the screen without asking the terminal anything, unlike `clear`.
            let area = self.terminal.get_frame().area();
            self.terminal.resize(area)?;
        }
        let before = self.bytes.take();
        self.terminal.draw(|frame| {
            let area = frame.area();
            draw(frame.buffer_mut(), area);
        })?;
        let frame = self.bytes.take();
        let mut out = Vec::with_capacity(before.len() + frame.len() + 16);
        out.extend_from_slice(&before);
        out.extend_from_slice(BEGIN_FRAME);
        out.extend_from_slice(&frame);
        out.extend_from_slice(END_FRAME);
        send(&out)
    }

    /// Sends a sequence that changes no cell: a title, a bell, a text to copy. While the terminal is somebody else's, none is.
    pub(super) fn send(sequence: &str) -> color_eyre::Result<()> {
        if !IS_OURS.load(Ordering::SeqCst) {
            return Ok(());
        }
        send(sequence.as_bytes())
    }

    /// Gives the terminal back for a program; what it is set to then is told, to be restored after it.
    pub(super) fn lend(&mut self) -> Lent {
        give_back();
        Lent(tcgetattr(stdin()).ok())
    }

    /// Takes the terminal again, in whatever state the program left it.
    pub(super) fn take_again(&mut self, lent: &Lent) -> color_eyre::Result<()> {
        if let Some(settings) = &lent.0 {
            tcsetattr(stdin(), OptionalActions::Now, settings)?;
        }
        let mut out = stdout();
        out.write_all(LEFT_BY_OTHERS)?;
        out.flush()?;
        take()
    }

    /// Gives the terminal back, stops this process until somebody continues it, and takes the terminal again.
    pub(super) fn suspend(&mut self) -> color_eyre::Result<()> {
        give_back();
        stop_self()?;
        take()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        give_back();
    }
}

/// The shell's own `kill` stops exactly this process, as `C-z` would have.
fn stop_self() -> color_eyre::Result<()> {
    std::process::Command::new("sh")
        .args(["-c", "kill -STOP $PPID"])
        .stdin(std::process::Stdio::null())
        .status()
        .wrap_err("this process cannot be stopped: there is no sh")?;
    Ok(())
}

fn take() -> color_eyre::Result<()> {
    enable_raw_mode().wrap_err("this is not a terminal; `tagboat status` works without one")?;
    IS_OURS.store(true, Ordering::SeqCst);
    queue!(
        stdout(),
        Print(KEEP_TITLE),
        EnterAlternateScreen,
        EnableBracketedPaste,
        Hide
    )?;
    stdout().flush()?;
    Ok(())
}

/// Gives the terminal back as it was. It can be called at any time and from any thread, and more than once.
pub(super) fn give_back() {
    if !IS_OURS.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = stdout();
    // Whatever fails here, there is nothing left to tell it to.
    let _ = queue!(
        out,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Show,
        Print(RESTORE_TITLE)
    );
    let _ = out.flush();
    let _ = disable_raw_mode();
}

/// A panic on this thread gives the terminal back before its text is printed; one elsewhere is told to `tell`, because
/// its text would run across the screen. The worker it was on ends as a failed job.
pub(super) fn install_panic_hook(tell: impl Fn(String) + Send + Sync + 'static) {
    let own = std::thread::current().id();
    let earlier = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().id() != own && IS_OURS.load(Ordering::SeqCst) {
            tracing::error!("panic: {panic}");
            tell(format!("a part of tagboat failed: {panic}"));
            return;
        }
        give_back();
        earlier(panic);
    }));
}

fn send(bytes: &[u8]) -> color_eyre::Result<()> {
    let mut out = stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(())
}

/// Where the backend writes a frame, so that it can leave in one piece.
#[derive(Debug, Clone, Default)]
struct FrameBytes(Arc<Mutex<Vec<u8>>>);

impl FrameBytes {
    fn take(&self) -> Vec<u8> {
        let mut bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *bytes)
    }
}

impl Write for FrameBytes {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
