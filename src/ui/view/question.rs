//! A question with yes and no. What each answer does is said in full.
//!
//! ```text
//! ┌ 1 job is running ────────────────────────────────────┐
//! │ ...                                                  │
//! │ [n keep watching]   y leave                          │
//! └──────────────────────────────────────────────────────┘
//! ```

use super::document::Document;
use super::{Look, frame, standing};
use crate::model::console::{OnYes, Question, State, tally};
use crate::model::job::TrackResult;
use crate::model::names::JobId;
use crate::model::rollout::Steer;
use crate::ui::format;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Failures of a job that are told in the question; more would leave no room for its answers.
const MOST_TOLD: usize = 3;

/// Draws the question.
pub(super) fn draw(
    buffer: &mut Buffer,
    around: Rect,
    state: &State,
    look: &Look<'_>,
    question: &Question,
) -> usize {
    let width = usize::from(around.width).saturating_sub(8).min(72);
    let mut document = Document::new(look, width);
    let (title, no, yes) = match &question.on_yes {
        OnYes::Leave(asked) => {
            let has_ended = ended(state, look, asked, &mut document);
            match state.live_jobs().count() {
                0 => {
                    let title = format!("{} ended, not all went well", format::count(has_ended, "job"));
                    (title, "stay", "leave")
                }
                running => {
                    leaving(state, &mut document);
                    (
                        format!("{} running", format::count(running, "job")),
                        "keep watching",
                        "leave",
                    )
                }
            }
        }
        OnYes::Cancel(id) => {
            document.paragraph(0, Role::Plain, &title_of(state, id));
            document.gap();
            document.paragraph(
                0,
                Role::Plain,
                "The step that runs is ended on the host too. What is done stays done; each host or session that is \
                 not finished says what state it is in.",
            );
            (
                format!("cancel job {}?", id.short()),
                "let it run",
                "cancel the job",
            )
        }
        OnYes::Steer(id, steer) => {
            document.paragraph(0, Role::Plain, &title_of(state, id));
            document.gap();
            let (title, text, yes) = steering(steer);
            document.paragraph(0, Role::Plain, text);
            (title, "leave it", yes)
        }
    };
    document.gap();
    document.line(vec![
        look.span(Role::Tab, format!("[ n {no} ]")),
        Span::raw("   "),
        look.span(Role::Key, "y"),
        Span::raw(format!(" {yes}")),
    ]);
    let inside = frame::centred(buffer, around, look, &title, (width, document.len()));
    document.draw(buffer, inside, 0);
    0
}

/// What a word to a rollout does: the title, the consequence, and the yes.
fn steering(steer: &Steer) -> (String, &'static str, &'static str) {
    match steer {
        Steer::Approve => (
            "are the canaries good?".to_owned(),
            "The other sessions follow, wave by wave.",
            "go on",
        ),
        Steer::Skip(target) => (
            format!("leave {target} out?"),
            "It keeps its container and its tag. The rollout then ends as partly done.",
            "leave it out",
        ),
        Steer::Retry(target) => (
            format!("try {target} again?"),
            "Its preconditions are checked again, from its first step on.",
            "try it again",
        ),
        Steer::Continue => (
            "go on after the pause?".to_owned(),
            "The sessions that are left follow, wave by wave.",
            "go on",
        ),
        // It is told at once and never asked.
        Steer::Pause => (
            "pause the rollout?".to_owned(),
            "What runs comes to its end, and no other session begins.",
            "pause",
        ),
    }
}

/// The jobs that have ended since it was asked, with what failed in them; tells how many there are.
fn ended(state: &State, look: &Look<'_>, asked: &[JobId], document: &mut Document<'_>) -> usize {
    let jobs = asked.iter().filter_map(|id| state.jobs.get(id));
    let over: Vec<_> = jobs.filter(|job| !job.is_live()).collect();
    for job in &over {
        let said = standing::of_job(job.state, look);
        let line = format!("{}  {}  {}", job.id.short(), job.plan.title(), said.text());
        document.paragraph(0, said.role, &line);
        let failures = job.tracks.iter().filter_map(|track| match &track.result {
            Some(TrackResult::Failed(failure)) => Some(format!("{}: {}", track.target, failure.cause)),
            _ => None,
        });
        for line in failures.clone().take(MOST_TOLD) {
            document.paragraph(2, Role::Bad, &line);
        }
        if let more @ 1.. = failures.count().saturating_sub(MOST_TOLD) {
            document.paragraph(
                2,
                Role::Bad,
                &format!("and {more} more; the details of the job say all"),
            );
        }
    }
    over.len()
}

fn leaving(state: &State, document: &mut Document<'_>) {
    for job in state.live_jobs() {
        let percent = tally(job).permille / 10;
        document.paragraph(
            0,
            Role::Busy,
            &format!("{}  {}  {percent} %", job.id.short(), job.plan.title()),
        );
    }
    document.gap();
    document.paragraph(
        0,
        Role::Plain,
        "If you leave, these jobs stop where they are and are kept as interrupted: `u` on the jobs screen or \
         `tagboat job resume` takes them up again. A restart that has begun to swap is finished by its host.",
    );
}

fn title_of(state: &State, id: &JobId) -> String {
    state
        .jobs
        .get(id)
        .map_or_else(|| id.to_string(), |job| job.plan.title())
}
