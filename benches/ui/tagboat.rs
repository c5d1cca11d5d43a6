//! The console under measurement: how it is started, what its first frame is, where its cursor is.

use crate::hanging::Hanging;
use crate::measure::{Effort, Idle, Keys, PATIENCE, Starts, idle, keys};
use crate::pty::{COLUMNS, Launch, ROWS, Running};
use crate::sample::Sample;
use color_eyre::eyre::{OptionExt, ensure};
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use vt100::Screen;

/// The release build of the console.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_tagboat");

/// How many hosts hang.
pub(crate) const HANGING: u32 = 100;

const BEGIN_FRAME: &[u8] = b"\x1b[?2026h";
const PAGE_DOWN: &[u8] = b"\x1b[6~";
const END_FRAME: &[u8] = b"\x1b[?2026l";

/// A console with directories of its own, so that nothing is left of an earlier one.
pub(crate) fn launch(folder: &Path, config: &Path) -> Launch {
    let of = |name: &str| folder.join(name).into_os_string();
    Launch {
        words: vec![PROGRAM.into()],
        set: vec![
            ("TAGBOAT_CONFIG", config.into()),
            ("TAGBOAT_STATE_DIR", of("state")),
            ("TAGBOAT_CACHE_DIR", of("cache")),
            ("TAGBOAT_RUNTIME_DIR", of("run")),
        ],
        unset: vec!["TAGBOAT_LOG"],
    }
}

/// A folder with a short path: it holds sockets.
pub(crate) fn folder() -> std::io::Result<TempDir> {
    tempfile::Builder::new().prefix("tb").tempdir()
}

/// The row of the list that the cursor is on: the only one below the tabs that is reversed.
pub(crate) fn cursor(screen: &Screen) -> u64 {
    let is_reversed = |y: u16, x: u16| screen.cell(y, x).is_some_and(vt100::Cell::inverse);
    let row = (2..ROWS).find(|y| is_reversed(*y, 0) && is_reversed(*y, COLUMNS / 5));
    row.map_or(u64::MAX, u64::from)
}

/// Whether the header with all hosts, the tabs, and the end of the frame that they are in have come.
fn has_first_frame(program: &Running, hosts: u32) -> bool {
    let ended = program
        .since_mark()
        .windows(END_FRAME.len())
        .any(|bytes| bytes == END_FRAME);
    ended && program.shows(&format!("of {hosts} hosts")) && program.shows("1 Sessions")
}

/// What was measured with hosts that all hang.
pub(crate) struct OnHanging {
    /// Cold starts.
    pub(crate) starts: Starts,
    /// Keys on the hosts screen.
    pub(crate) keys: Keys,
    /// While nobody touches it.
    pub(crate) idle: Idle,
    /// Bytes of frames.
    pub(crate) frames: Frames,
    /// The most connections that hung at once.
    pub(crate) at_once: usize,
}

/// Measures everything with hosts that all hang.
pub(crate) fn on_hanging(effort: Effort) -> color_eyre::Result<OnHanging> {
    let hanging = Hanging::listen()?;
    let home = folder()?;
    let config = home.path().join("config.toml");
    std::fs::write(&config, hanging.config(HANGING))?;
    let fresh = |folder: &Path| {
        let mut launch = launch(folder, &config);
        // Neither the operator's ssh config nor a Docker engine has a part in it.
        launch.set.push(("HOME", folder.into()));
        launch.unset.push("DOCKER_HOST");
        launch
    };
    let mut starts = Starts::default();
    for _ in 0..effort.starts {
        let folder = folder()?;
        let launch = fresh(folder.path());
        let program = starts.once(&launch, |program| has_first_frame(program, HANGING))?;
        program.quit(b"q")?;
        ensure!(
            hanging.is_left(PATIENCE),
            "ssh goes on after the console has ended"
        );
    }
    let launch = fresh(home.path());
    let earlier = hanging.ever();
    let mut program = Running::start(&launch)?;
    program.until("the first frame", PATIENCE, |program| {
        has_first_frame(program, HANGING)
    })?;
    ensure!(hanging.has_met(earlier + 1, PATIENCE), "no host was connected to");
    program.press(b"2")?;
    program.until("the hosts", PATIENCE, |program| {
        program.shows("> hang-") || program.shows("hang-0")
    })?;
    let keys = keys(&mut program, [b"j", b"k"], effort.keys, cursor)?;
    let frames = Frames::of(&mut program, effort.frames)?;
    let idle = idle(&mut program, effort.idle)?;
    program.quit(b"q")?;
    Ok(OnHanging {
        starts,
        keys,
        idle,
        frames,
        at_once: hanging.most(),
    })
}

/// The bytes of the frame that a key brings about.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    /// One row down.
    pub(crate) cursor: Sample,
    /// One page down.
    pub(crate) page: Sample,
    /// Everything anew.
    pub(crate) repaint: Sample,
}

impl Frames {
    /// Measures them on a list that is longer than the window.
    fn of(program: &mut Running, count: usize) -> color_eyre::Result<Self> {
        let mut frames = Self::default();
        // The text of a row that the cursor is never on, in the middle of the list.
        let middle = |program: &Running| program.screen().rows(0, COLUMNS).nth(usize::from(ROWS / 2));
        for _ in 0..count {
            let was = cursor(program.screen());
            let bytes = frame_of(program, b"j", |program| cursor(program.screen()) != was)?;
            frames.cursor.note_count(bytes);
            frame_of(program, b"k", |program| cursor(program.screen()) == was)?;
        }
        for _ in 0..count {
            let was = middle(program);
            let first = cursor(program.screen());
            // The first page only takes the cursor to the foot of the window.
            frame_of(program, PAGE_DOWN, |program| cursor(program.screen()) != first)?;
            let bytes = frame_of(program, PAGE_DOWN, |program| middle(program) != was)?;
            frames.page.note_count(bytes);
            frame_of(program, b"gg", |program| {
                middle(program) == was && cursor(program.screen()) == first
            })?;
        }
        for _ in 0..count {
            // A full repaint begins by clearing the screen; the frame after that is the one that counts.
            let bytes = frame_of(program, b"\x12", |program| has_cleared(program.since_mark()))?;
            frames.repaint.note_count(bytes);
        }
        Ok(frames)
    }
}

fn has_cleared(bytes: &[u8]) -> bool {
    let cleared = bytes.windows(4).position(|bytes| bytes == b"\x1b[2J");
    cleared.is_some_and(|at| {
        bytes[at..]
            .windows(END_FRAME.len())
            .any(|bytes| bytes == END_FRAME)
    })
}

/// Presses a key when the screen has been still for a moment; tells the bytes of the frame that made `holds` true.
fn frame_of(
    program: &mut Running,
    key: &[u8],
    holds: impl Fn(&Running) -> bool,
) -> color_eyre::Result<usize> {
    let still = Duration::from_millis(120);
    let give_up = Instant::now() + PATIENCE;
    while program.next(Instant::now() + still)?.is_some() && Instant::now() < give_up {}
    program.mark();
    program.press(key)?;
    program.until("the frame of a key", PATIENCE, |program| {
        holds(program) && program.since_mark().ends_with(END_FRAME)
    })?;
    let written = program.since_mark();
    let began = written
        .windows(BEGIN_FRAME.len())
        .rposition(|bytes| bytes == BEGIN_FRAME)
        .ok_or_eyre("no frame")?;
    Ok(written.len() - began)
}
