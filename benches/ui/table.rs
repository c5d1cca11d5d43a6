//! The table: what was measured, the target beside it, and how many times as much the others took.

use std::fmt::Write;

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Milliseconds.
    Time,
    /// Per cent of one processor.
    Percent,
    /// A number per second.
    PerSecond,
    /// Bytes.
    Bytes,
    /// Megabytes, of bytes.
    Megabytes,
}

impl Unit {
    fn write(self, value: f64) -> String {
        match self {
            Self::Time if value >= 100.0 => format!("{value:.0}"),
            Self::Percent => format!("{value:.2}"),
            Self::Time | Self::PerSecond => format!("{value:.1}"),
            Self::Bytes => format!("{value:.0}"),
            Self::Megabytes => format!("{:.1}", value / 1e6),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Time => "ms",
            Self::Percent => "%",
            Self::PerSecond => "/s",
            Self::Bytes => "B",
            Self::Megabytes => "MB",
        }
    }
}

/// The values of one program in one row, or why there are none.
pub(crate) type Cell = Result<Vec<f64>, String>;

/// One line of the table.
pub(crate) struct Row {
    /// What was measured.
    pub(crate) what: &'static str,
    /// What its values are, such as `p50 / p95`; empty for a single one.
    pub(crate) values: &'static str,
    /// How they are written.
    pub(crate) unit: Unit,
    /// The target of each value; none where there is no target.
    pub(crate) targets: Vec<Option<f64>>,
    /// What tagboat did.
    pub(crate) ours: Cell,
    /// What each of the others did; none where there is nothing to compare.
    pub(crate) others: Vec<Option<Cell>>,
}

impl Row {
    fn write(&self) -> String {
        let unit = self.unit.word();
        let values = match self.values {
            "" => String::new(),
            values => format!(" {values}"),
        };
        let mut line = format!("| {}{values}, {unit} | {}", self.what, self.cell(&self.ours));
        let _ = write!(line, " | {} | {}", self.target(), self.verdict());
        for other in &self.others {
            let text = match other {
                None => "–".to_owned(),
                Some(cell) => format!("{}{}", self.cell(cell), self.ratio(cell)),
            };
            let _ = write!(line, " | {text}");
        }
        line + " |"
    }

    fn cell(&self, cell: &Cell) -> String {
        match cell {
            Ok(values) => {
                let texts: Vec<String> = values.iter().map(|value| self.unit.write(*value)).collect();
                texts.join(" / ")
            }
            Err(_) => "not measured".to_owned(),
        }
    }

    fn target(&self) -> String {
        if self.targets.iter().all(Option::is_none) {
            return "–".to_owned();
        }
        let one = |target: &Option<f64>| {
            target.map_or("–".to_owned(), |value| format!("≤ {}", self.unit.write(value)))
        };
        let all: Vec<String> = self.targets.iter().map(one).collect();
        all.join(" / ")
    }

    fn verdict(&self) -> &'static str {
        let Ok(values) = &self.ours else {
            return "–";
        };
        let mut pairs = values
            .iter()
            .zip(&self.targets)
            .filter_map(|(value, target)| target.map(|target| *value <= target))
            .peekable();
        match (pairs.peek().is_some(), pairs.all(|met| met)) {
            (false, _) => "–",
            (true, true) => "met",
            (true, false) => "**missed**",
        }
    }

    /// How many times as much as ours the first value is.
    fn ratio(&self, cell: &Cell) -> String {
        match (&self.ours, cell) {
            (Ok(ours), Ok(theirs)) => match (ours.first(), theirs.first()) {
                (Some(ours), Some(theirs)) if *ours > 0.0 && *theirs > 0.0 => {
                    let ratio = theirs / ours;
                    let digits = usize::from(ratio < 10.0) + usize::from(ratio < 0.1);
                    format!(" (× {ratio:.digits$})")
                }
                _ => String::new(),
            },
            _ => String::new(),
        }
    }
}

/// Writes the table.
pub(crate) fn write(names: &[&str], rows: &[Row]) -> String {
    let mut text = format!("| | tagboat | target | | {} |\n", names.join(" | "));
    text.push_str("|---|---|---|---|");
    text += &"---|".repeat(names.len());
    text.push('\n');
    for row in rows {
        text += &row.write();
        text.push('\n');
    }
    text
}
