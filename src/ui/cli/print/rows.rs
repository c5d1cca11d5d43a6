//! A rollout as lines, one whenever a session is somewhere else, and the account whenever one ended: for `--watch`.

use super::words::{end_words, said_words};
use crate::model::clean::clean;
use crate::model::job::{Job, JobEvent, StepState};
use crate::model::rollout::{Account, Row, rows};
use crate::ui::cli::exit_code::Exit;
use crate::ui::cli::follow::JobPrinter;
use crate::ui::cli::output::Output;
use std::io;

/// Prints the rows of a rollout that changed, in the words of the rollout screen.
#[derive(Default)]
pub(in crate::ui::cli) struct RowPrinter {
    shown: Vec<Row>,
    account: Option<Account>,
}

impl JobPrinter for RowPrinter {
    fn event(&mut self, output: &mut Output<'_>, job: &Job, event: &JobEvent) -> io::Result<()> {
        let is_news = match event {
            JobEvent::Step { state, .. } => *state == StepState::Running,
            JobEvent::TargetEnded { .. } | JobEvent::Steered { .. } | JobEvent::Cancelling { .. } => true,
            _ => false,
        };
        if !is_news {
            return Ok(());
        }
        if let Some(words) = said_words(event) {
            output.line(format!("-- {words}"))?;
        }
        let now = rows(job);
        for row in now.iter().filter(|row| !self.shown.contains(row)) {
            output.line(clean(&row.to_string()))?;
        }
        self.shown = now;
        let account = Account::of(job);
        let tells = |account: &Account| (account.done, account.failed, account.skipped, account.stage);
        if account.as_ref().map(tells) != self.account.as_ref().map(tells)
            && let Some(account) = &account
        {
            output.line(format!("-- {}", account.words()))?;
        }
        self.account = account;
        Ok(())
    }

    fn note(&mut self, output: &mut Output<'_>, text: &str) -> io::Result<()> {
        output.aside(text)
    }

    fn end(&mut self, output: &mut Output<'_>, job: &Job, _: Exit) -> io::Result<()> {
        if let Some(account) = Account::of(job) {
            output.line(format!("-- {}", account.words()))?;
        }
        end_words(job).iter().try_for_each(|line| output.line(line))
    }
}
