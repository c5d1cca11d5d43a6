//! What can lie over a screen. Overlays are a stack of one enum, so there is never a question of which gets the keys.

use super::filter::UnknownField;
use super::line_input::LineInput;
use super::{Choice, Filter, HostPicker, LogView, Place, PlanDialog, RolloutDialog};
use crate::model::failure::Refusal;
use crate::model::names::JobId;
use crate::model::plan::{Gate, PushIntent, SourceWish};
use crate::model::rollout::Steer;
use jiff::Timestamp;

/// Something that lies over the screen and gets the keys.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    /// The searchable help.
    Help {
        /// What is searched for.
        input: LineInput,
        /// The first line that is shown.
        scroll: usize,
    },
    /// The palette.
    Palette {
        /// What is searched for, or a verb with its arguments.
        input: LineInput,
        /// Which of the matches is chosen.
        cursor: usize,
    },
    /// The filter line; the list follows it live.
    Filter {
        /// What is typed.
        input: LineInput,
        /// The filter to go back to.
        before: Filter,
        /// Why what is typed is not used.
        problem: Option<UnknownField>,
    },
    /// A plan that waits for its confirmation.
    Plan(Box<PlanDialog>),
    /// A change that was declined, with what to do about it.
    Refused {
        /// What was wanted.
        what: String,
        /// Why not.
        refusal: Refusal,
        /// The push that was wanted, where it was one.
        push: Option<Box<PushIntent>>,
    },
    /// A change of the source whose plan is being made.
    Drafting(Box<SourceWish>),
    /// What stands in the place of a plan whose targets are not what they were. It takes the keys that were meant for the plan,
    /// so that none of them acts on what lies below.
    Vanished {
        /// What was wanted.
        what: String,
        /// What is not as it was.
        refusal: Refusal,
    },
    /// A question with yes and no.
    Question(Question),
    /// A choice of hosts.
    Hosts(HostPicker),
    /// A choice of one thing.
    Choice(Choice),
    /// The choice of how a rollout goes.
    Rollout(RolloutDialog),
    /// What a session writes.
    Logs(Box<LogView>),
    /// The list of messages.
    Messages {
        /// The first line that is shown.
        scroll: usize,
    },
}

/// A question with yes and no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What `y` does.
    pub on_yes: OnYes,
    /// When it was asked; an answer right after that was meant for something else.
    pub asked_at: Timestamp,
}

/// What a yes does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnYes {
    /// The job is cancelled.
    Cancel(JobId),
    /// The rollout is told this.
    Steer(JobId, Steer),
    /// The console ends while these jobs run.
    Leave(Vec<JobId>),
}

impl Overlay {
    /// Where the keys go while it is on top.
    pub fn place(&self) -> Place {
        match self {
            Self::Help { .. } => Place::Help,
            Self::Palette { .. } => Place::Palette,
            Self::Filter { .. } => Place::Filter,
            Self::Plan(dialog) => match dialog.plan.gate() {
                Gate::Typed(_) if dialog.has_work() => Place::Typed,
                _ => Place::Plan,
            },
            Self::Refused { .. } | Self::Drafting(_) => Place::Refused,
            Self::Vanished { .. } => Place::Vanished,
            Self::Question(_) => Place::Question,
            Self::Hosts(_) => Place::Hosts,
            Self::Choice(_) => Place::Choice,
            Self::Rollout(_) => Place::RolloutOrder,
            Self::Logs(view) if view.entry.is_some() => Place::LogEntry,
            Self::Logs(_) => Place::Logs,
            Self::Messages { .. } => Place::Messages,
        }
    }

    /// The push that it is the plan or the refusal of, as it was wanted.
    pub fn push(&self) -> Option<&PushIntent> {
        match self {
            Self::Plan(dialog) => dialog.push.as_ref(),
            Self::Refused { push, .. } => push.as_deref(),
            _ => None,
        }
    }

    /// The text that is edited in it.
    pub fn input_mut(&mut self) -> Option<&mut LineInput> {
        match self {
            Self::Help { input, .. } | Self::Palette { input, .. } | Self::Filter { input, .. } => {
                Some(input)
            }
            Self::Plan(dialog) => Some(&mut dialog.typed),
            Self::Logs(view) => view.entry.as_mut().map(|entry| &mut entry.input),
            _ => None,
        }
    }

    /// The place of the first line that it shows, where it scrolls.
    pub fn scroll_mut(&mut self) -> Option<&mut usize> {
        match self {
            Self::Help { scroll, .. } | Self::Messages { scroll } => Some(scroll),
            Self::Plan(dialog) => Some(&mut dialog.scroll),
            _ => None,
        }
    }

    /// The time before which a confirmation is not taken.
    pub fn armed_at(&self) -> Option<Timestamp> {
        match self {
            Self::Plan(dialog) => Some(dialog.opened_at + PlanDialog::ARMING),
            Self::Question(question) => Some(question.asked_at + PlanDialog::ARMING),
            _ => None,
        }
    }
}
