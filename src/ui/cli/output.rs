//! Where the command line writes: results to one stream, everything else to the other, and a reader may leave at any time.

use std::io::{self, Write};

/// The two streams of a run. Text goes through here and never through `println!`, so that tests read it.
pub struct Output<'a> {
    results: QuietPipe<&'a mut dyn Write>,
    asides: QuietPipe<&'a mut dyn Write>,
}

impl<'a> Output<'a> {
    /// Writes results and asides to these streams.
    pub fn new(results: &'a mut dyn Write, asides: &'a mut dyn Write) -> Self {
        Self {
            results: QuietPipe::new(results),
            asides: QuietPipe::new(asides),
        }
    }

    /// From now on a stream that cannot be written is left, as one whose reader went away: a job runs, and is followed to its
    /// end whoever hears of it. [`lost`](Self::lost) tells why.
    pub fn forgive(&mut self) {
        self.results.is_forgiving = true;
        self.asides.is_forgiving = true;
    }

    /// Why a stream was left since this was last asked.
    pub fn lost(&mut self) -> Option<io::Error> {
        self.results.lost.take().or_else(|| self.asides.lost.take())
    }

    /// The stream of what was asked for.
    pub fn results(&mut self) -> &mut dyn Write {
        &mut self.results
    }

    /// The stream of questions, notes and errors.
    pub fn asides(&mut self) -> &mut dyn Write {
        &mut self.asides
    }

    /// One line of result, at once: a reader may follow a job.
    pub fn line(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        writeln!(self.results, "{}", text.as_ref())?;
        self.results.flush()
    }

    /// One line beside the result.
    pub fn aside(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        writeln!(self.asides, "{}", text.as_ref())?;
        self.asides.flush()
    }

    /// One value as one line of JSON.
    pub fn json<T: serde::Serialize>(&mut self, value: &T) -> io::Result<()> {
        self.line(serde_json::to_string(value)?)
    }
}

/// A stream that swallows what its reader no longer wants: `tagboat status | head -1` ends well, and a job whose
/// reader left runs on to its end.
struct QuietPipe<W> {
    stream: W,
    is_left: bool,
    is_forgiving: bool,
    lost: Option<io::Error>,
}

impl<W: Write> QuietPipe<W> {
    fn new(stream: W) -> Self {
        Self {
            stream,
            is_left: false,
            is_forgiving: false,
            lost: None,
        }
    }

    fn quiet<T>(&mut self, outcome: io::Result<T>, instead: T) -> io::Result<T> {
        match outcome {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_left = true;
                Ok(instead)
            }
            // What was interrupted is tried again by the caller.
            Err(error) if self.is_forgiving && error.kind() != io::ErrorKind::Interrupted => {
                self.is_left = true;
                self.lost = Some(error);
                Ok(instead)
            }
            other => other,
        }
    }
}

impl<W: Write> Write for QuietPipe<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_left {
            return Ok(bytes.len());
        }
        let written = self.stream.write(bytes);
        self.quiet(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.is_left {
            return Ok(());
        }
        let flushed = self.stream.flush();
        self.quiet(flushed, ())
    }
}

#[cfg(test)]
mod tests {
    use super::Output;
    use std::io::{self, Write};

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn a_reader_that_left_is_no_error_and_the_other_stream_goes_on() {
        let (mut closed, mut open) = (Closed, Vec::new());
        let mut output = Output::new(&mut closed, &mut open);
        output.line("first").unwrap();
        output.line("second").unwrap();
        output.aside("still here").unwrap();
        assert_eq!(open, b"still here\n");
    }

    /// A disk that is full for one moment.
    struct FullOnce {
        was_full: bool,
        written: Vec<u8>,
    }

    impl Write for FullOnce {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if !std::mem::replace(&mut self.was_full, true) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.written.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn full_once() -> FullOnce {
        FullOnce {
            was_full: false,
            written: Vec::new(),
        }
    }

    #[test]
    fn a_stream_that_cannot_be_written_is_an_error() {
        let (mut full, mut open) = (full_once(), Vec::new());
        let mut output = Output::new(&mut full, &mut open);
        output.line("first").unwrap_err();
        output.line("second").unwrap();
        assert!(output.lost().is_none());
        assert_eq!(full.written, b"second\n");
    }

    #[test]
    fn where_that_is_forgiven_it_is_told_once_and_the_stream_ends_there_without_a_gap() {
        let (mut full, mut open) = (full_once(), Vec::new());
        let mut output = Output::new(&mut full, &mut open);
        output.forgive();
        output.line("first").unwrap();
        output.line("second").unwrap();
        output.aside("still here").unwrap();
        assert_eq!(output.lost().unwrap().kind(), io::ErrorKind::StorageFull);
        assert!(output.lost().is_none());
        assert_eq!((full.written, open), (Vec::new(), b"still here\n".to_vec()));
    }
}
