//! A plan before it runs: what changes from what to what, what is left out, what is not touched, how it is undone.
//!
//! ```text
//! ┌ push convocate:v3.2.0 to 2 hosts ─────────────────────┐
//! │ eu-01   v3.1.0 → v3.2.0   full: up to 1160 MB          │
//! │ eu-02   v3.1.0 → v3.2.0   the host has it: stamp only  │
//! │ left out                                               │
//! │ eu-03   unreachable: timed out                         │
//! │ not touched  no session is restarted                   │
//! │ undo         tagboat activate ...                      │
//! │                                                        │
//! │ [ Cancel ]   y push to 2                               │
//! └────────────────────────────────────────────────────────┘
//! ```

use super::document::Document;
use super::{Look, frame, input_line, so_far};
use crate::model::console::{Origin, PlanDialog, Readiness, State};
use crate::model::cost::Cost;
use crate::model::names::HostName;
use crate::model::plan::{Gate, Plan, PlanLine, RestartTarget};
use crate::ui::format;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// How far what is said of a line stands in from it.
const INDENT: usize = 2;

/// Draws the dialog; tells how far the plan can be scrolled.
pub(super) fn draw(
    buffer: &mut Buffer,
    around: Rect,
    state: &State,
    look: &Look<'_>,
    dialog: &PlanDialog,
) -> usize {
    let width = usize::from(around.width).saturating_sub(4).min(100);
    let inner = width.min(usize::from(around.width).saturating_sub(4));
    let document = document(state, look, inner, dialog);
    let gate_height = 2;
    let title = match &dialog.origin {
        Origin::New => dialog.plan.title(),
        Origin::Resume { job, .. } => format!("resume job {}: {}", job.short(), dialog.plan.title()),
    };
    let size = (width, document.len() + gate_height);
    let inside = match dialog.plan.gate() {
        Gate::Bar => {
            let height = u16::try_from(size.1 + 2)
                .unwrap_or(around.height)
                .min(around.height);
            let foot = Rect {
                y: around.bottom() - height,
                height,
                ..around
            };
            frame::boxed(buffer, foot, look, &title)
        }
        _ => frame::centred(buffer, around, look, &title, size),
    };
    let text = Rect {
        height: inside.height.saturating_sub(2),
        ..inside
    };
    let reach = document.draw(buffer, text, dialog.scroll);
    if inside.height > 0 {
        let line = Line::from(gate(state, look, dialog, usize::from(inside.width)));
        buffer.set_line(inside.x, inside.bottom() - 1, &line, inside.width);
    }
    reach
}

fn document<'l>(state: &State, look: &'l Look<'l>, width: usize, dialog: &PlanDialog) -> Document<'l> {
    let mut document = Document::new(look, width);
    let plan = &dialog.plan;
    let resumed = so_far::job(state, &dialog.origin);
    if let Some((job, left)) = resumed {
        so_far::head(&mut document, job, left, state.clock.now);
    }
    let mut lines = plan.lines();
    // What goes comes first: on a fleet, what is kept fills pages.
    lines.sort_by_key(|line| line.after == "keep");
    let is_over = |line: &PlanLine| resumed.is_some_and(|(job, left)| so_far::is_over(job, left, line));
    let rows: Vec<_> = lines.iter().map(|line| row(look, line, is_over(line))).collect();
    document.columns_with(0, &rows, |document, place| {
        let is_first = !lines[..place]
            .iter()
            .any(|line| line.target == lines[place].target);
        if let Some((job, _)) = resumed
            && is_first
        {
            so_far::of_target(document, job, &lines[place].target);
        }
        let one = match plan {
            Plan::Restart(restart) => restart.sessions.get(place),
            _ => None,
        };
        costs(document, &lines[place], one);
        unweighed(document, look, dialog, one);
    });
    if !plan.refused().is_empty() {
        document.gap();
        document.heading("left out");
        for refusal in plan.refused() {
            let host = refusal.host.as_ref().map(ToString::to_string);
            let why = format!("{}. Next: {}", refusal.reason, refusal.advice);
            document.columns(
                0,
                &[vec![
                    (Role::Bad, look.glyphs.skipped.to_owned()),
                    (Role::Bad, host.unwrap_or_default()),
                    (Role::Warn, why),
                ]],
            );
        }
    }
    document.gap();
    if let Plan::Prune(prune) = plan
        && prune.removals().next().is_some()
    {
        let bytes = prune.removals().map(|(_, verdict)| verdict.size).sum();
        let text = format!(
            "up to {}; layers that other images share stay",
            format::bytes(bytes)
        );
        document.field("frees", Role::Plain, &text);
    }
    if let Some(sequence) = plan.sequence() {
        document.field("order", Role::Plain, &sequence);
    }
    document.field("not touched", Role::Plain, &plan.untouched().join("; "));
    document.field("undo", Role::Plain, &plan.undo());
    document
}

