//! A host without a network and an engine without containers, for tests: the scripts are really run, by a real `sh`.

mod clock;
mod disk;
mod engine;
mod host;
mod registry;
mod shell;
mod sink;

pub(crate) use clock::LeapingClock;
pub(crate) use disk::SmallDisk;
pub(crate) use engine::{ExportFault, SimulatedEngine};
pub(crate) use host::SimulatedHost;
pub(crate) use shell::{Fault, Flavour, SimulatedShell};
pub(crate) use sink::MemorySink;
