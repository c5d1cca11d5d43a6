//! Which measured value goes into which line of the table, and the targets of R1 to R6.

use crate::measure::{Idle, Keys, Starts};
use crate::peers::{Numbers, Peer};
use crate::table::{self, Cell, Row, Unit};
use crate::tagboat::{Frames, OnHanging};
use std::fmt::Write;

/// Everything that was measured.
pub(crate) struct Report {
    /// With hosts that all hang.
    pub(crate) hanging: Result<OnHanging, String>,
    /// With idle real hosts.
    pub(crate) idle: Result<Idle, String>,
    /// With real hosts that get an image.
    pub(crate) push: Result<Keys, String>,
    /// The other programs.
    pub(crate) peers: Vec<Peer>,
}

const SPREAD: &[usize] = &[50, 95, 99, 100];
const SPREAD_WORDS: &str = "p50 / p95 / p99 / max";

impl Report {
    /// The table.
    pub(crate) fn write(&self) -> String {
        let names: Vec<&str> = self.peers.iter().map(|peer| peer.name.as_str()).collect();
        let mut rows = self.starts();
        rows.extend(self.keys());
        rows.extend(self.idle_real());
        rows.extend(self.idle_hanging());
        rows.extend(self.frames());
        table::write(&names, &rows) + &self.gaps()
    }

    /// What is missing, and why; and how many connections hung.
    fn gaps(&self) -> String {
        let ours = [
            ("with hanging hosts", self.hanging.as_ref().err()),
            ("idle with real hosts", self.idle.as_ref().err()),
            ("during a push", self.push.as_ref().err()),
        ];
        let peers = self.peers.iter();
        let peers = peers.map(|peer| (peer.name.as_str(), peer.numbers.as_ref().err()));
        let mut text = String::new();
        for (what, why) in ours.into_iter().chain(peers) {
            if let Some(why) = why {
                let _ = write!(text, "\nNot measured, {what}: {}\n", why.replace('\n', " "));
            }
        }
        if let Ok(numbers) = &self.hanging {
            let _ = write!(
                text,
                "\nUp to {} connections of the 100 hanging hosts were open at once.\n",
                numbers.at_once
            );
        }
        let lost = |keys: &Keys| keys.lost;
        let peers = self.peers.iter();
        let peers = peers.map(|peer| {
            (
                peer.name.as_str(),
                peer.numbers.as_ref().map_or(0, |n| lost(&n.keys)),
            )
        });
        let ours = [
            (
                "tagboat with hanging hosts",
                self.hanging.as_ref().map_or(0, |n| lost(&n.keys)),
            ),
            ("tagboat during a push", self.push.as_ref().map_or(0, lost)),
        ];
        for (what, count) in ours.into_iter().chain(peers).filter(|(_, count)| *count > 0) {
            let _ = write!(text, "\nKeys without any effect within 2 s, {what}: {count}.\n");
        }
        text
    }

    fn others(&self, of: impl Fn(&Numbers) -> Vec<f64>) -> Vec<Option<Cell>> {
        let cell = |peer: &Peer| Some(peer.numbers.as_ref().map(&of).map_err(Clone::clone));
        self.peers.iter().map(cell).collect()
    }

    fn nobody(&self) -> Vec<Option<Cell>> {
        self.peers.iter().map(|_| None).collect()
    }

    fn hanging(&self, of: impl Fn(&OnHanging) -> Vec<f64>) -> Cell {
        self.hanging.as_ref().map(of).map_err(Clone::clone)
    }

    fn starts(&self) -> Vec<Row> {
        let row = |what, target, of: fn(&Starts) -> Vec<f64>| Row {
            what,
            values: "p50 / p95",
            unit: Unit::Time,
            targets: vec![None, Some(target)],
            ours: self.hanging(|numbers| of(&numbers.starts)),
            others: self.others(|numbers| of(&numbers.starts)),
        };
        vec![
            row("start to first byte, 100 hanging hosts", 20.0, |starts| {
                starts.first_byte.percentiles(&[50, 95])
            }),
            row(
                "start to first complete frame, 100 hanging hosts",
                50.0,
                |starts| starts.first_frame.percentiles(&[50, 95]),
            ),
        ]
    }

