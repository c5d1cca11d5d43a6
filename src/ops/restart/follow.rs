//! Follows the host, which goes on alone: its status becomes steps and log lines here, and its end the result.

use super::compose::OF_PROJECT;
use super::status::{self, End, Life, Line, Why};
use super::{Restart, Restarted};
use crate::model::failure::Failure;
use crate::model::job::{Step, StepKind, StepState, TrackResult};
use crate::model::plan::Replacement;
use crate::ops::ports::{ScriptOutput, ShellError};
use std::time::Duration;

/// How long the host waits for news before it answers that there are none.
const NEWS: Duration = Duration::from_secs(5);

/// How long one answer may take: the wait for news, and a slow link.
const ANSWER: Duration = Duration::from_secs(20);

/// The pauses between tries to hear of the host again: a link may flap.
const AGAIN: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// How often the host is asked to take up a restart whose script has died.
const RECOVERIES: u32 = 3;

/// Lines of a container's last words that a failure quotes.
const QUOTED: usize = 3;

/// What the session is like when the hold has failed.
const NOT_TOUCHED: &str = "The session was not touched: it is as it was found.";

/// What is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// A restart that this console has handed over, or has heard of.
    Fresh,
    /// One that was handed over at some time, or was about to be.
    Resume,
}

/// Where following came to.
enum Followed {
    /// The host has no journal of it.
    NoJournal,
    /// The host does nothing more.
    Over(Heard),
}

/// What was heard of a restart so far.
#[derive(Debug, Default)]
pub struct Heard {
    lines: usize,
    running: Option<StepKind>,
    failure: Option<Failure>,
    last_words: Vec<String>,
    kept: Option<String>,
    end: Option<End>,
}

