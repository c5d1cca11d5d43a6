//! Whether a session is quiet enough to be restarted without anybody missing anything.

use super::{Age, Cost, CostPart};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// A session that uses more thousandths of a processor works. What waits at a terminal uses a few.
const WORKS: u32 = 50;

/// What is to be thought of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quietness {
    /// It was quiet for as long as it was asked.
    Quiet,
    /// It is not.
    Busy(Stir),
    /// Nobody can tell, and why.
    Unknown(String),
}

/// What happens, or happened last, in a session that is not quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stir {
    /// It wrote something.
    Output(Age),
    /// Something that was typed was read in it.
    Input(Age),
    /// It computes, with so many thousandths of a processor.
    Computing(u32),
    /// It computed.
    Computed(Age),
}

impl Stir {
    /// Whether it is of the same kind, so that there is nothing new to say.
    pub fn is_like(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }

    /// How long it takes at least until it can have been quiet for so long.
    pub fn at_least(self, quiet: Duration) -> Duration {
        match self {
            Self::Output(age) | Self::Input(age) | Self::Computed(age) => {
                quiet.saturating_sub(Duration::from_secs(age.0))
            }
            Self::Computing(_) => quiet,
        }
    }
}

impl std::fmt::Display for Stir {
    /// `output 12 s ago`, `CPU 80 %`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Output(age) => write!(f, "output {age} ago"),
            Self::Input(age) => write!(f, "input {age} ago"),
            Self::Computing(used) => write!(f, "CPU {} %", used / 10),
            Self::Computed(age) => write!(f, "it computed {age} ago"),
        }
    }
}

impl Cost {
    /// Whether nothing was written, typed or computed in it for so long. The processor is known of one moment only; for a
    /// longer time there is [`QuietWatch`].
    ///
    /// A program that was started in it from outside does not count by itself: one that says nothing, reads nothing and
    /// computes nothing for that long may be a shell that somebody forgot.
    pub fn quietness(&self, quiet: Duration) -> Quietness {
        if let Some(reason) = self.why_unknown(CostPart::Everything) {
            return Quietness::Unknown(reason.to_owned());
        }
        if !self.is_up {
            return Quietness::Quiet;
        }
        let recent = |age: Option<Age>| age.filter(|age| age.is_within(quiet));
        if let Some(age) = recent(self.last_output) {
            return Quietness::Busy(Stir::Output(age));
        }
        if let Some(age) = recent(self.last_input) {
            return Quietness::Busy(Stir::Input(age));
        }
        match self.cpu_permille {
            Some(used) if used >= WORKS => return Quietness::Busy(Stir::Computing(used)),
            Some(_) => {}
            None => return self.missing(CostPart::Cpu),
        }
        match self.why_unknown(CostPart::Output) {
            None => Quietness::Quiet,
            Some(_) => self.missing(CostPart::Output),
        }
    }

    /// Why it is not quiet, or cannot be told to be; none when it was quiet for so long.
    pub fn busy(&self, quiet: Duration) -> Option<String> {
        match self.quietness(quiet) {
            Quietness::Quiet => None,
            Quietness::Busy(stir) => Some(stir.to_string()),
            Quietness::Unknown(why) => Some(why),
        }
    }

    fn missing(&self, part: CostPart) -> Quietness {
        let why = self.why_unknown(part).unwrap_or("the host did not tell");
        Quietness::Unknown(format!("{} is not known: {why}", part.word()))
    }
}

/// Looks at one session again and again: what computed must have stopped for as long as what wrote.
#[derive(Debug, Clone, Copy, Default)]
pub struct QuietWatch {
    worked_at: Option<Timestamp>,
}

impl QuietWatch {
    /// What is to be thought of it after one more look.
    pub fn look(&mut self, cost: &Cost, quiet: Duration) -> Quietness {
        let seen = cost.quietness(quiet);
        if cost.is_up && cost.cpu_permille.is_some_and(|used| used >= WORKS) {
            self.worked_at = Some(cost.at);
        }
        let Some(worked_at) = self.worked_at.filter(|_| cost.is_up && seen == Quietness::Quiet) else {
            return seen;
        };
        let since = cost.at.duration_since(worked_at).max(SignedDuration::ZERO);
        let since = Age(since.as_secs().unsigned_abs());
        if since.is_within(quiet) {
            Quietness::Busy(Stir::Computed(since))
        } else {
            Quietness::Quiet
        }
    }
}
