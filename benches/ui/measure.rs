//! The measurements, the same for tagboat and for every other program.

use crate::process::Counters;
use crate::pty::{Launch, Running};
use crate::sample::Sample;
use color_eyre::eyre::{OptionExt, bail};
use std::time::{Duration, Instant};
use vt100::Screen;

/// How long any single answer may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Starts of each program.
    pub(crate) starts: usize,
    /// Keys.
    pub(crate) keys: usize,
    /// How long a program is left alone.
    pub(crate) idle: Duration,
    /// Frames of each kind.
    pub(crate) frames: usize,
}

/// The times of several starts.
#[derive(Debug, Default)]
pub(crate) struct Starts {
    /// Until the first byte.
    pub(crate) first_byte: Sample,
    /// Until the first complete frame.
    pub(crate) first_frame: Sample,
}

impl Starts {
    /// Starts a program once more and notes its times; `is_complete` tells when its first frame is there.
    pub(crate) fn once(
        &mut self,
        launch: &Launch,
        is_complete: impl Fn(&Running) -> bool,
    ) -> color_eyre::Result<Running> {
        let mut program = Running::start(launch)?;
        let complete = program.until("the first complete frame", PATIENCE, is_complete)?;
        let first = program.first_byte().ok_or_eyre("it wrote nothing")?;
        self.first_byte.note_time(first - program.started());
        self.first_frame.note_time(complete - program.started());
        Ok(program)
    }
}

/// The times from a key to what it does.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    /// Until any byte came back.
    pub(crate) first_byte: Sample,
    /// Until the screen shows its effect.
    pub(crate) effect: Sample,
    /// Keys without an answer.
    pub(crate) lost: usize,
}

/// How long a key may stay without an answer.
const LOST: Duration = Duration::from_secs(2);

/// Presses two keys in turn, about 40 a second and each after the answer to the one before. `place` is what a key
/// changes on the screen.
pub(crate) fn keys(
    program: &mut Running,
    pair: [&[u8]; 2],
    count: usize,
    place: impl Fn(&Screen) -> u64,
) -> color_eyre::Result<Keys> {
    let mut keys = Keys::default();
    for (index, key) in pair.into_iter().cycle().take(count).enumerate() {
        // Not the same gap each time, so that it never falls into step with a clock of the program.
        let gap = 20 + (index * 7) % 17;
        program.watch_until(Instant::now() + Duration::from_millis(gap as u64))?;
        let before = place(program.screen());
        let pressed = program.press(key)?;
        let mut first = None;
        loop {
            let Some(came) = program.next(pressed + LOST)? else {
                keys.lost += 1;
                break;
            };
            first.get_or_insert(came);
            if place(program.screen()) != before {
                keys.effect.note_time(came - pressed);
                break;
            }
        }
        if let Some(first) = first {
            keys.first_byte.note_time(first - pressed);
        }
    }
    if keys.effect.is_empty() {
        bail!("no key changed anything");
    }
    Ok(keys)
}

/// What a program costs while nobody touches it.
#[derive(Debug)]
pub(crate) struct Idle {
    /// Per cent of one processor.
    pub(crate) cpu: f64,
    /// Switches per second that it asked for: each is a wakeup.
    pub(crate) wakeups: f64,
    /// All switches per second.
    pub(crate) switches: f64,
    /// Bytes to the terminal per minute.
    pub(crate) bytes: f64,
    /// Memory in bytes.
    pub(crate) resident: f64,
    /// The most memory that it ever had.
    pub(crate) peak: f64,
}

/// Leaves a program alone and tells what it did.
#[expect(clippy::cast_precision_loss, reason = "counts of a minute are small")]
pub(crate) fn idle(program: &mut Running, time: Duration) -> color_eyre::Result<Idle> {
    let before = Counters::of(program.pid())?;
    let (began, written) = (Instant::now(), program.total());
    program.watch_until(began + time)?;
    let seconds = began.elapsed().as_secs_f64();
    let after = Counters::of(program.pid())?;
    let (asked, forced) = after.switches_since(&before);
    Ok(Idle {
        cpu: 100.0 * after.cpu.saturating_sub(before.cpu).as_secs_f64() / seconds,
        wakeups: asked as f64 / seconds,
        switches: (asked + forced) as f64 / seconds,
        bytes: 60.0 * (program.total() - written) as f64 / seconds,
        resident: after.resident as f64,
        peak: after.peak as f64,
    })
}

/// A number that changes whenever anything on the screen does.
pub(crate) fn everything(screen: &Screen) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    screen.contents_formatted().hash(&mut hasher);
    hasher.finish()
}
