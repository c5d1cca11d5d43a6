//! A rollout: its account, a row for each session, and the session under the cursor closely.
//!
//! ```text
//! restart 12 sessions onto convocate:v3.2.0
//! ● 4/12 done · 1 failed · 2 restarting · paused   2m 10s
//! order  1 canary, then waves of 3; the first failure ends it
//!
//!     #  SESSION             BEFORE → AFTER     STEP     HEALTH          WHY
//! >   5  eu-01/convocate-…   v3.1.0 → v3.2.0    probe    probing
//! ─── eu-01/convocate-session-atlas ───
//!     ✓ check …
//! ```

use super::document::Document;
use super::table::{self, Cell, Column};
use super::{Look, frame, job_details, standing};
use crate::model::console::State;
use crate::model::job::{Job, JobState, Track, TrackResult};
use crate::model::rollout::{Account, Row, Stage, rows};
use crate::ui::format;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const COLUMNS: &[Column] = &[
    Column::of_words("#", 2, 4, 4),
    Column::of_names("SESSION", 14, 64, 0),
    Column::of_words("CHANGE", 12, 40, 2),
    Column::of_words("STEP", 10, 20, 0),
    Column::of_words("HEALTH", 8, 26, 1),
    Column::of_words("WHY", 10, 80, 3),
];

/// Draws the rollout; tells how many sessions fit.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, state: &State, look: &Look<'_>, job: &Job) -> usize {
    let width = usize::from(area.width);
    let head = head(state, look, job, (width, area.height >= ROOMY));
    let head_height = u16::try_from(head.len()).unwrap_or(area.height).min(area.height);
    head.draw(
        buffer,
        Rect {
            height: head_height,
            ..area
        },
        0,
    );
    let rest = Rect {
        y: area.y + head_height,
        height: area.height - head_height,
        ..area
    };
    let rows = rows(job);
    let chosen = state.chosen_session();
    let cursor = chosen
        .and_then(|track| rows.iter().position(|row| row.target == track.target))
        .unwrap_or_default();
    // The session under the cursor gets what the others leave, and no less than a third.
    let wanted = u16::try_from(rows.len() + 1).unwrap_or(u16::MAX);
    let table_height = wanted.min(rest.height - rest.height / 3);
    let shown = usize::from(table_height.saturating_sub(1)).max(1);
    let top = (cursor + 1).saturating_sub(shown);
    let table_rows: Vec<table::Row> = rows
        .iter()
        .zip(&job.tracks)
        .enumerate()
        .skip(top)
        .take(shown)
        .map(|(index, (row, track))| table::Row {
            cells: cells(row, track, look),
            is_under_cursor: index == cursor,
            is_marked: false,
        })
        .collect();
    table::draw(
        buffer,
        Rect {
            height: table_height,
            ..rest
        },
        look,
        COLUMNS,
        &table_rows,
    );
    if let Some(track) = chosen
        && rest.height > table_height + 1
    {
        let below = Rect {
            y: rest.y + table_height,
            height: rest.height - table_height,
            ..rest
        };
        closely(buffer, below, state, look, track);
    }
    shown
}

/// Lines from which on the order is told above the sessions; in fewer they need the room.
const ROOMY: u16 = 12;

fn head<'l>(state: &State, look: &'l Look<'l>, job: &Job, (width, is_roomy): (usize, bool)) -> Document<'l> {
    let mut head = Document::new(look, width);
    head.heading(&job.plan.title());
    if let Some(account) = Account::of(job) {
        let until = job.ended_at.or(job.state.runs().then_some(state.clock.now));
        let took = until.map(|until| format!("  {}", format::between(job.started_at, until)));
        let said = standing::of_job(job.state, look);
        let role = match account.stage {
            Stage::Approval | Stage::Paused => Role::Warn,
            _ => said.role,
        };
        head.line(vec![
            look.span(role, format!("{} {}", said.sign, account.words())),
            look.span(Role::Muted, took.unwrap_or_default()),
        ]);
        if let Some(next) = next_word(look, job, &account) {
            head.paragraph(0, Role::Warn, &next);
        }
    }
    if is_roomy {
        head.field("order", Role::Muted, &job.plan.sequence().unwrap_or_default());
        head.gap();
    }
    head
}

/// What the operator can do now, where it waits for that.
fn next_word(look: &Look<'_>, job: &Job, account: &Account) -> Option<String> {
    use crate::model::console::Action;
    let key = |action| look.keymap.key(action);
    match (account.stage, job.state) {
        (Stage::Approval, _) => Some(format!(
            "the canaries are good: {} goes on with the others, {} cancels the rest",
            key(Action::ApproveRollout),
            key(Action::CancelJob)
        )),
        (Stage::Paused, _) => Some(format!(
            "no other session begins: {} goes on",
            key(Action::PauseRollout)
        )),
        (Stage::Interrupted, _) => Some(format!(
            "nobody runs it: {} goes on where it was",
            key(Action::ResumeJob)
        )),
        (_, JobState::Ended(_)) if job.is_resumable() => Some(format!(
            "what is done or was left out stays so: {} tries the rest again",
            key(Action::ResumeJob)
        )),
        _ => None,
    }
}

fn cells(row: &Row, track: &Track, look: &Look<'_>) -> Vec<Cell> {
    let step = match &track.result {
        Some(result) => standing::of_result(result, look),
        None => standing::of_open_track(track, &row.step, look),
    };
    let why = match &track.result {
        Some(TrackResult::Failed(_)) => Role::Bad,
        _ => Role::Muted,
    };
    vec![
        Cell::new(Role::Muted, format!("{:>2}", row.place)),
        Cell::new(Role::Plain, row.target.to_string()),
        Cell::new(
            Role::Plain,
            format!("{} {} {}", row.before, look.glyphs.strokes.arrow, row.after),
        ),
        Cell::new(step.role, step.text()),
        Cell::new(Role::Plain, row.health.as_str()),
        Cell::new(why, row.reason.as_str()),
    ]
}

/// The session under the cursor: its steps, its failure, its last lines.
fn closely(buffer: &mut Buffer, area: Rect, state: &State, look: &Look<'_>, track: &Track) {
    frame::rule(
        buffer,
        Rect { height: 1, ..area },
        look,
        &track.target.to_string(),
    );
    let below = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    let mut document = Document::new(look, usize::from(area.width));
    if let Some(TrackResult::Failed(failure)) = &track.result {
        job_details::failure(&mut document, failure);
    }
    if track.is_under_way() || track.result.is_some() {
        job_details::steps(&mut document, look, track, state.clock.now);
    } else {
        document.paragraph(4, Role::Muted, "nothing was begun");
    }
    for line in &track.lines {
        document.paragraph(4, Role::Muted, &format!("{} {line}", look.glyphs.frame[1]));
    }
    document.draw(buffer, below, 0);
}
