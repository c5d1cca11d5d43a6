//! tagboat: versioned container images on a fleet of agent hosts, from one keyboard-driven console.
//!
//! Three module trees and one rule: [`ui`] and [`ops`] meet only in [`model`].
//! `ARCHITECTURE.md` has the map, the invariants and the flow of data.

pub mod model;
pub mod ops;
pub mod ui;
