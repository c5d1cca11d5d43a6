//! The question before a change: the plan's gate decides what must be typed.

use super::program::Program;
use super::stop::Stop;
use crate::model::plan::Gate;
use std::io;
use tokio::task::JoinHandle;

/// Asks unless the plan was accepted with `--yes`; without a terminal the answer is no.
pub(super) async fn confirm(program: &mut Program<'_>, gate: &Gate, accepted: bool) -> Result<(), Stop> {
    can_be_answered(program, accepted)?;
    if accepted {
        return Ok(());
    }
    let question = match gate {
        Gate::Bar | Gate::Plan => "Go on? [y/N] ".to_owned(),
        Gate::Typed(word) => format!("Type {word} to go on: "),
    };
    write!(program.output.asides(), "{question}")?;
    program.output.asides().flush()?;
    let answer = answer(program).await?;
    if opens(gate, answer.trim()) {
        Ok(())
    } else {
        Err(Stop::refused("not confirmed", ""))
    }
}

/// Refuses a change that was not accepted and cannot be asked for.
pub(super) fn can_be_answered(program: &Program<'_>, accepted: bool) -> Result<(), Stop> {
    if accepted || program.terminal.can_ask {
        return Ok(());
    }
    Err(Stop::refused(
        "this is a change, and there is no terminal to ask on",
        "accept the plan with --yes, or only look at it with --dry-run",
    ))
}

/// Asks something that a yes answers.
pub(super) async fn is_yes(program: &mut Program<'_>, question: &str) -> Result<bool, Stop> {
    write!(program.output.asides(), "{question}")?;
    program.output.asides().flush()?;
    let answer = answer(program).await?;
    Ok(opens(&Gate::Plan, answer.trim()))
}

/// A question that was asked, and whose answer may come while other things happen.
pub(super) struct Question(JoinHandle<io::Result<String>>);

impl Question {
    /// Asks what a yes answers.
    pub(super) fn ask(program: &mut Program<'_>, question: &str) -> io::Result<Self> {
        write!(program.output.asides(), "{question}")?;
        program.output.asides().flush()?;
        Ok(Self(reading(program)))
    }

    /// Whether it was answered with a yes. An answer that cannot be read is a no.
    pub(super) async fn is_yes(&mut self) -> bool {
        match (&mut self.0).await {
            Ok(Ok(answer)) => opens(&Gate::Plan, answer.trim()),
            Ok(Err(_)) | Err(_) => false,
        }
    }
}

/// Reads a line beside everything else. One that never comes keeps a thread, which ends with the process.
fn reading(program: &Program<'_>) -> JoinHandle<io::Result<String>> {
    let read = program.read_answer.clone();
    tokio::task::spawn_blocking(move || read())
}

async fn answer(program: &mut Program<'_>) -> Result<String, Stop> {
    tokio::select! {
        line = reading(program) => match line {
            Ok(Ok(line)) => Ok(line),
            Ok(Err(error)) => Err(Stop::refused(format!("the answer cannot be read: {error}"), "")),
            Err(error) => Err(Stop::failed(format!("the answer cannot be read: {error}"), "")),
        },
        Some(_) = program.interrupts.recv() => {
            program.output.aside("")?;
            Err(Stop::interrupted("Nothing was changed.", ""))
        }
    }
}

fn opens(gate: &Gate, answer: &str) -> bool {
    match gate {
        Gate::Bar | Gate::Plan => matches!(answer, "y" | "Y" | "yes"),
        Gate::Typed(word) => answer == word,
    }
}

#[cfg(test)]
mod tests {
    use super::opens;
    use crate::model::plan::Gate;

    #[test]
    fn a_plan_that_wants_a_word_is_not_opened_by_a_yes() {
        let typed = Gate::Typed("eu-01".to_owned());
        for (gate, answer, expected) in [
            (&Gate::Plan, "y", true),
            (&Gate::Bar, "yes", true),
            (&Gate::Plan, "", false),
            (&Gate::Plan, "eu-01", false),
            (&typed, "eu-01", true),
            (&typed, "y", false),
            (&typed, "", false),
        ] {
            assert_eq!(opens(gate, answer), expected, "{gate:?} {answer}");
        }
    }
}
