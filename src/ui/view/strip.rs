//! Running jobs at the foot of every screen, one line each; the last line counts those that do not fit.
//!
//! ```text
//!  a1b2 push convocate:v3.2.0 to 3 hosts  1 of 3  ▮▮▮▮▯▯▯▯▯▯ 45 %  12.0 MB/s  40s left
//! ```

use super::Look;
use crate::model::console::{State, tally};
use crate::model::job::{Job, JobState};
use crate::ui::format;
use crate::ui::text;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// The least columns of a title.
const TITLE: usize = 12;

/// Draws the strip.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, state: &State, look: &Look<'_>) {
    let rows = usize::from(area.height);
    let jobs: Vec<&Job> = state.live_jobs().collect();
    let hidden = jobs.len().saturating_sub(rows);
    // The newest ones are what the operator just started.
    for (y, job) in (area.y..area.bottom()).zip(jobs.iter().skip(hidden)) {
        let more = if hidden > 0 && y + 1 == area.bottom() {
            12
        } else {
            0
        };
        let mut line = line(job, look, usize::from(area.width).saturating_sub(more));
        if more > 0 {
            line.push_span(look.span(Role::Muted, format!("  and {hidden} more: 4")));
        }
        buffer.set_line(area.x, y, &line, area.width);
    }
}

/// The numbers keep their place; the title gives way.
fn line(job: &Job, look: &Look<'_>, columns: usize) -> Line<'static> {
    let sums = tally(job);
    let percent = sums.permille / 10;
    let mut numbers: Vec<Span<'static>> = vec![Span::raw(format!("  {} of {}", sums.done, sums.targets))];
    if sums.failed > 0 {
        let failed = format!("  {} {} failed", look.glyphs.failed, sums.failed);
        numbers.push(look.span(Role::Bad, failed));
    }
    if job.state == JobState::Cancelling {
        numbers.push(look.span(Role::Warn, "  cancelling"));
    }
    let bar = format!("  {} {percent} %", look.bar(sums.permille, 10));
    numbers.push(look.span(Role::Busy, bar));
    if sums.rate > 0 {
        numbers.push(Span::raw(format!("  {}", format::rate(sums.rate))));
    }
    if let Some(left) = sums.seconds_left {
        numbers.push(Span::raw(format!("  {} left", format::seconds(left))));
    }
    let head = format!(" {} {} ", look.glyphs.running, job.id.short());
    let width = |numbers: &[Span<'static>]| numbers.iter().map(Span::width).sum::<usize>();
    // The last ones are left out as a whole: half a number would be another number.
    while numbers.len() > 1 && text::width(&head) + width(&numbers) + TITLE > columns {
        numbers.pop();
    }
    let used = text::width(&head) + width(&numbers);
    let ellipsis = look.glyphs.strokes.ellipsis;
    let title = text::cut_middle(&job.plan.title(), columns.saturating_sub(used), ellipsis);
    let mut parts = vec![look.span(Role::Busy, head), Span::raw(title)];
    parts.append(&mut numbers);
    Line::from(parts)
}