    fn keys(&self) -> Vec<Row> {
        let row = |what, ours, others| Row {
            what,
            values: SPREAD_WORDS,
            unit: Unit::Time,
            targets: vec![Some(3.0), None, Some(16.0), None],
            ours,
            others,
        };
        let first = |keys: &Keys| keys.first_byte.percentiles(SPREAD);
        let effect = |keys: &Keys| keys.effect.percentiles(SPREAD);
        let push = |of: fn(&Keys) -> Vec<f64>| self.push.as_ref().map(of).map_err(Clone::clone);
        vec![
            row(
                "key to first byte, 100 hanging hosts",
                self.hanging(|numbers| first(&numbers.keys)),
                self.others(|numbers| first(&numbers.keys)),
            ),
            row(
                "key to its effect on the screen, 100 hanging hosts",
                self.hanging(|numbers| effect(&numbers.keys)),
                self.others(|numbers| effect(&numbers.keys)),
            ),
            row(
                "key to first byte, during a push to 3 real hosts",
                push(first),
                self.nobody(),
            ),
            row(
                "key to its effect on the screen, during a push to 3 real hosts",
                push(effect),
                self.nobody(),
            ),
        ]
    }

    fn idle_real(&self) -> Vec<Row> {
        let row = |what, unit, target, of: fn(&Idle) -> f64| Row {
            what,
            values: "",
            unit,
            targets: vec![target],
            ours: self
                .idle
                .as_ref()
                .map(|idle| vec![of(idle)])
                .map_err(Clone::clone),
            others: self.others(|numbers| vec![of(&numbers.idle)]),
        };
        vec![
            row("idle, 3 real hosts: CPU", Unit::Percent, Some(0.1), |idle| {
                idle.cpu
            }),
            row(
                "idle, 3 real hosts: wakeups (voluntary switches)",
                Unit::PerSecond,
                Some(2.0),
                |idle| idle.wakeups,
            ),
            row(
                "idle, 3 real hosts: all context switches",
                Unit::PerSecond,
                None,
                |idle| idle.switches,
            ),
            row(
                "idle, 3 real hosts: to the terminal in a minute",
                Unit::Bytes,
                Some(2048.0),
                |idle| idle.bytes,
            ),
            row(
                "idle, 3 real hosts: memory (RSS)",
                Unit::Megabytes,
                Some(12e6),
                |idle| idle.resident,
            ),
            row("idle, 3 real hosts: peak memory", Unit::Megabytes, None, |idle| {
                idle.peak
            }),
        ]
    }

    fn idle_hanging(&self) -> Vec<Row> {
        let row = |what, unit, target, of: fn(&Idle) -> f64| Row {
            what,
            values: "",
            unit,
            targets: vec![target],
            ours: self.hanging(|numbers| vec![of(&numbers.idle)]),
            others: self.nobody(),
        };
        vec![
            row("untouched, 100 hanging hosts: CPU", Unit::Percent, None, |idle| {
                idle.cpu
            }),
            row(
                "untouched, 100 hanging hosts: wakeups",
                Unit::PerSecond,
                None,
                |idle| idle.wakeups,
            ),
            row(
                "untouched, 100 hanging hosts: all context switches",
                Unit::PerSecond,
                None,
                |idle| idle.switches,
            ),
            row(
                "untouched, 100 hanging hosts: to the terminal in a minute",
                Unit::Bytes,
                None,
                |idle| idle.bytes,
            ),
            row(
                "untouched, 100 hanging hosts: memory (RSS)",
                Unit::Megabytes,
                Some(12e6),
                |idle| idle.resident,
            ),
            row(
                "untouched, 100 hanging hosts: peak memory",
                Unit::Megabytes,
                None,
                |idle| idle.peak,
            ),
        ]
    }

    fn frames(&self) -> Vec<Row> {
        let row = |what, target, of: fn(&Frames) -> Vec<f64>| Row {
            what,
            values: "p50 / max",
            unit: Unit::Bytes,
            targets: vec![Some(target), None],
            ours: self.hanging(|numbers| of(&numbers.frames)),
            others: self.nobody(),
        };
        vec![
            row("frame of a cursor move", 600.0, |frames| {
                frames.cursor.percentiles(&[50, 100])
            }),
            row("frame of a page down", 4096.0, |frames| {
                frames.page.percentiles(&[50, 100])
            }),
            row("frame of a full repaint", 12_288.0, |frames| {
                frames.repaint.percentiles(&[50, 100])
            }),
        ]
    }
}
