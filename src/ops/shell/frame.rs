//! The frame around a script's output: login files may print anything before it, and ssh's exit codes are ambiguous.
//!
//! A random mark is printed before and after the script, with the process group and the exit code
//! (research/reliability.md sections 0.18 and 3).

use crate::model::clean::clean;
use crate::ops::ports::ScriptCall;
use std::hash::{BuildHasher, Hasher, RandomState};

/// Prints the mark and the process group, runs the script `$2` with the further arguments, prints the mark and its code.
/// Whatever language the login has, what scripts read of programs is in none.
const WRAPPER: &str = r#"mark=$1 script=$2; shift 2
export LC_ALL=C
printf '\n%s begin %s\n' "$mark" "$(cut -d' ' -f5 /proc/$$/stat)"
sh -c "$script" tagboat "$@"
printf '\n%s end %s\n' "$mark" "$?""#;

/// At most this much output of a script is kept; a listing of a full host is a few kilobytes.
const MOST_OUTPUT: usize = 8 << 20;

/// A mark that no host can have prepared for.
pub(super) struct Mark(String);

impl Mark {
    pub(super) fn random() -> Self {
        let half = || RandomState::new().build_hasher().finish();
        Self(format!("tagboat-{:016x}{:016x}", half(), half()))
    }

    /// The mark itself.
    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// The program and its arguments that run `call` inside the frame.
    pub(super) fn command_line(&self, call: &ScriptCall<'_>, through_sudo: bool) -> Vec<String> {
        let sudo: &[&str] = if through_sudo { &["sudo", "-n", "--"] } else { &[] };
        sudo.iter()
            .chain(&["sh", "-c", WRAPPER, "tagboat", self.0.as_str(), call.script.text])
            .map(|text| (*text).to_owned())
            .chain(call.arguments.iter().cloned())
            .collect()
    }
}

/// Takes output piece by piece and finds the frame in it.
pub(super) struct FrameReader {
    begin: Vec<u8>,
    end: Vec<u8>,
    buffer: Vec<u8>,
    /// Up to here the buffer does not hold the end mark.
    searched: usize,
    group: Option<u32>,
    code: Option<i32>,
}

impl FrameReader {
    pub(super) fn new(mark: &Mark) -> Self {
        let line = |word: &str| format!("\n{} {word} ", mark.0).into_bytes();
        Self {
            begin: line("begin"),
            end: line("end"),
            buffer: Vec::new(),
            searched: 0,
            group: None,
            code: None,
        }
    }

    /// The process group of the script, once it has begun.
    pub(super) fn group(&self) -> Option<u32> {
        self.group
    }

    /// The exit code of the script, once it has ended.
    pub(super) fn code(&self) -> Option<i32> {
        self.code
    }

    /// Takes a piece of output; tells whether the script has ended.
    pub(super) fn push(&mut self, piece: &[u8]) -> bool {
        self.buffer.extend_from_slice(piece);
        if self.group.is_none() {
            match take_marked_line(&self.buffer, &self.begin) {
                Some((_, value, rest)) => {
                    self.group = Some(value.parse().unwrap_or_default());
                    self.buffer.drain(..rest);
                }
                None => self.forget_noise(),
            }
        }
        if self.group.is_some() {
            match take_marked_line(&self.buffer[self.searched..], &self.end) {
                Some((at, value, _)) => {
                    self.code = Some(value.parse().unwrap_or(-1));
                    self.buffer.truncate(self.searched + at);
                }
                None => self.forget_excess(),
            }
            self.buffer.truncate(if self.code.is_some() {
                MOST_OUTPUT
            } else {
                usize::MAX
            });
        }
        self.code.is_some()
    }

    /// The last line that was printed instead of the frame.
    pub(super) fn noise(&self) -> String {
        let text = String::from_utf8_lossy(&self.buffer);
        let last = text.lines().rfind(|line| !line.trim().is_empty());
        last.map_or_else(String::new, |line| clean(line.trim()))
    }

