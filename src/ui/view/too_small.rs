//! A window that is too small: its least size, and the jobs that run.

use crate::model::console::{OnYes, Overlay, Question, State};
use crate::ui::format;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Draws what fits.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, state: &State) {
    let jobs = state.live_jobs().count();
    let is_asked = matches!(
        state.overlays.last(),
        Some(Overlay::Question(Question {
            on_yes: OnYes::Leave(_),
            ..
        }))
    );
    let quit = if is_asked {
        "q again leaves; jobs stop"
    } else {
        "q quit"
    };
    let lines = [
        "40x10 needed".to_owned(),
        format!("{} running", format::count(jobs, "job")),
        quit.to_owned(),
    ];
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        buffer.set_stringn(area.x, y, line, usize::from(area.width), Style::default());
    }
}
