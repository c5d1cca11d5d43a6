//! The way of every word to a job that runs: it is looked whether it means something now, asked, said, and told.

use super::confirm::is_yes;
use super::exit_code::Exit;
use super::program::Program;
use super::report::VERSION;
use super::stop::Stop;
use crate::model::clean::clean;
use crate::model::job::{Job, JobState, Target, Word};
use crate::model::names::Operator;
use crate::model::rollout::{Account, Steer};
use crate::ops::journal::Journal;
use crate::ops::operator::this_operator;
use crate::ops::words::{Request, SayError, say};
use serde::Serialize;

/// Whether the operator is asked before it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// It sets nothing going that was not there.
    Never,
    /// It was accepted with `--yes`.
    Answered,
    /// As the console asks.
    First,
}

impl Asking {
    /// Asked, unless `--yes` was given.
    pub(super) fn unless(yes: bool) -> Self {
        if yes { Self::Answered } else { Self::First }
    }
}

#[derive(Serialize)]
struct SaidReport<'a> {
    v: u8,
    event: &'static str,
    job: &'a str,
    word: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'a Target>,
    operator: &'a Operator,
}

/// Says a word to the process that runs the job.
pub(super) async fn say_word(
    program: &mut Program<'_>,
    job: &Job,
    word: Word,
    asking: Asking,
    json: bool,
) -> Result<Exit, Stop> {
    if let Some(objection) = word.objection(job) {
        return Err(objected(job, &word, &objection));
    }
    let operator = this_operator(program.environment)
        .map_err(|invalid| Stop::usage(invalid.to_string(), "set TAGBOAT_OPERATOR, such as me@desk"))?;
    if asking == Asking::First {
        ask(program, job, &word).await?;
    }
    let journal = Journal::open(&program.dirs()?.state)
        .map_err(|error| Stop::failed(format!("the journal cannot be opened: {error}"), ""))?;
    let request = Request {
        job: job.id.clone(),
        word: word.clone(),
        operator: operator.clone(),
    };
    match say(&journal, request).await {
        Ok(None) => {}
        Ok(Some(objection)) => return Err(objected(job, &word, &objection)),
        Err(error) => return Err(unsaid(&error, &word, job)),
    }
    if json {
        program.output.json(&SaidReport {
            v: VERSION,
            event: "said",
            job: job.id.as_str(),
            word: word.word(),
            target: target(&word),
            operator: &operator,
        })?;
    } else {
        let text = format!("job {}: {}", job.id.short(), consequence(&word, job));
        program.output.line(text)?;
    }
    Ok(Exit::Done)
}

/// Asks as the console does, with where the job stands.
async fn ask(program: &mut Program<'_>, job: &Job, word: &Word) -> Result<(), Stop> {
    if !program.terminal.can_ask {
        return Err(Stop::refused(
            format!(
                "{} is asked first, and there is no terminal to ask on",
                word.word()
            ),
            "say it with --yes",
        ));
    }
    program.output.aside(clean(&job.plan.title()))?;
    if let Some(account) = Account::of(job) {
        program.output.aside(account.words())?;
    }
    let question = match word {
        Word::Cancel => {
            "The step that runs is ended on the host too; what is done stays done. Cancel it? [y/N] "
                .to_owned()
        }
        Word::Steer(Steer::Approve) => {
            "The other sessions follow, wave by wave. Are the canaries good? [y/N] ".to_owned()
        }
        Word::Steer(Steer::Skip(target)) => format!(
            "It keeps its container and its tag; the rollout then ends as partly done. Leave {target} out? [y/N] "
        ),
        Word::Steer(Steer::Retry(target)) => {
            format!("Its preconditions are checked again, from its first step on. Try {target} again? [y/N] ")
        }
        Word::Steer(Steer::Pause | Steer::Continue) => format!("{} it? [y/N] ", word.word()),
    };
    if is_yes(program, &question).await? {
        Ok(())
    } else {
        Err(Stop::refused("not confirmed", ""))
    }
}

