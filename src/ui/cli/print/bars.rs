//! A job as bars on a terminal: one per target, with the step that runs and how far it is.

use super::words::{end_words, progress_words, result_words, said_words, step_words, target_width};
use crate::model::clean::clean;
use crate::model::job::{Job, JobEvent, StepState, Target, Track};
use crate::model::rollout::Steer;
use crate::ui::cli::exit_code::Exit;
use crate::ui::cli::follow::JobPrinter;
use crate::ui::cli::output::Output;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::HashMap;
use std::io;
use std::time::Duration;

/// Thousandths of a target that a bar counts.
const WHOLE: u64 = 1000;

/// Draws bars beside the results; they go away when the job has ended and its results are printed.
pub(in crate::ui::cli) struct BarPrinter {
    bars: MultiProgress,
    of_target: HashMap<Target, ProgressBar>,
}

impl BarPrinter {
    /// Bars for the targets of a job.
    pub(in crate::ui::cli) fn new(job: &Job) -> Self {
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let width = target_width(job);
        let style = ProgressStyle::with_template("{spinner} {prefix} {bar:24} {wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar_of = |track: &Track| {
            let bar = bars.add(ProgressBar::new(WHOLE).with_style(style.clone()));
            bar.set_prefix(format!("{:width$}", track.target.to_string()));
            bar.set_message("waiting");
            bar.enable_steady_tick(Duration::from_millis(150));
            (track.target.clone(), bar)
        };
        let of_target = job.tracks.iter().map(bar_of).collect();
        Self { bars, of_target }
    }
}

impl JobPrinter for BarPrinter {
    fn event(&mut self, output: &mut Output<'_>, job: &Job, event: &JobEvent) -> io::Result<()> {
        match event {
            JobEvent::Step {
                target, step, state, ..
            } => {
                let words = match state {
                    StepState::Running => step.to_string(),
                    state => step_words(step, state),
                };
                self.draw(job, target, clean(&words));
            }
            JobEvent::Progress { target, progress } => {
                if let Some(record) = job.track(target).and_then(Track::running) {
                    self.draw(job, target, progress_words(&record.step, progress));
                }
            }
            JobEvent::TargetEnded { target, result, .. } => {
                if let Some(bar) = self.of_target.get(target) {
                    bar.set_position(WHOLE);
                    bar.abandon_with_message(result_words(result));
                }
            }
            JobEvent::Log { target, line } => {
                return self.note(output, &format!("{target}: {}", clean(line)));
            }
            JobEvent::Steered { .. } | JobEvent::Cancelling { .. } => {
                if let JobEvent::Steered {
                    steer: Steer::Skip(target),
                    ..
                } = event
                {
                    self.draw(job, target, "left out".to_owned());
                }
                let words = said_words(event).unwrap_or_default();
                return self.note(output, &words);
            }
            JobEvent::Started { .. } | JobEvent::Transferred { .. } | JobEvent::Ended { .. } => {}
        }
        Ok(())
    }

    fn note(&mut self, output: &mut Output<'_>, text: &str) -> io::Result<()> {
        self.bars.suspend(|| output.aside(text))
    }

    fn end(&mut self, output: &mut Output<'_>, job: &Job, _: Exit) -> io::Result<()> {
        self.of_target.values().for_each(ProgressBar::finish_and_clear);
        self.bars.clear()?;
        end_words(job).iter().try_for_each(|line| output.line(line))
    }
}

impl BarPrinter {
    fn draw(&self, job: &Job, target: &Target, words: String) {
        if let (Some(bar), Some(track)) = (self.of_target.get(target), job.track(target)) {
            bar.set_position(permille(track));
            bar.set_message(words);
        }
    }
}

/// How far a target is: the steps that are over, and the part of the running one.
fn permille(track: &Track) -> u64 {
    let (over, all) = track.steps_over();
    let part = track
        .progress
        .and_then(|progress| progress.permille())
        .unwrap_or(0);
    let (over, all) = (over as u64, all.max(1) as u64);
    (over * WHOLE + u64::from(part)) / all
}
