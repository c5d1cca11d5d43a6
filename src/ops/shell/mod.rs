//! Running scripts on a host: framing, input, deadline and cancellation, the same over ssh and on this machine.

mod begun;
mod frame;
mod local;
mod process;
mod run;

pub(crate) use begun::Begun;
pub use local::LocalSpawn;
pub use process::{Process, Spawn};
pub use run::HostShell;