/// What an objection means to a script: nothing was changed, and where there is one, the way on.
fn objected(job: &Job, word: &Word, objection: &str) -> Stop {
    let short = job.id.short();
    let next = match job.state {
        JobState::Interrupted => format!("tagboat job resume {short}"),
        JobState::Ended(_) if job.is_resumable() => format!("tagboat job resume {short}"),
        _ => format!("see `tagboat job show {short}`"),
    };
    Stop::refused(format!("{} of job {short}: {objection}", word.word()), next)
}

/// Why it could not be said, or why it is not known whether it was taken.
fn unsaid(error: &SayError, word: &Word, job: &Job) -> Stop {
    let stop = Stop::from(error.refusal(word.word(), &job.id));
    if !error.is_unclear() {
        return stop;
    }
    Stop {
        exit: Exit::Failed,
        state: "It is not known whether the job took it.".to_owned(),
        ..stop
    }
}

/// What follows from a word that was taken.
fn consequence(word: &Word, job: &Job) -> String {
    match word {
        Word::Cancel => format!(
            "it is being cancelled; what runs is ended first, see `tagboat job show {}`",
            job.id.short()
        ),
        Word::Steer(Steer::Pause) => "paused; no other session begins, what runs comes to its end".to_owned(),
        Word::Steer(Steer::Continue) => "it goes on".to_owned(),
        Word::Steer(Steer::Approve) => "approved; the other sessions follow, wave by wave".to_owned(),
        Word::Steer(Steer::Skip(target)) => {
            format!("{target} is left out; it keeps its container and its tag")
        }
        Word::Steer(Steer::Retry(target)) => format!("{target} is tried again, from its first step on"),
    }
}

fn target(word: &Word) -> Option<&Target> {
    match word {
        Word::Steer(Steer::Skip(target) | Steer::Retry(target)) => Some(target),
        Word::Cancel | Word::Steer(Steer::Pause | Steer::Continue | Steer::Approve) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Asking, say_word};
    use crate::model::job::{JobState, Word};
    use crate::ops::ports::SystemClock;
    use crate::ui::cli::fixture::{Play, engine, job};
    use crate::ui::cli::output::Output;
    use crate::ui::cli::program::{Program, Terminal};
    use std::ffi::OsString;
    use std::sync::Arc;
    use tokio::sync::mpsc;

    /// Cancels a job of another process that has no socket, on a terminal; gives why it was not said, and the asides.
    async fn cancelled(answer: &'static str, asking: Asking) -> (String, String) {
        let home = tempfile::tempdir().unwrap();
        let environment = |name: &str| match name {
            "HOME" => Some(home.path().as_os_str().to_owned()),
            "TAGBOAT_OPERATOR" => Some(OsString::from("me@desk")),
            _ => None,
        };
        let (sender, interrupts) = mpsc::channel(4);
        let (mut results, mut asides) = (Vec::new(), Vec::new());
        let start_engine = engine(Play::AllGood, sender);
        let mut program = Program {
            config_file: None,
            environment: &environment,
            output: Output::new(&mut results, &mut asides),
            terminal: Terminal {
                can_ask: true,
                ..Terminal::default()
            },
            start_engine: &start_engine,
            read_answer: Arc::new(move || Ok(format!("{answer}\n"))),
            interrupts,
            clock: &SystemClock,
        };
        let mut job = job("20261121-013000-a1b2");
        job.state = JobState::Elsewhere;
        let said = say_word(&mut program, &job, Word::Cancel, asking, false).await;
        let cause = said.unwrap_err().cause;
        drop(program);
        (cause, String::from_utf8(asides).unwrap())
    }

    #[tokio::test]
    async fn a_cancellation_is_asked_with_what_it_means_and_said_on_a_yes_alone() {
        let unsaid = "cancel of job a1b2: the process that runs it takes no words from others";
        let (cause, asides) = cancelled("n", Asking::First).await;
        assert_eq!(cause, "not confirmed");
        assert!(
            asides.ends_with("what is done stays done. Cancel it? [y/N] "),
            "{asides}"
        );
        let (cause, _) = cancelled("y", Asking::First).await;
        assert_eq!(cause, unsaid);
        let (cause, asides) = cancelled("", Asking::unless(true)).await;
        assert_eq!((cause.as_str(), asides.as_str()), (unsaid, ""));
    }
}
