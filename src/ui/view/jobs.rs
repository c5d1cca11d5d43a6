//! The rows of the jobs screen, newest first.
//!
//! ```text
//!    JOB   WHAT                               STATE      DONE    PROGRESS             STARTED  TOOK
//! >  a1b2  push convocate:v3.2.0 to 3 hosts   ● running  1 of 3  ▮▮▮▮▯▯▯▯  45 %       2m       2m 10s
//! ```

use super::table::{Cell, Column};
use super::{Look, standing};
use crate::model::console::{State, tally};
use crate::model::names::JobId;
use crate::ui::format;
use crate::ui::theme::Role;

/// The columns.
pub(super) const COLUMNS: &[Column] = &[
    Column {
        title: "JOB",
        least: 4,
        most: 4,
        rank: 2,
    },
    Column {
        title: "WHAT",
        least: 16,
        most: 80,
        rank: 0,
    },
    Column {
        title: "STATE",
        least: 12,
        most: 16,
        rank: 0,
    },
    Column {
        title: "DONE",
        least: 6,
        most: 18,
        rank: 1,
    },
    Column {
        title: "PROGRESS",
        least: 15,
        most: 15,
        rank: 3,
    },
    Column {
        title: "STARTED",
        least: 7,
        most: 7,
        rank: 4,
    },
    Column {
        title: "TOOK",
        least: 6,
        most: 8,
        rank: 5,
    },
    Column {
        title: "BY",
        least: 6,
        most: 24,
        rank: 6,
    },
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
    let until = job.ended_at.or(job.is_live().then_some(now));
    let took = until.map(|until| format::between(job.started_at, until));
    Some(vec![
        Cell::new(Role::Muted, id.short()),
        Cell::new(Role::Plain, job.plan.title()),
        Cell::new(said.role, said.text()),
        Cell::new(Role::Plain, format!("{} of {}{failed}", sums.done, sums.targets)),
        Cell::new(Role::Plain, progress),
        Cell::new(Role::Muted, format::age(job.started_at, now)),
        Cell::new(Role::Muted, took.unwrap_or_else(|| "-".to_owned())),
        Cell::new(Role::Muted, job.operator.as_str()),
    ])
}
