//! What makes a machine a member of the fleet: the pieces of tagboat on it, what an examination finds, and what mends that.

mod before;
mod boot_hook;
mod change;
mod diagnosis;
mod examination;
mod finding;
mod piece;
mod pieces;
mod prune_script;
mod remains;
mod units;

pub use before::{Before, FileSum, Owned};
pub use boot_hook::BOOT_HOOK;
pub use change::Change;
pub use diagnosis::diagnose;
pub use examination::{Cron, Examination, Examined, Init, Limits, System};
pub use finding::{Finding, Level, summary};
pub use piece::{Mode, Piece, Purpose};
pub use pieces::{Made, is_member, pieces, pieces_anywhere, prune_path, strays};
pub use prune_script::prune_script;
pub use remains::{DailyPrune, EmptyBind, InterruptedRestart, StagedFile};
