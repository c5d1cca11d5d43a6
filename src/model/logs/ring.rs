//! The lines that a screen holds: the newest, at most so many and so large; older ones go, and that is counted.

use super::LogLine;
use std::collections::VecDeque;

/// A bounded number of lines. A line is known by its number from the first on, which stays when older ones go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogRing {
    lines: VecDeque<LogLine>,
    bytes: usize,
    /// Lines that went.
    gone: usize,
}

impl LogRing {
    /// The most lines (R5 of research/tui.md).
    pub const MOST_LINES: usize = 2000;
    /// The most bytes of all lines together.
    pub const MOST_BYTES: usize = 1 << 20;

    /// Takes a line.
    pub fn push(&mut self, line: LogLine) {
        self.bytes += line.text.len();
        self.lines.push_back(line);
        while self.lines.len() > Self::MOST_LINES || self.bytes > Self::MOST_BYTES {
            let Some(oldest) = self.lines.pop_front() else {
                break;
            };
            self.bytes -= oldest.text.len();
            self.gone += 1;
        }
    }

    /// The number of the first line that is there.
    pub fn first(&self) -> usize {
        self.gone
    }

    /// The number behind that of the last line.
    pub fn end(&self) -> usize {
        self.gone + self.lines.len()
    }

    /// The line of a number; none for one that went or that has not come.
    pub fn line(&self, number: usize) -> Option<&LogLine> {
        self.lines.get(number.checked_sub(self.gone)?)
    }

    /// All lines that are there, with their numbers.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = (usize, &LogLine)> {
        self.lines
            .iter()
            .enumerate()
            .map(|(at, line)| (at + self.gone, line))
    }
}

#[cfg(test)]
mod tests {
    use super::{LogLine, LogRing};

    fn line(text: String) -> LogLine {
        LogLine {
            is_error: false,
            text,
        }
    }

    #[test]
    fn the_newest_lines_stay_under_their_numbers_and_memory_is_bounded_by_number_and_by_size() {
        let mut ring = LogRing::default();
        for number in 0..5000 {
            ring.push(line(format!("line {number}")));
        }
        assert_eq!((ring.first(), ring.end()), (3000, 5000));
        assert_eq!(ring.line(4999).unwrap().text, "line 4999");
        assert_eq!(ring.line(2999), None);
        for _ in 0..5 {
            ring.push(line("x".repeat(LogRing::MOST_BYTES / 2)));
        }
        assert_eq!((ring.lines().count(), ring.end()), (2, 5005));
    }
}