/// What changes, from what to what; muted where nothing changes, or does not any more.
fn row(look: &Look<'_>, line: &PlanLine, is_over: bool) -> Vec<(Role, String)> {
    let arrow = look.glyphs.strokes.arrow;
    let is_still = is_over || line.after == "keep";
    let role = if is_still { Role::Muted } else { Role::Plain };
    let what = if is_still { Role::Muted } else { Role::Heading };
    let note = if is_over {
        format!("{} done, and stays so", look.glyphs.done)
    } else {
        line.note.clone()
    };
    vec![
        (role, line.target.to_string()),
        (what, format!("{} {arrow} {}", line.before, line.after)),
        (role, note),
    ]
}

/// What a line costs and what it waits for, under it, in the words of the plan.
fn costs(document: &mut Document<'_>, line: &PlanLine, one: Option<&RestartTarget>) {
    let is_felt = one.and_then(|one| one.cost.as_ref()).is_some_and(Cost::is_felt);
    let role = if is_felt { Role::Warn } else { Role::Muted };
    for words in &line.costs {
        document.paragraph(INDENT, role, words);
    }
}

/// Why it is not said what a session costs, where it is not.
fn unweighed(document: &mut Document<'_>, look: &Look<'_>, dialog: &PlanDialog, one: Option<&RestartTarget>) {
    let Some(one) = one.filter(|one| one.cost.is_none()) else {
        return;
    };
    let words = if dialog.is_begun(one) {
        "it is brought to its end, whatever it costs".to_owned()
    } else {
        format!("looking at what it costs{}", look.glyphs.strokes.ellipsis)
    };
    document.paragraph(INDENT, Role::Muted, &words);
}

/// The last line: what confirms it.
fn gate(state: &State, look: &Look<'_>, dialog: &PlanDialog, width: usize) -> Vec<Span<'static>> {
    let readiness = dialog.readiness(state.clock.now);
    if readiness == Readiness::NoWork {
        return vec![
            look.span(Role::Tab, "[ Close ]"),
            look.span(Role::Warn, "  nothing would be removed: each tag is needed"),
        ];
    }
    let mut line = vec![look.span(Role::Tab, "[ Cancel ]"), Span::raw("   ")];
    let button = match &dialog.origin {
        Origin::New => button(&dialog.plan),
        Origin::Resume { .. } => format!("resume and {}", button(&dialog.plan)),
    };
    match dialog.plan.gate() {
        Gate::Typed(word) => {
            let is_typed = readiness == Readiness::Ready;
            let role = if is_typed { Role::Good } else { Role::Warn };
            line = vec![
                look.span(Role::Plain, "type "),
                look.span(Role::Key, word),
                look.span(Role::Plain, format!(" to {button}: ")),
            ];
            let used: usize = line.iter().map(Span::width).sum();
            line.extend(input_line::pieces(
                &dialog.typed,
                look,
                width.saturating_sub(used + 24).clamp(10, 24),
            ));
            let next = match &readiness {
                Readiness::Ready => "  Enter confirms".to_owned(),
                Readiness::Looking(hosts) => format!("  {}", waits_for(hosts)),
                _ => "  Esc cancels".to_owned(),
            };
            line.push(look.span(role, next));
        }
        Gate::Bar | Gate::Plan => match &readiness {
            Readiness::Looking(hosts) => {
                line.push(look.span(Role::Muted, format!("y {button}   {}", waits_for(hosts))));
            }
            Readiness::NotArmed => line.push(look.span(Role::Muted, format!("y {button}"))),
            _ => {
                line.push(look.span(Role::Key, "y"));
                line.push(look.span(Role::Heading, format!(" {button}")));
            }
        },
    }
    line
}

/// Who has not yet told what it costs.
fn waits_for(hosts: &[HostName]) -> String {
    match hosts {
        [one] => format!("waits for {one} to tell what it costs"),
        many => format!("waits for {} hosts to tell what it costs", many.len()),
    }
}

/// What is confirmed, with the number of targets once more.
fn button(plan: &Plan) -> String {
    let n = plan.targets().len();
    match plan {
        Plan::Push(_) => format!("push to {n}"),
        Plan::Restart(_) => format!("{} {n}", plan.verb()),
        Plan::Prune(prune) => format!("remove {}", prune.removals().count()),
        Plan::Activate(_) => format!("activate on {n}"),
        Plan::Start(_) => format!("start {n}"),
        Plan::Stop(_) => format!("stop {n}"),
        Plan::Remove(plan) if plan.with_volumes => format!("remove {n} with volumes"),
        Plan::Remove(_) => format!("remove {n}"),
        Plan::Rename(_) => "change the label".to_owned(),
        Plan::Setup(plan) => plan.title(),
        Plan::Build(plan) => format!("build {}", plan.reference.tag),
        Plan::Publish(_) => "publish".to_owned(),
        Plan::Release(plan) => format!("release {}", plan.reference.tag),
        Plan::Migrate(plan) => format!("migrate {}", plan.migration.project),
        Plan::Bootstrap(plan) => format!("put {} there", plan.bootstrap.project),
    }
}
