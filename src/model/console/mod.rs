//! The console as a value: its state, what can happen to it, and what it wants done. Nothing here draws or waits.
//!
//! `update` takes the state and one [`Msg`] and answers with [`Effect`]s. Lists, marks and dialogs hold ids.

pub mod action;
mod catalogue;
mod choice;
mod details;
mod dirty;
mod effect;
pub mod facets;
mod field;
mod filter;
mod host_picker;
mod line_input;
mod list;
mod log_view;
mod messages;
mod msg;
mod natural;
mod overlay;
pub mod palette;
mod plan_dialog;
mod rollout_dialog;
mod row_id;
mod screen;
mod shown;
mod state;
mod tally;
mod update;

pub(in crate::model::console) use action::sessions_to_roll_out;
pub use action::{Action, ActionInfo, Risk};
pub use catalogue::{CatalogueEntry, ImageStanding, Whereabouts, catalogue};
pub use choice::{Choice, ChoiceOption, Chosen, ChosenFor};
pub use details::Details;
pub use dirty::Dirty;
pub use effect::Effect;
pub use field::Field;
pub use filter::{Filter, UnknownField};
pub use host_picker::{HostPicker, PickedFor};
pub use line_input::{Edit, LineInput};
pub use list::{List, Lists, Reordered, Sort};
pub use log_view::{EntryFor, LogEntry, LogView};
pub use messages::{Message, Messages, Severity};
pub use msg::{Msg, Signal, Size};
pub use overlay::{OnYes, Overlay, Question};
pub use plan_dialog::{Origin, PlanDialog, Readiness};
pub use rollout_dialog::{RolloutDialog, RolloutField};
pub use row_id::RowId;
pub use screen::{Place, Screen};
pub use shown::Shown;
pub use state::{Clock, Desk, FrameNeeds, State};
pub use tally::{Tally, permille_of, tally};
pub use update::update;
