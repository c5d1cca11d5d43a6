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

/// How often the bar of a target moves that is not over.
const TICK: Duration = Duration::from_millis(150);

/// Draws bars beside the results; they go away when the job has ended and its results are printed.
pub(in crate::ui::cli) struct BarPrinter {
    /// Where the bars are, after a pause too.
    screen: Box<dyn Fn() -> ProgressDrawTarget>,
    bars: MultiProgress,
    of_target: HashMap<Target, ProgressBar>,
}

impl BarPrinter {
    /// Bars for the targets of a job.
    pub(in crate::ui::cli) fn new(job: &Job) -> Self {
        Self::on(Box::new(ProgressDrawTarget::stderr), job)
    }

    fn on(screen: Box<dyn Fn() -> ProgressDrawTarget>, job: &Job) -> Self {
        let bars = MultiProgress::with_draw_target(screen());
        let width = target_width(job);
        let style = ProgressStyle::with_template("{spinner} {prefix} {bar:24} {wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar_of = |track: &Track| {
            let bar = bars.add(ProgressBar::new(WHOLE).with_style(style.clone()));
            bar.set_prefix(format!("{:width$}", track.target.to_string()));
            show(&bar, track);
            (track.target.clone(), bar)
        };
        let of_target = job.tracks.iter().map(bar_of).collect();
        Self {
            screen,
            bars,
            of_target,
        }
    }
}