    /// What the script printed.
    pub(super) fn into_output(self) -> String {
        String::from_utf8_lossy(&self.buffer).into_owned()
    }

    /// Only the first part of a long output is kept, and of the rest what may be the start of the end mark.
    fn forget_excess(&mut self) {
        // The mark, its exit code and its line break.
        let tail = self.end.len() + 16;
        if self.buffer.len() > MOST_OUTPUT + tail {
            self.buffer.drain(MOST_OUTPUT..self.buffer.len() - tail);
        }
        self.searched = self.buffer.len().saturating_sub(tail);
    }

    /// Noise before the frame may be endless: only what may be the start of the mark stays.
    fn forget_noise(&mut self) {
        let keep = self.begin.len() + 16;
        let excess = self.buffer.len().saturating_sub(keep.max(4096));
        self.buffer.drain(..excess);
    }
}

/// The place of a mark, the value on its line, and where the next line starts.
fn take_marked_line<'a>(buffer: &'a [u8], mark: &[u8]) -> Option<(usize, &'a str, usize)> {
    let at = buffer.windows(mark.len()).position(|window| window == mark)?;
    let value = at + mark.len();
    let length = buffer[value..].iter().position(|byte| *byte == b'\n')?;
    let text = std::str::from_utf8(&buffer[value..value + length]).unwrap_or_default();
    Some((at, text, value + length + 1))
}

#[cfg(test)]
mod tests {
    use super::{FrameReader, Mark};
    use proptest::prelude::*;

    fn framed(mark: &Mark, noise: &str, output: &str) -> Vec<u8> {
        let Mark(mark) = mark;
        format!("{noise}\n{mark} begin 42\n{output}\n{mark} end 3\n trailing").into_bytes()
    }

    proptest! {
        #[test]
        fn the_output_is_found_whatever_is_printed_around_it_and_however_it_arrives(
            noise in ".{0,200}", output in "(?s).{0,300}", piece in 1_usize..40,
        ) {
            let mark = Mark::random();
            let mut reader = FrameReader::new(&mark);
            for part in framed(&mark, &noise, &output).chunks(piece) {
                if reader.push(part) {
                    break;
                }
            }
            prop_assert_eq!((reader.group(), reader.code()), (Some(42), Some(3)));
            prop_assert_eq!(reader.into_output(), output);
        }
    }

    #[test]
    fn of_an_endless_output_the_first_part_and_the_exit_code_are_kept() {
        let mark = Mark::random();
        let mut reader = FrameReader::new(&mark);
        let long = "x".repeat(super::MOST_OUTPUT + 100_000);
        let mut is_ended = false;
        for part in framed(&mark, "", &long).chunks(16 << 10) {
            is_ended = reader.push(part);
            assert!(reader.buffer.len() <= super::MOST_OUTPUT + (17 << 10));
        }
        assert_eq!((is_ended, reader.code()), (true, Some(3)));
        assert_eq!(reader.into_output().len(), super::MOST_OUTPUT);
    }

    #[test]
    fn what_is_said_instead_of_the_frame_is_its_last_line_made_harmless() {
        let mut reader = FrameReader::new(&Mark::random());
        reader.push(b"Welcome!\n\x1b[31mThis account is currently not available.\n\n");
        assert_eq!(
            reader.noise(),
            "\\x1b[31mThis account is currently not available."
        );
    }

    #[test]
    fn endless_noise_before_the_frame_is_not_kept() {
        let mark = Mark::random();
        let mut reader = FrameReader::new(&mark);
        for _ in 0..1000 {
            reader.push(&[b'x'; 10_000]);
        }
        assert!(reader.buffer.len() <= 4096);
        assert!(reader.push(&framed(&mark, "", "ok")));
        assert_eq!(reader.into_output(), "ok");
    }
}
