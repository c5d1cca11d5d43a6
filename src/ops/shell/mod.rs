//! Running scripts on a host: framing, input, deadline and cancellation, the same over ssh and on this machine.

mod frame;
mod local;
mod process;
mod run;

pub use local::LocalSpawn;
pub use process::{Process, Spawn};
pub use run::HostShell;