/// Shows a target that nothing was told of yet: over, where it has a result.
fn show(bar: &ProgressBar, track: &Track) {
    if let Some(result) = &track.result {
        bar.set_position(WHOLE);
        bar.abandon_with_message(result_words(result));
        return;
    }
    if bar.is_finished() {
        bar.reset();
    }
    bar.set_position(permille(track));
    bar.set_message("waiting");
    bar.enable_steady_tick(TICK);
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
            JobEvent::TargetEnded { target, .. } => {
                if let (Some(bar), Some(track)) = (self.of_target.get(target), job.track(target)) {
                    show(bar, track);
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

    fn taken_up(&mut self, _: &mut Output<'_>, job: &Job) -> io::Result<()> {
        for track in &job.tracks {
            if let Some(bar) = self.of_target.get(&track.target) {
                show(bar, track);
            }
        }
        Ok(())
    }

    fn pause(&mut self) {
        // Each tick is drawn by a thread of its own, which is over when this returns: none can come between.
        self.of_target.values().for_each(ProgressBar::disable_steady_tick);
        // Bars that cannot be cleared could not be drawn.
        let _ = self.bars.clear();
        self.bars.set_draw_target(ProgressDrawTarget::hidden());
    }

    fn go_on(&mut self) {
        self.bars.set_draw_target((self.screen)());
        let moving = self.of_target.values().filter(|bar| !bar.is_finished());
        moving.for_each(|bar| bar.enable_steady_tick(TICK));
    }

    fn end(&mut self, output: &mut Output<'_>, job: &Job, _: Exit) -> io::Result<()> {
        self.of_target.values().for_each(ProgressBar::finish_and_clear);
        // Bars that cannot be cleared could not be drawn; the results go elsewhere.
        let _ = self.bars.clear();
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

#[cfg(test)]
mod tests {
    use super::BarPrinter;
    use crate::model::job::{Job, JobEvent, Step, StepKind, StepState, Target, TrackResult, Verdict};
    use crate::model::names::{HostName, ImageRef, JobId, Operator};
    use crate::model::plan::{ActivateIntent, Plan, plan_activate};
    use crate::ui::cli::fixture::{fleet, now};
    use crate::ui::cli::follow::JobPrinter;
    use crate::ui::cli::output::Output;
    use indicatif::{ProgressDrawTarget, TermLike};
    use std::io;
    use std::sync::{Arc, Mutex};

    /// A terminal that keeps what is drawn on it.
    #[derive(Debug, Clone, Default)]
    struct Drawn(Arc<Mutex<String>>);

    impl Drawn {
        fn take(&self) -> String {
            std::mem::take(&mut *self.0.lock().unwrap())
        }
    }

    impl TermLike for Drawn {
        fn width(&self) -> u16 {
            100
        }

        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }

        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().push_str(text);
            Ok(())
        }

        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }

        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn target(name: &str) -> Target {
        Target::host(HostName::parse(name).unwrap())
    }

    /// An activation on two hosts.
    fn job() -> Job {
        let hosts = ["eu-01", "eu-02"].map(|name| target(name).host);
        let intent = ActivateIntent {
            reference: ImageRef::parse("convocate:v1.0.0").unwrap(),
            hosts: hosts.into(),
        };
        let plan = Plan::Activate(plan_activate(&intent, &fleet()).unwrap());
        let operator = Operator::parse("me@desk").unwrap();
        Job::new(JobId::new(now(), 1), plan, operator, now())
    }

    fn end(job: &mut Job, name: &str, result: TrackResult) {
        job.apply(JobEvent::TargetEnded {
            target: target(name),
            result,
            at: now(),
        });
    }

    fn printer(job: &Job, drawn: &Drawn) -> BarPrinter {
        let drawn = drawn.clone();
        let screen = move || ProgressDrawTarget::term_like(Box::new(drawn.clone()));
        BarPrinter::on(Box::new(screen), job)
    }

    fn shown(printer: &BarPrinter, name: &str) -> (bool, String) {
        let bar = &printer.of_target[&target(name)];
        (bar.is_finished(), bar.message())
    }

    #[test]
    fn targets_of_an_earlier_job_that_have_a_result_are_over_and_those_that_are_taken_up_again_are_not() {
        let mut job = job();
        end(&mut job, "eu-01", TrackResult::Done(None));
        end(
            &mut job,
            "eu-02",
            TrackResult::Cancelled("before check".to_owned()),
        );
        job.apply(JobEvent::Ended {
            verdict: Verdict::Partly,
            at: now(),
        });
        let mut bars = printer(&job, &Drawn::default());
        assert_eq!(shown(&bars, "eu-01"), (true, "done".to_owned()));
        assert_eq!(
            shown(&bars, "eu-02"),
            (true, "cancelled: before check".to_owned())
        );
        job.apply(JobEvent::Started {
            plan: Box::new(job.plan.clone()),
            operator: job.operator.clone(),
            patience: crate::model::job::Patience::NONE,
            at: now(),
        });
        let (mut results, mut asides) = (Vec::new(), Vec::new());
        let mut output = Output::new(&mut results, &mut asides);
        bars.taken_up(&mut output, &job).unwrap();
        assert_eq!(shown(&bars, "eu-01"), (true, "done".to_owned()));
        assert_eq!(shown(&bars, "eu-02"), (false, "waiting".to_owned()));
    }

    #[test]
    fn nothing_is_drawn_from_a_pause_until_it_goes_on() {
        let drawn = Drawn::default();
        let mut job = job();
        let mut bars = printer(&job, &drawn);
        let (mut results, mut asides) = (Vec::new(), Vec::new());
        let mut output = Output::new(&mut results, &mut asides);
        let step = |state| JobEvent::Step {
            target: target("eu-01"),
            step: Step::of(StepKind::Check),
            state,
            at: now(),
        };
        let mut happen = |bars: &mut BarPrinter, event: JobEvent| {
            job.apply(event.clone());
            bars.event(&mut output, &job, &event).unwrap();
        };
        happen(&mut bars, step(StepState::Running));
        assert!(drawn.take().contains("eu-01"));
        bars.pause();
        drawn.take();
        happen(&mut bars, step(StepState::Done(None)));
        assert_eq!(drawn.take(), "");
        bars.go_on();
        happen(&mut bars, step(StepState::Running));
        assert!(drawn.take().contains("eu-01"));
    }
}