impl Restart<'_> {
    /// Follows what was just handed over to its end, whatever it is.
    pub(super) async fn follow(&self) -> Result<Restarted, Restarted> {
        Ok(Restarted::Over(
            match self.follow_on(Start::Fresh, Heard::default()).await? {
                Followed::NoJournal => self.journal_gone(),
                Followed::Over(heard) => self.result(heard),
            },
        ))
    }

    /// Follows what an earlier run has recorded to its end; none where the host has no journal of it.
    pub(super) async fn follow_recorded(&self) -> Result<Option<Restarted>, Restarted> {
        match self.follow_on(Start::Resume, Heard::default()).await? {
            Followed::NoJournal => Ok(None),
            Followed::Over(heard) => {
                let was_interrupted = matches!(heard.end, Some(End::Undone(Why::Interrupted, _)));
                let result = self.result(heard);
                Ok(Some(if was_interrupted {
                    Restarted::PutBack(result)
                } else {
                    Restarted::Over(result)
                }))
            }
        }
    }

    /// Follows what was interrupted to its end; what had not got to a journal begins now.
    pub(super) async fn follow_interrupted(&self, heard: Heard) -> Result<Restarted, Restarted> {
        // What this console has heard of goes on as it was; only a new look takes up what is stuck, or was never recorded.
        let start = if heard.lines == 0 {
            Start::Resume
        } else {
            Start::Fresh
        };
        match self.follow_on(start, heard).await? {
            Followed::NoJournal if start == Start::Fresh => Ok(Restarted::Over(self.journal_gone())),
            Followed::NoJournal => self.run().await,
            Followed::Over(heard) => {
                let was_interrupted = matches!(heard.end, Some(End::Undone(Why::Interrupted, _)));
                let result = self.result(heard);
                Ok(if was_interrupted {
                    Restarted::PutBack(result)
                } else {
                    Restarted::Over(result)
                })
            }
        }
    }

    async fn follow_on(&self, start: Start, mut heard: Heard) -> Result<Followed, Restarted> {
        let mut recoveries = 0;
        let mut asked_back = false;
        loop {
            // Only the asking may be dropped by a cancellation: what was answered is recorded whole.
            let output = tokio::select! {
                biased;
                () = self.reporter.cancel().cancelled(), if !asked_back => {
                    asked_back = true;
                    self.reporter.log("cancelled: what was is put back unless the new container is committed").await;
                    let answer = match self.ask("abort", &[], ANSWER).await {
                        Ok(answer) => answer,
                        Err(error) => return Err(self.unheard(&error, heard)),
                    };
                    if let Err(why) = answer.success() {
                        self.reporter
                            .log(format!("the host cannot be asked for the way back: {why}"))
                            .await;
                    }
                    continue;
                }
                output = self.listen(&heard) => match output {
                    Ok(output) => output,
                    Err(error) => return Err(self.unheard(&error, heard)),
                },
            };
            match self.hear(output, &mut heard).await? {
                Life::Running => {}
                Life::NoJournal => return Ok(Followed::NoJournal),
                // A restart that got stuck is tried again only when somebody asks for it.
                Life::Dead
                    if recoveries < RECOVERIES
                        && (heard.end.is_none() || (start == Start::Resume && recoveries == 0)) =>
                {
                    recoveries += 1;
                    heard.end = None;
                    self.reporter
                        .log("nobody works on it on the host: it is recovered there")
                        .await;
                    let answer = match self.ask("launch", &["recover".to_owned()], ANSWER * 2).await {
                        Ok(answer) => answer,
                        Err(error) => return Err(self.unheard(&error, heard)),
                    };
                    if let Err(why) = answer.success() {
                        heard.end = Some(End::Stuck(why, None));
                        return Ok(Followed::Over(heard));
                    }
                }
                Life::Dead | Life::Ended => return Ok(Followed::Over(heard)),
            }
        }
    }

    /// The next lines of the status.
    async fn listen(&self, heard: &Heard) -> Result<ScriptOutput, ShellError> {
        let arguments = [heard.lines.to_string(), NEWS.as_secs().to_string()];
        self.ask("follow", &arguments, ANSWER).await
    }

    /// Records the lines that came.
    async fn hear(&self, output: ScriptOutput, heard: &mut Heard) -> Result<Life, TrackResult> {
        let answer = status::read(&output.stdout);
        heard.lines += answer.count;
        for line in answer.lines {
            self.tell(line, heard).await?;
        }
        answer.life.ok_or_else(|| {
            let why = output
                .success()
                .err()
                .unwrap_or_else(|| "it said nothing".to_owned());
            self.lost(heard.step(), &ShellError::NotRun(why))
        })
    }

    /// A command to the host's script, tried again while the connection comes and goes.
    async fn ask(
        &self,
        command: &str,
        arguments: &[String],
        within: Duration,
    ) -> Result<ScriptOutput, ShellError> {
        let mut pauses = AGAIN.iter();
        loop {
            match self.command(command, arguments, within).await {
                Ok(output) => return Ok(output),
                Err(error @ (ShellError::Lost(_) | ShellError::Deadline(_) | ShellError::Crowded(_))) => {
                    match pauses.next() {
                        Some(pause) => tokio::time::sleep(*pause).await,
                        None => return Err(error),
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// What it means that the host does not answer: one whose connection broke may be heard again over the next.
    fn unheard(&self, error: &ShellError, heard: Heard) -> Restarted {
        let lost = self.lost(heard.step(), error);
        match error {
            ShellError::Lost(_) | ShellError::Deadline(_) | ShellError::Crowded(_) => {
                Restarted::Lost(lost, heard)
            }
            _ => Restarted::Over(lost),
        }
    }

    async fn tell(&self, line: Line, heard: &mut Heard) -> Result<(), TrackResult> {
        let (kind, state) = match line {
            Line::Running(kind) => {
                heard.running = Some(kind);
                (kind, StepState::Running)
            }
            Line::Done(kind, note) => (kind, StepState::Done(note)),
            Line::Skipped(kind, why) => (kind, StepState::Skipped(why)),
            Line::Failed(kind, why) => {
                let failure = self.step_failed(kind, why, &heard.last_words);
                heard.failure = Some(failure.clone());
                (kind, StepState::Failed(failure))
            }
            Line::Said(_, words) => {
                self.reporter.log(&words).await;
                heard.last_words.push(words);
                return Ok(());
            }
            Line::Kept(name) => {
                heard.kept = Some(name);
                return Ok(());
            }
            Line::End(end) => {
                heard.end = Some(end);
                return Ok(());
            }
        };
        let recorded = self.reporter.record(&Step::of(kind), state).await;
        // The host needs nobody here: what cannot be written down is heard again by a resume.
        recorded.map_err(|result| match result {
            TrackResult::Failed(failure) => TrackResult::Failed(Failure {
                state: "The host goes on alone.".to_owned(),
                advice: format!("{}, then {}", failure.advice, self.resume_advice()),
                ..failure
            }),
            other => other,
        })
    }

    fn step_failed(&self, kind: StepKind, why: String, last_words: &[String]) -> Failure {
        let quoted = &last_words[last_words.len().saturating_sub(QUOTED)..];
        let cause = match quoted {
            [] => why,
            words => format!("{why}; its last words: {}", words.join(" / ")),
        };
        let advice = match kind {
            StepKind::Up | StepKind::Probe if self.is_composed() => format!(
                "see its log above, or {}/failed.log on {}",
                self.directory(),
                self.target.host
            ),
            // Whether its container is kept is not known yet.
            StepKind::Start | StepKind::Probe => "see its log above".to_owned(),
            _ => self.again_advice(),
        };
        let state = match kind {
            StepKind::Hold => NOT_TOUCHED,
            _ => self.told.going_back,
        };
        self.failure(kind, &cause, state, &advice, false)
    }

    /// The command that shows its containers on the host. A project's journal is called after it.
    fn listing(&self) -> String {
        let name = self.target.session.as_str();
        let project = name.strip_prefix(OF_PROJECT).filter(|_| self.again.is_some());
        format!(
            "docker ps -a --filter {}{}",
            self.told.filter,
            project.unwrap_or(name)
        )
    }

    fn is_composed(&self) -> bool {
        matches!(self.target.by, Replacement::Compose { .. })
    }

    fn journal_gone(&self) -> TrackResult {
        let advice = format!("look at `{}` on {}", self.listing(), self.target.host);
        self.failed(
            StepKind::Hold,
            "the journal is gone from the host",
            "It is not known how far it came.",
            &advice,
            false,
        )
    }

    fn result(&self, heard: Heard) -> TrackResult {
        let step = heard.step();
        let back = self.told.back;
        let with = |note: Option<String>| {
            note.map_or_else(|| back.to_owned(), |note| format!("{back} Note: {note}."))
        };
        match heard.end {
            Some(End::Replaced(note)) => {
                TrackResult::Done(note.or_else(|| Some(format!("on {}", self.target.onto))))
            }
            Some(End::Undone(Why::Cancelled, note)) => TrackResult::Cancelled(with(note)),
            Some(End::Undone(Why::Failed, note)) => {
                let failure = heard
                    .failure
                    .unwrap_or_else(|| self.step_failed(step, "it failed".to_owned(), &heard.last_words));
                let state = match failure.step {
                    // It may be another container by then: nothing of it was changed.
                    StepKind::Hold if note.is_none() => NOT_TOUCHED.to_owned(),
                    _ => with(note),
                };
                TrackResult::Failed(Failure {
                    state,
                    advice: self.with_logs(failure.advice, failure.step, heard.kept),
                    ..failure
                })
            }
            Some(End::Undone(Why::Interrupted, note)) => self.failed(
                step,
                "it was interrupted",
                &with(note),
                &self.again_advice(),
                true,
            ),
            Some(End::Stuck(why, is_up)) => self.stuck(step, &why, is_up),
            None => self.failed(
                step,
                "the host stopped working on it",
                "It is not over: its journal on the host stays open.",
                &self.resume_advice(),
                true,
            ),
        }
    }

    /// Where the log of the container that was not good is, if that is kept.
    fn with_logs(&self, advice: String, step: StepKind, kept: Option<String>) -> String {
        match (step, kept) {
            (StepKind::Start | StepKind::Probe, Some(kept)) if !self.is_composed() => {
                format!("{advice}, or `docker logs {kept}` on {}", self.target.host)
            }
            _ => advice,
        }
    }

    fn stuck(&self, step: StepKind, why: &str, is_up: Option<bool>) -> TrackResult {
        let state = match is_up {
            Some(true) => "The session is up. It is not over: its journal on the host stays open.",
            Some(false) => "The session is DOWN. It is not over: its journal on the host stays open.",
            None => "It is not over: its journal on the host stays open.",
        };
        let advice = format!(
            "look at `{}` on {}, then {}",
            self.listing(),
            self.target.host,
            self.resume_advice()
        );
        self.failed(step, why, state, &advice, true)
    }
}

impl Heard {
    /// The step that ran last, as far as was heard.
    fn step(&self) -> StepKind {
        self.running.unwrap_or(StepKind::Hold)
    }
}
