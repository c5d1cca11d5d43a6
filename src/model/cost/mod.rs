//! What a restart of one session would cost, as its host told it: who works in it, how busy it is, and which files only its
//! container has.

mod age;
mod answer;
mod layer;
mod quiet;
mod words;

pub use age::Age;
pub use layer::LayerChanges;
pub use quiet::{QuietWatch, Quietness, Stir};

pub(crate) use answer::read;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A terminal that was typed at more recently is in use, and not merely open.
pub const IN_USE: Age = Age(300);

/// What a restart would interrupt or leave behind, as it was at one moment.
///
/// What is empty is known to be none, unless [`Self::unknown`] has its part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// When it was asked, by the clock here. Ages are by the host's own clock.
    pub at: Timestamp,
    /// Whether it runs: what does not run is interrupted in nothing.
    pub is_up: bool,
    /// Whether the engine removes the container, with its layer, as soon as it is stopped (`--rm`).
    pub vanishes: bool,
    /// What was started in it from outside and still runs: `docker exec`, or a program put into its namespaces. What the
    /// engine's own health check runs at the moment is among them.
    pub execs: Vec<ExecSeen>,
    /// Docker clients on the host that are attached to it, as command lines. Those that come over the network are not seen.
    pub attached: Vec<String>,
    /// How long ago it wrote something, on its log or on a terminal in it.
    pub last_output: Option<Age>,
    /// How long ago something read from a terminal in it what was typed there.
    pub last_input: Option<Age>,
    /// Thousandths of one processor that it used while it was looked at.
    pub cpu_permille: Option<u32>,
    /// What changed in its own layer.
    pub layer: Option<LayerChanges>,
    /// What could not be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<Unknown>,
}

/// A program that somebody started in a session from outside of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecSeen {
    /// Its command line, cut and made harmless.
    pub command: String,
    /// Whether it has a terminal: somebody sits there.
    pub has_terminal: bool,
}

/// A part of a cost that could not be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknown {
    /// Which.
    pub part: CostPart,
    /// Why, made harmless.
    pub reason: String,
}

/// The parts of a cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CostPart {
    /// All of it.
    Everything,
    /// When it wrote last.
    Output,
    /// What runs in it.
    Processes,
    /// How busy it is.
    Cpu,
    /// What is in its layer.
    Layer,
}

impl CostPart {
    /// The part in the words of the interface.
    pub fn word(self) -> &'static str {
        match self {
            Self::Everything => "what it costs",
            Self::Output => "its last output",
            Self::Processes => "what runs in it",
            Self::Cpu => "its use of the processor",
            Self::Layer => "its own layer",
        }
    }
}

impl Cost {
    /// The cost of a session whose host could not tell it.
    pub fn untold(at: Timestamp, reason: impl Into<String>) -> Self {
        Self {
            at,
            is_up: true,
            vanishes: false,
            execs: Vec::new(),
            attached: Vec::new(),
            last_output: None,
            last_input: None,
            cpu_permille: None,
            layer: None,
            unknown: vec![Unknown {
                part: CostPart::Everything,
                reason: reason.into(),
            }],
        }
    }

    /// Why a part of it is not known.
    pub fn why_unknown(&self, part: CostPart) -> Option<&str> {
        let is_it = |one: &&Unknown| one.part == part || one.part == CostPart::Everything;
        self.unknown
            .iter()
            .find(is_it)
            .map(|unknown| unknown.reason.as_str())
    }

    /// How many terminals there are from which somebody looks into it.
    pub fn terminals(&self) -> usize {
        let with_terminal = self.execs.iter().filter(|exec| exec.has_terminal).count();
        with_terminal + self.attached.len()
    }

    /// Whether somebody typed at one of its terminals in the last minutes: that one's work ends with the restart.
    pub fn is_in_use(&self) -> bool {
        self.terminals() > 0 && self.last_input.is_some_and(|age| age < IN_USE)
    }

    /// Whether a restart interrupts somebody, leaves files behind, or may do so for all that is known.
    pub fn is_felt(&self) -> bool {
        self.terminals() > 0 || self.unclean().is_some() || !self.unknown.is_empty()
    }

    /// Whether files go away for ever, because no predecessor keeps its layer.
    pub fn loses_files(&self, keep_predecessors: usize) -> bool {
        (self.vanishes || keep_predecessors == 0) && self.unclean().is_some()
    }

    /// Why its layer is not clean: what changed in it, or why that is not known. None where nothing changed.
    pub fn unclean(&self) -> Option<String> {
        match &self.layer {
            Some(layer) if layer.count == 0 => None,
            Some(layer) => Some(layer.to_string()),
            None => {
                let why = self
                    .why_unknown(CostPart::Layer)
                    .unwrap_or("the host did not tell");
                Some(format!("its own layer is not known: {why}"))
            }
        }
    }
}

#[cfg(test)]
mod tests;
