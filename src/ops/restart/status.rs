//! The lines of a restart's status on the host: `EPOCH STEP STATE DETAIL`, and whether more will come.

use crate::model::clean::clean;
use crate::model::job::StepKind;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// A step began.
    Running(StepKind),
    /// A step is done.
    Done(StepKind, Option<String>),
    /// A step was not needed.
    Skipped(StepKind, String),
    /// A step failed.
    Failed(StepKind, String),
    /// Something to keep, such as the last words of a container.
    Said(StepKind, String),
    /// The container that was not good is kept under this name.
    Kept(String),
    /// It is over.
    End(End),
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// The successor is the session.
    Replaced(Option<String>),
    /// The old container is the session again; why, and what is to be known about it.
    Undone(Why, Option<String>),
    /// It cannot go on; the journal stays open. Why, and whether the session is up, if that is known.
    Stuck(String, Option<bool>),
}

/// Why the old container was put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// A step failed.
    Failed,
    /// The operator asked for it.
    Cancelled,
    /// The host's script, or the host, had died.
    Interrupted,
}

/// Whether more lines will come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// The host is at work.
    Running,
    /// It is over.
    Ended,
    /// It is not over, and nothing works on it.
    Dead,
    /// There is no journal.
    NoJournal,
}

/// The answer to a `follow`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// The lines, those that are not understood left out.
    pub(super) lines: Vec<Line>,
    /// How many lines the status grew by.
    pub(super) count: usize,
    /// Whether more will come; none if the answer is not whole.
    pub(super) life: Option<Life>,
}

/// Reads an answer: the lines, a line break, and `state WORD`.
pub(super) fn read(output: &str) -> Answer {
    let (lines, life) = match output.trim_end_matches('\n').rsplit_once('\n') {
        Some((lines, last)) => (lines, last),
        None => ("", output.trim_end_matches('\n')),
    };
    let life = match life {
        "state running" => Some(Life::Running),
        "state ended" => Some(Life::Ended),
        "state dead" => Some(Life::Dead),
        "state none" => Some(Life::NoJournal),
        _ => None,
    };
    // The script ends the status with a line break of its own, in case that a line was not written to its end.
    let whole = lines.strip_suffix('\n').unwrap_or(lines);
    Answer {
        lines: whole.lines().filter_map(line).collect(),
        count: whole.lines().count(),
        life,
    }
}

fn line(text: &str) -> Option<Line> {
    let mut words = text.splitn(4, ' ');
    let _at: u64 = words.next()?.parse().ok()?;
    let (step, state) = (words.next()?, words.next()?);
    let detail = words
        .next()
        .map(str::trim)
        .filter(|detail| !detail.is_empty())
        .map(clean);
    let why = |detail: &Option<String>| detail.clone().unwrap_or_else(|| "it was not told why".to_owned());
    if step == "end" {
        return end(state, detail).map(Line::End);
    }
    let step = match step {
        "hold" => StepKind::Hold,
        "stop" => StepKind::Stop,
        "rename" => StepKind::Rename,
        "start" => StepKind::Start,
        "write_pin" => StepKind::WritePin,
        "install" => StepKind::Install,
        "up" => StepKind::Up,
        "probe" => StepKind::Probe,
        "commit" => StepKind::Commit,
        "clean_up" => StepKind::CleanUp,
        "put_back" => StepKind::PutBack,
        _ => return None,
    };
    Some(match state {
        "running" => Line::Running(step),
        "ok" => Line::Done(step, detail),
        "skipped" => Line::Skipped(step, why(&detail)),
        "failed" => Line::Failed(step, why(&detail)),
        "log" => Line::Said(step, detail.unwrap_or_default()),
        "kept" => Line::Kept(detail?),
        _ => return None,
    })
}

fn end(state: &str, detail: Option<String>) -> Option<End> {
    match state {
        "replaced" => Some(End::Replaced(detail)),
        "stuck" => {
            let detail = detail.unwrap_or_default();
            let (word, why) = detail.split_once("; ").unwrap_or(("", &detail));
            // A journal of an earlier version does not say how the session is.
            Some(match word {
                "up" => End::Stuck(why.to_owned(), Some(true)),
                "down" => End::Stuck(why.to_owned(), Some(false)),
                "unknown" => End::Stuck(why.to_owned(), None),
                _ => End::Stuck(detail, None),
            })
        }
        "undone" => {
            let detail = detail.unwrap_or_default();
            let (why, note) = detail
                .split_once("; ")
                .map_or((detail.as_str(), None), |(why, note)| (why, Some(note)));
            let why = match why {
                "failed" => Why::Failed,
                "cancelled" => Why::Cancelled,
                _ => Why::Interrupted,
            };
            Some(End::Undone(why, note.map(str::to_owned)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, End, Life, Line, Why, read};
    use crate::model::job::StepKind;
    use proptest::prelude::*;

    #[test]
    fn a_status_is_read_line_by_line_with_its_end() {
        let answer = read(
            "1 hold running \n1 hold skipped not needed\n2 probe log \u{1b}[31mwords\n3 probe failed exit 1\n\
             4 end undone failed; a note\n\nstate ended\n",
        );
        assert_eq!(
            answer.lines,
            [
                Line::Running(StepKind::Hold),
                Line::Skipped(StepKind::Hold, "not needed".to_owned()),
                Line::Said(StepKind::Probe, "\\x1b[31mwords".to_owned()),
                Line::Failed(StepKind::Probe, "exit 1".to_owned()),
                Line::End(End::Undone(Why::Failed, Some("a note".to_owned()))),
            ]
        );
        assert_eq!((answer.count, answer.life), (5, Some(Life::Ended)));
    }

    #[test]
    fn a_restart_that_is_stuck_tells_whether_its_session_is_up() {
        let stuck = |line: &str| match read(&format!("9 end stuck {line}\n\nstate dead\n"))
            .lines
            .remove(0)
        {
            Line::End(End::Stuck(why, is_up)) => (why, is_up),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            stuck("up; it is; in the way"),
            ("it is; in the way".to_owned(), Some(true))
        );
        assert_eq!(stuck("down; gone"), ("gone".to_owned(), Some(false)));
        assert_eq!(stuck("unknown; gone"), ("gone".to_owned(), None));
        assert_eq!(
            stuck("of an earlier; version"),
            ("of an earlier; version".to_owned(), None)
        );
        assert_eq!(
            read("8 put_back kept web.old\n\nstate ended\n").lines,
            [Line::Kept("web.old".to_owned())]
        );
    }

    #[test]
    fn lines_that_are_cut_off_or_not_known_count_but_say_nothing() {
        let answer = read("1 hold run\n\n2 juggle ok\n3 stop ok\n\nstate dead\n");
        assert_eq!(answer.lines, [Line::Done(StepKind::Stop, None)]);
        assert_eq!((answer.count, answer.life), (4, Some(Life::Dead)));
    }

    #[test]
    fn an_answer_without_lines_still_tells_whether_more_will_come() {
        let nothing = |life| Answer {
            lines: Vec::new(),
            count: 0,
            life,
        };
        assert_eq!(read("\nstate running\n"), nothing(Some(Life::Running)));
        assert_eq!(read("state none\n"), nothing(Some(Life::NoJournal)));
        assert_eq!(read(""), nothing(None));
    }

    proptest! {
        #[test]
        fn no_answer_makes_the_reader_fail(output in "(?s).{0,200}") {
            let _ = read(&output);
        }
    }
}
