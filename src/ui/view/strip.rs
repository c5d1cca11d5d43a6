//! Running jobs at the foot of every screen, one line each; the last line counts those that do not fit.
//!
//! ```text
//!  a1b2 push convocate:v3.2.0 to 3 hosts  1 of 3 done  ▮▮▮▮▯▯▯▯▯▯ 45 %  12.0 MB/s  40s left
//! ```

use super::Look;
use crate::model::console::{State, tally};
use crate::model::job::{Job, JobState};
use crate::ui::format;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws the strip.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, state: &State, look: &Look<'_>) {
    let rows = usize::from(area.height);
    let jobs: Vec<&Job> = state.live_jobs().collect();
    let hidden = jobs.len().saturating_sub(rows);
    // The newest ones are what the operator just started.
    for (y, job) in (area.y..area.bottom()).zip(jobs.iter().skip(hidden)) {
        let mut line = line(job, look);
        if hidden > 0 && y + 1 == area.bottom() {
            line.push_span(look.span(Role::Muted, format!("  and {hidden} more: 4")));
        }
        buffer.set_line(area.x, y, &line, area.width);
    }
}

fn line(job: &Job, look: &Look<'_>) -> Line<'static> {
    let sums = tally(job);
    let mut parts: Vec<Span<'static>> = vec![
        look.span(
            Role::Busy,
            format!(" {} {} ", look.glyphs.running, job.id.short()),
        ),
        Span::raw(job.plan.title()),
    ];
    if job.state == JobState::Cancelling {
        parts.push(look.span(Role::Warn, "  cancelling"));
    }
    parts.push(Span::raw(format!("  {} of {} done", sums.done, sums.targets)));
    if sums.failed > 0 {
        parts.push(look.span(
            Role::Bad,
            format!("  {} {} failed", look.glyphs.failed, sums.failed),
        ));
    }
    let percent = sums.permille / 10;
    parts.push(look.span(
        Role::Busy,
        format!("  {} {percent} %", look.bar(sums.permille, 10)),
    ));
    if sums.rate > 0 {
        parts.push(Span::raw(format!("  {}", format::rate(sums.rate))));
    }
    if let Some(left) = sums.seconds_left {
        parts.push(Span::raw(format!("  {} left", format::seconds(left))));
    }
    Line::from(parts)
}
