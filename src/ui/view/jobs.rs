//! The rows of the jobs screen, newest first.
//!
//! ```text
//!    JOB   WHAT                               STATE      DONE    PROGRESS        SENT    STARTED  TOOK
//! >  a1b2  push convocate:v3.2.0 to 3 hosts   ● running  1 of 3  ▮▮▮▮▯▯▯▯  45 %  182 kB  2m       2m 10s
//! ```

use super::table::{Cell, Column};
use super::{Look, standing};
use crate::model::console::{State, tally};
use crate::model::names::JobId;
use crate::ui::format;
use crate::ui::theme::Role;

/// The columns.
pub(super) const COLUMNS: &[Column] = &[
    Column::of_words("JOB", 4, 4, 2),
    Column::of_names("WHAT", 24, 80, 0),
    Column::of_words("STATE", 13, 16, 0),
    Column::of_words("DONE", 6, 18, 1),
    Column::of_words("PROGRESS", 15, 15, 4),
    Column::of_words("SENT", 7, 7, 6),
    Column::of_words("STARTED", 7, 7, 3),
    Column::of_words("TOOK", 7, 8, 5),
    Column::of_words("BY", 6, 24, 7),
];

/// The cells of one job.
pub(super) fn cells(state: &State, look: &Look<'_>, id: &JobId) -> Option<Vec<Cell>> {
    let job = state.jobs.get(id)?;
    let said = standing::of_job(job.state, look);
    let sums = tally(job);
    let now = state.clock.now;
    let failed = match sums.failed {
        0 => String::new(),
        n => format!(", {n} failed"),
    };
    let progress = format!("{} {:>3} %", look.bar(sums.permille, 9), sums.permille / 10);
    let sent = job.sent().map(|sent| format::bytes(sent.bytes));
    let until = job.ended_at.or(job.state.runs().then_some(now));
    let took = until.map(|until| format::between(job.started_at, until));
    Some(vec![
        Cell::new(Role::Muted, id.short()),
        Cell::new(Role::Plain, job.plan.title()),
        Cell::new(said.role, said.text()),
        Cell::new(Role::Plain, format!("{} of {}{failed}", sums.done, sums.targets)),
        Cell::new(Role::Plain, progress),
        Cell::new(Role::Plain, sent.unwrap_or_else(|| "-".to_owned())),
        Cell::new(Role::Muted, format::age(job.started_at, now)),
        Cell::new(Role::Muted, took.unwrap_or_else(|| "-".to_owned())),
        Cell::new(Role::Muted, job.operator.as_str()),
    ])
}
