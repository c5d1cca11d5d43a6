//! Rollouts: many sessions in portions, held up or steered by the operator. What comes next follows from the job alone.

mod account;
mod next;
mod order;
mod row;
mod steering;

pub use account::{Account, Stage};
pub use next::{Next, Pause, next};
pub use order::{Canary, RolloutOrder};
pub use row::{Row, rows};
pub use steering::{ONLY_ROLLOUTS, Steer, Steering};
