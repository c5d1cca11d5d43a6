//! Runs a job and follows it to its end, or to where the operator leaves it.

use super::confirm::Question;
use super::exit_code::Exit;
use super::output::Output;
use super::print::bars::BarPrinter;
use super::print::json::JsonPrinter;
use super::print::lines::LinePrinter;
use super::print::rows::RowPrinter;
use super::program::{Interrupt, Program};
use super::stop::Stop;
use super::survey::close;
use crate::model::clean::clean;
use crate::model::command::Command;
use crate::model::event::Event;
use crate::model::job::{Job, JobEvent, JobState};
use crate::model::rollout::{Account, Stage, Steer};
use crate::ops::engine::EngineHandle;
use std::io;

/// How a job is told.
pub(super) trait JobPrinter {
    /// Something happened; the job has it already.
    fn event(&mut self, output: &mut Output<'_>, job: &Job, event: &JobEvent) -> io::Result<()>;

    /// Something that belongs to no step.
    fn note(&mut self, output: &mut Output<'_>, text: &str) -> io::Result<()>;

    /// An earlier job goes on: this is where it stands now.
    fn taken_up(&mut self, _output: &mut Output<'_>, _job: &Job) -> io::Result<()> {
        Ok(())
    }

    /// Something is asked on the terminal: nothing is drawn there until it goes on.
    fn pause(&mut self) {}

    /// The question is answered.
    fn go_on(&mut self) {}

    /// The job ended.
    fn end(&mut self, output: &mut Output<'_>, job: &Job, exit: Exit) -> io::Result<()>;
}

/// How a job is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Telling {
    /// As fits the output: bars on a terminal, else lines.
    Fitting,
    /// The rows of a rollout and its account.
    Rows,
    /// JSON, one event per line.
    Json,
}

impl Telling {
    /// JSON where that is wanted.
    pub(super) fn or_json(self, json: bool) -> Self {
        if json { Self::Json } else { self }
    }
}

/// Gives the engine a command that begins a job, and tells the job until it ends.
pub(super) async fn follow(
    program: &mut Program<'_>,
    mut engine: EngineHandle,
    command: Command,
    job: Job,
    telling: Telling,
) -> Result<Exit, Stop> {
    let printer: Box<dyn JobPrinter> = match (telling, program.terminal.has_bars) {
        (Telling::Json, _) => Box::new(JsonPrinter),
        (Telling::Rows, _) => Box::new(RowPrinter::default()),
        (Telling::Fitting, true) => Box::new(BarPrinter::new(&job)),
        (Telling::Fitting, false) => Box::new(LinePrinter::default()),
    };
    let mut following = Following {
        job,
        printer,
        approval: Approval::NotAsked,
        is_ending: false,
        is_untold: false,
    };
    // From here on something runs, and an output that cannot be written is no reason to leave it.
    program.output.forgive();
    let outcome = match engine.commands.send(command).await {
        Ok(()) => following.listen(program, &mut engine).await,
        Err(_) => Err(Stop::failed(
            "the engine ended before the job began",
            "look at the log in the state directory",
        )),
    };
    close(engine).await;
    outcome
}

/// How far the question about the canaries is.
enum Approval {
    NotAsked,
    /// It stands on the terminal, and everything else goes on: others may answer it too.
    Asked(Question),
    /// There is no terminal to ask on: another process will say it.
    Awaited,
    Answered,
}

impl Approval {
    /// The answer, when it comes.
    async fn is_yes(&mut self) -> bool {
        match self {
            Self::Asked(question) => question.is_yes().await,
            Self::NotAsked | Self::Awaited | Self::Answered => std::future::pending().await,
        }
    }
}

struct Following {
    job: Job,
    printer: Box<dyn JobPrinter>,
    approval: Approval,
    /// Whether the operator has ended it here.
    is_ending: bool,
    /// Whether some of it could not be told.
    is_untold: bool,
}

impl Following {
    async fn listen(&mut self, program: &mut Program<'_>, engine: &mut EngineHandle) -> Result<Exit, Stop> {
        loop {
            tokio::select! {
                event = engine.events.recv() => {
                    let Some(event) = event else { return Err(self.left("the engine ended early")) };
                    if let Some(exit) = self.hear(&mut program.output, event)? {
                        return Ok(exit);
                    }
                    self.see_to_approval(program)?;
                }
                is_yes = self.approval.is_yes() => self.take_answer(is_yes, &mut program.output, engine).await,
                Some(interrupt) = program.interrupts.recv() => {
                    if interrupt == Interrupt::Leave || self.is_ending {
                        return Err(self.left("left"));
                    }
                    self.cancel(&mut program.output, engine).await;
                }
            }
        }
    }

    /// Takes one event; gives the exit when it is the end of the job.
    fn hear(&mut self, output: &mut Output<'_>, event: Event) -> Result<Option<Exit>, Stop> {
        let mut exit = None;
        let told = match event {
            Event::Job { id, event } if id == self.job.id => {
                self.job.apply(event.clone());
                let told = self.printer.event(output, &self.job, &event);
                match event {
                    JobEvent::Ended { verdict, .. } => {
                        let end = Exit::of_job(&self.job, verdict);
                        exit = Some(end);
                        told.and_then(|()| self.printer.end(output, &self.job, end))
                    }
                    _ => told,
                }
            }
            // An earlier job was taken up: what ended otherwise than planned is open again.
            Event::Known(job) if job.id == self.job.id && job.is_live() => {
                self.job = *job;
                self.printer.taken_up(output, &self.job)
            }
            Event::Refused { id, refusal } if id == self.job.id => return Err(refusal.into()),
            Event::Notice(text) => self.printer.note(output, &format!("note: {}", clean(&text))),
            Event::Fleet(_)
            | Event::Known(_)
            | Event::Job { .. }
            | Event::Refused { .. }
            | Event::Weighed { .. }
            | Event::Drafted(_)
            | Event::Logs(..) => Ok(()),
        };
        if self.is_ending && exit.is_none() {
            self.job.state = JobState::Cancelling;
        }
        self.see_that_it_is_told(output, told);
        Ok(exit)
    }

    /// Says beside the output that it cannot be written any more, when that is found and when the job has ended.
    fn see_that_it_is_told(&mut self, output: &mut Output<'_>, told: io::Result<()>) {
        let lost = told.err().or_else(|| output.lost());
        let (id, short) = (&self.job.id, self.job.id.short());
        let text = match (lost, self.job.state) {
            (_, JobState::Ended(verdict)) if self.is_untold => {
                format!(
                    "job {id} ended, {}: see `tagboat job show {short}`",
                    verdict.word()
                )
            }
            (Some(error), JobState::Ended(verdict)) => format!(
                "note: the output cannot be written: {error}. Job {id} ended, {}: see `tagboat job show {short}`",
                verdict.word()
            ),
            (Some(error), _) if !self.is_untold => format!(
                "note: the output cannot be written: {error}. Job {id} goes on and is followed to its end: see `tagboat job show {short}`"
            ),
            _ => return,
        };
        self.is_untold = true;
        // Where nothing can be written at all, the exit code is what is left to say.
        let _ = self.printer.note(output, &text);
    }

    /// Asks about the canaries of a rollout once they are good, where the operator wanted to be asked; takes the question back when
    /// it was answered elsewhere. Without a terminal it says how it is answered there.
    fn see_to_approval(&mut self, program: &mut Program<'_>) -> Result<(), Stop> {
        let waits = Account::of(&self.job).is_some_and(|account| account.stage == Stage::Approval);
        match self.approval {
            Approval::NotAsked if waits && !program.terminal.can_ask => {
                self.approval = Approval::Awaited;
                let id = self.job.id.short();
                let text = format!(
                    "the canaries are good; waiting for `tagboat job approve {id}`, or `tagboat job cancel {id}`"
                );
                let told = self.printer.note(&mut program.output, &text);
                self.see_that_it_is_told(&mut program.output, told);
            }
            Approval::NotAsked if waits => {
                let asked = self.ask(program);
                asked.map_err(|_| self.left("it waits for an approval, which cannot be asked for here"))?;
            }
            Approval::Asked(_) if !waits => {
                self.end_question();
                let told = self
                    .printer
                    .note(&mut program.output, "\nnote: it was answered elsewhere");
                self.see_that_it_is_told(&mut program.output, told);
            }
            _ => {}
        }
        Ok(())
    }

    /// Asks about the canaries; nothing else is drawn until that is over.
    fn ask(&mut self, program: &mut Program<'_>) -> io::Result<()> {
        self.printer.pause();
        let question = Question::ask(program, "The canaries are good. Go on with the others? [y/N] ")?;
        self.approval = Approval::Asked(question);
        Ok(())
    }

    /// No answer is a no: the job ends in good order, and can be resumed.
    async fn take_answer(&mut self, is_yes: bool, output: &mut Output<'_>, engine: &EngineHandle) {
        self.end_question();
        if is_yes {
            let approve = Command::Steer(self.job.id.clone(), Steer::Approve);
            // An engine that is gone says so by the end of its events.
            let _ = engine.commands.send(approve).await;
        } else {
            self.cancel(output, engine).await;
        }
    }

    fn end_question(&mut self) {
        if let Approval::Asked(_) = self.approval {
            self.printer.go_on();
        }
        self.approval = Approval::Answered;
    }

    async fn cancel(&mut self, output: &mut Output<'_>, engine: &EngineHandle) {
        self.end_question();
        self.is_ending = true;
        self.job.state = JobState::Cancelling;
        let running: Vec<String> = self
            .job
            .tracks
            .iter()
            .filter_map(|track| Some(format!("{} ({})", track.running()?.step, track.target)))
            .collect();
        let what = match running.as_slice() {
            [] => "no step runs".to_owned(),
            steps => format!("ending {}", steps.join(", ")),
        };
        let told = self.printer.note(
            output,
            &format!("cancelling: {what}; Ctrl-C again leaves it as it is"),
        );
        // An engine that is gone says so by the end of its events.
        let _ = engine.commands.send(Command::Cancel(self.job.id.clone())).await;
        self.see_that_it_is_told(output, told);
    }

    /// The end of the command line while the job has none.
    fn left(&self, cause: &str) -> Stop {
        let (over, all) = self.job.tracks.iter().fold((0, 0), |(over, all), track| {
            let (track_over, track_all) = track.steps_over();
            (over + track_over, all + track_all)
        });
        let mut stop = Stop::interrupted(
            format!(
                "Job {} is at {over} of {all} steps; what a host does by itself goes on.",
                self.job.id
            ),
            format!("tagboat job resume {}", self.job.id.short()),
        );
        cause.clone_into(&mut stop.cause);
        stop
    }
}

#[cfg(test)]
mod tests {
    use super::{Approval, Exit, Following, JobPrinter};
    use crate::model::job::{Job, JobEvent};
    use crate::ops::ports::SystemClock;
    use crate::ui::cli::fixture::job;
    use crate::ui::cli::output::Output;
    use crate::ui::cli::program::{Program, Terminal};
    use std::io;
    use std::sync::{Arc, Mutex};
    use tokio::sync::mpsc;

    type Seen = Arc<Mutex<Vec<&'static str>>>;

    /// Bars that are drawn until they are paused.
    struct Bars(Seen);

    impl JobPrinter for Bars {
        fn event(&mut self, _: &mut Output<'_>, _: &Job, _: &JobEvent) -> io::Result<()> {
            Ok(())
        }

        fn note(&mut self, _: &mut Output<'_>, _: &str) -> io::Result<()> {
            Ok(())
        }

        fn pause(&mut self) {
            self.0.lock().unwrap().push("the bars are gone");
        }

        fn go_on(&mut self) {
            self.0.lock().unwrap().push("the bars are back");
        }

        fn end(&mut self, _: &mut Output<'_>, _: &Job, _: Exit) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn no_bar_is_drawn_while_something_is_asked() {
        let seen = Seen::default();
        let asked = seen.clone();
        let (mut results, mut asides) = (Vec::new(), Vec::new());
        let mut program = Program {
            config_file: None,
            environment: &|_| None,
            output: Output::new(&mut results, &mut asides),
            terminal: Terminal::default(),
            start_engine: &|_| Err(io::ErrorKind::Unsupported.into()),
            read_answer: Arc::new(move || {
                asked.lock().unwrap().push("the answer");
                Ok("y\n".to_owned())
            }),
            interrupts: mpsc::channel(1).1,
            clock: &SystemClock,
        };
        let mut following = Following {
            job: job("20261121-013000-a1b2"),
            printer: Box::new(Bars(seen.clone())),
            approval: Approval::NotAsked,
            is_ending: false,
            is_untold: false,
        };
        following.ask(&mut program).unwrap();
        assert!(following.approval.is_yes().await);
        following.end_question();
        assert_eq!(
            *seen.lock().unwrap(),
            ["the bars are gone", "the answer", "the bars are back"]
        );
    }
}
