//! A job as plain lines, for a pipe or a log.

use super::words::{end_words, progress_words, said_words, step_words, target_width};
use crate::model::clean::clean;
use crate::model::job::{Job, JobEvent, StepState, Target};
use crate::ui::cli::exit_code::Exit;
use crate::ui::cli::follow::JobPrinter;
use crate::ui::cli::output::Output;
use std::collections::HashMap;
use std::io;

/// Prints each step when it is over, and every tenth of the bytes of a long one.
#[derive(Default)]
pub(in crate::ui::cli) struct LinePrinter {
    tenths: HashMap<Target, u16>,
}

impl LinePrinter {
    /// Whether this progress is a tenth further than the last one that was told.
    fn is_news(&mut self, target: &Target, permille: Option<u16>) -> bool {
        let tenth = permille.unwrap_or(0) / 100;
        let told = self.tenths.entry(target.clone()).or_default();
        let is_news = tenth > *told && tenth < 10;
        *told = tenth;
        is_news
    }
}

impl JobPrinter for LinePrinter {
    fn event(&mut self, output: &mut Output<'_>, job: &Job, event: &JobEvent) -> io::Result<()> {
        if let Some(words) = said_words(event) {
            return output.line(words);
        }
        let width = target_width(job);
        let (target, words) = match event {
            JobEvent::Step {
                target, step, state, ..
            } if state.is_over() => (target, step_words(step, state)),
            JobEvent::Step {
                target,
                state: StepState::Running,
                ..
            } => {
                self.tenths.remove(target);
                return Ok(());
            }
            JobEvent::Progress { target, progress } => {
                let step = job.track(target).and_then(|track| track.running());
                match step.filter(|_| self.is_news(target, progress.permille())) {
                    Some(record) => (target, progress_words(&record.step, progress)),
                    None => return Ok(()),
                }
            }
            JobEvent::Log { target, line } => (target, clean(line)),
            _ => return Ok(()),
        };
        output.line(format!("{:width$}  {words}", target.to_string()))
    }

    fn note(&mut self, output: &mut Output<'_>, text: &str) -> io::Result<()> {
        output.aside(text)
    }

    fn end(&mut self, output: &mut Output<'_>, job: &Job, _: Exit) -> io::Result<()> {
        end_words(job).iter().try_for_each(|line| output.line(line))
    }
}
