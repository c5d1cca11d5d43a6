//! The lease of a host: who changes it now, since when, and for how long that is good. All of it is counted by the host's clock.

use crate::model::clean::clean;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Who has a host, as it was told at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostLease {
    /// Who.
    pub holder: Holder,
    /// With which job.
    pub job: String,
    /// What that job does, in a word.
    pub what: String,
    /// Seconds that it is good for without being renewed; none are left of one that has run out.
    pub left: i64,
    /// Seconds since it was taken.
    pub held: i64,
}

/// Who has a lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// A tagboat of an operator.
    Console {
        /// Who, and from which machine.
        operator: String,
        /// Which process there.
        process: u32,
    },
    /// The prune that the host does alone.
    Prune,
    /// Somebody who names himself in another way.
    Other(String),
}

impl Holder {
    /// Reads the owner of a lease: `OPERATOR#BOOT.NAMESPACE.USER.PROCESS`, or `prune@MACHINE#PROCESS`.
    pub fn read(owner: &str) -> Self {
        let other = || Self::Other(clean(owner));
        let Some((name, id)) = owner.rsplit_once('#') else {
            return other();
        };
        match id.rsplit_once('.') {
            None if name.starts_with("prune@") => Self::Prune,
            None => other(),
            Some((_, process)) => process.parse().map_or_else(
                |_| other(),
                |process| Self::Console {
                    operator: clean(name),
                    process,
                },
            ),
        }
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Console { operator, process } => write!(f, "{operator} (process {process})"),
            Self::Prune => f.write_str("the host's own prune"),
            Self::Other(name) => f.write_str(name),
        }
    }
}

impl HostLease {
    /// Reads the line in which the lease script and the survey tell a lease.
    pub fn read(line: &str) -> Option<Self> {
        let mut fields = line.trim_end_matches(['\n', '\r']).split('\t');
        let holder = fields.next().filter(|owner| !owner.is_empty())?;
        Some(Self {
            holder: Holder::read(holder),
            job: clean(fields.next()?),
            left: fields.next()?.parse().ok()?,
            held: fields.next().and_then(|held| held.parse().ok()).unwrap_or(0),
            what: clean(fields.next().unwrap_or_default()),
        })
    }

    /// What its holder does: `push, job 20261121-101500-ab12`.
    pub fn doing(&self) -> String {
        match (&self.holder, self.what.as_str()) {
            (Holder::Prune, _) => "prune".to_owned(),
            (_, "") => format!("job {}", self.job),
            (_, what) => format!("{what}, job {}", self.job),
        }
    }

    /// Who has the host, and what for: the cause of whatever has to wait.
    pub fn cause(&self) -> String {
        match self.holder {
            Holder::Prune => "the host's own prune is at work".to_owned(),
            _ => format!("{} is changing this host ({})", self.holder, self.doing()),
        }
    }

    /// Seconds that are left of it at `now`, when it was told at `told_at`; none where it has run out.
    pub fn left_at(&self, told_at: Timestamp, now: Timestamp) -> Option<u64> {
        let passed = now.duration_since(told_at).max(SignedDuration::ZERO).as_secs();
        u64::try_from(self.left - passed).ok().filter(|left| *left > 0)
    }

    /// How long it has been held at `now`, when it was told at `told_at`.
    pub fn held_at(&self, told_at: Timestamp, now: Timestamp) -> SignedDuration {
        let passed = now.duration_since(told_at).max(SignedDuration::ZERO);
        SignedDuration::from_secs(self.held.max(0)) + passed
    }
}

#[cfg(test)]
mod tests {
    use super::{Holder, HostLease};
    use jiff::{SignedDuration, Timestamp};

    fn read(line: &str) -> HostLease {
        HostLease::read(line).unwrap()
    }

    #[test]
    fn a_lease_says_who_has_the_host_and_what_for_in_words() {
        let lease = read("kim@desk#0123456789ab.4026531836.1000.4242\t20261121-101500-ab12\t48\t190\tpush\n");
        assert_eq!(
            lease.cause(),
            "kim@desk (process 4242) is changing this host (push, job 20261121-101500-ab12)"
        );
        assert_eq!((lease.left, lease.held), (48, 190));
        let lease = read("prune@agent-1#77\tdaily-prune\t290\t10\tprune");
        assert_eq!(lease.holder, Holder::Prune);
        assert_eq!(lease.cause(), "the host's own prune is at work");
        let lease = read("some\u{1b}body\tjob-7\t5");
        assert_eq!(lease.cause(), "some\\x1bbody is changing this host (job job-7)");
    }

    #[test]
    fn what_is_no_lease_is_none() {
        for line in ["", "\tjob\t1", "kim@desk#1", "kim@desk\tjob\tsoon"] {
            assert_eq!(HostLease::read(line), None, "{line:?}");
        }
    }

    #[test]
    fn a_lease_runs_out_while_nothing_new_is_told() {
        let told_at = Timestamp::UNIX_EPOCH;
        let after = |seconds| told_at + SignedDuration::from_secs(seconds);
        let lease = read("kim@desk#a.1.0.2\tjob\t60\t5\tpush");
        assert_eq!(lease.left_at(told_at, after(20)), Some(40));
        assert_eq!(lease.left_at(told_at, after(60)), None);
        // A clock here that was set back meanwhile gives nobody more than he had.
        assert_eq!(lease.left_at(told_at, after(-3600)), Some(60));
        assert_eq!(lease.held_at(told_at, after(20)).as_secs(), 25);
    }
}
