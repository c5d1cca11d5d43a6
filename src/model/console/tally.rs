//! How far a job is, from its targets: the numbers of the jobs strip, the window title and the jobs screen.

use crate::model::job::{Job, Progress, Track, TrackResult};

/// The sums over the targets of a job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Targets in all.
    pub targets: usize,
    /// Those that are as planned.
    pub done: usize,
    /// Those that failed.
    pub failed: usize,
    /// Thousandths of the whole.
    pub permille: u16,
    /// Bytes per second over all targets.
    pub rate: u64,
    /// Seconds until the slowest transfer ends, where it is known.
    pub seconds_left: Option<u64>,
}

/// Sums up a job.
pub fn tally(job: &Job) -> Tally {
    let mut tally = Tally {
        targets: job.tracks.len(),
        ..Tally::default()
    };
    let mut permille = 0_usize;
    for track in &job.tracks {
        match track.result {
            Some(TrackResult::Done(_)) => tally.done += 1,
            Some(TrackResult::Failed(_)) => tally.failed += 1,
            _ => {}
        }
        permille += usize::from(permille_of(track));
        if let Some(progress) = &track.progress {
            tally.rate = tally.rate.saturating_add(progress.rate);
            tally.seconds_left = tally.seconds_left.max(progress.seconds_left());
        }
    }
    tally.permille = u16::try_from(permille / job.tracks.len().max(1)).unwrap_or(1000);
    tally
}

/// Thousandths of one target: each step counts the same, the running one by its bytes.
pub fn permille_of(track: &Track) -> u16 {
    if track.is_done() {
        return 1000;
    }
    let (over, all) = track.steps_over();
    let running = track.progress.as_ref().and_then(Progress::permille);
    let part = usize::from(running.unwrap_or_default());
    let permille = (over * 1000 + part) / all.max(1);
    u16::try_from(permille.min(1000)).unwrap_or(1000)
}
